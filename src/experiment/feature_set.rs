//! Feature sets: what an experiment says models see of a track.

use std::ops::Range;

use super::node::{Key, Node, Value, find, only};
use super::problem::Problem;
use crate::features::FromMel;
use crate::features::blocks::Block;
use crate::models::Scale;
use crate::registry;

/// A named choice of what models see.
#[derive(Clone, Debug)]
pub struct FeatureSet {
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub made_of: MadeOf,
    /// How training rows scale it.
    pub scale: Scale,
    /// Its place in the file.
    pub span: Range<usize>,
}

/// What a feature set is made of.
#[derive(Clone, Debug)]
pub enum MadeOf {
    /// Columns of the table: one row a unit.
    Columns(Columns),
    /// Framewise features of the log-mel spectrogram: one sequence a unit.
    Frames(Vec<FromMel>),
    /// Blocks side by side: one row a unit, its columns in parts.
    Blocks(Vec<Piece>),
}

/// A choice of columns.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The columns or families taken; all where absent.
    pub taken: Option<Vec<Name>>,
    /// The columns or families left out again.
    pub without: Vec<Name>,
}

/// One block of a feature set.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its name in the set: the block's, with a number where the set has it more than once.
    pub name: String,
    /// What it is made of.
    pub made_of: PieceOf,
    /// How training rows scale it; as the set where absent.
    pub scale: Option<Scale>,
    /// Its place in the file.
    pub span: Range<usize>,
}

/// What a block is made of.
#[derive(Clone, Debug)]
pub enum PieceOf {
    /// Columns of the table.
    Columns(Columns),
    /// The log-mel spectrogram.
    LogMel(Block),
}

/// A name in the file and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its place in the file.
    pub span: Range<usize>,
}

/// Reads all feature sets of an experiment.
pub fn feature_sets(node: &Node) -> Result<Vec<FeatureSet>, Problem> {
    let entries = node.entries("feature sets: a map of names")?;
    if entries.is_empty() {
        let example = "no feature set; write at least `all: { columns: all, scale: standard }`";
        return Err(Problem::new(example).at(node.span.clone()));
    }
    entries.iter().map(|(key, set)| feature_set(key, set)).collect()
}

fn feature_set(key: &Key, set: &Node) -> Result<FeatureSet, Problem> {
    let entries = set.entries("a feature set: a map of keys")?;
    only(entries, &["columns", "without", "frames", "blocks", "scale"])?;
    let kinds = ["columns", "frames", "blocks"];
    let mut named = entries.iter().filter(|(key, _)| kinds.contains(&key.text.as_str()));
    if let (Some(_), Some((second, _))) = (named.next(), named.next()) {
        let message = "a feature set is made of `columns`, of `frames` or of `blocks`; write a \
                       second set (blocks may include `columns`)";
        return Err(Problem::new(message).at(second.span.clone()));
    }
    let frames = find(entries, "frames").map(frames).transpose()?;
    let blocks = find(entries, "blocks").map(blocks).transpose()?;
    let made_of = match (frames, blocks) {
        (None, None) => MadeOf::Columns(columns(entries)?),
        (frames, blocks) => {
            if let Some((key, _)) = entries.iter().find(|(key, _)| key.text == "without") {
                let message = "`without` leaves out columns of the table; it does not go with \
                               `frames` or `blocks`";
                return Err(Problem::new(message).at(key.span.clone()));
            }
            frames.map(MadeOf::Frames).or(blocks.map(MadeOf::Blocks)).expect("one of them is there")
        }
    };
    let scale = find(entries, "scale").map_or(Ok(Scale::default()), Node::read)?;
    Ok(FeatureSet { name: key.text.clone(), made_of, scale, span: key.span.clone() })
}

fn columns(entries: &[(Key, Node)]) -> Result<Columns, Problem> {
    let taken = match find(entries, "columns") {
        Some(Node { value: Value::Text(all), .. }) if all == "all" => None,
        Some(list) => Some(names(list)?),
        None => None,
    };
    Ok(Columns { taken, without: find(entries, "without").map_or(Ok(Vec::new()), names)? })
}

fn names(node: &Node) -> Result<Vec<Name>, Problem> {
    node.items("`all` or a list of columns and families")?
        .iter()
        .map(|item| {
            let text = item.text("the name of a column or family")?.to_owned();
            Ok(Name { text, span: item.span.clone() })
        })
        .collect()
}

/// One kind of framewise feature, or a list of them.
fn frames(node: &Node) -> Result<Vec<FromMel>, Problem> {
    match &node.value {
        Value::List(items) if items.is_empty() => {
            Err(Problem::new("no framewise feature is named").at(node.span.clone()))
        }
        Value::List(items) => items.iter().map(Node::read).collect(),
        _ => Ok(vec![node.read()?]),
    }
}

/// The name under which columns of the table stand among blocks.
pub(super) const COLUMNS: &str = "columns";

fn blocks(node: &Node) -> Result<Vec<Piece>, Problem> {
    let mut pieces: Vec<Piece> = Vec::new();
    for item in node.items("a list of blocks")? {
        let mut piece = block(item)?;
        let same = pieces.iter().filter(|known| known.name.split('-').next() == Some(&piece.name));
        let count = same.count();
        if count > 0 {
            piece.name = format!("{}-{}", piece.name, count + 1);
        }
        pieces.push(piece);
    }
    if pieces.is_empty() {
        let known = [COLUMNS].into_iter().chain(Block::NAMES.iter().copied());
        let known = known.collect::<Vec<_>>().join(", ");
        return Err(Problem::new(format!("no block; there are {known}")).at(node.span.clone()));
    }
    Ok(pieces)
}

/// Takes `scale` out of a block's parameters; the block reads the rest.
fn block(item: &Node) -> Result<Piece, Problem> {
    let mut rest = item.clone();
    let (mut scale, mut kind) = (None, item.text("").ok().unwrap_or_default().to_owned());
    if let Value::Map(choice) = &mut rest.value {
        if let [(key, Node { value: Value::Map(parameters), .. })] = choice.as_mut_slice() {
            if let Some(at) = parameters.iter().position(|(key, _)| key.text == "scale") {
                scale = Some(parameters.remove(at).1.read()?);
            }
            kind.clone_from(&key.text);
        } else if let [(key, _)] = choice.as_slice() {
            kind.clone_from(&key.text);
        }
    }
    let span = item.span.clone();
    if kind == COLUMNS {
        let chosen = match &rest.value {
            Value::Map(choice) => {
                let entries = choice[0].1.entries("a map of keys")?;
                only(entries, &["columns", "without", "scale"])?;
                columns(entries)?
            }
            _ => Columns::default(),
        };
        return Ok(Piece { name: kind, made_of: PieceOf::Columns(chosen), scale, span });
    }
    if !kind.is_empty() && !Block::NAMES.contains(&kind.as_str()) {
        let known: Vec<&str> = [COLUMNS].into_iter().chain(Block::NAMES.iter().copied()).collect();
        let expected = registry::expected(&kind, known);
        return Err(Problem::new(format!("unknown block `{kind}`; {expected}")).at(span));
    }
    let block: Block =
        rest.read().map_err(|problem: Problem| problem.with_known_keys(&["scale"]))?;
    Ok(Piece { name: kind, made_of: PieceOf::LogMel(block), scale, span })
}
