//! A recurrent net on sequences: long short-term memory behind convolutions over time.

mod classifier;
mod net;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use self::classifier::LstmNet;
use self::net::Recurrent;
use super::layers::convolution::{Block, Dimensions, Form, Pool, PoolExtent};
use super::train::{
    self, Augment, Batch, ClipNorm, Course, Crop, Decibels, EarlyStopping, Epochs, Frames,
    LearningRate, Mask, Mixup, Optimiser, Schedule, Share, Smoothing, Training, View, WeightDecay,
};
use super::{Context, Error, Fitted, Layer, Learner, check};
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};

/// The name under which the net is known.
const NAME: &str = "lstm";

bounded! {
    /// Recurrent layers on top of each other.
    Layers: usize, at_least 1, at_most 8
}
bounded! {
    /// Numbers of a recurrent state.
    Hidden: usize, at_least 1, at_most 4096
}
bounded! {
    /// Nets whose scores are averaged.
    Seeds: usize, at_least 1, at_most 100
}

/// What of all states goes into the last layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Pooling {
    /// The state after the last step; backward in time, that after the first.
    Last,
    /// The mean over all steps.
    Mean,
    /// The largest value over all steps.
    Max,
    /// Both of these.
    #[default]
    MeanMax,
}

/// A recurrent net: convolutions, long short-term memory, pooling over time.
///
/// A window of the clip goes through blocks of convolution, batch normalisation, ReLU and pooling,
/// if any, then step by step through recurrent layers; their states are pooled over time and a
/// linear layer scores the genres. Scores of a clip are averaged over its windows. Expects columns
/// on a common scale (`scale: standard`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lstm {
    /// Recurrent layers, 1 to 8. One is enough behind convolutions.
    pub layers: Layers,
    /// Numbers of a layer's state in each direction, 1 to 4096.
    pub hidden: Hidden,
    /// Whether each layer also reads the window backward in time, with weights of its own.
    pub bidirectional: bool,
    /// What of all states is scored: `last`, `mean`, `max` or `mean-max`. A genre is heard all
    /// through a clip, so the last state knows no more than the others.
    pub pooling: Pooling,
    /// Blocks in front of the recurrent layers, each `{ filters, kernel, pool }`; an empty list is
    /// none. On few hundred clips a recurrent net alone does not get far.
    pub convolution: Vec<Block>,
    /// Axes that the blocks' patterns extend over: 1 for time alone, 2 for time and bands. Two
    /// gained four points on artist-apart folds of GTZAN at twice the time (`experiments/lstm.yaml`).
    pub dimensions: Dimensions,
    /// Share of values switched off at random in training, between recurrent layers and before the
    /// last; at least 0 and below 1.
    pub dropout: Share,
    /// Window over the frames of a clip: `{ length, hop }` in frames. Training draws one at random
    /// each time, scoring averages all of them, `hop` apart. `null` takes whole clips.
    pub crop: Option<Crop>,
    /// Random change of level of each training window, as a standard deviation in dB, 0 to 60.
    /// Levels differ among recordings of one genre.
    pub gain: Decibels,
    /// Random change of tone colour of each training window, as the standard deviation in dB of the
    /// slowest of five cosines over the bands, 0 to 60.
    pub equaliser: Decibels,
    /// Longest run of frames of a training window set to the mean, 0 to 10000.
    pub time_mask: Mask,
    /// Longest run of columns of a training window set to the mean, 0 to 10000.
    pub frequency_mask: Mask,
    /// Mixes windows with each other by shares from Beta(m, m), 0 to 1; 0 mixes none.
    pub mixup: Mixup,
    /// `adam` or `adamw`; they differ in weight decay only.
    pub optimiser: Optimiser,
    /// Highest step size, above 0 and at most 10.
    pub learning_rate: LearningRate,
    /// Pull of weights to zero (biases are left alone), at least 0 and at most 10.
    pub weight_decay: WeightDecay,
    /// Course of the learning rate after warm-up: `constant`, or `cosine` down to zero.
    pub schedule: Schedule,
    /// Share of all steps in which the learning rate rises from zero, at least 0 and below 1.
    pub warm_up: Share,
    /// Share of each target spread over all genres, at least 0 and below 1.
    pub label_smoothing: Smoothing,
    /// Windows of a batch, 1 to 65536.
    pub batch: Batch,
    /// How often the training clips are seen, at least 1. Each time it is another window, changed
    /// in another way.
    pub epochs: Epochs,
    /// Longest gradient over all weights, above 0; longer ones are scaled down. Gradients through
    /// many steps can grow large at once.
    pub clip_norm: Option<ClipNorm>,
    /// Ends training by a validation part of the training clips: `{ share, patience }`. None by
    /// default: the schedule already ends at rest, and all clips are learned from.
    pub early_stopping: Option<EarlyStopping>,
    /// Nets trained from different seeds whose scores are averaged, 1 to 100. One, for the time.
    pub seeds: Seeds,
}

