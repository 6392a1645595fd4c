//! A block after training: normalisation folded into the weights, plain numbers that score.

use serde::{Deserialize, Serialize};

use super::Form;
use super::forth::Line;
use super::frame::Framed;
use super::measure::Figures;
use super::pool::{self, Results};
use super::tile::Packed;

/// A fitted block as plain numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::models) struct Folded {
    form: Form,
    /// `[taps, filters]`.
    weights: Vec<f32>,
    /// Added to each filter's sums.
    shift: Vec<f32>,
}

impl Folded {
    /// Weights of which each filter's figures are known.
    pub(super) fn new(
        form: Form,
        weights: &[f32],
        scale: &[f32],
        shift: &[f32],
        figures: &Figures,
    ) -> Self {
        let line = Line::of(&figures.mean, &figures.variance, scale, shift);
        let folded = |taps: &[f32]| -> Vec<f32> {
            taps.iter().zip(&line.slope).map(|(weight, slope)| weight * slope).collect()
        };
        let weights = weights.chunks_exact(form.filters).flat_map(folded).collect();
        Self { form, weights, shift: line.offset }
    }

    /// Whether the weights are those of the form, so that no more memory is asked for than they justify.
    pub(in crate::models) fn is_sound(&self) -> bool {
        /// More than any spectrogram or filter bank has.
        const MOST: usize = 1 << 20;
        let Form { rows, columns, channels, filters, kernel, pool } = self.form;
        let all = [rows, columns, channels, filters, kernel[0], kernel[1], pool[0], pool[1]];
        let taps = [kernel[0], kernel[1], channels, filters];
        let product = |factors: &[usize]| {
            factors.iter().try_fold(1_usize, |product, factor| product.checked_mul(*factor))
        };
        all.iter().all(|extent| (1..=MOST).contains(extent))
            && kernel.iter().all(|extent| extent % 2 == 1)
            && product(&taps) == Some(self.weights.len())
            && self.shift.len() == filters
            && product(&[rows, columns, channels.max(filters)]).is_some_and(|it| it <= 64 * MOST)
            && pool[0] <= rows
            && pool[1] <= columns
    }

    /// How many numbers were learned: weights, scales and shifts.
    pub(in crate::models) fn parameters(&self) -> usize {
        self.weights.len() + 2 * self.shift.len()
    }

    /// Makes ready to score.
    pub(in crate::models) fn scorer(&self) -> Scorer<'_> {
        let form = &self.form;
        Scorer {
            folded: self,
            weights: Packed::forth(form, &self.weights),
            framed: Framed::new(form.rows, form.columns, form.channels, form.kernel),
            raw: vec![0.0; form.raw()],
            signs: vec![1.0; form.filters],
            picked: vec![0; form.output()],
        }
    }
}

/// A fitted block with the memory it works in.
pub(in crate::models) struct Scorer<'a> {
    folded: &'a Folded,
    weights: Packed,
    framed: Framed,
    raw: Vec<f32>,
    signs: Vec<f32>,
    picked: Vec<u32>,
}

impl Scorer<'_> {
    /// What comes out for one image.
    pub(in crate::models) fn forward(&mut self, image: &[f32]) -> Vec<f32> {
        let Folded { form, shift, .. } = self.folded;
        let mut best = vec![0.0; form.output()];
        self.framed.fill(image);
        let (raw, picked) = (&mut self.raw, &mut self.picked);
        let results = Results { raw, best: &mut best, picked };
        pool::convolve(form, &self.framed, &self.weights, &self.signs, results, None);
        for pixel in best.chunks_exact_mut(form.filters) {
            pixel
                .iter_mut()
                .zip(shift)
                .for_each(|(value, shift)| *value = (*value + shift).max(0.0));
        }
        best
    }
}
