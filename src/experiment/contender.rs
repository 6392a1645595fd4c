//! What is compared: models on feature sets, and ensembles of them.

use std::ops::Range;

use super::feature_set::FeatureSet;
use super::node::{Key, Node, Value};
use super::problem::Problem;
use super::tune::{Tune, tune};
use crate::models::{Ensemble, Model};
use crate::registry;
use crate::seed::Seed;

/// What is compared.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Its name: unique in the experiment.
    pub name: String,
    /// What it is.
    pub entry: Entry,
    /// Its place in the file.
    pub span: Range<usize>,
}

/// What a contender is.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // an experiment has a handful of them
pub enum Entry {
    /// A model on a feature set.
    Model {
        /// The model with its parameters; where some are tuned, with the first that are tried.
        model: Model,
        /// Number of its feature set.
        features: usize,
        /// What is chosen inside the training part of each fold.
        tune: Option<Tune>,
    },
    /// Other contenders as one.
    Ensemble {
        /// How.
        ensemble: Ensemble,
        /// Numbers of the others.
        members: Vec<usize>,
    },
}

impl Contender {
    /// Name of its model.
    pub fn kind(&self) -> &'static str {
        match &self.entry {
            Entry::Model { model, .. } => model.name(),
            Entry::Ensemble { .. } => ENSEMBLE,
        }
    }
}

/// The name under which an ensemble stands among the models.
pub const ENSEMBLE: &str = "ensemble";

/// Reads `models:`; what is drawn for tuning comes from the experiment's seed.
pub(super) fn contenders(
    node: &Node,
    features: &[FeatureSet],
    seed: Seed,
) -> Result<Vec<Contender>, Problem> {
    let mut contenders: Vec<Contender> = Vec::new();
    for item in node.items("a list of models")? {
        let contender = one_contender(item, features, seed)?;
        if contenders.iter().any(|other| other.name == contender.name) {
            return Err(Problem::new(format!(
                "two contenders are called `{}`; tell them apart with `name`",
                contender.name
            ))
            .at(contender.span));
        }
        contenders.push(contender);
    }
    if contenders.is_empty() {
        return Err(Problem::new("no model; write at least `- majority`").at(node.span.clone()));
    }
    for at in 0..contenders.len() {
        let members = members(&contenders, &contenders[at])?;
        if let Entry::Ensemble { members: found, .. } = &mut contenders[at].entry {
            *found = members;
        }
    }
    Ok(contenders)
}

/// Numbers of the contenders that an ensemble names; none for a model.
fn members(contenders: &[Contender], ensemble: &Contender) -> Result<Vec<usize>, Problem> {
    let Entry::Ensemble { ensemble: Ensemble { of, .. }, .. } = &ensemble.entry else {
        return Ok(Vec::new());
    };
    let problem = |message: String| Problem::new(message).at(ensemble.span.clone());
    if of.len() < 2 {
        let message = "an ensemble needs at least two contenders: `of: [one, other]`";
        return Err(problem(message.to_owned()));
    }
    let single = |known: &&Contender| matches!(known.entry, Entry::Model { .. });
    let mut found = Vec::new();
    for name in of {
        let at = contenders
            .iter()
            .position(|known| known.name == *name && single(&known))
            .ok_or_else(|| {
                let known = contenders.iter().filter(single).map(|known| known.name.as_str());
                let known: Vec<&str> = known.collect();
                let expected = registry::expected(name, known);
                problem(format!("`of` names `{name}`, which is no model here; {expected}"))
            })?;
        if found.contains(&at) {
            return Err(problem(format!("`of` names `{name}` twice")));
        }
        found.push(at);
    }
    Ok(found)
}

/// Takes what belongs to the harness out of a model's parameters; the model reads the rest.
fn one_contender(item: &Node, features: &[FeatureSet], seed: Seed) -> Result<Contender, Problem> {
    let Value::Map(choice) = &item.value else {
        let model: Model = item.read()?;
        let name = model.name().to_owned();
        let entry = Entry::Model { model, features: 0, tune: None };
        return Ok(Contender { name, entry, span: item.span.clone() });
    };
    let (mut name, mut set, mut tuned, mut rest) = (None, None, None, choice.clone());
    for (_, parameters) in &mut rest {
        let Value::Map(parameters) = &mut parameters.value else { continue };
        let mut take = |key: &str| {
            let at = parameters.iter().position(|(known, _)| known.text == key)?;
            Some(parameters.remove(at).1)
        };
        (name, set, tuned) = (take("name"), take("features"), take("tune"));
    }
    let span =
        name.as_ref().map_or_else(|| choice[0].0.span.clone(), |node: &Node| node.span.clone());
    let named = |kind: &str| name.as_ref().map_or(Ok(kind.to_owned()), checked_name);
    if let [(Key { text, .. }, parameters)] = rest.as_slice()
        && text == ENSEMBLE
    {
        for (node, what) in [(set, "features"), (tuned, "tune")] {
            if let Some(node) = node {
                let message =
                    format!("an ensemble has no `{what}` of its own; its contenders have");
                return Err(Problem::new(message).at(node.span));
            }
        }
        let ensemble =
            parameters.read().map_err(|problem: Problem| problem.with_known_keys(&["name"]))?;
        let entry = Entry::Ensemble { ensemble, members: Vec::new() };
        return Ok(Contender { name: named(ENSEMBLE)?, entry, span });
    }
    let features = match set {
        Some(node) => {
            let wanted = node.text("a feature set's name")?;
            let known = || features.iter().map(|set| set.name.as_str());
            known().position(|known| known == wanted).ok_or_else(|| {
                let known: Vec<&str> = known().collect();
                let expected = registry::expected(wanted, known);
                Problem::new(format!("unknown feature set `{wanted}`; {expected}"))
                    .at(node.span.clone())
            })?
        }
        None => 0,
    };
    let read = |rest: Vec<(Key, Node)>| {
        let node = Node { value: Value::Map(rest), span: item.span.clone() };
        node.read::<Model>()
            .map_err(|problem| problem.with_known_keys(&["name", "features", "tune"]))
    };
    let Some(tuned) = tuned else {
        let model = read(rest)?;
        let name = named(model.name())?;
        return Ok(Contender { name, entry: Entry::Model { model, features, tune: None }, span });
    };
    let [(kind, parameters)] = rest.as_slice() else {
        return read(rest).and(Err(Problem::new("a model has one name").at(item.span.clone())));
    };
    let name = named(&kind.text)?;
    let given = parameters.entries("a map of parameters")?;
    let tune = tune(&tuned, given, seed.derive("tune").derive(&name), |all| {
        let parameters = Node { value: Value::Map(all), span: parameters.span.clone() };
        read(vec![(kind.clone(), parameters)])
    })?;
    let model = tune.candidates[0].model.clone();
    Ok(Contender { name, entry: Entry::Model { model, features, tune: Some(tune) }, span })
}

fn checked_name(node: &Node) -> Result<String, Problem> {
    let name = node.text("a name")?;
    if name.trim().is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(Problem::new("a name needs 1 to 60 printable characters").at(node.span.clone()));
    }
    Ok(name.to_owned())
}

/// Number of the contender of a name.
pub(super) fn contender(
    contenders: &[Contender],
    name: &str,
    span: Range<usize>,
) -> Result<usize, Problem> {
    contenders.iter().position(|contender| contender.name == name).ok_or_else(|| {
        let known: Vec<&str> = contenders.iter().map(|known| known.name.as_str()).collect();
        Problem::new(format!("unknown contender `{name}`; {}", registry::expected(name, known)))
            .at(span)
    })
}
