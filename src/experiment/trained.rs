//! A contender trained on everything: hears a signal, names genres.
//!
//! Its file holds data and no code: the experiment's text, what was learned, and a [`Card`] that says
//! how well it did on tracks it had never heard.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::cell::Heard;
use super::feature_set::FeatureSet;
use super::{Entry, Error, Experiment, Plan};
use crate::features::Recipe;
use crate::models::ensemble::{Stack, vote};
use crate::models::{Classifier, Describer, Saved};

mod card;
mod file;
mod hear;
mod neighbours;
mod train;

pub use card::{Card, GenreFacts};
pub use hear::{Opinion, TimelinePart};
pub use neighbours::Similar;

use neighbours::Neighbours;

/// A contender trained on all of its data.
pub struct Trained {
    card: Card,
    preparation: Preparation,
    members: Vec<Member>,
    joint: Joint,
    neighbours: Option<Neighbours>,
    experiment: Experiment,
}

/// How sound becomes what the contender learned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Preparation {
    /// The experiment as it was written; its feature sets are read from it again.
    text: String,
    /// Name of the experiment's file, for messages.
    file: PathBuf,
    /// How the columns are computed.
    recipe: Recipe,
    /// Names of the table's columns, in its order; empty where the data set had no table.
    columns: Vec<String>,
    /// Seconds of sound that a training sample was made of.
    seconds: f64,
    /// Log-mel frames of a training sample, where any were used.
    frames: Option<Thinning>,
}

/// How the frames of a clip became so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Thinning {
    /// How many there are.
    pub count: usize,
    /// Every how many frames one was taken; 1 where they were spread over the clip.
    pub every: usize,
}

/// One model: alone, or in an ensemble.
struct Member {
    /// Number of the contender in the experiment.
    contender: usize,
    features: FeatureSet,
    describer: Describer,
    classifier: Box<dyn Classifier>,
}

/// A member as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptMember {
    /// Number of the contender in the experiment.
    contender: usize,
    describer: Describer,
    saved: Saved,
}

/// How members' scores become one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Joint {
    /// There is one member.
    Alone,
    /// Their mean.
    Vote,
    /// Learned weights.
    Stack(Stack),
}

impl Joint {
    fn join(&self, said: &[Vec<f64>]) -> Vec<f64> {
        match self {
            Self::Alone => said[0].clone(),
            Self::Vote => vote(said),
            Self::Stack(stack) => stack.scores(said),
        }
    }
}

impl Trained {
    /// What it is and how well it did.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The model that comes with the program, so that the page works without one of the user's.
    ///
    /// # Panics
    /// Never, unless it was damaged before the program was built.
    pub fn embedded() -> Self {
        let bytes = include_bytes!("../../data/gtzan-mini/demo.cfm");
        Self::read("the model that comes with the program", bytes)
            .expect("the embedded model is read by the test of this file")
    }
}

/// The error for a clip that a model cannot judge.
fn deaf(reason: impl std::fmt::Display) -> Error {
    Error::Deaf { reason: reason.to_string() }
}

#[cfg(test)]
mod tests;
