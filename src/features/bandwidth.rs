//! How far the spectrum spreads around its centroid.

use crate::features::centroid::moments;
use crate::features::summary::mean_and_variance;
use crate::features::{Analysis, Family, Feature, Spectrum};

/// Spread around the centroid c: √( Σ |D(f)| (f - c)² / Σ |D(f)| ).
///
/// In hertz, 0..rate/2; one value a frame; silence gives 0. Klapuri & Davy 2007, ch. 5.
pub(crate) const FEATURE: Feature = Feature {
    name: "spectral_bandwidth",
    family: Family::Spectral,
    columns: &["spectral_bandwidth_mean", "spectral_bandwidth_var"],
    unit: "Hz",
    doc: "spread of the magnitude spectrum around its centroid",
    values: |analysis: &Analysis| mean_and_variance(&analysis.bandwidth()).to_vec(),
};

/// The bandwidth of every frame, in hertz.
pub(crate) fn bandwidth(spectrum: &Spectrum) -> Vec<f64> {
    let width = spectrum.frequency(1);
    let spread = |[mass, first, second]: [f64; 3]| {
        if mass == 0.0 {
            return 0.0;
        }
        // Σ m (k - c)² / Σ m by the moments; rounding may take it below zero for a pure line.
        let centre = first / mass;
        width * (second / mass - centre * centre).max(0.0).sqrt()
    };
    spectrum.magnitude().rows().map(moments).map(spread).collect()
}

#[cfg(test)]
mod tests {
    use super::bandwidth;
    use crate::audio::{RATE, synth};
    use crate::features::{Detail, Padding, Spectrum};

    fn middle(signal: &crate::audio::Signal) -> f64 {
        bandwidth(&Spectrum::of(signal, (2048, 512), Padding::Reflect, Detail::Full))[20]
    }

    #[test]
    fn a_sine_on_a_bin_is_as_wide_as_hanns_window_makes_it() {
        // Magnitudes ½, 1, ½ on three neighbouring bins: variance ½ bin²; rounding of the samples
        // is noise of 2⁻²⁵ in all bins, and adds a little.
        let bin = f64::from(RATE) / 2048.0;
        let found = middle(&synth::sine(100.0 * bin, 1.0, RATE));
        assert!((bin * 0.5_f64.sqrt()..bin * 1.5).contains(&found), "{found}");
    }

    #[test]
    fn a_click_is_as_wide_as_a_flat_spectrum_is() {
        let found = middle(&synth::click(20.0 * 512.0 / f64::from(RATE), 1.0, RATE));
        assert!((found - f64::from(RATE) / 2.0 / 12.0_f64.sqrt()).abs() < 5.0, "{found}");
    }
}
