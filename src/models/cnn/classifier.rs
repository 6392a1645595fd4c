//! The convolutional net after training: plain numbers that score.
//!
//! Each window of each clip is worked out alone, so that a clip's scores are the same bits whatever
//! other clips are asked about.

use serde::{Deserialize, Serialize};

use super::{NAME, Pooling};
use crate::dataset::{Samples, Shape};
use crate::models::layers::convolution::{Folded, Scorer};
use crate::models::saved::Sound;
use crate::models::train::{Crop, View, windows_scored};
use crate::models::{Classifier, Error, check};

/// One fitted net as plain numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::models) struct Plain {
    pub(super) blocks: Vec<Folded>,
    /// One run of genres for each pooled value.
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// One or more fitted nets whose scores are averaged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::models) struct CnnNet {
    nets: Vec<Plain>,
    crop: Option<Crop>,
    pooling: Pooling,
    /// Frames and bands of the clips learned from.
    frames: usize,
    bands: usize,
}

impl CnnNet {
    /// Fitted nets of one form, learned from clips of this shape.
    pub(super) fn new(
        nets: Vec<Plain>,
        crop: Option<Crop>,
        pooling: Pooling,
        shape: Shape,
    ) -> Self {
        let (frames, bands) = match shape {
            Shape::Sequence { frames, width } => (frames, width),
            Shape::Row { width } => (1, width),
        };
        Self { nets, crop, pooling, frames, bands }
    }

    /// How many numbers were learned.
    pub(super) fn parameters(&self) -> usize {
        let of_net = |net: &Plain| {
            let blocks: usize = net.blocks.iter().map(Folded::parameters).sum();
            blocks + net.weight.len() + net.bias.len()
        };
        self.nets.iter().map(of_net).sum()
    }

    /// Refuses clips that the nets cannot score.
    fn check(&self, samples: &Samples) -> Result<(), Error> {
        let given = samples.shape();
        View { crop: self.crop, ..View::default() }.seen(NAME, given)?;
        let needs = match (given, self.crop) {
            (Shape::Sequence { width, .. }, _) if width != self.bands => {
                "frames of as many bands as those it learned from"
            }
            (Shape::Sequence { frames, .. }, None) if frames != self.frames => {
                "clips as long as those it learned from, as it has no `crop`"
            }
            _ => return check::finite(samples),
        };
        Err(Error::Shape { model: NAME, needs, given })
    }
}

impl Plain {
    /// Scores of one window, before softmax.
    fn forward(&self, scorers: &mut [Scorer<'_>], pooling: Pooling, window: &[f32]) -> Vec<f32> {
        let mut values = window.to_vec();
        for scorer in scorers {
            values = scorer.forward(&values);
        }
        let values_pooled = self.weight.len() / self.bias.len();
        let width = values_pooled / if pooling == Pooling::MeanMax { 2 } else { 1 };
        let mut sums = self.bias.clone();
        let pooled = pool(pooling, &values, width);
        for (value, weights) in pooled.iter().zip(self.weight.chunks_exact(sums.len())) {
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
        }
        sums
    }
}

/// Steps of `width` values as one row.
fn pool(pooling: Pooling, values: &[f32], width: usize) -> Vec<f32> {
    let mean = || {
        let share = ((values.len() / width) as f32).recip();
        let mut sums = vec![0.0; width];
        for step in values.chunks_exact(width) {
            sums.iter_mut().zip(step).for_each(|(sum, value)| *sum += value);
        }
        sums.iter().map(|sum| sum * share).collect::<Vec<f32>>()
    };
    let max = || {
        let mut largest = vec![f32::NEG_INFINITY; width];
        for step in values.chunks_exact(width) {
            largest.iter_mut().zip(step).for_each(|(most, value)| *most = most.max(*value));
        }
        largest
    };
    match pooling {
        Pooling::Mean => mean(),
        Pooling::Max => max(),
        Pooling::MeanMax => [mean(), max()].concat(),
    }
}

impl Sound for CnnNet {
    fn is_sound(&self) -> bool {
        let blocks = |net: &Plain| net.blocks.iter().all(Folded::is_sound);
        !self.nets.is_empty() && self.nets.iter().all(blocks)
    }
}

impl Classifier for CnnNet {
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        self.check(samples)?;
        let share = 1.0 / self.nets.len() as f64;
        let mut all: Vec<Vec<f64>> = vec![Vec::new(); samples.len()];
        for net in &self.nets {
            let mut scorers: Vec<Scorer<'_>> = net.blocks.iter().map(Folded::scorer).collect();
            for (sample, scores) in all.iter_mut().enumerate() {
                let clip = samples.values(sample);
                let of_net = windows_scored(self.crop, self.bands, clip, |window| {
                    net.forward(&mut scorers, self.pooling, window)
                });
                scores.resize(of_net.len(), 0.0);
                scores.iter_mut().zip(of_net).for_each(|(sum, one)| *sum += one * share);
            }
        }
        Ok(all)
    }
}
