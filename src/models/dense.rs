//! A net of fully connected layers on rows.

mod classifier;
mod net;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use self::classifier::DenseNet;
use self::net::Perceptron;
use super::train::{
    self, Batch, ClipNorm, Course, EarlyStopping, Epochs, LearningRate, Mixup, Optimiser, Schedule,
    Share, Smoothing, Training, View, WeightDecay,
};
use super::{Context, Error, Fitted, Layer, Learner, check};
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};

/// The name under which the net is known.
const NAME: &str = "dense";

bounded! {
    /// Units of one layer.
    Width: usize, at_least 1, at_most 16384
}
bounded! {
    /// Nets whose scores are averaged.
    Seeds: usize, at_least 1, at_most 100
}

/// What stands between two layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Activation {
    /// max(0, x).
    #[default]
    Relu,
    /// x · Φ(x), with Φ the normal distribution.
    Gelu,
    /// x / (1 + exp(-x)).
    Silu,
    /// Hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Its name in a diagram.
    const fn name(self) -> &'static str {
        match self {
            Self::Relu => "ReLU",
            Self::Gelu => "GELU",
            Self::Silu => "SiLU",
            Self::Tanh => "tanh",
        }
    }
}

/// A net of fully connected layers, trained by gradient descent.
///
/// Each hidden layer is linear, then the activation, then dropout; the last is linear with one score
/// a genre, and softmax makes them shares. Expects columns on a common scale (`scale: standard`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Dense {
    /// Units of each hidden layer, from the input on, each 1 to 16384; an empty list is logistic
    /// regression. The default is the net of the original system, so that the two compare.
    pub hidden: Vec<Width>,
    /// Share of each hidden layer's units switched off at random in training, at least 0 and below
    /// 1. A fifth is the original's.
    pub dropout: Share,
    /// What follows each hidden layer: `relu`, `gelu`, `silu` or `tanh`. ReLU is the original's and
    /// the fastest.
    pub activation: Activation,
    /// `adam` or `adamw`; they differ in weight decay only. AdamW's decay does not fade where
    /// gradients are large.
    pub optimiser: Optimiser,
    /// Highest step size, above 0 and at most 10. 0.001 is the published default of Adam.
    pub learning_rate: LearningRate,
    /// Pull of weights to zero (biases are left alone), at least 0 and at most 10. With AdamW 0.05
    /// shrinks weights by a few per cent over a training, which nets with far more weights than
    /// rows can use.
    pub weight_decay: WeightDecay,
    /// Course of the learning rate after warm-up: `constant`, or `cosine` down to zero, which ends
    /// training at rest and so needs no lucky last epoch.
    pub schedule: Schedule,
    /// Share of all steps in which the learning rate rises from zero, at least 0 and below 1. Small
    /// nets need none.
    pub warm_up: Share,
    /// Share of each target spread over all genres, at least 0 and below 1. A tenth keeps the net
    /// from growing sure of its training rows.
    pub label_smoothing: Smoothing,
    /// Mixes rows with each other by shares from Beta(m, m), 0 to 1; 0 mixes none, the default, as
    /// the original did not.
    pub mixup: Mixup,
    /// Rows of a batch, 1 to 65536. 32 is the original's.
    pub batch: Batch,
    /// How often the training rows are seen, at least 1. Under the cosine schedule 60 and 100 came out
    /// equal on folds within training rows of GTZAN.
    pub epochs: Epochs,
    /// Longest gradient over all weights, above 0; longer ones are scaled down. None by default:
    /// small nets on scaled columns do not need it.
    pub clip_norm: Option<ClipNorm>,
    /// Ends training by a validation part of the training rows: `{ share, patience }`. None by
    /// default: the schedule already ends at rest, and all rows are learned from.
    pub early_stopping: Option<EarlyStopping>,
    /// Nets trained from different seeds whose scores are averaged, 1 to 100. One, for the time.
    pub seeds: Seeds,
}

impl Default for Dense {
    fn default() -> Self {
        Self {
            hidden: [512, 256, 128, 64].map(Width::literal).to_vec(),
            dropout: Share::literal(0.2),
            activation: Activation::Relu,
            optimiser: Optimiser::AdamW,
            learning_rate: LearningRate::literal(0.001),
            weight_decay: WeightDecay::literal(0.05),
            schedule: Schedule::Cosine,
            warm_up: Share::literal(0.0),
            label_smoothing: Smoothing::literal(0.1),
            mixup: Mixup::literal(0.0),
            batch: Batch::literal(32),
            epochs: Epochs::literal(60),
            clip_norm: None,
            early_stopping: None,
            seeds: Seeds::literal(1),
        }
    }
}

impl Dense {
    /// What the training loop needs to know.
    fn training(&self) -> Training {
        Training {
            optimiser: self.optimiser,
            learning_rate: self.learning_rate.get(),
            weight_decay: self.weight_decay.get(),
            schedule: self.schedule,
            warm_up: self.warm_up.get(),
            label_smoothing: self.label_smoothing.get(),
            mixup: self.mixup.get(),
            batch: self.batch.get(),
            epochs: self.epochs.get(),
            clip_norm: self.clip_norm.map(ClipNorm::get),
            early_stopping: self.early_stopping,
            view: View::default(),
        }
    }
}

impl Learner for Dense {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        check::row_width(NAME, shape).map(|_| ())
    }

    fn layers(&self, shape: Shape, genres: usize) -> Vec<Layer> {
        let mut width = shape.size();
        let mut layers = vec![Layer::new("input", width.to_string(), 0)];
        let (activation, dropout) = (self.activation.name(), self.dropout.get());
        for units in self.hidden.iter().map(|width| width.get()) {
            layers.push(Layer::linear(format!("linear, {activation}"), width, units));
            if dropout > 0.0 {
                layers.push(Layer::new(format!("dropout {dropout}"), units.to_string(), 0));
            }
            width = units;
        }
        layers.push(Layer::linear("linear, softmax", width, genres));
        layers
    }

    fn fit(&self, train: &Samples, context: &Context<'_>) -> Result<Fitted, Error> {
        let mut widths = vec![check::row_width(NAME, train.shape())?];
        check::training(train)?;
        widths.extend(self.hidden.iter().map(|width| width.get()));
        widths.push(train.genres().len());

        let trainings = self.seeds.get();
        let mut nets = Vec::with_capacity(trainings);
        let mut history = Vec::new();
        for training in 0..trainings {
            let seed = context.seed.derive(training).derive("weights");
            let net = Perceptron::new(&widths, self.dropout.get(), self.activation, seed);
            let course = Course { training, trainings };
            let (net, epochs) = train::train(NAME, net, train, &self.training(), context, course)?;
            nets.push(net.layers());
            // One curve is enough to see how training goes: the first net's.
            if training == 0 {
                history = epochs;
            }
        }
        let classifier = DenseNet::new(nets, self.activation);
        let parameters = classifier.parameters();
        Ok(Fitted { classifier: Box::new(classifier), history, parameters })
    }
}
