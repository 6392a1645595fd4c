//! An experiment file as a tree in which every value knows its place in the text.
//!
//! The YAML crate reads the text; typed values are then read from the tree by serde, so that keys
//! that belong to the harness can be taken out first and every mistake still shows its line.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

use super::problem::Problem;

/// A value and where it stands, in bytes of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Value,
    pub span: Range<usize>,
}

/// What YAML can say.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub text: String,
    pub span: Range<usize>,
}

impl Node {
    /// Reads a text as YAML.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.trim().is_empty() {
            return Err(Problem::new(
                "the file is empty; `crossfold run --help` shows a minimal one",
            )
            .at(0..text.len()));
        }
        let tree: Spanned<Tree> =
            serde_yaml::from_str(text).map_err(|error| syntax(error.without_snippet(), text))?;
        Ok(place(tree, text))
    }

    /// Reads the value as a type.
    pub fn read<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Problem> {
        T::deserialize(self).map_err(|problem: Problem| problem.at(self.span.clone()))
    }

    /// The entries of a map; an absent value counts as an empty one.
    pub fn entries(&self, what: &str) -> Result<&[(Key, Self)], Problem> {
        match &self.value {
            Value::Map(entries) => Ok(entries),
            Value::Null => Ok(&[]),
            other => {
                Err(Problem::new(format!("expected {what}, but found {other}"))
                    .at(self.span.clone()))
            }
        }
    }

    /// The items of a list.
    pub fn items(&self, what: &str) -> Result<&[Self], Problem> {
        match &self.value {
            Value::List(items) => Ok(items),
            other => {
                Err(Problem::new(format!("expected {what}, but found {other}"))
                    .at(self.span.clone()))
            }
        }
    }

    /// The text of a string.
    pub fn text(&self, what: &str) -> Result<&str, Problem> {
        match &self.value {
            Value::Text(text) => Ok(text),
            other => {
                Err(Problem::new(format!("expected {what}, but found {other}"))
                    .at(self.span.clone()))
            }
        }
    }
}

/// Refuses keys that are not known, naming those that are.
pub fn only(entries: &[(Key, Node)], known: &[&'static str]) -> Result<(), Problem> {
    match entries.iter().find(|(key, _)| !known.contains(&key.text.as_str())) {
        Some((key, _)) => Err(Problem::unknown_key(&key.text, known).at(key.span.clone())),
        None => Ok(()),
    }
}

/// The value of a key, if it is there.
pub fn find<'a>(entries: &'a [(Key, Node)], key: &str) -> Option<&'a Node> {
    entries.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("nothing"),
            Self::Bool(value) => write!(f, "`{value}`"),
            Self::Integer(value) => write!(f, "the number {value}"),
            Self::Number(value) => write!(f, "the number {value}"),
            Self::Text(value) => write!(f, "the text \"{value}\""),
            Self::List(items) => write!(f, "a list of {} items", items.len()),
            Self::Map(entries) => write!(f, "a map of {} keys", entries.len()),
        }
    }
}

/// The tree as the YAML crate fills it.
enum Tree {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    List(Vec<Spanned<Tree>>),
    Map(Vec<(Spanned<String>, Spanned<Tree>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Integer(value))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(i64::try_from(value).map_or(Tree::Number(value as f64), Tree::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}

fn place(tree: Spanned<Tree>, text: &str) -> Node {
    let span = bytes(&tree, text);
    let value = match tree.value {
        Tree::Null => Value::Null,
        Tree::Bool(value) => Value::Bool(value),
        Tree::Integer(value) => Value::Integer(value),
        Tree::Number(value) => Value::Number(value),
        Tree::Text(value) => Value::Text(value),
        Tree::List(items) => Value::List(items.into_iter().map(|item| place(item, text)).collect()),
        Tree::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let span = bytes(&key, text);
                    (Key { text: key.value, span }, place(value, text))
                })
                .collect(),
        ),
    };
    Node { value, span }
}

fn bytes<T>(spanned: &Spanned<T>, text: &str) -> Range<usize> {
    let span = spanned.referenced.span();
    let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok());
    let start = number(span.byte_offset()).unwrap_or(0).min(text.len());
    let end = (start + number(span.byte_len()).unwrap_or(0)).min(text.len());
    start..end
}

/// A mistake of syntax: the crate's message, with its place under the caret instead of in words.
fn syntax(error: &serde_yaml::Error, text: &str) -> Problem {
    let message = error.to_string();
    let message = message.lines().next().unwrap_or_default();
    let message = message.split(" at line ").next().unwrap_or_default();
    let message = match message.strip_prefix("duplicate mapping key: ") {
        Some(rest) => {
            let key = rest.split(',').next().unwrap_or_default();
            format!("the key `{key}` stands here a second time; remove one of the two")
        }
        None => format!("this is not YAML: {message}"),
    };
    let at = error.location().map_or(0, |place| {
        let line = usize::try_from(place.line()).unwrap_or(1).max(1);
        let column = usize::try_from(place.column()).unwrap_or(1).max(1);
        let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let rest = &text[before.min(text.len())..];
        before + rest.char_indices().nth(column - 1).map_or(rest.len(), |(offset, _)| offset)
    });
    let end = text[at..].chars().next().map_or(at, |found| at + found.len_utf8());
    Problem::new(message).at(at..end)
}
