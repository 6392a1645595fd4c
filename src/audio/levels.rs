//! How loud a signal is, and whether it is damaged: what one looks at before trusting a clip.

use crate::audio::Signal;

/// Loudness of a signal at a glance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Largest magnitude; full scale is 1.
    pub peak: f32,
    /// Root mean square over all samples.
    pub rms: f64,
    /// Samples at or beyond the largest 16-bit value, 32767/32768: where a recording was cut off.
    pub clipped: usize,
    /// Share of samples below [`Levels::SILENCE`], in 0..=1.
    pub silent_share: f64,
}

impl Levels {
    /// Below this magnitude a sample counts as silent: three steps of 16 bits, about -80 dB.
    pub const SILENCE: f32 = 1e-4;

    /// Measures `signal`.
    pub fn of(signal: &Signal) -> Self {
        let samples = signal.samples();
        let count = samples.len() as f64;
        let energy: f64 = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        Self {
            peak: samples.iter().fold(0.0, |peak: f32, x| peak.max(x.abs())),
            rms: (energy / count).sqrt(),
            clipped: samples.iter().filter(|x| x.abs() >= 32_767.0 / 32_768.0).count(),
            silent_share: samples.iter().filter(|x| x.abs() < Self::SILENCE).count() as f64 / count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Levels;
    use crate::audio::Signal;

    #[test]
    fn a_half_silent_clip_with_one_clipped_sample_says_so() {
        let signal = Signal::new(vec![0.0, 0.0, 1.0, -0.5], 22_050).unwrap();
        let levels = Levels::of(&signal);
        assert_eq!((levels.peak, levels.clipped, levels.silent_share), (1.0, 1, 0.5));
        assert!((levels.rms - (1.25_f64 / 4.0).sqrt()).abs() < 1e-12);
    }
}
