//! A convolutional net on sequences, such as the log-mel spectrogram.

mod classifier;
mod net;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use self::classifier::CnnNet;
use self::net::Convolutional;
use super::layers::convolution::{Block, Dimensions, Form, Pool};
use super::train::{
    self, Augment, Batch, ClipNorm, Course, Crop, Decibels, EarlyStopping, Epochs, Frames,
    LearningRate, Mask, Mixup, Optimiser, Schedule, Share, Smoothing, Training, View, WeightDecay,
};
use super::{Context, Error, Fitted, Layer, Learner, check};
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};

/// The name under which the net is known.
const NAME: &str = "cnn";

bounded! {
    /// Nets whose scores are averaged.
    Seeds: usize, at_least 1, at_most 100
}

/// How what the blocks give over time becomes one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Pooling {
    /// The mean over all steps.
    Mean,
    /// The largest value over all steps.
    Max,
    /// Both of these.
    #[default]
    MeanMax,
}

/// A convolutional net: blocks of windows over time and bands, pooled over time.
///
/// A window of the clip goes through blocks of convolution, batch normalisation, ReLU and pooling;
/// what is left is pooled over time, and a linear layer scores the genres. Scores of a clip are
/// averaged over its windows. Expects bands on a common scale (`scale: standard`), 64 for the default
/// blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cnn {
    /// What windows extend over: 2 is time and neighbouring bands, 1 is time alone with all bands
    /// at once. Two by default: a pattern is then known again when it is shifted in pitch.
    pub dimensions: Dimensions,
    /// Blocks from the input on, each `{ filters, kernel, pool }`. The four by default leave 8 steps
    /// of 2 × 64 values of a window of 64 × 64, with 63 thousand weights: about as many as 600
    /// clips can use.
    pub blocks: Vec<Block>,
    /// What of all steps goes into the last layer: `mean`, `max` or `mean-max`. Both by default:
    /// how often and how strongly are different questions.
    pub pooling: Pooling,
    /// Share of the pooled values switched off at random in training, at least 0 and below 1.
    pub dropout: Share,
    /// What the net sees at once, `{ length, hop }` in frames: one window a clip and epoch in
    /// training, all of them in scoring. Five seconds of the framewise log-mel by default; `null`
    /// is the whole clip.
    pub crop: Option<Crop>,
    /// Standard deviation of a change of level in training, in dB, 0 to 60. Loudness says little of
    /// the genre and much of the record.
    pub gain: Decibels,
    /// Standard deviation of the slowest of five curves over the bands in training, in dB, 0 to 60:
    /// a random equaliser. It and `gain` gave the one-dimensional net 3.5 points on held-out clips.
    pub equaliser: Decibels,
    /// Most frames in a row set to the mean in training.
    pub time_mask: Mask,
    /// Most bands in a row set to the mean in training.
    pub frequency_mask: Mask,
    /// Mixes windows with each other by shares from Beta(m, m), 0 to 1; 0 mixes none.
    pub mixup: Mixup,
    /// `adam` or `adamw`; they differ in weight decay only.
    pub optimiser: Optimiser,
    /// Highest step size, above 0 and at most 10. Batch normalisation allows twice the usual.
    pub learning_rate: LearningRate,
    /// Pull of weights to zero (scales and shifts are left alone), at least 0 and at most 10.
    pub weight_decay: WeightDecay,
    /// Course of the learning rate after warm-up: `constant`, or `cosine` down to zero.
    pub schedule: Schedule,
    /// Share of all steps in which the learning rate rises from zero, at least 0 and below 1. A
    /// tenth lets the normalised figures settle first.
    pub warm_up: Share,
    /// Share of each target spread over all genres, at least 0 and below 1.
    pub label_smoothing: Smoothing,
    /// Clips of a batch, 1 to 65536. Batches are normalised by their own figures, so that a few
    /// clips make a noisy net.
    pub batch: Batch,
    /// How often the training clips are seen, at least 1.
    pub epochs: Epochs,
    /// Longest gradient over all weights, above 0; longer ones are scaled down.
    pub clip_norm: Option<ClipNorm>,
    /// Ends training by a validation part of the training clips: `{ share, patience }`. None by
    /// default: the schedule already ends at rest, and all clips are learned from.
    pub early_stopping: Option<EarlyStopping>,
    /// Nets trained from different seeds whose scores are averaged, 1 to 100. One, for the time.
    pub seeds: Seeds,
}

