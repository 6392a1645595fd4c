//! A mixture of Gaussians with diagonal covariance, fitted by expectation and maximisation.

use serde::{Deserialize, Serialize};

use super::kmeans::{self, Geometry};
use crate::matrix::{View, product};
use crate::seed::Seed;

/// Rounds of k-means from which the mixture starts.
const FIRST_ROUNDS: usize = 8;
/// The smallest variance; points are expected to have variance near 1.
const LEAST_VARIANCE: f64 = 0.05;
/// The smallest weight, so that an abandoned component stays a number.
const LEAST_WEIGHT: f64 = 1e-9;

/// Weights, means and variances of the components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Mixture {
    /// Shares of the points, summing to 1.
    pub(super) weights: Vec<f64>,
    /// Components × width.
    pub(super) means: Vec<f64>,
    /// Components × width.
    pub(super) variances: Vec<f64>,
}

/// How much of some points each component has.
pub(super) struct Moments {
    /// Σ q for each component.
    pub(super) shares: Vec<f64>,
    /// For each component Σ q x², then Σ q x: components × 2·width.
    pub(super) sums: Vec<f64>,
}

impl Mixture {
    /// Fits `components` to points of `width` values in `rounds` rounds from their k-means.
    ///
    /// Needs at least `components` points.
    pub(super) fn learn(
        points: &[f32],
        width: usize,
        components: usize,
        rounds: usize,
        seed: Seed,
    ) -> Self {
        let plane = (Geometry::Plane, FIRST_ROUNDS);
        let centres = kmeans::centres(points, width, components, plane, seed);
        let nearest = kmeans::nearest(points, width, &centres, Geometry::Plane);
        let mut shares = vec![0.0; nearest.len() * components];
        for (shares, nearest) in shares.chunks_exact_mut(components).zip(nearest) {
            shares[nearest] = 1.0;
        }
        let powers = powers(points, width);
        let mut mixture = Self::of(&moments(&shares, &powers, components, width), width);
        for _ in 0..rounds {
            let shares = mixture.shares(&powers);
            mixture = Self::of(&moments(&shares, &powers, components, width), width);
        }
        mixture
    }

    /// Moments of points of the width learned.
    pub(super) fn moments(&self, points: &[f32]) -> Moments {
        let width = self.width();
        let powers = powers(points, width);
        moments(&self.shares(&powers), &powers, self.weights.len(), width)
    }

    pub(super) fn width(&self) -> usize {
        self.means.len() / self.weights.len()
    }

    /// The mixture that has these moments.
    fn of(moments: &Moments, width: usize) -> Self {
        let total: f64 = moments.shares.iter().sum();
        let (mut means, mut variances) = (Vec::new(), Vec::new());
        for (sums, share) in moments.sums.chunks_exact(2 * width).zip(&moments.shares) {
            let (squares, sums) = sums.split_at(width);
            for (square, sum) in squares.iter().zip(sums) {
                let share = share.max(LEAST_WEIGHT);
                let mean = sum / share;
                means.push(mean);
                variances.push((square / share - mean * mean).max(LEAST_VARIANCE));
            }
        }
        let weight = |share: &f64| (share / total).max(LEAST_WEIGHT);
        Self { weights: moments.shares.iter().map(weight).collect(), means, variances }
    }

    /// The probability of each component for each point, given its powers: points × components.
    fn shares(&self, powers: &[f64]) -> Vec<f64> {
        let (width, components) = (self.width(), self.weights.len());
        // ln(weight · density) is linear in the powers: −x²/2s² + x m/s² + what is the same for all.
        let mut linear = Vec::with_capacity(components * 2 * width);
        let mut constants = Vec::with_capacity(components);
        let each = self.means.chunks_exact(width).zip(self.variances.chunks_exact(width));
        for ((means, variances), weight) in each.zip(&self.weights) {
            linear.extend(variances.iter().map(|variance| -0.5 / variance));
            linear.extend(means.iter().zip(variances).map(|(mean, variance)| mean / variance));
            let terms = means.iter().zip(variances);
            let terms = terms.map(|(mean, variance)| variance.ln() + mean * mean / variance);
            constants.push(weight.ln() - 0.5 * terms.sum::<f64>());
        }
        let linear = View::of(&linear, 2 * width).transposed();
        let mut shares = product(View::of(powers, 2 * width), linear);
        for shares in shares.chunks_exact_mut(components) {
            shares.iter_mut().zip(&constants).for_each(|(share, constant)| *share += constant);
            let largest = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            shares.iter_mut().for_each(|share| *share = (*share - largest).exp());
            let total: f64 = shares.iter().sum();
            shares.iter_mut().for_each(|share| *share /= total);
        }
        shares
    }
}

/// x², then x, of each point: points × 2·width.
fn powers(points: &[f32], width: usize) -> Vec<f64> {
    let mut powers = Vec::with_capacity(2 * points.len());
    for point in points.chunks_exact(width) {
        powers.extend(point.iter().map(|value| f64::from(*value).powi(2)));
        powers.extend(point.iter().map(|value| f64::from(*value)));
    }
    powers
}

fn moments(shares: &[f64], powers: &[f64], components: usize, width: usize) -> Moments {
    let sums = product(View::of(shares, components).transposed(), View::of(powers, 2 * width));
    let mut totals = vec![0.0; components];
    for shares in shares.chunks_exact(components) {
        totals.iter_mut().zip(shares).for_each(|(total, share)| *total += share);
    }
    Moments { shares: totals, sums }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::Mixture;
    use crate::seed::Seed;

    #[test]
    fn two_heaps_of_different_width_and_size_are_found() {
        let mut stream = Seed::new(2).stream();
        let points: Vec<f32> = (0..4000)
            .map(|i| {
                let wide = i % 4 == 0;
                let spread: f32 = (0..12).map(|_| stream.random::<f32>()).sum::<f32>() - 6.0;
                if wide { 8.0 + 2.0 * spread } else { -3.0 + 0.5 * spread }
            })
            .collect();
        let found = Mixture::learn(&points, 1, 2, 30, Seed::new(1));
        let wide = usize::from(found.means[1] > found.means[0]);
        let near = |found: f64, known: f64, within: f64| {
            assert!((found - known).abs() < within, "{found} is not {known}");
        };
        near(found.weights[wide], 0.25, 0.01);
        near(found.means[wide], 8.0, 0.2);
        near(found.means[1 - wide], -3.0, 0.05);
        near(found.variances[wide], 4.0, 0.4);
        near(found.variances[1 - wide], 0.25, 0.02);
        let moments = found.moments(&[-3.0]);
        near(moments.shares[1 - wide], 1.0, 1e-6);
        near(moments.sums[2 * (1 - wide)], 9.0, 1e-5);
    }

    #[test]
    fn points_far_from_all_components_still_belong_to_one() {
        let points: Vec<f32> = (0..50).map(|i| (i % 5) as f32).collect();
        let found = Mixture::learn(&points, 1, 3, 5, Seed::new(1)).moments(&[1e6]);
        assert!((found.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
