//! Covariance matrices of frames, and what is kept of a symmetric matrix.

use crate::matrix::{View, logarithm, product};

/// Population covariance of rows of `width` values plus `floor` on the diagonal: width × width.
///
/// Without rows it is the floor alone.
pub(super) fn covariance(rows: &[f32], width: usize, floor: f64) -> Vec<f64> {
    let count = (rows.len() / width).max(1) as f64;
    let mut means = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        means.iter_mut().zip(row).for_each(|(mean, value)| *mean += f64::from(*value) / count);
    }
    let mut centred = Vec::with_capacity(rows.len());
    for row in rows.chunks_exact(width) {
        centred.extend(row.iter().zip(&means).map(|(value, mean)| f64::from(*value) - mean));
    }
    let centred = View::of(&centred, width);
    let mut matrix = product(centred.transposed(), centred);
    matrix.iter_mut().for_each(|value| *value /= count);
    matrix.iter_mut().step_by(width + 1).for_each(|value| *value += floor);
    matrix
}

/// The matrix logarithm of [`covariance`].
pub(super) fn log_covariance(rows: &[f32], width: usize, floor: f64) -> Vec<f64> {
    logarithm(&covariance(rows, width, floor), width)
}

/// How many numbers [`upper_triangle`] keeps.
pub(super) const fn triangle(size: usize) -> usize {
    size * (size + 1) / 2
}

/// The diagonal and what stands above it, row after row, the latter times √2: so the length of the
/// vector is that of the matrix (its Frobenius norm).
#[allow(clippy::cast_possible_truncation)]
pub(super) fn upper_triangle(matrix: &[f64], size: usize) -> Vec<f32> {
    let mut kept = Vec::with_capacity(triangle(size));
    for (row, values) in matrix.chunks_exact(size).enumerate() {
        kept.push(values[row] as f32);
        kept.extend(values[row + 1..].iter().map(|value| (value * 2.0_f64.sqrt()) as f32));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{covariance, upper_triangle};

    #[test]
    fn a_covariance_by_hand() {
        let rows = [1.0, 2.0, 3.0, 6.0];
        assert_eq!(covariance(&rows, 2, 0.5), [1.5, 2.0, 2.0, 4.5]);
        assert_eq!(covariance(&[], 2, 0.5), [0.5, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn the_triangle_is_as_long_as_the_matrix() {
        let matrix = [1.0, 2.0, 2.0, 3.0];
        let kept = upper_triangle(&matrix, 2);
        let length: f32 = kept.iter().map(|value| value * value).sum();
        assert_eq!(kept.len(), 3);
        assert!((length - 18.0).abs() < 1e-5);
    }
}
