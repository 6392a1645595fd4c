//! All features of a clip in one row: the 57 columns of the published table.

use std::sync::LazyLock;

use crate::audio::Signal;
use crate::features::{Analysis, FEATURES, Recipe};

static COLUMNS: LazyLock<Vec<&str>> =
    LazyLock::new(|| FEATURES.iter().flat_map(|feature| feature.columns).copied().collect());

/// The names of the values of [`row`], in its order, which is that of the published table.
pub fn columns() -> &'static [&'static str] {
    &COLUMNS
}

/// One value for each of [`columns`], for all of `signal`; finite whatever the signal.
///
/// Segments of the recipe are not cut here: give each of [`segments`](crate::features::segments).
///
/// ```
/// use crossfold::{audio::{RATE, synth}, features::{self, Recipe}};
///
/// let row = features::row(&synth::sine(1000.0, 3.0, RATE), &Recipe::KAGGLE);
/// let at = |name| features::columns().iter().position(|&column| column == name).unwrap();
/// assert_eq!(row.len(), 57);
/// assert!((row[at("spectral_centroid_mean")] - 1000.0).abs() < 15.0);
/// assert!((row[at("zero_crossing_rate_mean")] - 2.0 * 1000.0 / 22_050.0).abs() < 2e-3);
/// ```
pub fn row(signal: &Signal, recipe: &Recipe) -> Vec<f64> {
    let analysis = Analysis::of(signal, recipe);
    FEATURES.iter().flat_map(|feature| (feature.values)(&analysis)).collect()
}

#[cfg(test)]
mod tests {
    use super::{columns, row};
    use crate::audio::{RATE, Signal, synth};
    use crate::features::{Analysis, FEATURES, Recipe};
    use crate::seed::Seed;

    fn signals() -> Vec<Signal> {
        let mut signals = vec![
            synth::silence(1.0, RATE),
            synth::click(0.5, 1.0, RATE),
            synth::constant(0.5, 1.0, RATE),
            synth::constant(-Signal::LOUDEST, 1.0, RATE),
            synth::constant(1e-30, 1.0, RATE),
            synth::noise(Seed::new(1), 1.0, RATE),
            synth::sine(440.0, 0.01, RATE),
            synth::chirp(20.0, 11_000.0, 2.0, RATE),
        ];
        for length in [1, 2, 3, 511, 512, 513, 1023, 1024, 1025, 2049] {
            signals.push(Signal::new(vec![0.5; length], RATE).unwrap());
        }
        signals
    }

    #[test]
    fn every_feature_gives_as_many_finite_values_as_it_has_columns_and_always_the_same() {
        for (i, signal) in signals().iter().enumerate() {
            for recipe in Recipe::ALL {
                let (first, second) =
                    (Analysis::of(signal, &recipe), Analysis::of(signal, &recipe));
                for feature in &FEATURES {
                    let values = (feature.values)(&first);
                    let what = format!("{} of signal {i}: {values:?}", feature.name);
                    assert_eq!(values.len(), feature.columns.len(), "{what}");
                    assert!(values.iter().all(|value| value.is_finite()), "{what}");
                    assert_eq!(values, (feature.values)(&second), "{what}");
                }
            }
        }
    }

    #[test]
    fn the_columns_are_57_and_begin_with_their_features_name() {
        assert_eq!(columns().len(), 57);
        for feature in &FEATURES {
            assert!(feature.columns.iter().all(|column| column.starts_with(feature.name)));
        }
    }

    #[test]
    fn silence_has_no_tempo_no_pitch_and_no_loudness() {
        let values = row(&synth::silence(3.0, RATE), &Recipe::KAGGLE);
        let silent = |name: &&str| !name.starts_with("mfcc");
        assert!(columns().iter().zip(&values).all(|(name, &v)| !silent(name) || v == 0.0));
    }
}
