//! Principal components, each brought to variance 1.

use serde::{Deserialize, Serialize};

use crate::matrix::factor::{Basis, product_of_windows, products_of_columns};
use crate::matrix::windows::Windows;
use crate::matrix::{Derived, Eigen, eigen};
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
    /// The projection, to be met by overlapping points.
    #[serde(skip)]
    windows: Derived<Windows>,
}

impl Whitening {
    /// The first `components` principal components of points of `width` values. `floor`, a share of
    /// the largest variance, is added to each variance, so that none is divided by nothing.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn learn<'a>(
        points: impl Iterator<Item = &'a [f32]> + Clone,
        width: usize,
        components: usize,
        floor: f64,
    ) -> Self {
        let mut means = vec![0.0_f64; width];
        let mut count = 0.0;
        for point in points.clone() {
            add_rows(point, &mut means);
            count += 1.0;
        }
        let count = f64::max(count, 1.0);
        let means: Vec<f32> = means.into_iter().map(|sum| (sum / count) as f32).collect();
        let mut covariance = vec![0.0; width * width];
        let (mut left, mut centred) = (points, Vec::with_capacity(CHUNK * width));
        loop {
            centred.clear();
            for point in left.by_ref().take(CHUNK) {
                centred.extend(point.iter().zip(&means).map(|(value, mean)| value - mean));
            }
            if centred.is_empty() {
                break;
            }
            add_rows(&products_of_columns(&centred, width), &mut covariance);
        }
        covariance.iter_mut().for_each(|value| *value /= count);
        let Eigen { values, vectors } = eigen(&covariance, width, components);
        let added = floor * values[0].max(0.0) + f64::MIN_POSITIVE;
        let scale = |value: f64| {
            let scale = (value.max(0.0) + added).sqrt().recip();
            // Where nothing varies there is nothing to tell apart.
            if values[0] > 0.0 { scale } else { 0.0 }
        };
        let projection = vectors
            .chunks_exact(width)
            .zip(&values)
            .flat_map(|(vector, value)| vector.iter().map(|number| (number * scale(*value)) as f32))
            .collect();
        let projection = Basis::new(projection);
        Self { means, projection, start: Derived::default(), windows: Derived::default() }
    }

    /// How many components there are.
    pub(super) fn components(&self) -> usize {
        self.projection.values().len() / self.means.len()
    }

    /// Values of a point.
    pub(super) fn width(&self) -> usize {
        self.means.len()
    }

    /// Points × components, of points one after another.
    pub(super) fn apply(&self, points: &[f32]) -> Vec<f32> {
        let width = self.width();
        product_of_windows(points, width, self.projection.transposed(width), self.start())
    }

    /// Points × components, of the points that begin at the first of `values` or a multiple of `step`
    /// after it, and may share values. The step is the same at each call.
    pub(super) fn apply_to_windows(&self, values: &[f32], step: usize) -> Vec<f32> {
        let new = || Windows::new(self.projection.values(), self.width(), step);
        let windows = self.windows.get_or(new);
        assert_eq!(windows.step(), step, "a whitening whose points are always as far apart");
        windows.products(values, self.start())
    }

    /// Begun at the negated means, points need not be centred one by one.
    fn start(&self) -> &[f32] {
        self.start.get_or(|| {
            let width = self.width();
            let projection = self.projection.transposed(width);
            let middle = product_of_windows(&self.means, width, projection, &[]);
            middle.iter().map(|value| -value).collect()
        })
    }
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
        let whitening = Whitening::learn(points.chunks_exact(3), 3, 2, 0.0);
        assert_eq!(whitening.components(), 2);
        let found = covariance(&whitening.apply(&points), 2, 0.0);
        for (found, known) in found.iter().zip([1.0, 0.0, 0.0, 1.0]) {
            assert!((found - known).abs() < 1e-3, "{found} is not {known}");
        }
    }

    #[test]
    fn points_that_are_all_the_same_stay_finite() {
        let whitening = Whitening::learn([3.0; 40].chunks_exact(4), 4, 4, 0.001);
        assert_eq!(whitening.apply(&[1.0; 4]), [0.0; 4]);
    }
}
