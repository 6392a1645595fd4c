//! The short-time Fourier transform, computed once and shared by every spectral feature.
//!
//! The only place, with `hpss` (back to sound) and `tempo` (autocorrelation), that knows the FFT.

use realfft::{FftNum, RealFftPlanner};

use crate::audio::Signal;
use crate::features::buffer::Buffer;
use crate::features::{Grid, Padding, window};

/// How much of a spectrum is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Magnitudes, transformed in single precision: enough for whatever sums over many bins.
    Magnitude,
    /// Phases as well, in double precision as in librosa: between the lines of a tone and above the
    /// cut-off of an encoder, single precision leaves noise, which masks would be made of.
    Full,
}

/// A number that can be transformed.
trait Real: FftNum {
    fn from_double(value: f64) -> Self;
    fn from_single(value: f32) -> Self;
    fn single(self) -> f32;
}

impl Real for f32 {
    fn from_double(value: f64) -> Self {
        value as f32
    }

    fn from_single(value: f32) -> Self {
        value
    }

    fn single(self) -> f32 {
        self
    }
}

impl Real for f64 {
    fn from_double(value: f64) -> Self {
        value
    }

    fn from_single(value: f32) -> Self {
        value.into()
    }

    fn single(self) -> f32 {
        self as f32
    }
}

/// D(t, k) = Σ w(n) x(t·hop + n) e^(-2πikn/N): one complex number for each frame and bin.
///
/// Frames are centred on t·hop and 1 + ⌊samples / hop⌋ in number; bins are N/2 + 1, from 0 to half
/// the rate. The unit is that of the samples times the sum of the window.
pub struct Spectrum {
    rate: u32,
    frame: usize,
    hop: usize,
    /// Real and imaginary part of each bin, frame after frame; empty when only sizes were wanted.
    values: Buffer,
    magnitude: Grid,
}

impl Spectrum {
    /// The spectrum of `signal` in frames of `frame` samples (even) every `hop` samples.
    pub(crate) fn of(
        signal: &Signal,
        (frame, hop): (usize, usize),
        padding: Padding,
        detail: Detail,
    ) -> Self {
        match detail {
            Detail::Magnitude => Self::transformed::<f32>(signal, (frame, hop), padding, false),
            Detail::Full => Self::transformed::<f64>(signal, (frame, hop), padding, true),
        }
    }

    fn transformed<T: Real>(
        signal: &Signal,
        (frame, hop): (usize, usize),
        padding: Padding,
        keeps_phase: bool,
    ) -> Self {
        let samples = signal.samples();
        let padded = padding.around(samples, frame / 2);
        let (frames, bins) = (1 + samples.len() / hop, frame / 2 + 1);
        let window: Vec<T> = window::hann(frame).map(T::from_double).collect();
        let fft = RealFftPlanner::<T>::new().plan_fft_forward(frame);
        let mut scratch = fft.make_scratch_vec();
        let mut input = fft.make_input_vec();
        let mut output = fft.make_output_vec();
        let mut row = vec![[0.0; 2]; bins];
        let mut values = Buffer::with_room(if keeps_phase { 2 * frames * bins } else { 0 });
        let mut magnitude = Grid::with_room(frames, bins);
        for t in 0..frames {
            for ((x, &sample), &w) in input.iter_mut().zip(&padded[t * hop..]).zip(&window) {
                *x = T::from_single(sample) * w;
            }
            fft.process_with_scratch(&mut input, &mut output, &mut scratch)
                .expect("buffers were made by the plan");
            for (pair, value) in row.iter_mut().zip(&output) {
                *pair = [value.re.single(), value.im.single()];
            }
            if keeps_phase {
                values.append(row.as_flattened());
            }
            magnitude.push(row.iter().map(|pair| size(*pair)));
        }
        Self { rate: signal.rate(), frame, hop, values, magnitude }
    }

    /// |D|: frames × bins.
    pub fn magnitude(&self) -> &Grid {
        &self.magnitude
    }

    /// D of one frame: real and imaginary part of each bin. Needs [`Detail::Full`].
    pub(crate) fn row(&self, frame: usize) -> &[[f32; 2]] {
        self.values[2 * frame * self.bins()..][..2 * self.bins()].as_chunks().0
    }

    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.magnitude.frames()
    }

    /// How many bins a frame has.
    pub fn bins(&self) -> usize {
        self.magnitude.width()
    }

    /// Samples of one frame.
    pub fn frame(&self) -> usize {
        self.frame
    }

    /// Samples from one frame to the next.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// The signal's rate in hertz.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// The frequency of a bin in hertz.
    pub fn frequency(&self, bin: usize) -> f64 {
        frequency(bin, self.rate, self.frame)
    }

    /// The frequencies of all bins in hertz.
    pub fn frequencies(&self) -> Vec<f64> {
        (0..self.bins()).map(|bin| self.frequency(bin)).collect()
    }

    /// By how many frames onsets come late: the one a difference needs, and half a window.
    pub(crate) fn onset_delay(&self) -> usize {
        1 + self.frame / (2 * self.hop)
    }

    /// The power |D|² of one frame, written into `power`.
    pub(crate) fn power_of(&self, frame: usize, power: &mut Vec<f32>) {
        power.clear();
        power.extend(self.magnitude.row(frame).iter().map(|m| m * m));
    }
}

/// Without the care for overflow and underflow of `norm`: a signal's samples are bounded.
fn size([re, im]: [f32; 2]) -> f32 {
    (re * re + im * im).sqrt()
}

/// The frequency of `bin` in hertz when frames have `frame` samples.
pub(crate) fn frequency(bin: usize, rate: u32, frame: usize) -> f64 {
    bin as f64 * f64::from(rate) / frame as f64
}

#[cfg(test)]
mod tests {
    use super::{Detail, Spectrum};
    use crate::audio::{RATE, synth};
    use crate::features::Padding;

    #[test]
    fn a_sine_on_a_bin_has_half_its_amplitude_times_the_window_there() {
        let bin = 100;
        let signal = synth::sine(f64::from(RATE) * 100.0 / 2048.0, 1.0, RATE);
        let spectrum = Spectrum::of(&signal, (2048, 512), Padding::Reflect, Detail::Magnitude);
        assert_eq!((spectrum.frames(), spectrum.bins()), (44, 1025));
        let row = spectrum.magnitude().row(20);
        // Amplitude 0.5, the window sums to 1024, and half belongs to the negative frequency.
        assert!((row[bin] - 256.0).abs() < 0.01, "{}", row[bin]);
        assert!((row[bin + 1] - 128.0).abs() < 0.01 && row[bin + 3] < 0.01);
    }

    #[test]
    fn one_sample_has_one_frame() {
        let signal = crate::audio::Signal::new(vec![1.0], RATE).unwrap();
        let spectrum = Spectrum::of(&signal, (2048, 512), Padding::Zero, Detail::Full);
        assert_eq!(spectrum.frames(), 1);
        assert!((spectrum.magnitude().row(0)[7] - 1.0).abs() < 1e-6);
    }
}
