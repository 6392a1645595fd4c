//! From predictions to numbers: metrics, confusion, paired statistics.
//!
//! Knows truth and scores, never features or models. Every metric is a function of kept
//! predictions, so a new one never needs a training run.

mod agreement;
mod bootstrap;
mod calibration;
mod confusion;
mod corrected_t;
mod correlated_t;
mod friedman;
mod holm;
mod interval;
mod join;
mod kappa;
#[cfg(test)]
mod known;
mod mcnemar;
mod metrics;
mod nemenyi;
mod ranked;
mod ranks;
mod wilcoxon;
mod wilson;

pub use agreement::{Agreement, agreement};
pub use bootstrap::{DRAWS, bootstrap_interval};
pub use calibration::{BINS, Bin, brier, calibration_error, reliability};
pub use confusion::Confusion;
pub use corrected_t::{CorrectedT, corrected_t};
pub use correlated_t::{Belief, correlated_t};
pub use friedman::{Friedman, FriedmanError, friedman};
pub use holm::holm;
pub use interval::{Interval, corrected_error, corrected_interval};
pub use join::{Join, join};
pub use kappa::kappa;
pub use mcnemar::{McNemar, mcnemar};
pub use metrics::{Spread, accuracy, balanced_accuracy, log_loss, macro_f1, recall, spread};
pub use nemenyi::nemenyi_difference;
pub use ranked::top_accuracy;
pub use wilcoxon::{Wilcoxon, wilcoxon};
pub use wilson::wilson_interval;

/// What a model said of one unit that it never saw in training.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Number of the contender in the record.
    pub contender: usize,
    /// Which repeat of the protocol, from 0.
    pub repeat: usize,
    /// Which fold of the repeat, from 0.
    pub fold: usize,
    /// Number of the unit in the record.
    pub unit: usize,
    /// Number of the true genre.
    pub truth: usize,
    /// One score a genre: not negative, summing to 1.
    pub scores: Vec<f32>,
}

impl Prediction {
    /// The scores in double precision.
    pub fn wide(&self) -> Vec<f64> {
        self.scores.iter().map(|&score| f64::from(score)).collect()
    }

    /// The genre with the highest score; the first of them on a tie.
    pub fn predicted(&self) -> usize {
        first_highest(&self.scores)
    }

    /// Whether the highest score is the truth's.
    pub fn is_right(&self) -> bool {
        self.predicted() == self.truth
    }
}

/// Position of the highest value; the first of them on a tie.
pub fn first_highest<T: PartialOrd>(values: &[T]) -> usize {
    let mut best = 0;
    for (at, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = at;
        }
    }
    best
}
