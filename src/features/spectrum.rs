//! The short-time Fourier transform, computed once and shared by every spectral feature.
//!
//! The only place, with `powers` (nothing but power), `hpss` (back to sound) and `tempo`
//! (autocorrelation), that knows the FFT.

use realfft::RealFftPlanner;

use crate::audio::Signal;
use crate::features::buffer::Buffer;
use crate::features::powers::powers;
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
        let mut spectrum = Self {
            rate: signal.rate(),
            frame,
            hop,
            values: Buffer::with_room(0),
            magnitude: Grid::with_room(1 + signal.samples().len() / hop, frame / 2 + 1),
        };
        match detail {
            Detail::Magnitude => powers(signal, (frame, hop), padding, |power| {
                spectrum.magnitude.push(power.iter().map(|power| power.sqrt()));
            }),
            Detail::Full => spectrum.transform(signal, padding),
        }
        spectrum
    }

    /// Transforms in double precision.
    #[allow(clippy::cast_possible_truncation)]
    fn transform(&mut self, signal: &Signal, padding: Padding) {
        let samples = signal.samples();
        let padded = padding.around(samples, self.frame / 2);
        let frames = 1 + samples.len() / self.hop;
        let window: Vec<f64> = window::hann(self.frame).collect();
        let fft = RealFftPlanner::<f64>::new().plan_fft_forward(self.frame);
        let mut scratch = fft.make_scratch_vec();
        let mut input = fft.make_input_vec();
        let mut output = fft.make_output_vec();
        let mut row = vec![[0.0; 2]; output.len()];
        self.values = Buffer::with_room(2 * frames * row.len());
        for t in 0..frames {
            let heard = &padded[t * self.hop..];
            for ((x, &sample), &w) in input.iter_mut().zip(heard).zip(&window) {
                *x = f64::from(sample) * w;
            }
            fft.process_with_scratch(&mut input, &mut output, &mut scratch)
                .expect("buffers were made by the plan");
            for (pair, value) in row.iter_mut().zip(&output) {
                *pair = [value.re as f32, value.im as f32];
            }
            self.values.append(row.as_flattened());
            self.magnitude.push(row.iter().map(|pair| size(*pair)));
        }
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
        onset_delay(self.frame, self.hop)
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

/// By how many frames onsets come late, in frames of `frame` samples every `hop`.
pub(crate) fn onset_delay(frame: usize, hop: usize) -> usize {
    1 + frame / (2 * hop)
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
