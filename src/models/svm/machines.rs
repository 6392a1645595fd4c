//! Fitted machines: support vectors, weights, and the decision values they give.

use serde::{Deserialize, Serialize};

use super::{coupling, problem::Solution};
use crate::dataset::Samples;
use crate::models::sharpness::softmax;
use crate::models::{Classifier, Error, check, distance};

/// What makes two rows alike, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum KernelFunction {
    /// Inner product.
    Linear,
    /// exp(−gamma · d²).
    Rbf { gamma: f64 },
}

impl KernelFunction {
    /// The kernel between two rows.
    pub(super) fn between(self, a: &[f32], b: &[f32]) -> f64 {
        match self {
            Self::Linear => distance::product(a, b),
            Self::Rbf { gamma } => (-gamma * distance::squared(a, b)).exp(),
        }
    }
}

/// One border between a genre and another, or all others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Machine {
    /// The genre on the positive side.
    pub(super) genre: usize,
    /// The genre on the negative side; all others where there is none.
    pub(super) against: Option<usize>,
    /// Position in the basis, and weight.
    weights: Vec<(usize, f64)>,
    offset: f64,
}

impl Machine {
    pub(super) fn new(genre: usize, against: Option<usize>, solution: Solution) -> Self {
        Self { genre, against, weights: solution.weights, offset: solution.offset }
    }

    fn decision(&self, basis: &[f64]) -> f64 {
        let sum: f64 = self.weights.iter().map(|&(at, weight)| weight * basis[at]).sum();
        sum - self.offset
    }
}

/// The fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::models) struct Machines {
    kernel: KernelFunction,
    width: usize,
    genres: usize,
    /// Numbers of the genres that had training rows.
    pub(super) present: Vec<usize>,
    /// Support vectors of all machines, one row after another; none for the linear kernel.
    supports: Vec<f32>,
    pub(super) borders: Vec<Machine>,
    /// What decision values are multiplied with before they become scores.
    pub(super) sharpness: f64,
}

impl Machines {
    /// Keeps of the training rows only what the machines need.
    pub(super) fn new(
        kernel: KernelFunction,
        train: &Samples,
        present: Vec<usize>,
        borders: Vec<Machine>,
    ) -> Self {
        let width = train.shape().size();
        let mut fitted = Self {
            kernel,
            width,
            genres: train.genres().len(),
            present,
            supports: Vec::new(),
            borders,
            sharpness: 1.0,
        };
        match kernel {
            KernelFunction::Linear => fitted.fold_into_columns(train),
            KernelFunction::Rbf { .. } => fitted.gather_supports(train),
        }
        fitted
    }

    /// A weighted sum of inner products is one inner product: one weight a column is enough.
    fn fold_into_columns(&mut self, train: &Samples) {
        for machine in &mut self.borders {
            let mut columns = vec![0.0; self.width];
            for &(row, weight) in &machine.weights {
                for (column, value) in columns.iter_mut().zip(train.values(row)) {
                    *column += weight * f64::from(*value);
                }
            }
            machine.weights = columns.into_iter().enumerate().collect();
        }
    }

    /// Machines share their support vectors, so that each kernel value is computed once.
    fn gather_supports(&mut self, train: &Samples) {
        let mut used = vec![false; train.len()];
        let all = self.borders.iter().flat_map(|machine| &machine.weights);
        all.for_each(|(row, _)| used[*row] = true);
        let mut position = vec![0; train.len()];
        for row in (0..train.len()).filter(|&row| used[row]) {
            position[row] = self.supports.len() / self.width;
            self.supports.extend(train.values(row));
        }
        for machine in &mut self.borders {
            machine.weights.iter_mut().for_each(|(row, _)| *row = position[*row]);
        }
    }

    /// How many numbers are kept.
    pub(super) fn parameters(&self) -> usize {
        let weights: usize = self.borders.iter().map(|machine| machine.weights.len() + 1).sum();
        self.supports.len() + weights
    }

    /// The decision value of each machine.
    pub(super) fn decisions(&self, row: &[f32]) -> Vec<f64> {
        let basis: Vec<f64> = match self.kernel {
            KernelFunction::Linear => row.iter().map(|value| f64::from(*value)).collect(),
            KernelFunction::Rbf { .. } => self
                .supports
                .chunks_exact(self.width)
                .map(|support| self.kernel.between(support, row))
                .collect(),
        };
        self.borders.iter().map(|machine| machine.decision(&basis)).collect()
    }
}

impl Classifier for Machines {
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        check::scored_rows("svm", self.width, samples)?;
        let score = |i| {
            let values = coupling::genre_values(self, &self.decisions(samples.values(i)));
            let shares = softmax(&values, self.sharpness);
            let mut scores = vec![0.0; self.genres];
            for (&genre, share) in self.present.iter().zip(shares) {
                scores[genre] = share;
            }
            scores
        };
        Ok((0..samples.len()).map(score).collect())
    }
}