impl Default for Lstm {
    fn default() -> Self {
        let halved = Pool::Same(PoolExtent::literal(2));
        Self {
            layers: Layers::literal(1),
            hidden: Hidden::literal(64),
            bidirectional: true,
            pooling: Pooling::MeanMax,
            convolution: vec![Block::literal(64, halved), Block::literal(64, halved)],
            dimensions: Dimensions::literal(1),
            dropout: Share::literal(0.4),
            crop: Some(Crop { length: Frames::literal(128), hop: Frames::literal(64) }),
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
            epochs: Epochs::literal(120),
            clip_norm: Some(ClipNorm::literal(5.0)),
            early_stopping: None,
            seeds: Seeds::literal(1),
        }
    }
}

impl Lstm {
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

    /// Steps of the recurrent layers and values of a step, behind blocks of these sizes.
    fn steps(&self, forms: &[Form], seen: [usize; 2]) -> [usize; 2] {
        forms.last().map_or(seen, |form| {
            let steps = form.pooled()[usize::from(self.dimensions.get() == 1)];
            [steps, form.output() / steps]
        })
    }

    /// Sizes of the blocks on what the net sees of sequences of this shape, and that itself.
    fn sizes(&self, shape: Shape) -> Result<(Vec<Form>, [usize; 2]), Error> {
        let (frames, width) = self.view().seen(NAME, shape)?;
        let forms = Block::stack(&self.convolution, self.dimensions, frames, width)
            .map_err(|reason| Error::TooSmall { model: NAME, reason })?;
        Ok((forms, [frames, width]))
    }
}

impl Learner for Lstm {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        self.sizes(shape).map(|_| ())
    }

    fn layers(&self, shape: Shape, genres: usize) -> Vec<Layer> {
        let Ok((forms, [frames, width])) = self.sizes(shape) else { return Vec::new() };
        let mut layers =
            vec![Layer::new("window of a clip", format!("{frames} frames × {width}"), 0)];
        layers.extend(forms.iter().map(Form::outline));
        let [steps, mut width] = self.steps(&forms, [frames, width]);
        let dropout = |width: usize| {
            let share = self.dropout.get();
            (share > 0.0).then(|| Layer::new(format!("dropout {share}"), width.to_string(), 0))
        };
        let (hidden, directions) = (self.hidden.get(), 1 + usize::from(self.bidirectional));
        let states = hidden * directions;
        for at in 0..self.layers.get() {
            layers.extend(dropout(width).filter(|_| at > 0));
            let name = if self.bidirectional { "LSTM, both directions" } else { "LSTM" };
            let parameters = directions * 4 * hidden * (width + hidden + 1);
            layers.push(Layer::new(name, format!("{steps} steps × {states}"), parameters));
            width = states;
        }
        let (pooling, pooled) = match self.pooling {
            Pooling::Last => ("last state", states),
            Pooling::Mean => ("mean over time", states),
            Pooling::Max => ("max over time", states),
            Pooling::MeanMax => ("mean and max over time", 2 * states),
        };
        layers.push(Layer::new(pooling, pooled.to_string(), 0));
        layers.extend(dropout(pooled));
        layers.push(Layer::linear("linear, softmax", pooled, genres));
        layers
    }

    fn fit(&self, train: &Samples, context: &Context<'_>) -> Result<Fitted, Error> {
        let (forms, seen) = self.sizes(train.shape())?;
        check::training(train)?;
        let trainings = self.seeds.get();
        let mut nets = Vec::with_capacity(trainings);
        let mut history = Vec::new();
        for training in 0..trainings {
            let mut stream = context.seed.derive(training).derive("weights").stream();
            let net = Recurrent::new(self, &forms, seen, train.genres().len(), &mut stream);
            let course = Course { training, trainings };
            let (net, epochs) = train::train(NAME, net, train, &self.training(), context, course)?;
            nets.push(net.plain());
            // One curve is enough to see how training goes: the first net's.
            if training == 0 {
                history = epochs;
            }
        }
        let classifier = LstmNet::new(nets, self.crop, self.pooling, train.shape());
        let parameters = classifier.parameters();
        Ok(Fitted { classifier: Box::new(classifier), history, parameters })
    }
}
