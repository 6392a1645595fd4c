//! What sounds, and what strikes: the signal as a sum of a harmonic and a percussive part.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner};

use crate::features::buffer::Buffer;
use crate::features::median::{LANES, MedianFilter};
use crate::features::summary::mean_and_variance;
use crate::features::{Analysis, Family, Feature, Grid, Spectrum, Tail, window};

/// The harmonic part: what continues in time, like a sung note.
///
/// H is the median of |D| over 31 frames, P over 31 bins; D · H²/(H²+P²) is transformed back. In
/// units of full scale; one value a sample, of which mean and variance are kept. Silence gives 0.
/// Fitzgerald 2010; Driedger, Müller & Disch 2014.
pub(crate) const HARMONY: Feature = Feature {
    name: "harmony",
    family: Family::Harmonic,
    columns: &["harmony_mean", "harmony_var"],
    unit: "full scale",
    doc: "samples of the harmonic part: what continues in time",
    values: |analysis: &Analysis| mean_and_variance(&analysis.parts().harmonic).to_vec(),
};

/// The percussive part: what is spread over frequency, like a drum.
///
/// D · P²/(H²+P²) transformed back, with H and P as in [`HARMONY`]. In units of full scale; one
/// value a sample, of which mean and variance are kept. Silence gives 0.
pub(crate) const PERCEPTR: Feature = Feature {
    name: "perceptr",
    family: Family::Harmonic,
    columns: &["perceptr_mean", "perceptr_var"],
    unit: "full scale",
    doc: "samples of the percussive part: what is spread over frequency",
    values: |analysis: &Analysis| mean_and_variance(&analysis.parts().percussive).to_vec(),
};

/// Both parts of a signal, as long as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// What continues in time.
    pub harmonic: Vec<f32>,
    /// What is spread over frequency.
    pub percussive: Vec<f32>,
}

/// Splits `samples`, whose spectrum is `spectrum`.
pub(crate) fn split(samples: &[f32], spectrum: &Spectrum, tail: Tail) -> Parts {
    let mut synthesis = Synthesis::new(spectrum, samples.len());
    harmonic_masks(spectrum, |t, mask| synthesis.add(t, spectrum.row(t), mask));
    let mut harmonic = synthesis.finish();
    // Without its tail a signal ends with the last whole hop.
    let kept = match tail {
        Tail::Zero => samples.len() / spectrum.hop() * spectrum.hop(),
        Tail::Kept => samples.len(),
    };
    harmonic[kept..].fill(0.0);
    // The masks add up to one, and the transform back of the whole spectrum is the signal itself:
    // what is not harmonic is percussive.
    let rest = samples[..kept].iter().zip(&harmonic).map(|(x, h)| x - h);
    let mut percussive: Vec<f32> = rest.collect();
    percussive.resize(samples.len(), 0.0);
    Parts { harmonic, percussive }
}

/// The share of each bin that is harmonic, H²/(H²+P²): frames × bins, 0..=1. What is left of 1 is
/// percussive. Where both medians vanish it is ½.
pub(crate) fn harmonic_mask(spectrum: &Spectrum) -> Grid {
    let mut grid = Grid::zeros(spectrum.frames(), spectrum.bins());
    let bins = spectrum.bins();
    harmonic_masks(spectrum, |t, mask| {
        grid.values_mut()[t * bins..][..bins].copy_from_slice(mask);
    });
    grid
}

/// Calls `each` with the harmonic mask of every frame, in order of time.
fn harmonic_masks(spectrum: &Spectrum, mut each: impl FnMut(usize, &[f32])) {
    let magnitude = spectrum.magnitude();
    let bins = magnitude.width();
    let mut harmonic = median_over_time(magnitude);
    let mut filter = MedianFilter::new(bins);
    for (group, masks) in harmonic.values_mut().chunks_mut(LANES * bins).enumerate() {
        let first = group * LANES;
        let last = magnitude.frames() - 1;
        let rows: [&[f32]; LANES] =
            std::array::from_fn(|lane| magnitude.row((first + lane).min(last)));
        for (bin, lanes) in filter.elements().iter_mut().enumerate() {
            *lanes = rows.map(|row| row[bin]);
        }
        let percussive = filter.medians();
        for (lane, mask) in masks.chunks_exact_mut(bins).enumerate() {
            for (h, p) in mask.iter_mut().zip(percussive) {
                let (h2, p2) = (*h * *h, p[lane] * p[lane]);
                let sum = h2 + p2;
                *h = if sum > f32::MIN_POSITIVE { h2 / sum } else { 0.5 };
            }
            each(first + lane, mask);
        }
    }
}

/// The median of each bin over 31 frames.
fn median_over_time(magnitude: &Grid) -> Grid {
    /// Strips filtered between reading and writing: together they fill a cache line of 64 bytes.
    const STRIPS: usize = 4;
    const LINE: usize = STRIPS * LANES;
    let (frames, bins) = (magnitude.frames(), magnitude.width());
    let mut medians = Grid::zeros(frames, bins);
    let mut filters: [MedianFilter; STRIPS] = std::array::from_fn(|_| MedianFilter::new(frames));
    for first in (0..bins).step_by(LINE) {
        let mut strips = filters.each_mut().map(MedianFilter::elements);
        for (t, row) in magnitude.rows().enumerate() {
            // Copies of a length that is known are single moves; only the last line is shorter.
            let line = row[first..].first_chunk::<LINE>().copied().unwrap_or_else(|| {
                std::array::from_fn(|i| row.get(first + i).copied().unwrap_or(0.0))
            });
            for (strip, &lanes) in strips.iter_mut().zip(line.as_chunks().0) {
                strip[t] = lanes;
            }
        }
        let used = (bins - first).div_ceil(LANES).min(STRIPS);
        for (strip, filter) in filters[..used].iter_mut().enumerate() {
            let start = first + strip * LANES;
            for (row, found) in medians.rows_mut().zip(filter.medians()) {
                match row.get_mut(start..).and_then(<[f32]>::first_chunk_mut) {
                    Some(whole) => *whole = *found,
                    None => row.iter_mut().skip(start).zip(found).for_each(|(m, &f)| *m = f),
                }
            }
        }
    }
    medians
}

