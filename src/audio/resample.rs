//! Another sampling rate, by band-limited interpolation. The only place that knows rubato.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

use crate::audio::Signal;

/// Input samples a block should hold at least: the longer the block, the steeper the filter.
const BLOCK: usize = 4096;

/// `signal` at `rate` hertz. Its length becomes ceil(n · rate / old rate), as librosa's does;
/// nothing is changed when the rate is right already.
///
/// # Panics
/// Never for a rate that [`Signal`] accepts.
#[must_use]
pub fn resample(signal: Signal, rate: u32) -> Signal {
    if signal.rate() == rate {
        return signal;
    }
    let samples = signal.samples();
    let wanted = (samples.len() as u64 * u64::from(rate)).div_ceil(u64::from(signal.rate()));
    let (from, to) = (signal.rate() as usize, rate as usize);
    // Blocks of an even number of smallest units on both sides, so that the filter's delay is a
    // whole number of output samples and the result is not shifted by half a one.
    let smallest = from / greatest_common_divisor(from, to);
    let units = BLOCK.div_ceil(smallest).next_multiple_of(2);
    let window = WindowFunction::BlackmanHarris2;
    let mut fft = Fft::<f32>::new_custom(from, to, units * smallest, 1, 1, window, FixedSync::Both)
        .expect("both rates and the block are positive");
    let input = InterleavedSlice::new(samples, 1, samples.len()).expect("one channel of samples");
    let output = fft.process_all(&input, samples.len(), None).expect("whole blocks are provided");
    let mut output = output.take_data();
    output.resize(wanted as usize, 0.0);
    Signal::new(output, rate).expect("a filter of finite samples gives finite samples")
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::resample;
    use crate::audio::{RATE, synth};

    #[test]
    fn a_sine_stays_a_sine_in_phase_at_every_rate() {
        for rate in [8_000, 11_025, 16_000, 32_000, 44_100, 48_000, 96_000, 44_099] {
            let signal = resample(synth::sine(1000.0, 0.5, rate), RATE);
            let wanted = synth::sine(1000.0, 0.5, RATE);
            // The ends hear the silence around the clip, so the middle is compared.
            let middle = 2000..9000;
            let pairs = signal.samples()[middle.clone()].iter().zip(&wanted.samples()[middle]);
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-4, "error {worst} at {rate} Hz");
        }
    }

    #[test]
    fn what_the_new_rate_cannot_hold_is_removed() {
        let signal = resample(synth::sine(15_000.0, 0.5, 48_000), RATE);
        let loudest = signal.samples()[2000..9000].iter().fold(0.0, |a: f32, x| a.max(x.abs()));
        assert!(loudest < 1e-4, "{loudest} is left of a tone above half the rate");
    }

    #[test]
    fn the_length_is_rounded_up_even_for_one_sample() {
        for (length, rate, wanted) in [(1, 96_000, 1), (1, 8_000, 3), (96_001, 96_000, 22_051)] {
            let signal = crate::audio::Signal::new(vec![0.5; length], rate).unwrap();
            assert_eq!(resample(signal, RATE).samples().len(), wanted);
        }
    }
}
