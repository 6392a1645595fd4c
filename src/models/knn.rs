//! Nearest neighbours, by looking at every training row.
//!
//! Written here and not taken from smartcore, because ties of distance must not depend on how a
//! tree was built: a nearer row wins, and of equally near rows the earlier.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::saved::Sound;
use super::{Classifier, Context, Error, Fitted, Learner, check, distance};
use crate::bounds::bounded;
use crate::dataset::{Samples, Shape};

bounded! {
    /// How many neighbours vote.
    Neighbours: usize, at_least 1, at_most 10000
}

/// Names the genre that is most frequent among the nearest training rows.
///
/// Scores are the neighbours' shares, as in scikit-learn; ties go to the first genre. With few
/// neighbours many scores are 0, so its log loss says little. Scale the features first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Knn {
    /// How many neighbours vote; all training rows where there are fewer. One is the usual
    /// reference on GTZAN, and the most accurate there.
    pub k: Neighbours,
    /// How much a neighbour's vote counts. Equal votes are the plain method.
    pub weights: Weights,
    /// What "near" means. Euclidean is the plain method.
    pub metric: Metric,
}

impl Default for Knn {
    fn default() -> Self {
        Self { k: Neighbours::literal(1), weights: Weights::Uniform, metric: Metric::Euclidean }
    }
}

/// How much a neighbour's vote counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Weights {
    /// All the same.
    Uniform,
    /// One over its distance; neighbours at distance 0, if any, vote alone.
    Distance,
}

/// The distance between two rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Metric {
    /// Root of the sum of squared differences.
    Euclidean,
    /// Sum of absolute differences.
    Manhattan,
    /// One less the cosine of the angle; a row of zeros is at distance 1 of every row.
    Cosine,
}

impl Metric {
    fn distance(self, a: &[f32], b: &[f32]) -> f64 {
        match self {
            Self::Euclidean => distance::squared(a, b).sqrt(),
            Self::Manhattan => distance::absolute(a, b),
            Self::Cosine => {
                let lengths = distance::product(a, a) * distance::product(b, b);
                if lengths > 0.0 {
                    (1.0 - distance::product(a, b) / lengths.sqrt()).max(0.0)
                } else {
                    1.0
                }
            }
        }
    }
}

impl Learner for Knn {
    fn accepts(&self, shape: Shape) -> Result<(), Error> {
        check::row_width("knn", shape).map(drop)
    }

    fn fit(&self, train: &Samples, _: &Context<'_>) -> Result<Fitted, Error> {
        let width = check::row_width("knn", train.shape())?;
        check::training(train)?;
        let memory = Memory {
            k: self.k.get().min(train.len()),
            weights: self.weights,
            metric: self.metric,
            genres: train.genres().len(),
            width,
            labels: train.labels(),
            rows: (0..train.len()).flat_map(|i| train.values(i).iter().copied()).collect(),
        };
        let parameters = memory.rows.len() + memory.labels.len();
        Ok(Fitted { classifier: Box::new(memory), history: Vec::new(), parameters })
    }
}

/// The fitted model: all training rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    k: usize,
    weights: Weights,
    metric: Metric,
    genres: usize,
    width: usize,
    labels: Vec<usize>,
    rows: Vec<f32>,
}

impl Memory {
    /// Distance and genre of the `k` nearest training rows.
    fn neighbours(&self, row: &[f32]) -> Vec<(f64, usize)> {
        let mut all: Vec<(f64, usize)> = self
            .rows
            .chunks_exact(self.width)
            .map(|known| self.metric.distance(known, row))
            .zip(0..)
            .collect();
        let by_distance_then_order =
            |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        all.select_nth_unstable_by(self.k - 1, by_distance_then_order);
        all.truncate(self.k);
        all.sort_unstable_by(by_distance_then_order); // sums must not depend on the selection
        all.into_iter().map(|(distance, i)| (distance, self.labels[i])).collect()
    }

    fn shares(&self, neighbours: &[(f64, usize)]) -> Vec<f64> {
        let touching = neighbours.iter().any(|(distance, _)| *distance == 0.0);
        let mut shares = vec![0.0; self.genres];
        for &(distance, genre) in neighbours {
            shares[genre] += match self.weights {
                Weights::Uniform => 1.0,
                Weights::Distance if touching => f64::from(u8::from(distance == 0.0)),
                Weights::Distance => neighbours[0].0 / distance, // relative, so it cannot overflow
            };
        }
        let total: f64 = shares.iter().sum();
        for share in &mut shares {
            *share /= total;
        }
        shares
    }
}

impl Sound for Memory {
    fn is_sound(&self) -> bool {
        self.width > 0
            && (1..=self.labels.len()).contains(&self.k)
            && self.rows.len().checked_div(self.width) == Some(self.labels.len())
            && self.labels.iter().all(|&label| label < self.genres)
    }
}

impl Classifier for Memory {
    fn scores(&self, samples: &Samples) -> Result<Vec<Vec<f64>>, Error> {
        check::scored_rows("knn", self.width, samples)?;
        let score = |i| self.shares(&self.neighbours(samples.values(i)));
        Ok((0..samples.len()).map(score).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Knn, Metric, Neighbours, Weights};
    use crate::dataset::Samples;
    use crate::models::testing::{fit, rows};

    fn train() -> Samples {
        rows(&[(0, &[0.0, 1.0]), (1, &[3.0, 1.0]), (2, &[4.0, 1.0]), (1, &[9.0, 1.0])], 3)
    }

    fn scores(knn: &Knn, at: [f32; 2]) -> Vec<f64> {
        fit(knn, &train()).scores(&rows(&[(0, &at)], 3)).unwrap().remove(0)
    }

    fn knn(k: usize, weights: Weights, metric: Metric) -> Knn {
        Knn { k: Neighbours::try_from(k as f64).unwrap(), weights, metric }
    }

    #[test]
    fn votes_are_shares_of_the_nearest() {
        let plain = |k| knn(k, Weights::Uniform, Metric::Euclidean);
        assert_eq!(scores(&plain(1), [1.0, 1.0]), [1.0, 0.0, 0.0]);
        assert_eq!(scores(&plain(2), [1.0, 1.0]), [0.5, 0.5, 0.0]);
        assert_eq!(scores(&plain(100), [1.0, 1.0]), [0.25, 0.5, 0.25]);
    }

    #[test]
    fn of_equally_near_rows_the_earlier_counts() {
        let nearest = knn(1, Weights::Uniform, Metric::Manhattan);
        assert_eq!(scores(&nearest, [3.5, 1.0]), [0.0, 1.0, 0.0]);
    }

    #[test]
    fn near_votes_count_for_more_and_touching_ones_alone() {
        let weighted = knn(3, Weights::Distance, Metric::Euclidean);
        // distances 1, 2, 3: weights 1, 1/2, 1/3 over 11/6
        let found = scores(&weighted, [1.0, 1.0]);
        for (found, known) in found.iter().zip([6.0 / 11.0, 3.0 / 11.0, 2.0 / 11.0]) {
            assert!((found - known).abs() < 1e-12);
        }
        assert_eq!(scores(&weighted, [3.0, 1.0]), [0.0, 1.0, 0.0]);
    }

    #[test]
    fn the_cosine_looks_at_directions_only() {
        let direction = knn(1, Weights::Uniform, Metric::Cosine);
        assert_eq!(scores(&direction, [0.0, 70.0]), [1.0, 0.0, 0.0]);
        assert_eq!(scores(&direction, [0.4, 0.1]), [0.0, 0.0, 1.0]);
    }
}
