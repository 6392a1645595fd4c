//! What of a sequence a net sees at once, and how training varies it.
//!
//! Training sees one window of a clip, drawn anew each time and changed a little, so that a net
//! cannot learn its clips by heart; scoring sees all windows and averages what the net says of them.

use std::f64::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::loss::softmax;
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};
use crate::models::Error;

bounded! {
    /// A number of frames.
    Frames: usize, at_least 1, at_most 100000
}
bounded! {
    /// A change of level in decibels, as a standard deviation; 0 changes nothing.
    Decibels: f64, at_least 0.0, at_most 60.0
}
bounded! {
    /// The longest mask, in frames or columns; 0 masks nothing.
    Mask: usize, at_most 10000
}

/// Cosines over the bands that a random equaliser is made of.
const CURVES: usize = 5;

/// A window over the frames of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Crop {
    /// Frames of the window, at least 1.
    pub length: Frames,
    /// Frames from one scored window of a clip to the next, at least 1.
    pub hop: Frames,
}

/// How training varies a window. Nothing is changed by default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::models) struct Augment {
    /// Standard deviation of a change of level, in dB, drawn for each window.
    pub(in crate::models) gain: f64,
    /// Standard deviation of the slowest of five cosines over the bands, in dB; the k-th has 1/√k of
    /// it. Together they are a random equaliser.
    pub(in crate::models) equaliser: f64,
    /// Most frames of a run that is set to the mean.
    pub(in crate::models) time_mask: usize,
    /// Most columns of a run that is set to the mean.
    pub(in crate::models) frequency_mask: usize,
}

/// What a net sees of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::models) struct View {
    /// The window; the whole clip where there is none.
    pub(in crate::models) crop: Option<Crop>,
    /// How training varies it.
    pub(in crate::models) augment: Augment,
}

impl View {
    /// Frames and width of what the net sees of sequences of this shape.
    ///
    /// # Errors
    /// For rows, and when a sequence is shorter than the window.
    pub(in crate::models) fn seen(
        &self,
        model: &'static str,
        shape: Shape,
    ) -> Result<(usize, usize), Error> {
        let Shape::Sequence { frames, width } = shape else {
            return Err(Error::Shape {
                model,
                needs: "a sequence of frames for each sample",
                given: shape,
            });
        };
        let length = self.crop.map_or(frames, |crop| crop.length.get());
        if length > frames {
            return Err(Error::TooShort { model, needed: length, frames });
        }
        Ok((length, width))
    }

    /// How many numbers a net sees of one sample.
    pub(super) fn size(&self, samples: &Samples) -> usize {
        match (samples.shape(), self.crop) {
            (Shape::Sequence { width, .. }, Some(crop)) => crop.length.get() * width,
            (shape, _) => shape.size(),
        }
    }

    /// The middle window of a sample, as it is.
    pub(super) fn middle<'a>(&self, samples: &'a Samples, at: usize) -> &'a [f32] {
        let values = samples.values(at);
        let (Shape::Sequence { frames, width }, Some(crop)) = (samples.shape(), self.crop) else {
            return values;
        };
        let length = crop.length.get();
        &values[(frames - length) / 2 * width..][..length * width]
    }

    /// Adds a window of a sample, drawn and varied by the stream, to `batch`.
    pub(super) fn draw(
        &self,
        samples: &Samples,
        at: usize,
        curves: &Curves,
        stream: &mut ChaCha8Rng,
        batch: &mut Vec<f32>,
    ) {
        let Shape::Sequence { frames, width } = samples.shape() else {
            batch.extend_from_slice(samples.values(at));
            return;
        };
        let length = self.crop.map_or(frames, |crop| crop.length.get());
        let start = if length < frames { stream.random_range(0..=frames - length) } else { 0 };
        let first = batch.len();
        batch.extend_from_slice(&samples.values(at)[start * width..][..length * width]);
        let window = &mut batch[first..];
        if let Some(tilt) = curves.tilt(&self.augment, stream) {
            for frame in window.chunks_exact_mut(width) {
                frame.iter_mut().zip(&tilt).for_each(|(value, shift)| *value += shift);
            }
        }
        for run in run(self.augment.time_mask, length, stream) {
            window[run * width..][..width].fill(0.0);
        }
        let masked = run(self.augment.frequency_mask, width, stream);
        if !masked.is_empty() {
            window.chunks_exact_mut(width).for_each(|frame| frame[masked.clone()].fill(0.0));
        }
    }
}

