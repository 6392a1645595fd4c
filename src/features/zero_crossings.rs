//! How often the signal changes sign: noisiness, and pitch of a pure tone.

use crate::features::summary::mean_and_variance;
use crate::features::{Analysis, Family, Feature};

/// Samples this small count as zero, and zero counts as positive, as in librosa.
const ZERO: f32 = 1e-10;

/// Share of the samples of a frame whose sign differs from that of the sample before.
///
/// A share in 0..=1 (times the rate, halved, it is the pitch of a sine); one value a frame. The
/// signal is continued by its first and last sample, and the first sample of a frame never counts.
/// Gouyon, Pachet & Delerue 2000.
pub(crate) const FEATURE: Feature = Feature {
    name: "zero_crossing_rate",
    family: Family::Spectral,
    columns: &["zero_crossing_rate_mean", "zero_crossing_rate_var"],
    unit: "share of samples",
    doc: "how often the signal changes its sign",
    values: |analysis: &Analysis| mean_and_variance(&analysis.zero_crossing_rate()).to_vec(),
};

/// The rate of crossings in frames of `frame` samples, centred on every `hop`-th sample.
pub(crate) fn zero_crossing_rate(samples: &[f32], frame: usize, hop: usize) -> Vec<f64> {
    // crossings[i]: sign changes among the samples up to the i-th.
    let mut crossings = Vec::with_capacity(samples.len());
    let (mut count, mut before) = (0_u32, samples[0] < -ZERO);
    for &sample in samples {
        let negative = sample < -ZERO;
        count += u32::from(negative != before);
        before = negative;
        crossings.push(count);
    }
    let last = samples.len() - 1;
    let rate = |t: usize| {
        let first = (t * hop).saturating_sub(frame / 2).min(last);
        let end = (t * hop + frame - frame / 2 - 1).min(last);
        f64::from(crossings[end] - crossings[first]) / frame as f64
    };
    (0..=samples.len() / hop).map(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::zero_crossing_rate;
    use crate::audio::{RATE, synth};

    #[test]
    fn a_sine_crosses_twice_a_period() {
        let signal = synth::sine(1000.0, 1.0, RATE);
        let rate = zero_crossing_rate(signal.samples(), 2048, 512)[20];
        assert!((rate * f64::from(RATE) / 2.0 - 1000.0).abs() < 6.0, "{rate}");
    }

    #[test]
    fn zero_is_positive_and_the_first_sample_never_counts() {
        assert_eq!(zero_crossing_rate(&[0.0, 1.0, 0.0, 1.0], 4, 4), [0.0, 0.0]);
        assert_eq!(zero_crossing_rate(&[1.0, -1.0, 1.0, -1.0], 4, 2), [0.25, 0.75, 0.25]);
        assert_eq!(zero_crossing_rate(&[-1e-11, 1.0], 2, 1), [0.0; 3]);
    }
}
