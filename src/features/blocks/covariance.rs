//! How mel bands and their changes vary together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deltas::with_deltas;
use super::descriptor::need;
use super::descriptor::{Descriptor, Encode, numbered};
use super::symmetric::{log_covariance, triangle, upper_triangle};
use super::{LogMel, bands};
use crate::bounds::bounded;
use crate::features::Error;
use crate::seed::Seed;

bounded! {
    /// How many broad bands.
    Bands: usize, at_least 2, at_most 256
}
bounded! {
    /// How many orders of differences.
    Orders: usize, at_most 2
}
bounded! {
    /// What is added to the variance of everything, in dB².
    Floor: f64, at_least 0.000_001, at_most 1_000_000.0
}

/// Log-Euclidean covariance of the bands' levels and their differences.
///
/// Levels of neighbouring bands are averaged to `bands` broad ones, and to each frame its
/// differences are added: z. Its covariance over time S = cov(z) + `floor`·1 is mapped to its
/// matrix logarithm, in which distances between covariances are Euclidean; the diagonal is kept, and
/// what stands above it times √2. The clip's mean level leaves no trace. Unlearned. Arsigny,
/// Fillard, Pennec & Ayache 2006.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Covariance {
    /// How many broad bands the mel bands are averaged to. With 32 and one order of differences the
    /// matrix has 64 rows, which 30 s fill well.
    pub bands: Bands,
    /// Orders of differences beside the levels: 0, 1 (x(t+1) − x(t−1)) or 2 (the bend as well).
    pub deltas: Orders,
    /// What is added to every variance, in dB², so that silence has a logarithm. 1 dB² is below
    /// what music varies by.
    pub floor: Floor,
}

impl Default for Covariance {
    fn default() -> Self {
        Self { bands: Bands::literal(32), deltas: Orders::literal(1), floor: Floor::literal(1.0) }
    }
}

impl Covariance {
    fn size(&self) -> usize {
        self.bands.get() * (1 + self.deltas.get())
    }
}

impl Descriptor for Covariance {
    type Encoder = Self;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("covariance", "frames", 3, frames, "leave the clip out")?;
        need("covariance", "mel bands", self.bands.get(), bands, "lower its `bands`")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        numbered("covariance", triangle(self.size()))
    }

    fn learn(&self, _: &[LogMel<'_>], _: Seed) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl Encode for Covariance {
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        let levels = bands::grouped(log_mel, self.bands.get());
        let rows = with_deltas(&levels, self.bands.get(), self.deltas.get());
        let size = self.size();
        upper_triangle(&log_covariance(&rows, size, self.floor.get()), size)
    }
}
