//! A mixture of Gaussians with diagonal covariance, fitted by expectation and maximisation.

use serde::{Deserialize, Serialize};

use super::kmeans::{self, Geometry};
use crate::matrix::Derived;
use crate::matrix::factor::{Factor, product_of_windows, transposed_product};
use crate::seed::Seed;
use crate::vectors::{add_rows, to_shares, wide};

/// Points that are looked at together, so that their powers stay near the processor; sums over them are
/// in single precision.
const CHUNK: usize = 256;
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
    #[serde(skip)]
    densities: Derived<Densities>,
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
        let mut powers = vec![0.0; 2 * points.len()];
        write_powers(points, width, &mut powers);
        let mut sums = Sums::new(width, components);
        for (powers, nearest) in powers.chunks(CHUNK * 2 * width).zip(nearest.chunks(CHUNK)) {
            let mut shares = vec![0.0; nearest.len() * components];
            let rows = shares.chunks_exact_mut(components);
            rows.zip(nearest).for_each(|(row, &own)| row[own] = 1.0);
            sums.add(powers, &shares);
        }
        let mut mixture = Self::of(&sums.moments(), width);
        for _ in 0..rounds {
            let densities = mixture.densities();
            let mut sums = Sums::new(width, components);
            for powers in powers.chunks(CHUNK * 2 * width) {
                sums.add(powers, &densities.shares(powers, 2 * width));
            }
            mixture = Self::of(&sums.moments(), width);
        }
        mixture
    }

    /// Moments of points of the width learned.
    pub(super) fn moments(&self, points: &[f32]) -> Moments {
        let densities = self.densities.get_or(|| self.densities());
        let width = self.width();
        let mut sums = Sums::new(width, self.weights.len());
        let mut powers = vec![0.0; CHUNK * 2 * width];
        for points in points.chunks(CHUNK * width) {
            let powers = &mut powers[..2 * points.len()];
            write_powers(points, width, powers);
            sums.add(powers, &densities.shares(powers, 2 * width));
        }
        sums.moments()
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
        let weights = moments.shares.iter().map(weight).collect();
        Self { weights, means, variances, densities: Derived::default() }
    }

    #[allow(clippy::cast_possible_truncation)]
    fn densities(&self) -> Densities {
        let width = self.width();
        // ln(weight · density) is linear in the powers: −x²/2s² + x m/s² + what is the same for all.
        let mut linear = Vec::with_capacity(self.weights.len() * 2 * width);
        let mut constants = Vec::with_capacity(self.weights.len());
        let each = self.means.chunks_exact(width).zip(self.variances.chunks_exact(width));
        for ((means, variances), weight) in each.zip(&self.weights) {
            let terms = || means.iter().zip(variances);
            linear.extend(variances.iter().map(|variance| (-0.5 / variance) as f32));
            linear.extend(terms().map(|(mean, variance)| (mean / variance) as f32));
            let terms = terms().map(|(mean, variance)| variance.ln() + mean * mean / variance);
            constants.push((weight.ln() - 0.5 * terms.sum::<f64>()) as f32);
        }
        Densities { factor: Factor::transposed(&linear, 2 * width), constants }
    }
}

/// What the logarithms of weight · density are made of.
#[derive(Clone, Debug)]
struct Densities {
    /// What they are times the powers: 2·width × components.
    factor: Factor,
    constants: Vec<f32>,
}

impl Densities {
    /// The probability of each component for each point, given its powers: points × components.
    fn shares(&self, powers: &[f32], width: usize) -> Vec<f32> {
        let mut shares = product_of_windows(powers, width, &self.factor, &self.constants);
        to_shares(&mut shares, self.constants.len());
        shares
    }
}

/// What [`Moments`] are made of.
struct Sums {
    /// Σ q for each component.
    shares: Vec<f64>,
    /// Σ q x², then Σ q x: 2·width × components.
    powers: Vec<f64>,
}

impl Sums {
    fn new(width: usize, components: usize) -> Self {
        Self { shares: vec![0.0; components], powers: vec![0.0; 2 * width * components] }
    }

    /// Adds the powers of some points, and their shares: points × components.
    fn add(&mut self, powers: &[f32], shares: &[f32]) {
        let components = self.shares.len();
        let width = self.powers.len() / components;
        add_rows(shares, &mut self.shares);
        add_rows(&transposed_product(powers, width, shares, components), &mut self.powers);
    }

    fn moments(self) -> Moments {
        let components = self.shares.len();
        let mut sums = Vec::with_capacity(self.powers.len());
        for own in 0..components {
            sums.extend(self.powers.chunks_exact(components).map(|row| row[own]));
        }
        Moments { shares: self.shares, sums }
    }
}

wide! {
    /// x², then x, of each point.
    fn write_powers(points: &[f32], width: usize, powers: &mut [f32]) {
        for (powers, point) in powers.chunks_exact_mut(2 * width).zip(points.chunks_exact(width)) {
            let (squares, values) = powers.split_at_mut(width);
            squares.iter_mut().zip(point).for_each(|(square, value)| *square = value * value);
            values.iter_mut().zip(point).for_each(|(place, value)| *place = *value);
        }
    }
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
