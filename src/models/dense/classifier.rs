//! The dense net after training: plain numbers that score.
//!
//! Each row is worked out alone and in the same order of sums, so its scores are the same bits
//! whatever other rows are asked about. Holding plain numbers, it can be written to a file.

use serde::{Deserialize, Serialize};
use statrs::function::erf::erf;

use super::{Activation, NAME};
use crate::dataset::Samples;
use crate::models::train::softmax;
use crate::models::{Classifier, Error, check};

/// The numbers of one linear layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layer {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// One run of `outputs` numbers for each input.
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// One or more fitted nets whose scores are averaged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::models) struct DenseNet {
    nets: Vec<Vec<Layer>>,
    activation: Activation,
}

impl DenseNet {
    /// Fitted nets of one shape.
    pub(super) fn new(nets: Vec<Vec<Layer>>, activation: Activation) -> Self {
        Self { nets, activation }
    }

    /// How many numbers were learned.
    pub(super) fn parameters(&self) -> usize {
        self.nets.iter().flatten().map(|layer| layer.weight.len() + layer.bias.len()).sum()
    }

    /// Scores of one net for one row, before softmax.
    fn forward(&self, net: &[Layer], row: &[f32]) -> Vec<f32> {
        let mut values = row.to_vec();
        for (at, layer) in net.iter().enumerate() {
            values = layer.forward(&values);
            if at + 1 < net.len() {
                values.iter_mut().for_each(|value| *value = self.activation.of(*value));
            }
        }
        values
    }
}

impl Layer {
    /// The layer's outputs for one row.
    fn forward(&self, row: &[f32]) -> Vec<f32> {
        let mut sums = self.bias.clone();
        for (&value, weights) in row.iter().zip(self.weight.chunks_exact(self.outputs)) {
            // Rectified units are zero half of the time, and most so in the widest layers.
            if value != 0.0 {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
            }
        }
        sums
    }
}

impl Activation {
    /// The activation of one number.
    fn of(self, value: f32) -> f32 {
        match self {
            Self::Relu => value.max(0.0),
            Self::Gelu => {
                let exact = f64::from(value);
                (0.5 * exact * (1.0 + erf(exact / std::f64::consts::SQRT_2))) as f32
            }
            Self::Silu => value / (1.0 + (-value).exp()),
            Self::Tanh => value.tanh(),
        }
    }
}

impl Classifier for DenseNet {
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        let width = self.nets[0][0].inputs;
        check::scored_rows(NAME, width, samples)?;
        let share = 1.0 / self.nets.len() as f64;
        let score = |row: &[f32]| {
            let mut scores: Vec<f64> = Vec::new();
            for net in &self.nets {
                let of_net = softmax(&self.forward(net, row));
                scores.resize(of_net.len(), 0.0);
                scores.iter_mut().zip(of_net).for_each(|(sum, one)| *sum += one * share);
            }
            scores
        };
        Ok((0..samples.len()).map(|sample| score(samples.values(sample))).collect())
    }
}
