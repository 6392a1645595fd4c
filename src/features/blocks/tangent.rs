//! How cepstra vary together, seen from the middle of all training tracks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LogMel;
use super::cepstra::cepstra;
use super::descriptor::need;
use super::descriptor::{Descriptor, Encode, numbered};
use super::symmetric::{covariance, triangle, upper_triangle};
use crate::bounds::bounded;
use crate::features::Error;
use crate::matrix::{View, logarithm, product, spectral};
use crate::seed::Seed;

bounded! {
    /// How many cepstral coefficients.
    Coefficients: usize, at_least 1, at_most 64
}
bounded! {
    /// What is added to the variance of everything, in dB².
    Floor: f64, at_least 0.000_001, at_most 1_000_000.0
}

/// Tangent-space covariance of cepstra and their first and second differences.
///
/// Frames are the first `coefficients` of the cosine transform of the levels, their slope and their
/// bend. S is their covariance over time + `floor`·1. With R, the mean of ln S over the training
/// tracks, and W = exp(−R/2), the vector is the upper triangle of ln(W S W), off the diagonal times
/// √2: 0 for a track like the mean of all. Learned from the training tracks. Barachant, Bonnet,
/// Congedo & Jutten 2013.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tangent {
    /// How many cepstral coefficients of a frame, level included; as many slopes and bends come
    /// beside.
    pub coefficients: Coefficients,
    /// What is added to every variance, so that silence has a logarithm.
    pub floor: Floor,
}

impl Default for Tangent {
    fn default() -> Self {
        Self { coefficients: Coefficients::literal(20), floor: Floor::literal(0.3) }
    }
}

/// What was learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TangentSpace {
    parameters: Tangent,
    /// exp(−R/2) of the reference R, row after row.
    whitening: Vec<f64>,
}

impl Tangent {
    fn size(&self) -> usize {
        3 * self.coefficients.get()
    }
}

/// Covariance or its logarithm, in double precision again.
fn half(seen: &[f32], at: usize) -> Vec<f64> {
    let half = seen.len() / 2;
    seen[at * half..][..half].iter().map(|value| f64::from(*value)).collect()
}

impl Descriptor for Tangent {
    type Encoder = TangentSpace;
    const LEARNED: bool = true;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("tangent", "frames", 3, frames, "leave the clip out")?;
        need("tangent", "mel bands", self.coefficients.get(), bands, "lower its `coefficients`")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        numbered("tangent", triangle(self.size()))
    }

    /// The covariance, and under it its logarithm.
    #[allow(clippy::cast_possible_truncation)]
    fn see(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let rows = cepstra(log_mel, self.coefficients.get(), 2);
        let mut seen = covariance(&rows, self.size(), self.floor.get());
        seen.extend(logarithm(&seen, self.size()));
        seen.into_iter().map(|value| value as f32).collect()
    }

    fn width(&self, _: usize) -> usize {
        self.size()
    }

    fn learn(&self, train: &[LogMel<'_>], _: Seed) -> Result<TangentSpace, Error> {
        let size = self.size();
        let mut reference = vec![0.0; size * size];
        for track in train {
            for (sum, value) in reference.iter_mut().zip(half(track.values(), 1)) {
                *sum += value / train.len() as f64;
            }
        }
        let whitening = spectral(&reference, size, |value| (-0.5 * value).exp());
        Ok(TangentSpace { parameters: self.clone(), whitening })
    }
}

impl Encode for TangentSpace {
    fn describe(&self, seen: &LogMel<'_>) -> Vec<f32> {
        let size = self.parameters.size();
        let covariance = half(seen.values(), 0);
        let whitening = View::of(&self.whitening, size);
        let left = product(whitening, View::of(&covariance, size));
        let seen = product(View::of(&left, size), whitening);
        upper_triangle(&logarithm(&seen, size), size)
    }
}
