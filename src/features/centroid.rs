//! Where the spectrum has its centre of mass: brightness.

use crate::features::summary::mean_and_variance;
use crate::features::{Analysis, Family, Feature, Spectrum};

/// Centre of mass of the spectrum: Σ f·|D(f)| / Σ |D(f)|.
///
/// In hertz, 0..rate/2; one value a frame; silence gives 0. Klapuri & Davy 2007, ch. 5.
pub(crate) const FEATURE: Feature = Feature {
    name: "spectral_centroid",
    family: Family::Spectral,
    columns: &["spectral_centroid_mean", "spectral_centroid_var"],
    unit: "Hz",
    doc: "centre of mass of the magnitude spectrum",
    values: |analysis: &Analysis| mean_and_variance(&analysis.centroid()).to_vec(),
};

/// The centroid of every frame, in hertz.
pub(crate) fn centroid(spectrum: &Spectrum) -> Vec<f64> {
    let moments = spectrum.magnitude().rows().map(moments);
    let width = spectrum.frequency(1);
    moments.map(|[mass, first, _]| if mass > 0.0 { width * first / mass } else { 0.0 }).collect()
}

/// Σ m, Σ k·m and Σ k²·m over the bins k of one frame, in double precision.
pub(crate) fn moments(magnitude: &[f32]) -> [f64; 3] {
    let mut sums = [[0.0; 4]; 3];
    let (chunks, rest) = magnitude.as_chunks::<4>();
    let mut bins = [0.0, 1.0, 2.0, 3.0];
    for chunk in chunks {
        for lane in 0..4 {
            let mass = f64::from(chunk[lane]);
            let first = bins[lane] * mass;
            sums[0][lane] += mass;
            sums[1][lane] += first;
            sums[2][lane] += bins[lane] * first;
            bins[lane] += 4.0;
        }
    }
    let mut totals = sums.map(|lanes| lanes.iter().sum::<f64>());
    for (bin, &mass) in (magnitude.len() - rest.len()..).zip(rest) {
        let (bin, mass) = (bin as f64, f64::from(mass));
        totals[0] += mass;
        totals[1] += bin * mass;
        totals[2] += bin * bin * mass;
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::{centroid, moments};
    use crate::audio::{RATE, synth};
    use crate::features::{Detail, Padding, Spectrum};

    #[test]
    fn a_1000_hz_sine_has_its_centroid_at_1000_hz() {
        let spectrum = Spectrum::of(
            &synth::sine(1000.0, 1.0, RATE),
            (2048, 512),
            Padding::Reflect,
            Detail::Full,
        );
        let middle = centroid(&spectrum)[20];
        assert!((middle - 1000.0).abs() < 0.5, "{middle}");
    }

    #[test]
    fn silence_has_none() {
        let spectrum =
            Spectrum::of(&synth::silence(0.1, RATE), (2048, 512), Padding::Reflect, Detail::Full);
        assert!(centroid(&spectrum).iter().all(|&c| c == 0.0));
    }

    #[test]
    fn moments_count_every_bin() {
        for length in 1..20_u8 {
            let [mass, first, second] = moments(&vec![1.0; usize::from(length)]);
            let n = f64::from(length);
            let squares = (n - 1.0) * n * (2.0 * n - 1.0) / 6.0;
            assert_eq!([mass, first, second], [n, n * (n - 1.0) / 2.0, squares]);
        }
    }
}
