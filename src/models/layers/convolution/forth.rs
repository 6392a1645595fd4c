//! The way forth through a block in training, and what is kept of it.

use pulp::{Simd, WithSimd};

use super::frame::Framed;
use super::measure::{Measured, Moments, Running};
use super::pool::{self, Results};
use super::tile::Packed;
use super::{EPSILON, Form, back, vectorised};
use crate::models::layers::node::Operation;

/// One block in training.
///
/// Inputs are images `[batch, rows, columns, channels]`, weights `[taps, filters]`, and for each
/// filter the scale and the shift that follow normalisation; the output is
/// `[batch, pooled rows, pooled columns, filters]`.
#[derive(Debug)]
pub(super) struct Training {
    pub(super) form: Form,
    /// Figures that follow each batch that comes by.
    pub(super) running: Running,
}

impl Clone for Training {
    fn clone(&self) -> Self {
        Self { form: self.form, running: self.running.shared() }
    }
}

/// What the way back needs.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// Sums of all windows; none where the form forgets them.
    pub(super) raw: Vec<f32>,
    /// Of each pool the sum that was picked.
    pub(super) best: Vec<f32>,
    /// Which of its pool it was.
    pub(super) picked: Vec<u32>,
    /// The batch's figures.
    pub(super) measured: Measured,
}

impl Operation<4> for Training {
    type Kept = Kept;

    fn forward(&self, [images, weights, scale, shift]: [&[f32]; 4]) -> (Vec<f32>, Kept) {
        let kept = summed(&self.form, images, weights, scale);
        self.running.follow(&kept.measured);
        let line = Line::normalising(&kept.measured, scale, shift);
        let mut output = vec![0.0; kept.best.len()];
        vectorised(Rectify { line: &line, best: &kept.best, output: &mut output });
        (output, kept)
    }

    fn backward(
        &self,
        inputs: [&[f32]; 4],
        kept: Kept,
        slope: &[f32],
        wanted: [bool; 4],
    ) -> [Option<Vec<f32>>; 4] {
        back::backward(&self.form, inputs, &kept, slope, wanted)
    }
}

/// Sums of all windows of all images, measured and pooled.
fn summed(form: &Form, images: &[f32], weights: &[f32], scale: &[f32]) -> Kept {
    let count = images.len() / form.input();
    let weights = Packed::forth(form, weights);
    let signs: Vec<f32> = scale.iter().map(|scale| 1.0f32.copysign(*scale)).collect();
    let mut framed = Framed::new(form.rows, form.columns, form.channels, form.kernel);
    let mut moments = Moments::new(form.filters);
    let mut raw = vec![0.0; form.raw() * if form.forgets() { 1 } else { count }];
    let mut best = vec![0.0; count * form.output()];
    let mut picked = vec![0; count * form.output()];
    for (at, image) in images.chunks_exact(form.input()).enumerate() {
        framed.fill(image);
        let place = if form.forgets() { 0 } else { at * form.raw() };
        let pooled = at * form.output()..(at + 1) * form.output();
        let results = Results {
            raw: &mut raw[place..place + form.raw()],
            best: &mut best[pooled.clone()],
            picked: &mut picked[pooled],
        };
        pool::convolve(form, &framed, &weights, &signs, results, Some(&mut moments));
    }
    if form.forgets() {
        raw = Vec::new();
    }
    Kept { raw, best, picked, measured: moments.measured() }
}

/// For each filter a straight line: what normalising, scaling and shifting come to.
pub(super) struct Line {
    pub(super) slope: Vec<f32>,
    pub(super) offset: Vec<f32>,
}

impl Line {
    /// Normalises by the batch's figures.
    pub(super) fn normalising(measured: &Measured, scale: &[f32], shift: &[f32]) -> Self {
        Self::of(&measured.mean, &measured.variance, scale, shift)
    }

    /// Normalises by these figures.
    pub(super) fn of(mean: &[f64], variance: &[f64], scale: &[f32], shift: &[f32]) -> Self {
        let slopes = || {
            let pairs = scale.iter().zip(variance);
            pairs.map(|(scale, variance)| f64::from(*scale) / (variance + EPSILON).sqrt())
        };
        let offsets = shift.iter().zip(mean).zip(slopes());
        Self {
            slope: slopes().map(|slope| slope as f32).collect(),
            offset: offsets
                .map(|((shift, mean), slope)| (f64::from(*shift) - mean * slope) as f32)
                .collect(),
        }
    }
}

/// Normalises and rectifies what was picked.
struct Rectify<'a> {
    line: &'a Line,
    best: &'a [f32],
    output: &'a mut [f32],
}

impl WithSimd for Rectify<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let filters = self.line.slope.len();
        let (slope, offset) = (&self.line.slope[..filters], &self.line.offset[..filters]);
        let pixels = self.output.chunks_exact_mut(filters).zip(self.best.chunks_exact(filters));
        for (output, best) in pixels {
            for f in 0..filters {
                output[f] = (slope[f] * best[f] + offset[f]).max(0.0);
            }
        }
    }
}
