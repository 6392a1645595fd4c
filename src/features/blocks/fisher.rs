//! In which direction a track would pull a mixture of Gaussians fitted to all tracks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cepstra::cepstra;
use super::descriptor::need;
use super::descriptor::{Descriptor, Encode, numbered};
use super::mixture::Mixture;
use super::pca::Whitening;
use super::{LogMel, draw};
use crate::bounds::bounded;
use crate::features::Error;
use crate::seed::Seed;

bounded! {
    /// How many Gaussians.
    Components: usize, at_least 1, at_most 1024
}
bounded! {
    /// How many cepstral coefficients.
    Coefficients: usize, at_least 1, at_most 64
}
bounded! {
    /// How many training frames are looked at.
    Frames: usize, at_least 1, at_most 10_000_000
}
bounded! {
    /// How many rounds.
    Rounds: usize, at_least 1, at_most 1000
}

/// Share of the largest variance that is added to each before whitening.
const FLOOR: f64 = 1e-4;

/// Fisher vector of cepstra: how a track's frames differ from all tracks', Gaussian by Gaussian.
///
/// Frames are the first `coefficients` of the cosine transform of the levels with their central
/// differences, whitened. On random training frames a mixture of `components` diagonal Gaussians is
/// fitted. For a track with posteriors q of its n frames x, each Gaussian with weight w, mean m and
/// deviation s gives Σ q (x − m) / (s n √w), and after all these Σ q ((x − m)² − s²) / (s² n √(2w));
/// of each value the signed root is taken, and the vector is brought to length 1: components × 4 ×
/// coefficients values. Learned from the training tracks. Perronnin, Sánchez & Mensink 2010.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fisher {
    /// How many Gaussians. 16 are enough for ten genres; 32 say a little more.
    pub components: Components,
    /// How many cepstral coefficients of a frame, level included; as many differences come beside.
    pub coefficients: Coefficients,
    /// How many random training frames the whitening and the mixture are fitted to; all where there
    /// are not as many.
    pub frames: Frames,
    /// Rounds of expectation and maximisation, after eight of k-means.
    pub rounds: Rounds,
}

impl Default for Fisher {
    fn default() -> Self {
        Self {
            components: Components::literal(16),
            coefficients: Coefficients::literal(20),
            frames: Frames::literal(20_000),
            rounds: Rounds::literal(30),
        }
    }
}

/// What was learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FisherVector {
    coefficients: usize,
    whitening: Whitening,
    mixture: Mixture,
}

impl Descriptor for Fisher {
    type Encoder = FisherVector;
    const LEARNED: bool = true;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        need("fisher", "frames", 3, frames, "leave the clip out")?;
        need("fisher", "mel bands", self.coefficients.get(), bands, "lower its `coefficients`")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        let components = self.components.get();
        numbered(format_args!("fisher{components}_"), components * 4 * self.coefficients.get())
    }

    fn sight(&self) -> Self {
        Self { coefficients: self.coefficients, ..Self::default() }
    }

    fn see(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        cepstra(log_mel, self.coefficients.get(), 1)
    }

    fn width(&self, _: usize) -> usize {
        2 * self.coefficients.get()
    }

    fn learn(&self, train: &[LogMel<'_>], seed: Seed) -> Result<FisherVector, Error> {
        let coefficients = self.coefficients.get();
        let width = 2 * coefficients;
        let counts: Vec<usize> = train.iter().map(LogMel::frames).collect();
        let drawn = draw::places(&counts, self.frames.get(), seed.derive("frames"));
        let mut frames = Vec::new();
        for (track, places) in train.iter().zip(drawn) {
            for place in places {
                frames.extend_from_slice(&track.values()[place * width..(place + 1) * width]);
            }
        }
        let (components, found) = (self.components.get(), frames.len() / width);
        need("fisher", "training frames", components, found, "lower its `components`")?;
        let whitening = Whitening::learn(&frames, width, width, FLOOR);
        let points = whitening.apply(&frames, width);
        let rounds = self.rounds.get();
        let mixture = Mixture::learn(&points, width, components, rounds, seed.derive("mixture"));
        Ok(FisherVector { coefficients, whitening, mixture })
    }
}

impl Encode for FisherVector {
    fn is_sound(&self) -> bool {
        self.coefficients > 0 && self.coefficients.checked_mul(2) == Some(self.whitening.width())
    }

    #[allow(clippy::cast_possible_truncation)]
    fn describe(&self, seen: &LogMel<'_>) -> Vec<f32> {
        let points = self.whitening.apply(seen.values(), 2 * self.coefficients);
        let mixture = &self.mixture;
        let width = mixture.width();
        let count = (points.len() / width) as f64;
        let moments = mixture.moments(&points);
        let (mut pulls, mut stretches) = (Vec::new(), Vec::new());
        for (component, sums) in moments.sums.chunks_exact(2 * width).enumerate() {
            let (squares, sums) = sums.split_at(width);
            let place = component * width;
            let share = moments.shares[component];
            let root = mixture.weights[component].sqrt();
            for at in 0..width {
                let (mean, variance) = (mixture.means[place + at], mixture.variances[place + at]);
                let pull = sums[at] - mean * share;
                let stretch =
                    squares[at] - 2.0 * mean * sums[at] + (mean * mean - variance) * share;
                pulls.push(pull / (variance.sqrt() * count * root));
                stretches.push(stretch / (variance * count * 2.0_f64.sqrt() * root));
            }
        }
        pulls.append(&mut stretches);
        let mut vector = pulls;
        vector.iter_mut().for_each(|value| *value = value.signum() * value.abs().sqrt());
        let length = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
        let length = length.max(f64::MIN_POSITIVE);
        vector.into_iter().map(|value| (value / length) as f32).collect()
    }
}
