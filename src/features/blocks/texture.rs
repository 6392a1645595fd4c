//! How lasting sound, struck sound and what is left vary together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::descriptor::{Descriptor, Encode, need, numbered};
use super::strands::{BANDS, Strands, WIDTH};
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

/// Log-Euclidean covariance of lasting sound, and of what is left without it.
///
/// Levels x of 64 bands are parted into what lasts, h (the median of nine frames), and what is
/// struck, p (the median of nine bands). Of h, x − h and x − p, each averaged to `bands` broad bands,
/// the covariance over time + `floor`·1 is kept as in `covariance`: the upper triangle of its matrix
/// logarithm. Unlearned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Texture {
    /// How many broad bands each of the three is averaged to.
    pub bands: Bands,
    /// What is added to every variance, in dB², so that silence has a logarithm.
    pub floor: Floor,
}

impl Default for Texture {
    fn default() -> Self {
        Self { bands: Bands::literal(16), floor: Floor::literal(0.5) }
    }
}

impl Descriptor for Texture {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("texture", "frames", WIDTH, frames, "leave the clip out")?;
        need("texture", "mel bands", BANDS, bands, "take a log-mel with more bands")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        numbered("texture", triangle(3 * self.bands.get()))
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Texture {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let Strands { levels, lasting, struck } = Strands::of(log_mel);
        let less = |part: &[f32]| -> Vec<f32> {
            levels.iter().zip(part).map(|(level, part)| level - part).collect()
        };
        let groups = self.bands.get();
        let parts = [&lasting, &less(&lasting), &less(&struck)]
            .map(|part| bands::grouped(&LogMel::new(part, BANDS), groups));
        let frame = |at: usize| parts.iter().flat_map(move |part| &part[at * groups..][..groups]);
        let rows: Vec<f32> = (0..log_mel.frames()).flat_map(frame).copied().collect();
        let size = 3 * groups;
        upper_triangle(&log_covariance(&rows, size, self.floor.get()), size)
    }
}
