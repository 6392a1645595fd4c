//! How strong each of the twelve pitch classes is.

use crate::features::product::dot;
use crate::features::summary::mean_and_variance;
use crate::features::tuning::tuning;
use crate::features::{Analysis, Family, Feature, Grid, Spectrum};

/// Pitch classes of an octave: C, C♯, …, B.
pub(crate) const CLASSES: usize = 12;

/// Octave above A0 = 27.5 Hz at which a bin counts most: a Gaussian around 880 Hz.
const OCTAVE: f64 = 5.0;
/// How many octaves around it count.
const SPREAD: f64 = 2.0;

/// Power in the twelve pitch classes, each frame divided by its largest.
///
/// Dimensionless, 0..=1; frames × 12, from C to B; mean and variance are taken over all of it. The
/// classes follow the recording's own tuning. Silence gives 0. Ellis, "Chroma feature analysis and
/// synthesis", 2007.
pub(crate) const FEATURE: Feature = Feature {
    name: "chroma_stft",
    family: Family::Chroma,
    columns: &["chroma_stft_mean", "chroma_stft_var"],
    unit: "share of the strongest class",
    doc: "strength of the twelve pitch classes",
    values: |analysis: &Analysis| mean_and_variance(analysis.chroma().values()).to_vec(),
};

/// The chromagram: frames × [`CLASSES`].
pub(crate) fn chroma(spectrum: &Spectrum) -> Grid {
    let bank = filter_bank(spectrum.rate(), spectrum.frame(), tuning(spectrum));
    let mut grid = Grid::zeros(spectrum.frames(), CLASSES);
    let mut power = Vec::with_capacity(spectrum.bins());
    for (t, row) in grid.rows_mut().enumerate() {
        spectrum.power_of(t, &mut power);
        for (value, weights) in row.iter_mut().zip(bank.chunks_exact(spectrum.bins())) {
            *value = dot(weights, &power);
        }
        let strongest = row.iter().fold(0.0, |a: f32, &b| a.max(b));
        if strongest >= f32::MIN_POSITIVE {
            for value in row {
                *value /= strongest;
            }
        }
    }
    grid
}

/// What each bin gives to each class: [`CLASSES`] rows over the bins of a frame.
///
/// A bin is spread over the classes as a Gaussian as wide as the distance to the next bin, at least
/// a semitone; its weights have unit length, times a Gaussian over the octaves.
fn filter_bank(rate: u32, frame: usize, tuning: f64) -> Vec<f32> {
    let reference = 440.0 * (tuning / CLASSES as f64).exp2() / 16.0;
    let pitch = |bin: usize| -> f64 {
        let above = |bin| (super::spectrum::frequency(bin, rate, frame) / reference).log2();
        // Bin 0 has no pitch; it is put an octave and a half below bin 1.
        let octaves = if bin == 0 { above(1) - 1.5 } else { above(bin) };
        CLASSES as f64 * octaves
    };
    let bins = frame / 2 + 1;
    let classes = CLASSES as f64;
    let mut bank = vec![0.0; CLASSES * bins];
    for bin in 0..bins {
        let here = pitch(bin);
        let width = (pitch(bin + 1) - here).max(1.0);
        let weights: [f64; CLASSES] = std::array::from_fn(|class| {
            // The reference is an A; row 0 is a C, three semitones above.
            let distance = here - ((class + 3) % CLASSES) as f64 + 6.0;
            let nearest = distance.rem_euclid(classes) - 6.0;
            (-2.0 * (nearest / width).powi(2)).exp()
        });
        let length = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        let emphasis = (-0.5 * ((here / classes - OCTAVE) / SPREAD).powi(2)).exp();
        for (class, weight) in weights.into_iter().enumerate() {
            bank[class * bins + bin] = (weight / length * emphasis) as f32;
        }
    }
    bank
}

#[cfg(test)]
mod tests {
    use super::chroma;
    use crate::audio::{RATE, synth};
    use crate::features::{Detail, Padding, Spectrum};

    #[test]
    fn a_440_hz_sine_is_an_a() {
        let spectrum = Spectrum::of(
            &synth::sine(440.0, 1.0, RATE),
            (2048, 512),
            Padding::Reflect,
            Detail::Full,
        );
        let grid = chroma(&spectrum);
        let row = grid.row(20);
        assert_eq!(row[9], 1.0);
        assert!((0..12).all(|class| class == 9 || row[class] < 0.9));
    }

    #[test]
    fn silence_has_no_pitch() {
        let spectrum =
            Spectrum::of(&synth::silence(0.1, RATE), (2048, 512), Padding::Reflect, Detail::Full);
        assert!(chroma(&spectrum).values().iter().all(|&c| c == 0.0));
    }
}
