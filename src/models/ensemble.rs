//! Several contenders as one: their scores averaged, or weighed by what they say of rows they did
//! not learn from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::train::softmax;
use crate::bounds::bounded;

bounded! {
    /// Folds inside the training part.
    Folds: usize, at_least 2, at_most 100
}
bounded! {
    /// Pull of the weights to zero.
    Ridge: f64, above 0.0
}

/// Several contenders as one, from their scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ensemble {
    /// Names of at least two other contenders of the experiment.
    pub of: Vec<String>,
    /// `vote` averages the shares that the contenders give each genre and learns nothing; `stack`
    /// learns a weight for each contender and genre from out-of-fold scores inside the training part.
    pub by: By,
    /// Folds inside the training part that `stack` refits the contenders on, 2 to 100; groups stay
    /// whole as in the outer folds. Three keep the cost at three further fits.
    pub inner: Folds,
    /// Pull of `stack`'s weights to those of a plain vote, above 0. At 1 a hundred rows a genre can
    /// move them, and ten hardly.
    pub ridge: Ridge,
}

impl Default for Ensemble {
    fn default() -> Self {
        Self { of: Vec::new(), by: By::Vote, inner: Folds::literal(3), ridge: Ridge::literal(1.0) }
    }
}

impl Ensemble {
    /// JSON schema of its parameters: what each does, its range and its default.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// How scores become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum By {
    /// Their mean.
    #[default]
    Vote,
    /// Learned weights.
    Stack,
}

/// Scores of one unit: one list of shares for each member.
pub type Said = Vec<Vec<f64>>;

/// The mean of the members' shares.
pub fn vote(said: &[Vec<f64>]) -> Vec<f64> {
    let mut means = vec![0.0; said[0].len()];
    for scores in said {
        means.iter_mut().zip(scores).for_each(|(sum, share)| *sum += share / said.len() as f64);
    }
    means
}

/// Weights learned from out-of-fold scores: share of genre g ∝ exp(Σ w(m, g) ln s(m, g) + b(g)).
///
/// Each member has a weight for each genre, so that one that knows jazz may speak of jazz. Fitted to
/// the mean log loss plus ridge/2n · Σ (w − 1/members)² + b² by gradient descent with a step that
/// cannot overshoot; without data it is a vote over the members' log-shares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// One list of weights (by genre) for each member.
    weights: Vec<Vec<f64>>,
    /// By genre.
    offsets: Vec<f64>,
}

/// The least share whose logarithm is taken.
const LEAST: f64 = 1e-6;
/// Steps of gradient descent: enough for the loss to stand still to six digits.
const STEPS: usize = 2000;

impl Stack {
    /// Whether it joins so many members that tell so many genres apart.
    pub fn fits(&self, members: usize, genres: usize) -> bool {
        let finite = |values: &Vec<f64>| values.iter().all(|value| value.is_finite());
        self.weights.len() == members
            && self.offsets.len() == genres
            && self.weights.iter().all(|weights| weights.len() == genres && finite(weights))
            && finite(&self.offsets)
    }

    /// Learns from what the members said of units they did not learn from, and the truth.
    pub fn fit(said: &[Said], truth: &[usize], ridge: f64) -> Self {
        let (members, genres) = (said[0].len(), said[0][0].len());
        let logs: Vec<Said> = said.iter().map(|one| logarithms(one)).collect();
        let plain = 1.0 / members as f64;
        let mut stack =
            Self { weights: vec![vec![plain; genres]; members], offsets: vec![0.0; genres] };
        let units = said.len() as f64;
        // The curvature of the loss is at most half the mean squared length of the logarithms.
        let square: f64 = logs.iter().flatten().flatten().map(|log| log * log).sum();
        let rate = 1.0 / (0.5 * (square / units + 1.0) + ridge / units);
        for _ in 0..STEPS {
            let mut slopes = vec![vec![0.0; genres]; members];
            let mut lifts = vec![0.0; genres];
            for (one, &genre) in logs.iter().zip(truth) {
                for (at, share) in stack.shares(one).into_iter().enumerate() {
                    let off = (share - f64::from(u8::from(at == genre))) / units;
                    lifts[at] += off;
                    slopes.iter_mut().zip(one).for_each(|(slope, log)| slope[at] += off * log[at]);
                }
            }
            for (weights, slopes) in stack.weights.iter_mut().zip(&slopes) {
                for (weight, slope) in weights.iter_mut().zip(slopes) {
                    *weight -= rate * (slope + ridge / units * (*weight - plain));
                }
            }
            for (offset, lift) in stack.offsets.iter_mut().zip(&lifts) {
                *offset -= rate * (lift + ridge / units * *offset);
            }
        }
        stack
    }

    /// Shares of the genres, from what the members say of one unit.
    pub fn scores(&self, said: &[Vec<f64>]) -> Vec<f64> {
        self.shares(&logarithms(said))
    }

    /// How many numbers were learned.
    pub fn parameters(&self) -> usize {
        (self.weights.len() + 1) * self.offsets.len()
    }

    #[allow(clippy::cast_possible_truncation)]
    fn shares(&self, logs: &[Vec<f64>]) -> Vec<f64> {
        let sums: Vec<f32> = (0..self.offsets.len())
            .map(|genre| {
                let weighed = self.weights.iter().zip(logs).map(|(w, log)| w[genre] * log[genre]);
                (self.offsets[genre] + weighed.sum::<f64>()) as f32
            })
            .collect();
        softmax(&sums)
    }
}

fn logarithms(said: &[Vec<f64>]) -> Said {
    said.iter().map(|scores| scores.iter().map(|share| share.max(LEAST).ln()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Stack, vote};

    #[test]
    fn a_vote_is_the_mean_of_the_shares() {
        assert_eq!(vote(&[vec![0.5, 0.5], vec![1.0, 0.0]]), [0.75, 0.25]);
    }

    #[test]
    fn a_member_that_is_always_right_outweighs_one_that_is_always_wrong() {
        let (right, wrong) = ([0.6, 0.4], [0.1, 0.9]);
        let said: Vec<_> = (0..60)
            .map(|unit| {
                let turn = |scores: [f64; 2]| {
                    let [a, b] = scores;
                    if unit % 2 == 0 { vec![a, b] } else { vec![b, a] }
                };
                vec![turn(right), turn(wrong)]
            })
            .collect();
        let truth: Vec<usize> = (0..60).map(|unit| unit % 2).collect();
        let stack = Stack::fit(&said, &truth, 1.0);
        assert!(vote(&said[0])[0] < 0.5);
        assert!(stack.scores(&said[0])[0] > 0.9, "{stack:?}");
        assert_eq!(stack, Stack::fit(&said, &truth, 1.0));
        assert_eq!(stack.parameters(), 6);
    }

    #[test]
    fn strongly_pulled_weights_are_those_of_a_vote() {
        let said = vec![vec![vec![0.8, 0.2], vec![0.3, 0.7]]; 10];
        let stack = Stack::fit(&said, &[1; 10], 1e9);
        let geometric = (0.8_f64 * 0.3).sqrt() / ((0.8_f64 * 0.3).sqrt() + (0.2_f64 * 0.7).sqrt());
        assert!((stack.scores(&said[0])[0] - geometric).abs() < 1e-3);
    }
}
