//! A mixture of Gaussians with diagonal covariance, fitted by expectation and maximisation.

use serde::{Deserialize, Serialize};

use super::kmeans::{self, Geometry};
use crate::matrix::factor::{Factor, add_product, product_of_windows, transpose};
use crate::seed::Seed;
use crate::vectors::{exponential, larger, wide};

/// Points that are looked at together, so that their powers stay near the processor; sums over them are
/// in single precision.
const CHUNK: usize = 512;
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
        let mut moments = Moments::none(components, width);
        let powers = powers(points, width);
        for (powers, nearest) in powers.iter().zip(nearest.chunks(CHUNK)) {
            let mut shares = vec![0.0; components * nearest.len()];
            let each = nearest.iter().enumerate();
            each.for_each(|(at, own)| shares[own * nearest.len() + at] = 1.0);
            moments.add(&shares, powers);
        }
        let mut mixture = Self::of(&moments, width);
        for _ in 0..rounds {
            mixture = Self::of(&mixture.of_powers(&powers), width);
        }
        mixture
    }

    /// Moments of points of the width learned.
    pub(super) fn moments(&self, points: &[f32]) -> Moments {
        self.of_powers(&powers(points, self.width()))
    }

    fn of_powers(&self, powers: &[Powers]) -> Moments {
        let mut moments = Moments::none(self.weights.len(), self.width());
        let densities = self.densities();
        for powers in powers {
            moments.add(&densities.shares(powers), powers);
        }
        moments
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
struct Densities {
    /// What they are times the powers: 2·width × components.
    factor: Factor,
    constants: Vec<f32>,
}

impl Densities {
    /// The probability of each component for each point, given its powers: components × points.
    fn shares(&self, powers: &Powers) -> Vec<f32> {
        let logarithms = product_of_windows(&powers.values, powers.width, &self.factor);
        let mut shares = transpose(&logarithms, self.constants.len());
        to_probabilities(&mut shares, &self.constants);
        shares
    }
}

impl Moments {
    /// Of no points.
    fn none(components: usize, width: usize) -> Self {
        Self { shares: vec![0.0; components], sums: vec![0.0; components * 2 * width] }
    }

    /// Adds those of some points, given their shares (components × points) and powers.
    fn add(&mut self, shares: &[f32], powers: &Powers) {
        let points = shares.len() / self.shares.len();
        let mut sums = vec![0.0; self.sums.len()];
        add_product(shares, &powers.factor, &mut sums);
        self.sums.iter_mut().zip(sums).for_each(|(sum, more)| *sum += f64::from(more));
        for (sum, shares) in self.shares.iter_mut().zip(shares.chunks_exact(points)) {
            *sum += total(shares);
        }
    }
}

/// Σ x in double precision, as eight sums abreast.
fn total(values: &[f32]) -> f64 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sums.iter().sum::<f64>() + rest.iter().map(|value| f64::from(*value)).sum::<f64>()
}

/// Up to [`CHUNK`] points: x², then x, of each.
struct Powers {
    /// Points × width.
    values: Vec<f32>,
    /// Twice that of the points.
    width: usize,
    /// The values as a right factor.
    factor: Factor,
}

fn powers(points: &[f32], width: usize) -> Vec<Powers> {
    let of_chunk = |points: &[f32]| {
        let mut values = Vec::with_capacity(2 * points.len());
        for point in points.chunks_exact(width) {
            values.extend(point.iter().map(|value| value * value));
            values.extend_from_slice(point);
        }
        let width = 2 * width;
        Powers { factor: Factor::new(&values, width), values, width }
    };
    points.chunks(CHUNK * width).map(of_chunk).collect()
}

wide! {
    /// eˣ of each logarithm with its row's constant, divided by their sum over the rows.
    fn to_probabilities(logarithms: &mut [f32], constants: &[f32]) {
        let points = logarithms.len() / constants.len();
        let mut largest = vec![f32::NEG_INFINITY; points];
        for (row, constant) in logarithms.chunks_exact_mut(points).zip(constants) {
            for (value, largest) in row.iter_mut().zip(&mut largest) {
                *value += constant;
                *largest = larger(*value, *largest);
            }
        }
        let mut totals = vec![0.0; points];
        for row in logarithms.chunks_exact_mut(points) {
            for ((value, largest), total) in row.iter_mut().zip(&largest).zip(&mut totals) {
                *value = exponential(*value - largest);
                *total += *value;
            }
        }
        for row in logarithms.chunks_exact_mut(points) {
            row.iter_mut().zip(&totals).for_each(|(value, total)| *value /= total);
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