impl Default for Cnn {
    fn default() -> Self {
        let block =
            |filters, pool: [usize; 2]| Block::literal(filters, Pool::each(pool[0], pool[1]));
        Self {
            dimensions: Dimensions::literal(2),
            blocks: vec![
                block(16, [2, 2]),
                block(32, [2, 2]),
                block(64, [2, 2]),
                block(64, [4, 1]),
            ],
            pooling: Pooling::MeanMax,
            dropout: Share::literal(0.4),
            crop: Some(Crop { length: Frames::literal(64), hop: Frames::literal(32) }),
            gain: Decibels::literal(4.0),
            equaliser: Decibels::literal(2.0),
            time_mask: Mask::literal(10),
            frequency_mask: Mask::literal(10),
            mixup: Mixup::literal(0.3),
            optimiser: Optimiser::AdamW,
            learning_rate: LearningRate::literal(0.002),
            weight_decay: WeightDecay::literal(0.05),
            schedule: Schedule::Cosine,
            warm_up: Share::literal(0.1),
            label_smoothing: Smoothing::literal(0.1),
            batch: Batch::literal(32),
            epochs: Epochs::literal(40),
            clip_norm: Some(ClipNorm::literal(5.0)),
            early_stopping: None,
            seeds: Seeds::literal(1),
        }
    }
}

impl Cnn {
    /// What of a clip the net sees.
    fn view(&self) -> View {
        let augment = Augment {
            gain: self.gain.get(),
            equaliser: self.equaliser.get(),
            time_mask: self.time_mask.get(),
            frequency_mask: self.frequency_mask.get(),
        };
        View { crop: self.crop, augment }
    }

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
            view: self.view(),
        }
    }

    /// Sizes of the blocks on what the net sees of sequences of this shape.
    fn forms(&self, shape: Shape) -> Result<Vec<Form>, Error> {
        let (frames, bands) = self.view().seen(NAME, shape)?;
        if self.blocks.is_empty() {
            let reason = "without `blocks` there is nothing to learn; give at least one";
            return Err(Error::Parameters { model: NAME, reason });
        }
        Block::stack(&self.blocks, self.dimensions, frames, bands)
            .map_err(|reason| Error::TooSmall { model: NAME, reason })
    }
}

impl Learner for Cnn {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        self.forms(shape).map(|_| ())
    }

    fn layers(&self, shape: Shape, genres: usize) -> Vec<Layer> {
        let (Ok(forms), Ok((frames, width))) = (self.forms(shape), self.view().seen(NAME, shape))
        else {
            return Vec::new();
        };
        let mut layers =
            vec![Layer::new("window of a clip", format!("{frames} frames × {width}"), 0)];
        layers.extend(forms.iter().map(Form::outline));
        let step = forms.last().map_or(width, Form::step);
        let (pooling, pooled) = match self.pooling {
            Pooling::Mean => ("mean over time", step),
            Pooling::Max => ("max over time", step),
            Pooling::MeanMax => ("mean and max over time", 2 * step),
        };
        layers.push(Layer::new(pooling, pooled.to_string(), 0));
        let share = self.dropout.get();
        if share > 0.0 {
            layers.push(Layer::new(format!("dropout {share}"), pooled.to_string(), 0));
        }
        layers.push(Layer::linear("linear, softmax", pooled, genres));
        layers
    }

    fn fit(&self, train: &Samples, context: &Context<'_>) -> Result<Fitted, Error> {
        let forms = self.forms(train.shape())?;
        check::training(train)?;
        let trainings = self.seeds.get();
        let mut nets = Vec::with_capacity(trainings);
        let mut history = Vec::new();
        for training in 0..trainings {
            let seed = context.seed.derive(training).derive("weights");
            let net = Convolutional::new(self, &forms, train.genres().len(), seed);
            let course = Course { training, trainings };
            let (net, epochs) = train::train(NAME, net, train, &self.training(), context, course)?;
            nets.push(net.plain());
            // One curve is enough to see how training goes: the first net's.
            if training == 0 {
                history = epochs;
            }
        }
        let classifier = CnnNet::new(nets, self.crop, self.pooling, train.shape());
        let parameters = classifier.parameters();
        Ok(Fitted { classifier: Box::new(classifier), history, parameters })
    }
}
