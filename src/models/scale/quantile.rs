//! Quantiles of a column, and ranks laid out as a normal distribution.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

/// How many quantiles are kept of a column with more values: as many as scikit-learn keeps.
const KEPT: usize = 1000;

/// Ranks are kept this far from 0 and 1, so that their place in a normal distribution is finite
/// (±5.199, as in scikit-learn).
const EDGE: f64 = 1e-7;

/// The value below which a share of the sorted values lies, interpolated between neighbours.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
pub(super) fn at(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

/// Evenly spaced quantiles of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ranks {
    quantiles: Vec<f64>,
}

impl Ranks {
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn of_sorted(sorted: &[f64]) -> Self {
        if sorted.len() <= KEPT {
            return Self { quantiles: sorted.to_vec() };
        }
        let share = |i: usize| i as f64 / (KEPT - 1) as f64;
        Self { quantiles: (0..KEPT).map(|i| at(sorted, share(i))).collect() }
    }

    /// The place in a standard normal distribution of the value's rank.
    pub(super) fn normal(&self, value: f64) -> f64 {
        Normal::standard().inverse_cdf(self.rank(value).clamp(EDGE, 1.0 - EDGE))
    }

    /// The share of training values below `value`. Of a value that many rows share it is the
    /// middle of the ranks they take.
    #[allow(clippy::cast_precision_loss)]
    fn rank(&self, value: f64) -> f64 {
        let last = self.quantiles.len() - 1;
        if value <= self.quantiles[0] {
            return 0.0;
        }
        if value >= self.quantiles[last] {
            return 1.0;
        }
        let not_below = self.quantiles.partition_point(|quantile| *quantile < value);
        let above = self.quantiles.partition_point(|quantile| *quantile <= value);
        if not_below < above {
            return (not_below + above - 1) as f64 / 2.0 / last as f64;
        }
        let (low, high) = (self.quantiles[above - 1], self.quantiles[above]);
        ((above - 1) as f64 + (value - low) / (high - low)) / last as f64
    }
}