/// A run of at most `most` of `all` places, at least half of them left alone.
fn run(most: usize, all: usize, stream: &mut ChaCha8Rng) -> std::ops::Range<usize> {
    let most = most.min(all / 2);
    if most == 0 {
        return 0..0;
    }
    let length = stream.random_range(0..=most);
    let start = stream.random_range(0..=all - length);
    start..start + length
}

/// What one decibel of each curve over the bands is in the columns of a feature set.
///
/// Curve 0 is the level; curve k is cos(π k (b + ½) / bands), k half waves over the bands. In mel
/// bands these are the curves themselves; MFCCs are the cosine transform of the bands, so that the
/// level moves the first coefficient alone and curve k coefficient k. Other columns stay.
pub(super) struct Curves {
    curves: Vec<Vec<f32>>,
}

impl Curves {
    /// The curves in the columns of `samples`, on the scale they have.
    pub(super) fn of(samples: &Samples) -> Self {
        let columns = samples.columns();
        let bands = columns.iter().filter(|name| numbered(name, "mel").is_some()).count() as f64;
        let of_column = |curve: usize, at: usize| {
            let own = if let Some(band) = numbered(&columns[at], "mel") {
                (PI * curve as f64 * (band as f64 - 0.5) / bands).cos()
            } else if numbered(&columns[at], "mfcc") == Some(curve + 1) {
                (MFCC_BANDS / if curve == 0 { 1.0 } else { 2.0 }).sqrt()
            } else {
                0.0
            };
            own as f32 / samples.step(at)
        };
        let curves = 0..=CURVES;
        Self {
            curves: curves
                .map(|curve| (0..columns.len()).map(|at| of_column(curve, at)).collect())
                .collect(),
        }
    }

    /// What is added to every frame of a window.
    fn tilt(&self, augment: &Augment, stream: &mut ChaCha8Rng) -> Option<Vec<f32>> {
        if augment.gain == 0.0 && augment.equaliser == 0.0 {
            return None;
        }
        let mut tilt = vec![0.0; self.curves[0].len()];
        for (number, curve) in self.curves.iter().enumerate() {
            let spread = match number {
                0 => augment.gain,
                _ => augment.equaliser / (number as f64).sqrt(),
            };
            let amount = (spread * normal(stream)) as f32;
            tilt.iter_mut().zip(curve).for_each(|(sum, value)| *sum += amount * value);
        }
        Some(tilt)
    }
}

/// Mel bands under the MFCCs of every feature set.
const MFCC_BANDS: f64 = 128.0;

/// The number behind `name` in `column`, as 3 in `mel3`.
fn numbered(column: &str, name: &str) -> Option<usize> {
    column.strip_prefix(name)?.parse().ok()
}

/// A draw from the normal distribution (Box & Muller 1958).
fn normal(stream: &mut ChaCha8Rng) -> f64 {
    let (radius, angle) = (1.0 - stream.random::<f64>(), stream.random::<f64>());
    (-2.0 * radius.ln()).sqrt() * (2.0 * PI * angle).cos()
}

