//! Signals with known answers, for tests, benches and examples.
//!
//! Every function gives full control by plain numbers and is the same on every machine.

use std::f64::consts::TAU;

use rand::RngExt;

use crate::audio::Signal;
use crate::seed::Seed;

/// A sine of `frequency` hertz and amplitude 0.5.
///
/// # Panics
/// As all functions here, when the result would hold no samples or the rate is impossible.
pub fn sine(frequency: f64, seconds: f64, rate: u32) -> Signal {
    from_time(seconds, rate, |t| 0.5 * (TAU * frequency * t).sin())
}

/// A sine of amplitude 0.5 whose frequency goes from `first` to `last` hertz, linearly.
pub fn chirp(first: f64, last: f64, seconds: f64, rate: u32) -> Signal {
    let slope = (last - first) / seconds;
    from_time(seconds, rate, |t| 0.5 * (TAU * (first + 0.5 * slope * t) * t).sin())
}

/// Zeros.
pub fn silence(seconds: f64, rate: u32) -> Signal {
    constant(0.0, seconds, rate)
}

/// The same `value` throughout.
pub fn constant(value: f32, seconds: f64, rate: u32) -> Signal {
    from_time(seconds, rate, |_| f64::from(value))
}

/// Zeros with a single sample of 1 at `at` seconds.
pub fn click(at: f64, seconds: f64, rate: u32) -> Signal {
    clicks(&[at], seconds, rate)
}

/// Zeros with a single sample of 1 at each of the given seconds; those outside are left out.
pub fn clicks(at: &[f64], seconds: f64, rate: u32) -> Signal {
    let mut samples = vec![0.0; count(seconds, rate)];
    for &second in at {
        if let Some(sample) = samples.get_mut((second * f64::from(rate)).round() as usize) {
            *sample = 1.0;
        }
    }
    signal(samples, rate)
}

/// White noise, uniform in -0.5..0.5, from the stream of `seed`.
pub fn noise(seed: Seed, seconds: f64, rate: u32) -> Signal {
    let mut stream = seed.stream();
    let samples = (0..count(seconds, rate)).map(|_| stream.random::<f32>() - 0.5).collect();
    signal(samples, rate)
}

/// The signal whose sample at `t` seconds is `value(t)`.
pub fn from_time(seconds: f64, rate: u32, value: impl Fn(f64) -> f64) -> Signal {
    let step = f64::from(rate);
    signal((0..count(seconds, rate)).map(|i| value(i as f64 / step) as f32).collect(), rate)
}

fn count(seconds: f64, rate: u32) -> usize {
    (seconds * f64::from(rate)).round() as usize
}

fn signal(samples: Vec<f32>, rate: u32) -> Signal {
    Signal::new(samples, rate).expect("a synthetic signal has samples, all of them finite")
}

#[cfg(test)]
mod tests {
    use super::{chirp, click, noise, sine};
    use crate::audio::Levels;
    use crate::seed::Seed;

    #[test]
    fn a_second_has_as_many_samples_as_the_rate_says() {
        assert_eq!(sine(440.0, 1.0, 22_050).samples().len(), 22_050);
    }

    #[test]
    fn a_sine_has_the_root_mean_square_of_a_sine() {
        let levels = Levels::of(&sine(1000.0, 1.0, 22_050));
        assert!((levels.rms - 0.5 / 2.0_f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn a_chirp_of_constant_pitch_is_a_sine() {
        assert_eq!(chirp(440.0, 440.0, 0.1, 22_050), sine(440.0, 0.1, 22_050));
    }

    #[test]
    fn a_click_is_one_sample() {
        let signal = click(0.5, 1.0, 22_050);
        assert_eq!(signal.samples().iter().position(|&x| x == 1.0), Some(11_025));
        assert_eq!(signal.samples().iter().filter(|&&x| x != 0.0).count(), 1);
    }

    #[test]
    fn noise_depends_on_the_seed_alone() {
        let draw = |seed| noise(Seed::new(seed), 0.1, 22_050);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
