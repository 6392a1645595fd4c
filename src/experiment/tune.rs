//! Parameters that are chosen inside the training part of each fold: `tune:` in a model.
//!
//! Every candidate is a whole model, read and checked like any other, so that a mistake in the
//! fiftieth combination shows its line before the first fit.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::node::{Key, Node, Value, find, only};
use super::problem::Problem;
use crate::bounds::bounded;
use crate::models::Model;
use crate::seed::Seed;

mod range;

use range::Range;

bounded! {
    /// Folds inside the training part.
    InnerFolds: usize, at_least 2, at_most 100
}
bounded! {
    /// How many combinations are drawn.
    Trials: usize, at_least 2, at_most 1000
}

/// Combinations more than this are a mistake: each is fitted once for every inner fold.
const MOST: usize = 1000;

/// What is tried, and how it is judged.
#[derive(Clone, Debug)]
pub struct Tune {
    /// Parameters and what was tried of each, as written.
    pub over: Vec<(String, String)>,
    /// How combinations come about.
    pub search: Search,
    /// Folds inside the training part.
    pub inner: InnerFolds,
    /// The combinations, in the order they are tried.
    pub candidates: Vec<Candidate>,
}

/// How combinations come about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// All of them.
    #[default]
    Grid,
    /// Drawn from the seed.
    Random,
}

impl Search {
    /// Its name in experiment files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Random => "random",
        }
    }
}

/// One combination.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The model with it.
    pub model: Model,
    /// The parameters that are tried, with their values.
    pub values: serde_json::Map<String, Json>,
}

/// One parameter and what is tried of it.
struct Over<'a> {
    key: &'a Key,
    choices: Choices<'a>,
    written: String,
}

enum Choices<'a> {
    Listed(&'a [Node]),
    Range(Range, &'a Node),
}

/// Reads `tune:` and makes the candidates: `model` reads a model from its parameters.
pub(super) fn tune(
    node: &Node,
    parameters: &[(Key, Node)],
    seed: Seed,
    model: impl Fn(Vec<(Key, Node)>) -> Result<Model, Problem>,
) -> Result<Tune, Problem> {
    let entries = node.entries("what to tune: a map of keys")?;
    only(entries, &["over", "search", "trials", "inner"])?;
    let over = find(entries, "over")
        .ok_or_else(|| {
            let message =
                "`over` is missing: parameters and what to try, as in `over: { c: [1, 10] }`";
            Problem::new(message).at(node.span.clone())
        })?
        .entries("parameters and what to try of each")?;
    if over.is_empty() {
        return Err(Problem::new("`over` names no parameter").at(node.span.clone()));
    }
    let over = over.iter().map(|(key, node)| one(key, node)).collect::<Result<Vec<_>, _>>()?;
    for Over { key, .. } in &over {
        if parameters.iter().any(|(known, _)| known.text == key.text) {
            let message = format!("`{}` is both given and tuned; leave one out", key.text);
            return Err(Problem::new(message).at(key.span.clone()));
        }
    }
    let search = find(entries, "search").map_or(Ok(Search::default()), Node::read)?;
    let trials = find(entries, "trials");
    let combinations = match (search, trials) {
        (Search::Grid, None) => grid(&over)?,
        (Search::Grid, Some(trials)) => {
            let message = "a grid tries everything once; `trials` belongs to `search: random`";
            return Err(Problem::new(message).at(trials.span.clone()));
        }
        (Search::Random, trials) => {
            let trials: Trials = trials.map_or(Ok(Trials::literal(20)), Node::read)?;
            let mut tried: Vec<Vec<Node>> = Vec::new();
            for trial in 0..trials.get() {
                let combination = drawn(&over, seed.derive(trial));
                if !tried.contains(&combination) {
                    tried.push(combination);
                }
            }
            tried
        }
    };
    let inner = match find(entries, "inner") {
        None => InnerFolds::literal(3),
        Some(node) => {
            let inner = node.entries("folds inside the training part: `{ folds: 3 }`")?;
            only(inner, &["folds"])?;
            find(inner, "folds").map_or(Ok(InnerFolds::literal(3)), Node::read)?
        }
    };
    let candidates = combinations
        .into_iter()
        .map(|combination| {
            let named = over.iter().zip(&combination);
            let values = named.map(|(over, node)| (over.key.text.clone(), json(node))).collect();
            let mut all = parameters.to_vec();
            all.extend(over.iter().map(|over| over.key.clone()).zip(combination));
            Ok(Candidate { model: model(all)?, values })
        })
        .collect::<Result<_, Problem>>()?;
    let over = over.into_iter().map(|over| (over.key.text.clone(), over.written)).collect();
    Ok(Tune { over, search, inner, candidates })
}

fn one<'a>(key: &'a Key, node: &'a Node) -> Result<Over<'a>, Problem> {
    let (choices, written) = match &node.value {
        Value::List(items) if items.is_empty() => {
            return Err(Problem::new("there is nothing to try").at(node.span.clone()));
        }
        Value::List(items) => {
            let written = Json::Array(items.iter().map(json).collect());
            (Choices::Listed(items), written.to_string())
        }
        Value::Text(text) => {
            let range =
                Range::read(text).map_err(|reason| Problem::new(reason).at(node.span.clone()))?;
            (Choices::Range(range, node), text.clone())
        }
        _ => {
            let message = format!("expected a list of values or a range: {}", range::FORMS);
            return Err(Problem::new(message).at(node.span.clone()));
        }
    };
    Ok(Over { key, choices, written })
}

/// Every combination; the last parameter changes fastest.
fn grid(over: &[Over<'_>]) -> Result<Vec<Vec<Node>>, Problem> {
    let mut all: Vec<Vec<Node>> = vec![Vec::new()];
    for Over { key, choices, .. } in over {
        let values: Vec<Node> = match choices {
            Choices::Listed(items) => items.to_vec(),
            Choices::Range(range, node) => range
                .steps()
                .ok_or_else(|| {
                    let message = "a range has no end of values; say how many, as in \
                                   `log(1e-4..1, 5)`, or `search: random`";
                    Problem::new(message).at(node.span.clone())
                })?
                .into_iter()
                .map(|value| Node { value, span: node.span.clone() })
                .collect(),
        };
        if all.len() * values.len() > MOST {
            let message = format!("more than {MOST} combinations; try fewer, or `search: random`");
            return Err(Problem::new(message).at(key.span.clone()));
        }
        let longer = |head: &Vec<Node>| {
            let head = head.clone();
            values.iter().map(move |value| [head.as_slice(), std::slice::from_ref(value)].concat())
        };
        all = all.iter().flat_map(longer).collect();
    }
    Ok(all)
}

/// One combination, drawn.
fn drawn(over: &[Over<'_>], seed: Seed) -> Vec<Node> {
    use rand::RngExt;
    let draw = |over: &Over<'_>| {
        let mut stream = seed.derive(&over.key.text).stream();
        match &over.choices {
            Choices::Listed(items) => items[stream.random_range(0..items.len())].clone(),
            Choices::Range(range, node) => {
                Node { value: range.at(stream.random::<f64>()), span: node.span.clone() }
            }
        }
    };
    over.iter().map(draw).collect()
}

/// A value as records keep it.
fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Integer(value) => Json::from(*value),
        Value::Number(value) => Json::from(*value),
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(items) => Json::Array(items.iter().map(json).collect()),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|(key, node)| (key.text.clone(), json(node))).collect())
        }
    }
}