/// Shares of the genres in a clip, from what a net says (before softmax) of each of its windows:
/// the mean of the windows' log-shares, made shares again.
pub(in crate::models) fn windows_scored(
    crop: Option<Crop>,
    width: usize,
    clip: &[f32],
    mut net: impl FnMut(&[f32]) -> Vec<f32>,
) -> Vec<f64> {
    let frames = clip.len() / width;
    let (length, hop) = crop.map_or((frames, 1), |crop| (crop.length.get(), crop.hop.get()));
    let last = frames - length;
    let mut starts: Vec<usize> = (0..=last).step_by(hop).collect();
    if starts.last() != Some(&last) {
        starts.push(last);
    }
    let mut sums: Vec<f64> = Vec::new();
    for &start in &starts {
        let scores = softmax(&net(&clip[start * width..][..length * width]));
        sums.resize(scores.len(), 0.0);
        // A share that rounds to nothing must not silence the other windows.
        sums.iter_mut().zip(scores).for_each(|(sum, share)| *sum += share.max(1e-12).ln());
    }
    let means: Vec<f32> = sums.iter().map(|sum| (sum / starts.len() as f64) as f32).collect();
    softmax(&means)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::models::testing::rows;
    use crate::seed::Seed;

    fn sequences(columns: &[&str], frames: usize) -> Samples {
        let width = columns.len();
        let values = (0..frames * width).map(|at| at as f32).collect();
        rows(&[(0, &[0.0])], 1).described_by(
            Arc::new(columns.iter().map(|&name| name.to_owned()).collect()),
            Shape::Sequence { frames, width },
            values,
        )
    }

    fn crop(length: usize, hop: usize) -> Option<Crop> {
        Some(Crop { length: Frames::literal(length), hop: Frames::literal(hop) })
    }

    fn drawn(view: &View, samples: &Samples, seed: u64) -> Vec<f32> {
        let mut batch = Vec::new();
        let curves = Curves::of(samples);
        view.draw(samples, 0, &curves, &mut Seed::new(seed).stream(), &mut batch);
        batch
    }

    #[test]
    fn windows_are_drawn_from_everywhere_and_hold_frames_in_a_row() {
        let samples = sequences(&["a", "b"], 6);
        let view = View { crop: crop(4, 1), ..View::default() };
        let mut starts: Vec<f32> = (0..40).map(|seed| drawn(&view, &samples, seed)[0]).collect();
        starts.sort_by(f32::total_cmp);
        starts.dedup();
        assert_eq!(starts, [0.0, 2.0, 4.0]);
        let window = drawn(&view, &samples, 1);
        assert!(window.windows(2).all(|pair| pair[1] == pair[0] + 1.0));
        assert_eq!(view.middle(&samples, 0)[0], 2.0);
        assert_eq!(view.size(&samples), 8);
    }

    #[test]
    fn a_gain_moves_all_bands_alike_and_of_the_mfccs_the_first_alone() {
        let view = |gain, equaliser| View {
            augment: Augment { gain, equaliser, ..Augment::default() },
            ..View::default()
        };
        let bands = sequences(&["mel1", "mel2", "rms"], 1);
        let moved = drawn(&view(4.0, 0.0), &bands, 3);
        assert!(moved[0] != 0.0 && (moved[1] - 1.0 - moved[0]).abs() < 1e-6 && moved[2] == 2.0);
        let scaled = bands.with_steps(vec![2.0, 1.0, 1.0]);
        let halved = drawn(&view(4.0, 0.0), &scaled, 3);
        assert!((2.0 * halved[0] - moved[0]).abs() < 1e-6);
        let tilted = drawn(&view(0.0, 4.0), &sequences(&["mfcc1", "mfcc2", "mfcc7"], 1), 3);
        assert!(tilted[0] == 0.0 && tilted[1] != 1.0 && tilted[2] == 2.0);
    }

    #[test]
    fn masks_leave_at_least_half() {
        let samples = sequences(&["mel1", "mel2", "mel3", "mel4"], 10);
        let augment = Augment { time_mask: 9, frequency_mask: 9, ..Augment::default() };
        let view = View { augment, ..View::default() };
        let zeros = |seed| drawn(&view, &samples, seed).iter().filter(|v| **v == 0.0).count();
        let counts: Vec<usize> = (0..50).map(zeros).collect();
        assert!(counts.iter().all(|count| *count <= 31) && counts.iter().any(|c| *c > 10));
    }

    #[test]
    fn every_frame_is_scored_and_windows_count_alike() {
        let clip: Vec<f32> = (0..7).map(|at| at as f32).collect();
        let mut starts = Vec::new();
        let scores = windows_scored(crop(3, 2), 1, &clip, |window| {
            starts.push(window[0]);
            vec![window[0], 0.0]
        });
        assert_eq!(starts, [0.0, 2.0, 4.0]);
        assert!(scores[0] > scores[1] && (scores.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        starts.clear();
        windows_scored(crop(3, 3), 1, &clip, |window| {
            starts.push(window[0]);
            vec![0.0, 0.0]
        });
        assert_eq!(starts, [0.0, 3.0, 4.0]);
        assert!((windows_scored(None, 1, &clip, |_| vec![1000.0, 0.0])[0] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn rows_and_short_sequences_are_refused_with_numbers() {
        let view = View { crop: crop(64, 32), ..View::default() };
        let short = view.seen("cnn", Shape::Sequence { frames: 10, width: 4 }).unwrap_err();
        assert!(short.to_string().contains("64 frames") && short.to_string().contains("10"));
        assert!(view.seen("cnn", Shape::Row { width: 4 }).is_err());
    }
}
