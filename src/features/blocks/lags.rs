//! How mel bands vary together with what they were a moment before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::descriptor::{Descriptor, Encode, need, numbered};
use super::symmetric::{log_covariance, triangle, upper_triangle};
use super::{LogMel, bands};
use crate::bounds::bounded;
use crate::features::Error;
use crate::seed::Seed;

bounded! {
    /// How many broad bands.
    Bands: usize, at_least 1, at_most 64
}
bounded! {
    /// What is added to the variance of everything, in dB².
    Floor: f64, at_least 0.000_001, at_most 1_000_000.0
}

/// Frames that stand side by side, counted from the first: 0.16, 0.39 and 0.85 s later at 12.9 frames
/// a second, which spans a beat.
const STEPS: [usize; 4] = [0, 2, 5, 11];

/// Log-Euclidean covariance of the bands' levels now and a little later: timbre with rhythm.
///
/// Levels of neighbouring bands are averaged to `bands` broad ones, and each frame stands with those
/// 2, 5 and 11 frames later. Their covariance over time + `floor`·1 is kept as in `covariance`: the
/// upper triangle of its matrix logarithm. Unlearned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lags {
    /// How many broad bands the mel bands are averaged to. With 16 the matrix has 64 rows, which
    /// 30 s fill well.
    pub bands: Bands,
    /// What is added to every variance, in dB², so that silence has a logarithm.
    pub floor: Floor,
}

impl Default for Lags {
    fn default() -> Self {
        Self { bands: Bands::literal(16), floor: Floor::literal(1.0) }
    }
}

impl Descriptor for Lags {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("lags", "frames", STEPS[STEPS.len() - 1] + 1, frames, "leave the clip out")?;
        need("lags", "mel bands", self.bands.get(), bands, "lower its `bands`")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        numbered("lags", triangle(STEPS.len() * self.bands.get()))
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Lags {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let groups = self.bands.get();
        let levels = bands::grouped(log_mel, groups);
        let count = log_mel.frames() - STEPS[STEPS.len() - 1];
        let mut rows = Vec::with_capacity(count * STEPS.len() * groups);
        for frame in 0..count {
            for step in STEPS {
                rows.extend_from_slice(&levels[(frame + step) * groups..][..groups]);
            }
        }
        let size = STEPS.len() * groups;
        upper_triangle(&log_covariance(&rows, size, self.floor.get()), size)
    }
}
