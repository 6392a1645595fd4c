//! Learners, which become classifiers.
//!
//! A [`Learner`] holds checked parameters and can fit; a [`Classifier`] is what comes out and can
//! score. They are two types, so that scoring before fitting does not compile. To add a model: one
//! file with its parameters, both traits and a known-answer test; its `mod` line; one line in the
//! registry below.

mod cart;
mod check;
mod choice;
pub mod cnn;
pub mod dense;
mod description;
pub mod device;
mod distance;
pub mod ensemble;
pub mod forest;
mod hard_votes;
pub mod kernel;
pub mod knn;
mod layers;
pub mod logistic;
pub mod lstm;
pub mod majority;
mod outline;
mod register;
mod saved;
pub mod scale;
mod sharpness;
pub mod svm;
#[cfg(test)]
mod testing;
mod train;
pub mod tree;

use serde::{Deserialize, Serialize};

use crate::dataset::{Samples, Shape};
use crate::seed::Seed;
use crate::watch::Watch;
pub use description::{Describer, Description, Piece};
pub use device::Device;
pub use ensemble::Ensemble;
pub use outline::Layer;
pub use saved::{Keep, Saved};
pub use scale::{Scale, Scaler};
pub use sharpness::likeliest as likeliest_sharpness;

register::models! {
    "majority" => Majority(majority::Majority),
    "knn" => Knn(knn::Knn),
    "logistic" => Logistic(logistic::Logistic),
    "svm" => Svm(svm::Svm),
    "kernel" => Kernel(kernel::Kernel),
    "tree" => Tree(tree::Tree),
    "forest" => Forest(forest::Forest),
    "dense" => Dense(dense::Dense),
    "lstm" => Lstm(lstm::Lstm),
    "cnn" => Cnn(cnn::Cnn),
}

/// Why a model could not be fitted or could not score.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The learner cannot use samples of this form.
    #[error("{model} needs {needs}, but the feature set gives {given}")]
    Shape {
        /// The model's name.
        model: &'static str,
        /// The form it needs, in words.
        needs: &'static str,
        /// The form it was offered.
        given: Shape,
    },
    /// The sequences are shorter than what the model looks at.
    #[error(
        "{model} looks at {needed} frames at once, but the sequences have {frames}; lower its `crop` or take longer clips"
    )]
    TooShort {
        /// The model's name.
        model: &'static str,
        /// Frames it looks at.
        needed: usize,
        /// Frames there are.
        frames: usize,
    },
    /// The samples are smaller than the parameters make of them.
    #[error("{model}: {reason}")]
    TooSmall {
        /// The model's name.
        model: &'static str,
        /// What is too small for what, and the remedy.
        reason: String,
    },
    /// Two parameters contradict each other.
    #[error("{model}: {reason}")]
    Parameters {
        /// The model's name.
        model: &'static str,
        /// What does not go together, and the remedy.
        reason: &'static str,
    },
    /// There is nothing to learn from.
    #[error("there are no training rows; add tracks or lower the number of folds")]
    Empty,
    /// There is nothing to tell apart.
    #[error("all {rows} training rows are of one genre ({genre}); at least two are needed")]
    OneGenre {
        /// How many rows there are.
        rows: usize,
        /// Their genre.
        genre: String,
    },
    /// A training value is no number.
    #[error("value {value} in column `{column}` of {row} is not finite; clean the table first")]
    NotFinite {
        /// The value.
        value: f32,
        /// The column's name.
        column: String,
        /// The row's id.
        row: String,
    },
    /// Training ran away.
    #[error("{model} diverged in epoch {epoch} (the loss is {loss}); lower `learning_rate`")]
    Diverged {
        /// The model's name.
        model: &'static str,
        /// The epoch, from 1.
        epoch: usize,
        /// The loss seen.
        loss: f64,
    },
    /// Features cannot be learned or computed.
    #[error(transparent)]
    Features(#[from] crate::features::Error),
    /// A saved model cannot be used.
    #[error("the saved model cannot be read: {reason}")]
    Saved {
        /// Why.
        reason: String,
    },
    /// A library refused.
    #[error("{model} failed: {reason}")]
    Library {
        /// The model's name.
        model: &'static str,
        /// What the library said.
        reason: String,
    },
    /// The watcher asked to stop.
    #[error("stopped")]
    Stopped,
}

/// What a fit may use besides its training rows.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The seed of this fit, derived from contender, repeat and fold.
    pub seed: Seed,
    /// Whom to tell about epochs.
    pub watch: &'a dyn Watch,
    /// The cell's name, for events.
    pub cell: &'a str,
    /// Held-out rows whose loss and accuracy nets write down after each epoch. They are looked at
    /// only: nothing is ever chosen by them. Absent where a test part may be read once only.
    pub watched: Option<&'a Samples>,
    /// Where nets are trained; other models have no use for it.
    pub device: Device,
}

/// How a net stood after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// Mean training loss, in nats.
    pub train_loss: f64,
    /// Share of training rows named rightly (in training mode, dropout included).
    pub train_accuracy: f64,
    /// Mean loss of the watched rows, in nats.
    pub validation_loss: Option<f64>,
    /// Share of the watched rows named rightly.
    pub validation_accuracy: Option<f64>,
}

/// What a fit gives.
pub struct Fitted {
    /// The fitted model.
    pub classifier: Box<dyn Classifier>,
    /// One entry for each epoch; empty for models that have none.
    pub history: Vec<Epoch>,
    /// How many numbers were learned or kept.
    pub parameters: usize,
}

/// Checked parameters that can fit.
pub trait Learner: Send + Sync {
    /// Says before any work whether samples of this form can be learned from.
    ///
    /// # Errors
    /// [`Error::Shape`] when they cannot.
    fn accepts(&self, shape: Shape) -> Result<(), Error>;

    /// Learns from `train` alone. The same seed gives the same classifier on any number of threads.
    ///
    /// # Errors
    /// When there is nothing to learn from, or learning fails.
    fn fit(&self, train: &Samples, context: &Context<'_>) -> Result<Fitted, Error>;

    /// The layers of a net that learns samples of this form, which [`Learner::accepts`] took, to tell
    /// so many genres apart; none for other models.
    fn layers(&self, _: Shape, _genres: usize) -> Vec<Layer> {
        Vec::new()
    }

    /// Whether the same seed gives the same scores; `Some(reason)` when it does not.
    fn not_reproducible(&self) -> Option<&'static str> {
        None
    }
}

/// A fitted model that scores.
pub trait Classifier: Keep + Send + Sync {
    /// For each sample, one score a genre: not negative, summing to 1.
    ///
    /// # Errors
    /// When the samples have not the form the model was fitted on.
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error>;
}