/// From masked spectra back to sound: windowed inverse transforms, added up where frames overlap.
struct Synthesis {
    hop: usize,
    length: usize,
    fft: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    input: Vec<Complex<f32>>,
    output: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    /// The padded signal, half a frame longer on both sides.
    sum: Buffer,
    frames: usize,
}

impl Synthesis {
    /// For a signal of `length` samples with the frames of `spectrum`.
    fn new(spectrum: &Spectrum, length: usize) -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_inverse(spectrum.frame());
        Self {
            hop: spectrum.hop(),
            length,
            window: window::hann(spectrum.frame()).map(|w| w as f32).collect(),
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            sum: Buffer::zeros((spectrum.frames() - 1) * spectrum.hop() + 2 * spectrum.frame()),
            frames: spectrum.frames(),
            fft,
        }
    }

    /// Adds the frame `t` whose spectrum is `row` times `mask`.
    fn add(&mut self, t: usize, row: &[[f32; 2]], mask: &[f32]) {
        for ((masked, &[re, im]), &share) in self.input.iter_mut().zip(row).zip(mask) {
            *masked = Complex::new(re * share, im * share);
        }
        self.fft
            .process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch)
            .expect("buffers were made by the plan, and the first and last bin are real");
        let frame = self.output.iter().zip(&self.window);
        for (sum, (x, w)) in self.sum[t * self.hop..].iter_mut().zip(frame) {
            *sum += x * w;
        }
    }

    /// The signal without its padding: divided by the frame length, which the transforms have
    /// multiplied it with, and by the sum of all squared windows over each sample.
    fn finish(self) -> Vec<f32> {
        let frame = self.window.len();
        let squares: Vec<f64> = window::hann(frame).map(|w| w * w).collect();
        let weight = |hops: std::ops::RangeInclusive<usize>, phase: usize| -> f32 {
            let inside = hops.map(|hop| phase + hop * self.hop).filter(|&n| n < frame);
            let sum: f64 = inside.map(|n| squares[n]).sum();
            if sum > 0.0 { (1.0 / (sum * frame as f64)) as f32 } else { 0.0 }
        };
        // Away from both ends every sample lies under the same frames as the one a hop later.
        let most = (frame - 1) / self.hop;
        let usual: Vec<f32> = (0..self.hop).map(|phase| weight(0..=most, phase)).collect();
        let mut signal = Vec::with_capacity(self.length + 2 * self.hop);
        let skipped = frame / 2 / self.hop;
        for (hop, sums) in self.sum.chunks_exact(self.hop).enumerate().skip(skipped) {
            if signal.len() >= self.length + self.hop {
                break;
            }
            if hop >= most && hop < self.frames {
                signal.extend(sums.iter().zip(&usual).map(|(sum, gain)| sum * gain));
            } else {
                let hops = hop.saturating_sub(self.frames - 1)..=hop;
                let gains = (0..self.hop).map(|phase| weight(hops.clone(), phase));
                signal.extend(sums.iter().zip(gains).map(|(sum, gain)| sum * gain));
            }
        }
        // Half a frame need not be a whole number of hops.
        signal.drain(..frame / 2 - skipped * self.hop);
        signal.truncate(self.length);
        signal
    }
}

#[cfg(test)]
mod tests {
    use super::{Parts, split};
    use crate::audio::{RATE, Signal, synth};
    use crate::features::summary::mean_and_variance;
    use crate::features::{Detail, Padding, Spectrum, Tail};

    fn parts(signal: &Signal, tail: Tail) -> Parts {
        let spectrum = Spectrum::of(signal, (2048, 512), Padding::Reflect, Detail::Full);
        split(signal.samples(), &spectrum, tail)
    }

    #[test]
    fn a_sine_is_harmonic_and_a_click_percussive() {
        let power = |samples: &[f32]| mean_and_variance(samples)[1];
        let sine = parts(&synth::sine(1000.0, 1.0, RATE), Tail::Kept);
        assert!(power(&sine.harmonic) > 100.0 * power(&sine.percussive));
        let click = parts(&synth::click(0.5, 1.0, RATE), Tail::Kept);
        assert!(power(&click.percussive) > 100.0 * power(&click.harmonic));
    }

    #[test]
    fn the_parts_add_up_to_the_signal_up_to_its_tail() {
        let signal = synth::chirp(100.0, 8000.0, 0.1, RATE);
        for (tail, kept) in [(Tail::Kept, 2205), (Tail::Zero, 2048)] {
            let Parts { harmonic, percussive } = parts(&signal, tail);
            assert_eq!((harmonic.len(), percussive.len()), (2205, 2205));
            let sum = harmonic.iter().zip(&percussive).map(|(h, p)| h + p);
            for (i, (sum, &x)) in sum.zip(signal.samples()).enumerate() {
                let wanted = if i < kept { x } else { 0.0 };
                assert!((sum - wanted).abs() < 1e-6, "sample {i}: {sum} for {wanted}");
            }
        }
    }
}
