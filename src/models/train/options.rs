//! How a net is trained: the parameters that all nets share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::view::View;
use crate::bounds::bounded;

bounded! {
    /// How far a step goes at most.
    LearningRate: f64, above 0.0, at_most 10.0
}
bounded! {
    /// How strongly weights are pulled to zero.
    WeightDecay: f64, at_least 0.0, at_most 10.0
}
bounded! {
    /// Share of a target that is spread over all genres.
    Smoothing: f64, at_least 0.0, below 1.0
}
bounded! {
    /// Shape of the Beta distribution that rows are mixed by; 0 mixes none.
    Mixup: f64, at_least 0.0, at_most 1.0
}
bounded! {
    /// How many rows go through the net at once.
    Batch: usize, at_least 1, at_most 65536
}
bounded! {
    /// How often the training rows are seen.
    Epochs: usize, at_least 1, at_most 100000
}
bounded! {
    /// Longest gradient, as a Euclidean norm over all weights.
    ClipNorm: f64, above 0.0
}
bounded! {
    /// A part of a whole.
    Share: f64, at_least 0.0, below 1.0
}
bounded! {
    /// How many epochs may pass without improvement.
    Patience: usize, at_least 1
}

/// Rule by which gradients become steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Optimiser {
    /// Adam, weight decay added to the gradient (Kingma & Ba 2015).
    Adam,
    /// Adam, weight decay apart from the gradient (Loshchilov & Hutter 2019).
    #[default]
    AdamW,
}

/// How the learning rate goes over the epochs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Schedule {
    /// It stays as it is.
    Constant,
    /// It falls to zero along half a cosine.
    #[default]
    Cosine,
}

/// Ends training when a validation part of the training rows says so, and keeps the best weights.
///
/// The part is drawn by genre and never parts a group; test rows have no say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(inline)]
pub struct EarlyStopping {
    /// Share of the training rows held out, above 0 and below 1. A tenth costs little training data
    /// and gives 90 rows of 900 to judge by.
    pub share: Share,
    /// How many epochs may pass without a lower validation loss before training ends; at least 1.
    /// Ten outlasts the ripple of a small validation part.
    pub patience: Patience,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        Self { share: Share::literal(0.1), patience: Patience::literal(10) }
    }
}

/// All options of one training.
#[derive(Clone, Debug)]
pub(in crate::models) struct Training {
    /// Rule of the steps.
    pub(in crate::models) optimiser: Optimiser,
    /// Highest learning rate.
    pub(in crate::models) learning_rate: f64,
    /// Pull of weights to zero; biases and other vectors are left alone.
    pub(in crate::models) weight_decay: f64,
    /// Course of the learning rate.
    pub(in crate::models) schedule: Schedule,
    /// Share of all steps in which the learning rate rises from zero.
    pub(in crate::models) warm_up: f64,
    /// Share of each target that is spread over all genres.
    pub(in crate::models) label_smoothing: f64,
    /// Shape of the Beta distribution that rows are mixed by.
    pub(in crate::models) mixup: f64,
    /// Rows in a batch.
    pub(in crate::models) batch: usize,
    /// Most epochs.
    pub(in crate::models) epochs: usize,
    /// Longest gradient.
    pub(in crate::models) clip_norm: Option<f64>,
    /// When to end before that.
    pub(in crate::models) early_stopping: Option<EarlyStopping>,
    /// What of a sample the net sees.
    pub(in crate::models) view: View,
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Optimiser, Schedule, Training, View};

    /// Adam at a constant rate and nothing else: what tests start from.
    pub(in crate::models::train) fn plain() -> Training {
        Training {
            optimiser: Optimiser::Adam,
            learning_rate: 0.01,
            weight_decay: 0.0,
            schedule: Schedule::Constant,
            warm_up: 0.0,
            label_smoothing: 0.0,
            mixup: 0.0,
            batch: 32,
            epochs: 1,
            clip_norm: None,
            early_stopping: None,
            view: View::default(),
        }
    }
}
