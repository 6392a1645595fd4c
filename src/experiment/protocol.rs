//! How training and test are kept apart, as an experiment file says it.

use std::path::Path;

use super::node::{Node, Value, find, only};
use super::problem::Problem;
use crate::bounds::bounded;
use crate::evaluation::Join;
use crate::registry;
use crate::split::{Grouping, Predefined};

bounded! {
    /// How many parts the data is cut into; each is tested once a repeat.
    Folds: usize, at_least 2, at_most 1000
}

bounded! {
    /// How many times the folds are drawn anew.
    Repeats: usize, at_least 1, at_most 1000
}

/// How training and test are kept apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Protocol {
    /// Who trains and who is tested.
    pub split: Split,
    /// How segments of a track become the track, where rows are segments.
    pub tracks: Join,
}

/// Who trains and who is tested.
#[derive(Clone, Debug, PartialEq)]
pub enum Split {
    /// Folds drawn from the seed.
    Drawn {
        /// How many folds a repeat has.
        folds: Folds,
        /// How many repeats there are.
        repeats: Repeats,
        /// What must stay on one side of a split.
        group: Grouping,
    },
    /// Folds that were laid down before.
    Predefined(Predefined),
}

impl Default for Protocol {
    /// Ten folds once, a track never parted: what most published figures on GTZAN use.
    fn default() -> Self {
        Self::drawn(Grouping::Track)
    }
}

/// Protocols that have a name of their own.
pub(super) const NAMES: [&str; 4] =
    ["random", "artist", Predefined::NAMES[0], Predefined::NAMES[1]];

impl Protocol {
    fn drawn(group: Grouping) -> Self {
        let (folds, repeats) = (Folds::literal(10), Repeats::literal(1));
        Self { split: Split::Drawn { folds, repeats, group }, tracks: Join::default() }
    }

    /// The same folds with something else kept together; `None` where the folds were laid down.
    pub fn keeping(&self, group: Grouping) -> Option<Self> {
        let Split::Drawn { folds, repeats, .. } = self.split else { return None };
        Some(Self { split: Split::Drawn { folds, repeats, group }, ..self.clone() })
    }

    /// Reads `protocol:`; files it names lie beside the experiment at `path`.
    pub(super) fn read(node: &Node, path: &Path) -> Result<Self, Problem> {
        if let Value::Text(name) = &node.value {
            return match name.as_str() {
                "random" => Ok(Self::drawn(Grouping::Track)),
                "artist" => Ok(Self::drawn(Grouping::Artist)),
                name => published(name, &NAMES, "protocol", node).map(Self::predefined),
            };
        }
        let entries = node.entries("a protocol: its name, or a map of keys")?;
        only(entries, &["folds", "repeats", "group", "split", "tracks"])?;
        let tracks = find(entries, "tracks").map_or(Ok(Join::default()), Node::read)?;
        if let Some(split) = find(entries, "split") {
            let drawn = |text: &str| !["split", "tracks"].contains(&text);
            if let Some((key, _)) = entries.iter().find(|(key, _)| drawn(&key.text)) {
                let message =
                    format!("`split` names folds that are laid down; leave `{}` out", key.text);
                return Err(Problem::new(message).at(key.span.clone()));
            }
            return Ok(Self { tracks, ..Self::predefined(predefined(split, path)?) });
        }
        Ok(Self {
            split: Split::Drawn {
                folds: find(entries, "folds").map_or(Ok(Folds::literal(10)), Node::read)?,
                repeats: find(entries, "repeats").map_or(Ok(Repeats::literal(1)), Node::read)?,
                group: find(entries, "group").map_or(Ok(Grouping::Track), Node::read)?,
            },
            tracks,
        })
    }

    fn predefined(split: Predefined) -> Self {
        Self { split: Split::Predefined(split), tracks: Join::default() }
    }
}

fn predefined(node: &Node, path: &Path) -> Result<Predefined, Problem> {
    if let Value::Text(name) = &node.value {
        return published(name, &Predefined::NAMES, "split", node);
    }
    let what = "a published split's name, `{ column: NAME }` or `{ file: PATH, column: NAME }`";
    let entries = node.entries(what)?;
    only(entries, &["file", "column"])?;
    let column = find(entries, "column").map(|node| node.text("a column's name")).transpose()?;
    match (find(entries, "file"), column) {
        (Some(file), column) => Ok(Predefined::File {
            path: path.parent().unwrap_or(Path::new("")).join(file.text("a path")?),
            column: column.unwrap_or("split").to_owned(),
        }),
        (None, Some(column)) => Ok(Predefined::Column(column.to_owned())),
        (None, None) => Err(Problem::new(format!("expected {what}")).at(node.span.clone())),
    }
}

fn published(name: &str, names: &[&str], what: &str, node: &Node) -> Result<Predefined, Problem> {
    Predefined::named(name).ok_or_else(|| {
        let expected = registry::expected(name, names.iter().copied());
        Problem::new(format!("unknown {what} `{name}`; {expected}")).at(node.span.clone())
    })
}
