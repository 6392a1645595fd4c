//! How strongly a track shows each of many small spectro-temporal patterns.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::descriptor::need;
use super::descriptor::{Descriptor, Encode, numbered};
use super::kmeans::{self, Geometry};
use super::pca::Whitening;
use super::{LogMel, bands, draw};
use crate::bounds::bounded;
use crate::features::Error;
use crate::matrix::factor::{Basis, product_of_windows};
use crate::seed::Seed;
use crate::vectors::{larger, wide};

bounded! {
    /// How many broad bands.
    Bands: usize, at_least 1, at_most 256
}
bounded! {
    /// How many frames a patch is long.
    Length: usize, at_least 1, at_most 256
}
bounded! {
    /// How many frames from one patch to the next.
    Hop: usize, at_least 1, at_most 256
}
bounded! {
    /// How many principal components.
    Components: usize, at_least 1, at_most 1024
}
bounded! {
    /// How many patterns.
    Patterns: usize, at_least 1, at_most 4096
}
bounded! {
    /// How many training patches are looked at.
    Drawn: usize, at_least 1, at_most 10_000_000
}

/// Training patches that are whitened at a time.
const CHUNK: usize = 1024;
/// Patches whose activations are summed in single precision.
const PIECE: usize = 64;
/// Rounds of k-means.
const ROUNDS: usize = 8;
/// Share of the largest variance that is added to each before whitening.
const FLOOR: f64 = 1e-3;
/// What a patch must have in common with a pattern to count for it at all: a cosine of 84°.
const THRESHOLD: f32 = 0.1;

/// Activations of patterns that k-means found in patches of the log-mel.
///
/// Levels of neighbouring bands are averaged to `bands` broad ones. Patches of `length` frames, `hop`
/// apart, are whitened to `components` and brought to length 1: z. On random training patches,
/// spherical k-means finds `patterns` directions d. A pattern's activation by a patch is max(0, z·d −
/// 0.1), and over the patches of a track the largest is kept, or the standard deviation. Learned
/// from the training tracks. After Coates & Ng 2012.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Patches {
    /// How many broad bands the mel bands are averaged to.
    pub bands: Bands,
    /// How many frames a patch is long: 8 are 0.6 s of 12.9 frames a second, about a beat.
    pub length: Length,
    /// How many frames from one patch to the next.
    pub hop: Hop,
    /// How many principal components are kept of a patch.
    pub components: Components,
    /// How many patterns.
    pub patterns: Patterns,
    /// How many random training patches the dictionary is learned from; all where there are not as
    /// many.
    pub drawn: Drawn,
    /// What is kept of a pattern's activations over a track: the largest asks whether it occurs at
    /// all, the standard deviation how much it comes and goes.
    pub pool: Pool,
}

/// What is kept of activations over a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Pool {
    /// The largest.
    Max,
    /// Their standard deviation.
    Std,
}

impl Default for Patches {
    fn default() -> Self {
        Self {
            bands: Bands::literal(64),
            length: Length::literal(8),
            hop: Hop::literal(2),
            components: Components::literal(96),
            patterns: Patterns::literal(256),
            drawn: Drawn::literal(30_000),
            pool: Pool::Max,
        }
    }
}

/// What was learned, whatever is kept of it.
///
/// Unknown fields are refused: before both pools shared a dictionary one was saved with its pool, and
/// would now be heard wrongly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternActivations {
    bands: usize,
    length: usize,
    hop: usize,
    whitening: Whitening,
    /// Patterns × components, each of length 1.
    patterns: Basis,
}

impl Descriptor for Patches {
    type Encoder = PatternActivations;
    const LEARNED: bool = true;

    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error> {
        let size = self.bands.get() * self.length.get();
        need("patches", "values a patch", self.components.get(), size, "lower its `components`")?;
        need("patches", "frames", self.length.get(), frames, "lower its `length`")?;
        need("patches", "mel bands", self.bands.get(), bands, "lower its `bands`")
    }

    fn columns(&self, _: usize) -> Vec<String> {
        let pool = match self.pool {
            Pool::Max => "max",
            Pool::Std => "std",
        };
        numbered(format_args!("patches_{pool}"), self.patterns.get())
    }

    fn sight(&self) -> Self {
        Self { bands: self.bands, ..Self::default() }
    }

    fn dictionary(&self) -> Self {
        Self { pool: Pool::Max, ..self.clone() }
    }

    fn see(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        bands::grouped(log_mel, self.bands.get())
    }

    fn width(&self, _: usize) -> usize {
        self.bands.get()
    }

    /// The largest come first.
    fn own(&self, described: usize) -> Range<usize> {
        match self.pool {
            Pool::Max => 0..described / 2,
            Pool::Std => described / 2..described,
        }
    }

