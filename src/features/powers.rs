//! The power spectrum of one frame after another, nothing of it kept.
//!
//! In single precision, two frames to one complex transform: one is the real part, the other the
//! imaginary part, and symmetry tells their spectra apart. What is said of a quiet frame beside a
//! loud one is uncertain by 1e-7 of the loud one's amplitude, 140 dB down.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::audio::Signal;
use crate::features::{Padding, window};
use crate::vectors::wide;

/// Calls `each` with |D|² of every frame of `signal`, in order: as many numbers as there are bins.
/// Frames, bins and D are those of [`Spectrum`](super::Spectrum).
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn powers(
    signal: &Signal,
    (frame, hop): (usize, usize),
    padding: Padding,
    mut each: impl FnMut(&[f32]),
) {
    let samples = signal.samples();
    let frames = 1 + samples.len() / hop;
    let window: Vec<f32> = window::hann(frame).map(|weight| weight as f32).collect();
    let fft = FftPlanner::new().plan_fft_forward(frame);
    let mut scratch = vec![Complex::default(); fft.get_inplace_scratch_len()];
    let mut rooms = [vec![0.0; frame], vec![0.0; frame]];
    let mut pair = vec![Complex::default(); frame];
    let (mut first, mut second) = (vec![0.0; frame / 2 + 1], vec![0.0; frame / 2 + 1]);
    for t in (0..frames).step_by(2) {
        // The last of an odd number is paired with itself.
        let next = (t + 1).min(frames - 1);
        let [ahead, behind] = &mut rooms;
        let one = padding.frame(samples, (t * hop, frame / 2), ahead);
        let other = padding.frame(samples, (next * hop, frame / 2), behind);
        join(one, other, &window, &mut pair);
        fft.process_with_scratch(&mut pair, &mut scratch);
        part(&pair, &mut first, &mut second);
        each(&first);
        if next > t {
            each(&second);
        }
    }
}

wide! {
    /// Two frames under the window become one complex one.
    fn join(one: &[f32], other: &[f32], window: &[f32], pair: &mut [Complex<f32>]) {
        let frames = one.iter().zip(other).zip(window);
        for (value, ((one, other), weight)) in pair.iter_mut().zip(frames) {
            *value = Complex { re: one * weight, im: other * weight };
        }
    }
}

wide! {
    /// The powers of both frames whose spectra X + iY = Z are added up in `pair`:
    /// X(k) = (Z(k) + Z̄(N−k)) / 2 and Y(k) = (Z(k) − Z̄(N−k)) / 2i.
    fn part(pair: &[Complex<f32>], first: &mut [f32], second: &mut [f32]) {
        let half = pair.len() / 2;
        let apart = |z: Complex<f32>, mirrored: Complex<f32>| {
            let square = |re: f32, im: f32| 0.25 * (re * re + im * im);
            (
                square(z.re + mirrored.re, z.im - mirrored.im),
                square(z.im + mirrored.im, mirrored.re - z.re),
            )
        };
        for end in [0, half] {
            (first[end], second[end]) = apart(pair[end], pair[end]);
        }
        let pairs = pair[1..half].iter().zip(pair[half + 1..].iter().rev());
        let places = first[1..half].iter_mut().zip(&mut second[1..half]);
        for ((first, second), (z, mirrored)) in places.zip(pairs) {
            (*first, *second) = apart(*z, *mirrored);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::powers;
    use crate::audio::{RATE, synth};
    use crate::features::{Detail, Padding, Spectrum};
    use crate::seed::Seed;

    #[test]
    fn every_frame_has_the_power_of_its_spectrum() {
        for (frames, padding) in [((2048, 512), Padding::Reflect), ((90, 37), Padding::Zero)] {
            let noise = synth::noise(Seed::new(1), 0.3, RATE);
            let known = Spectrum::of(&noise, frames, padding, Detail::Full);
            let mut seen = 0;
            powers(&noise, frames, padding, |power| {
                for (power, magnitude) in power.iter().zip(known.magnitude().row(seen)) {
                    let largest = frames.0 as f32; // of the noise's power in a bin, about
                    assert!((power - magnitude * magnitude).abs() < 1e-5 * largest);
                }
                seen += 1;
            });
            assert_eq!(seen, known.frames());
        }
    }
}
