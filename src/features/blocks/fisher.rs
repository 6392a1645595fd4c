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
use crate::vectors::wide;

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
        draw::of_tracks(train, &drawn, width, width)
            .for_each(|frame| frames.extend_from_slice(frame));
        let (components, found) = (self.components.get(), frames.len() / width);
        need("fisher", "training frames", components, found, "lower its `components`")?;
        let whitening = Whitening::learn(frames.chunks_exact(width), width, width, FLOOR);
        let points = whitening.apply(&frames);
        let rounds = self.rounds.get();
        let mixture = Mixture::learn(&points, width, components, rounds, seed.derive("mixture"));
        Ok(FisherVector { coefficients, whitening, mixture })
    }
}

impl Encode for FisherVector {
    fn is_sound(&self) -> bool {
        self.coefficients > 0 && self.coefficients.checked_mul(2) == Some(self.whitening.width())
    }

    fn describe(&self, seen: &LogMel<'_>) -> Vec<f32> {
        let points = self.whitening.apply(seen.values());
        let mixture = &self.mixture;
        let width = mixture.width();
        let count = (points.len() / width) as f64;
        let moments = mixture.moments(&points);
        let half = mixture.means.len();
        let mut vector = vec![0.0; 2 * half];
        let (pulls, stretches) = vector.split_at_mut(half);
        for (component, sums) in moments.sums.chunks_exact(2 * width).enumerate() {
            let own = component * width..(component + 1) * width;
            let learned = [&mixture.means[own.clone()], &mixture.variances[own.clone()]];
            let found = [&mut pulls[own.clone()], &mut stretches[own]];
            let scale = count * mixture.weights[component].sqrt();
            write_pulls(found, sums, moments.shares[component], learned, scale);
        }
        let mut rooted = vec![0.0; vector.len()];
        write_roots(&vector, &mut rooted);
        rooted
    }
}

wide! {
    /// One Gaussian's part of the vector, pulls and stretches, given Σ q x², then Σ q x, and Σ q of the
    /// frames, its means and variances, and n √w.
    fn write_pulls(found: [&mut [f64]; 2], sums: &[f64], share: f64, learned: [&[f64]; 2], scale: f64) {
        let ([pulls, stretches], [means, variances]) = (found, learned);
        let (squares, sums) = sums.split_at(means.len());
        let learned = means.iter().zip(variances);
        for (((pull, sum), stretch), (square, (mean, variance))) in
            pulls.iter_mut().zip(sums).zip(stretches).zip(squares.iter().zip(learned))
        {
            *pull = (sum - mean * share) / (variance.sqrt() * scale);
            let apart = square - 2.0 * mean * sum + (mean * mean - variance) * share;
            *stretch = apart / (variance * std::f64::consts::SQRT_2 * scale);
        }
    }
}

wide! {
    /// The signed root of each value, all brought to length 1.
    #[allow(clippy::cast_possible_truncation)]
    fn write_roots(values: &[f64], rooted: &mut [f32]) {
        let squares = values.iter().map(|value| value.abs()).sum::<f64>();
        let length = squares.sqrt().max(f64::MIN_POSITIVE);
        for (root, value) in rooted.iter_mut().zip(values) {
            *root = (value.abs().sqrt() / length).copysign(*value) as f32;
        }
    }
}
