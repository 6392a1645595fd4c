//! Loudness: root mean square of the samples.

use crate::features::summary::{mean_and_variance, sum};
use crate::features::{Analysis, Family, Feature, Padding};

/// √(mean x²) over the samples of a frame, without a window.
///
/// In units of full scale, 0..=1; one value a frame; the signal is padded as for the spectrum.
/// Tzanetakis & Cook 2002 use its statistics for genre.
pub(crate) const FEATURE: Feature = Feature {
    name: "rms",
    family: Family::Spectral,
    columns: &["rms_mean", "rms_var"],
    unit: "full scale",
    doc: "root mean square of the samples: loudness",
    values: |analysis: &Analysis| mean_and_variance(&analysis.rms()).to_vec(),
};

/// The root mean square in frames of `frame` samples, centred on every `hop`-th sample.
pub(crate) fn rms(samples: &[f32], frame: usize, hop: usize, padding: Padding) -> Vec<f64> {
    let padded = padding.around(samples, frame / 2);
    // Frames overlap: when hops fill a frame, each hop is squared once. Running differences of one
    // long sum would be quicker still, but leave noise in silence after a loud passage.
    let block = if frame.is_multiple_of(hop) { hop } else { frame };
    let energy = |start: usize| sum(&padded[start..start + block], |x| x * x);
    let frames = 0..=samples.len() / hop;
    if block == frame {
        return frames.map(|t| (energy(t * hop) / frame as f64).sqrt()).collect();
    }
    let each = frame / hop;
    let blocks: Vec<f64> = (0..samples.len() / hop + each).map(|b| energy(b * hop)).collect();
    frames.map(|t| (blocks[t..t + each].iter().sum::<f64>() / frame as f64).sqrt()).collect()
}

#[cfg(test)]
mod tests {
    use super::rms;
    use crate::audio::{RATE, synth};
    use crate::features::Padding;

    #[test]
    fn a_constant_is_its_own_root_mean_square() {
        let signal = synth::constant(-0.25, 1.0, RATE);
        assert!(rms(signal.samples(), 2048, 512, Padding::Reflect).iter().all(|&r| r == 0.25));
        // Half of the first frame is padding.
        let zero = rms(signal.samples(), 2048, 512, Padding::Zero);
        assert!((zero[0] - 0.25 / 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn hops_that_do_not_fill_a_frame_give_the_same() {
        let signal = synth::chirp(100.0, 5000.0, 0.5, RATE);
        let even = rms(signal.samples(), 2048, 512, Padding::Reflect);
        let odd = rms(signal.samples(), 2048, 1536, Padding::Reflect);
        assert!(odd.iter().zip(even.iter().step_by(3)).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
