//! How fast the music goes.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::features::{Analysis, Family, Feature, window};

/// Seconds of onsets in which a period is looked for.
const MEMORY: f64 = 8.0;
/// The tempo that is taken when nothing speaks for another, in beats a minute.
const USUAL: f64 = 120.0;
/// Tempi from here on are not considered.
const FASTEST: f64 = 320.0;

/// argmax over lags k of ln(1 + 10⁶ A(k)) - ½ (log₂ bpm(k) - log₂ 120)², where bpm(k) =
/// 60·rate/(hop·k) < 320 and A is the mean autocorrelation of the onset strength in windows of 8 s.
///
/// In beats a minute, on the grid of lags (123.05, 117.45, …); one value a clip; 0 without any
/// onset. Ellis 2007; Grosche, Müller & Kurth 2010.
pub(crate) const FEATURE: Feature = Feature {
    name: "tempo",
    family: Family::Rhythm,
    columns: &["tempo"],
    unit: "beats a minute",
    doc: "the one period that onsets repeat with",
    values: |analysis: &Analysis| vec![analysis.tempo()],
};

/// The tempo of an onset envelope with `frames_per_second`, in beats a minute.
pub(crate) fn tempo(onsets: &[f32], frames_per_second: f64) -> f64 {
    if onsets.iter().all(|&onset| onset == 0.0) {
        return 0.0;
    }
    let length = (MEMORY * frames_per_second) as usize;
    let tempogram = mean_autocorrelation(onsets, length);
    let mut best = (f64::NEG_INFINITY, 0.0);
    for (lag, strength) in tempogram.into_iter().enumerate().skip(1) {
        let bpm = 60.0 * frames_per_second / lag as f64;
        let octaves = (bpm / USUAL).log2();
        let score = (1e6 * strength).ln_1p() - 0.5 * octaves * octaves;
        if bpm < FASTEST && score > best.0 {
            best = (score, bpm);
        }
    }
    best.1
}

/// The mean over all frames of the autocorrelation, at lags 0..length, of the `length` onsets
/// around a frame under Hann's window, each divided by its value at lag 0, its largest.
fn mean_autocorrelation(onsets: &[f32], length: usize) -> Vec<f64> {
    let padded = ramped(onsets, length / 2);
    let window: Vec<f64> = window::hann(length).collect();
    // Long enough that no lag wraps around, and a product of small primes.
    let size = (2 * length).next_multiple_of(48);
    let mut planner = FftPlanner::<f64>::new();
    let fft = planner.plan_fft_forward(size);
    let mut scratch = vec![Complex::default(); fft.get_inplace_scratch_len()];
    let mut buffer = vec![Complex::default(); size];
    let mut total = vec![0.0; size];
    // The transform is linear: power spectra are summed, and only the sum is transformed back. Two
    // frames go through one complex transform, as real and imaginary part: the power of the pair,
    // made symmetric, is the sum of theirs, and the real part of the inverse does just that.
    let frame = |t: usize| padded[t..].iter().zip(&window).map(|(x, w)| x * w);
    for t in (0..onsets.len()).step_by(2) {
        buffer.fill(Complex::default());
        let weight = unit_energy(frame(t));
        for (value, x) in buffer.iter_mut().zip(frame(t)) {
            value.re = x * weight;
        }
        if t + 1 < onsets.len() {
            let weight = unit_energy(frame(t + 1));
            for (value, x) in buffer.iter_mut().zip(frame(t + 1)) {
                value.im = x * weight;
            }
        }
        fft.process_with_scratch(&mut buffer, &mut scratch);
        for (sum, value) in total.iter_mut().zip(&buffer) {
            *sum += value.norm_sqr();
        }
    }
    for (value, &sum) in buffer.iter_mut().zip(&total) {
        *value = Complex::new(sum, 0.0);
    }
    planner.plan_fft_inverse(size).process(&mut buffer);
    let scale = 1.0 / (size * onsets.len()) as f64;
    buffer[..length].iter().map(|value| value.re * scale).collect()
}

/// The factor that gives a frame the energy 1; silence stays silent.
fn unit_energy(frame: impl Iterator<Item = f64>) -> f64 {
    let energy: f64 = frame.map(|x| x * x).sum();
    if energy > f64::MIN_POSITIVE { 1.0 / energy.sqrt() } else { 1.0 }
}

/// `onsets` with `width` more on both sides, which go down to zero in a straight line.
fn ramped(onsets: &[f32], width: usize) -> Vec<f64> {
    let (first, last) = (f64::from(onsets[0]), f64::from(onsets[onsets.len() - 1]));
    let ramp = |edge: f64| (0..width).map(move |i| edge * i as f64 / width as f64);
    let middle = onsets.iter().map(|&onset| f64::from(onset));
    ramp(first).chain(middle).chain(ramp(last).rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::{mean_autocorrelation, ramped, tempo};

    const RATE: f64 = 22_050.0 / 512.0;

    #[test]
    fn a_pulse_every_half_second_is_120_beats_a_minute() {
        let onsets: Vec<f32> = (0..1293).map(|t| f32::from(u8::from(t % 22 == 0))).collect();
        assert!((tempo(&onsets, RATE) - 60.0 * RATE / 22.0).abs() < 1e-9);
    }

    #[test]
    fn no_onset_no_tempo() {
        assert_eq!(tempo(&[0.0; 300], RATE), 0.0);
    }

    #[test]
    fn a_single_frame_has_a_tempo_on_the_grid() {
        assert!(tempo(&[1.0], RATE) > 0.0);
    }

    #[test]
    fn the_autocorrelation_is_the_one_of_the_definition() {
        let onsets: Vec<f32> = (0..50_u16).map(|t| f32::from(t * t % 13)).collect();
        let length = 20;
        let padded = ramped(&onsets, length / 2);
        let mut wanted = vec![0.0; length];
        for t in 0..onsets.len() {
            let hann = crate::features::window::hann(length);
            let frame: Vec<f64> = padded[t..].iter().zip(hann).map(|(x, w)| x * w).collect();
            let at =
                |lag: usize| -> f64 { frame[lag..].iter().zip(&frame).map(|(a, b)| a * b).sum() };
            for (lag, sum) in wanted.iter_mut().enumerate() {
                *sum += at(lag) / at(0) / onsets.len() as f64;
            }
        }
        let found = mean_autocorrelation(&onsets, length);
        assert!(found.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn ramps_start_at_zero_and_end_at_zero() {
        assert_eq!(ramped(&[4.0, 8.0], 2), [0.0, 2.0, 4.0, 8.0, 4.0, 0.0]);
    }
}
