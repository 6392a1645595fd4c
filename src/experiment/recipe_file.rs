//! Framewise recipes in files of their own, with the messages of experiment files.

use std::path::Path;

use super::Error;
use super::node::{Node, Value, find};
use super::parse::File;
use super::problem::Problem;
use crate::features::{Error as Refusal, FRAME_FEATURES, FrameRecipe, FrameSettings};
use crate::registry;

/// Reads a framewise recipe: a YAML map of the keys of [`FrameSettings`].
///
/// # Errors
/// When the file cannot be read, or says something that cannot be meant; the message shows the line
/// and a caret under the offending text.
pub fn frame_recipe(path: &Path) -> Result<FrameRecipe, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let file = File { path: path.to_owned(), text };
    parse(&file.text).map_err(|problem| file.mistake(&problem))
}

fn parse(text: &str) -> Result<FrameRecipe, Problem> {
    if text.trim().is_empty() {
        let message = "the file is empty; write at least `columns: [log-mel]`";
        return Err(Problem::new(message).at(0..text.len()));
    }
    let root = Node::parse(text)?;
    let settings: FrameSettings = root.read()?;
    FrameRecipe::try_from(settings).map_err(|refusal| placed(&root, &refusal))
}

/// A refusal at the value it is about.
fn placed(root: &Node, refusal: &Refusal) -> Problem {
    let entries = root.entries("a recipe").unwrap_or_default();
    let (message, culprit) = match refusal {
        Refusal::UnknownFeature { name, .. } => {
            let known = FRAME_FEATURES.iter().map(|feature| feature.name);
            let expected = registry::expected(name, known);
            let items = find(entries, "columns").and_then(|list| list.items("").ok());
            let is_it = |item: &&Node| matches!(&item.value, Value::Text(text) if text == name);
            let item = items.and_then(|items| items.iter().find(is_it));
            (format!("unknown framewise feature `{name}`; {expected}"), item)
        }
        Refusal::Setting { setting, .. } => {
            // Where the value is a default, the key that bounds it is to blame.
            let bounding = match *setting {
                "hop" => "frame",
                "coefficients" => "bands",
                _ => "columns",
            };
            let value = find(entries, setting).or_else(|| find(entries, bounding));
            (refusal.to_string(), value)
        }
        _ => (refusal.to_string(), None),
    };
    Problem::new(message).at(culprit.unwrap_or(root).span.clone())
}