    fn learn(&self, train: &[LogMel<'_>], seed: Seed) -> Result<PatternActivations, Error> {
        let (bands, length, hop) = (self.bands.get(), self.length.get(), self.hop.get());
        let size = bands * length;
        let counts: Vec<usize> =
            train.iter().map(|track| (track.frames() - length) / hop + 1).collect();
        let drawn = draw::places(&counts, self.drawn.get(), seed.derive("patches"));
        let patches = draw::of_tracks(train, &drawn, hop * bands, size);
        let (patterns, found) = (self.patterns.get(), drawn.iter().map(Vec::len).sum());
        need("patches", "training patches", patterns, found, "lower its `patterns`")?;
        let components = self.components.get();
        let whitening = Whitening::learn(patches.clone(), size, components, FLOOR);
        let (mut left, mut points) = (patches, Vec::with_capacity(found * components));
        let mut chunk = Vec::with_capacity(CHUNK * size);
        while points.len() < found * components {
            chunk.clear();
            left.by_ref().take(CHUNK).for_each(|patch| chunk.extend_from_slice(patch));
            points.extend_from_slice(&whitening.apply(&chunk));
        }
        to_unit_length(&mut points, components);
        let sphere = (Geometry::Sphere, ROUNDS);
        let seed = seed.derive("patterns");
        let patterns = kmeans::centres(&points, components, patterns, sphere, seed);
        let patterns = Basis::new(patterns);
        Ok(PatternActivations { bands, length, hop, whitening, patterns })
    }
}

impl Encode for PatternActivations {
    fn is_sound(&self) -> bool {
        let width = self.whitening.width();
        self.hop > 0
            && self.length > 0
            && self.bands.checked_mul(self.length) == Some(width)
            && width > 0
            && self.whitening.components() > 0
            && self.patterns.values().len() >= self.whitening.components()
    }

    #[allow(clippy::cast_possible_truncation)]
    fn describe(&self, seen: &LogMel<'_>) -> Vec<f32> {
        let mut points = self.whitening.apply_to_windows(seen.values(), self.hop * self.bands);
        let components = self.whitening.components();
        to_unit_length(&mut points, components);
        let patterns = self.patterns.transposed(components);
        let products = product_of_windows(&points, components, patterns, &[]);
        let count = self.patterns.values().len() / components;
        let mut values = vec![0.0; 2 * count];
        let (mut sums, mut squares) = (vec![0.0; count], vec![0.0; count]);
        for products in products.chunks(PIECE * count) {
            pool(products, &mut values[..count], &mut sums, &mut squares);
        }
        let patches = (products.len() / count) as f64;
        for (place, (sum, squares)) in values[count..].iter_mut().zip(sums.iter().zip(squares)) {
            let (mean, squares): (f64, f64) = (sum / patches, squares / patches);
            *place = (squares - mean * mean).max(0.0).sqrt() as f32;
        }
        values
    }
}

wide! {
    /// The largest activation of each pattern, and the sums of all its activations and of their squares.
    fn pool(products: &[f32], largest: &mut [f32], sums: &mut [f64], squares: &mut [f64]) {
        let count = largest.len();
        let [mut some, mut some_squares] = [(); 2].map(|()| vec![0.0_f32; count]);
        for patch in products.chunks_exact(count) {
            let places = largest.iter_mut().zip(&mut some).zip(&mut some_squares);
            for (((largest, sum), square), product) in places.zip(patch) {
                let value = larger(product - THRESHOLD, 0.0);
                *largest = larger(value, *largest);
                *sum += value;
                *square += value * value;
            }
        }
        sums.iter_mut().zip(some).for_each(|(sum, some)| *sum += f64::from(some));
        squares.iter_mut().zip(some_squares).for_each(|(sum, some)| *sum += f64::from(some));
    }
}

wide! {
    /// Scales each row to length 1; rows of zeros stay so.
    fn to_unit_length(rows: &mut [f32], width: usize) {
        for row in rows.chunks_exact_mut(width) {
            let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            let scale = length.max(f32::MIN_POSITIVE).recip();
            row.iter_mut().for_each(|value| *value *= scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_that_was_saved_with_its_pool_is_refused() {
        let patches = Patches {
            bands: Bands::literal(4),
            length: Length::literal(2),
            components: Components::literal(2),
            patterns: Patterns::literal(3),
            ..Patches::default()
        };
        let levels: Vec<f32> = (0..40 * 4).map(|i| ((i * 37) % 101) as f32).collect();
        let learned = patches.learn(&[LogMel::new(&levels, 4)], Seed::new(1)).unwrap();
        let mut saved = serde_json::to_value(&learned).unwrap();
        let read = serde_json::from_value::<PatternActivations>(saved.clone()).unwrap();
        assert_eq!(read, learned);
        saved["pool"] = "max".into();
        let refused = serde_json::from_value::<PatternActivations>(saved).unwrap_err();
        assert!(refused.to_string().starts_with("unknown field `pool`"), "{refused}");
    }
}
