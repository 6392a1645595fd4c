//! Principal components, each brought to variance 1.

use serde::{Deserialize, Serialize};

use crate::matrix::factor::{Basis, Derived, product_of_windows, products_of_columns};
use crate::matrix::{Eigen, eigen};
use crate::vectors::add_rows;

/// Points whose covariance is summed at a time, in single precision.
const CHUNK: usize = 2048;

/// A projection that makes the points it was learned from uncorrelated and of variance near 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Whitening {
    means: Vec<f32>,
    /// One row for each component: vᵢ / √(lᵢ + floor · l₁).
    projection: Basis,
    /// The projected means, negated: what a point's product with the projection is added to.
    #[serde(skip)]
    start: Derived<Vec<f32>>,
}

impl Whitening {
    /// The first `components` principal components of points of `width` values. `floor`, a share of
    /// the largest variance, is added to each variance, so that none is divided by nothing.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn learn(points: &[f32], width: usize, components: usize, floor: f64) -> Self {
        let count = (points.len() / width).max(1) as f64;
        let mut means = vec![0.0_f64; width];
        add_rows(points, &mut means);
        let means: Vec<f32> = means.into_iter().map(|sum| (sum / count) as f32).collect();
        let mut covariance = vec![0.0; width * width];
        for chunk in points.chunks(CHUNK * width) {
            add_rows(&products_of_columns(&centred(chunk, &means), width), &mut covariance);
        }
        covariance.iter_mut().for_each(|value| *value /= count);
        let Eigen { values, vectors } = eigen(&covariance, width);
        let added = floor * values[0].max(0.0) + f64::MIN_POSITIVE;
        let scale = |value: f64| {
            let scale = (value.max(0.0) + added).sqrt().recip();
            // Where nothing varies there is nothing to tell apart.
            if values[0] > 0.0 { scale } else { 0.0 }
        };
        let projection = vectors
            .chunks_exact(width)
            .zip(&values)
            .take(components)
            .flat_map(|(vector, value)| vector.iter().map(|number| (number * scale(*value)) as f32))
            .collect();
        Self { means, projection: Basis::new(projection), start: Derived::default() }
    }

    /// How many components there are.
    pub(super) fn components(&self) -> usize {
        self.projection.values().len() / self.means.len()
    }

    /// Values of a point.
    pub(super) fn width(&self) -> usize {
        self.means.len()
    }

    /// Points × components, of the points that begin at the first of `values` or a multiple of `step`
    /// after it, and may share values.
    pub(super) fn apply(&self, values: &[f32], step: usize) -> Vec<f32> {
        let width = self.means.len();
        let projection = self.projection.transposed(width);
        // Begun at the negated means, so that the points need not be centred one by one.
        let start = self.start.get_or(|| {
            let middle = product_of_windows(&self.means, width, projection, &[]);
            middle.iter().map(|value| -value).collect()
        });
        product_of_windows(values, step, projection, start)
    }
}

fn centred(points: &[f32], means: &[f32]) -> Vec<f32> {
    let mut centred = Vec::with_capacity(points.len());
    for point in points.chunks_exact(means.len()) {
        centred.extend(point.iter().zip(means).map(|(value, mean)| value - mean));
    }
    centred
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::Whitening;
    use crate::features::blocks::symmetric::covariance;
    use crate::seed::Seed;

    #[test]
    fn whitened_points_are_uncorrelated_and_of_variance_one() {
        let mut stream = Seed::new(1).stream();
        let points: Vec<f32> = (0..1200)
            .flat_map(|_| {
                let (a, b): (f32, f32) = (stream.random(), stream.random());
                [7.0 + a, a + 0.3 * b, 5.0 * b]
            })
            .collect();
        let whitening = Whitening::learn(&points, 3, 2, 0.0);
        assert_eq!(whitening.components(), 2);
        let found = covariance(&whitening.apply(&points, 3), 2, 0.0);
        for (found, known) in found.iter().zip([1.0, 0.0, 0.0, 1.0]) {
            assert!((found - known).abs() < 1e-3, "{found} is not {known}");
        }
    }

    #[test]
    fn points_that_are_all_the_same_stay_finite() {
        let whitening = Whitening::learn(&[3.0; 40], 4, 4, 0.001);
        assert_eq!(whitening.apply(&[1.0; 4], 4), [0.0; 4]);
    }
}
