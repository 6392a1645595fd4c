//! Matrix products, eigenvectors of symmetric matrices and Cholesky factors; the small ones among the last are
//! nalgebra's.
//!
//! Products are ndarray's, or of [`factor`], because nalgebra 0.35 writes beside its matrices when it multiplies a small
//! one that lies on its side. Matrices are slices, row after row. Everything runs on the thread that asks, in an order that does
//! not depend on anything else, so that the same numbers give the same bytes.

mod derived;
mod eigen;
pub mod factor;
mod logarithm;
mod tridiagonal;
pub mod windows;

use nalgebra::DMatrix;
use ndarray::{ArrayView2, ArrayViewMut2, LinalgScalar, linalg::general_mat_mul};

pub use derived::Derived;
pub use eigen::{Eigen, eigen};
pub use logarithm::logarithm;

/// Single or double precision.
pub trait Number: LinalgScalar {}
impl Number for f32 {}
impl Number for f64 {}

/// A matrix that lies in a slice, perhaps on its side.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    /// Whether what lies side by side in the slice is a column.
    on_its_side: bool,
}

impl<'a, T: Number> View<'a, T> {
    /// Rows of `columns` numbers each, one after another.
    ///
    /// # Panics
    /// When the last row is not whole, which is a mistake of the caller.
    pub fn of(values: &'a [T], columns: usize) -> Self {
        assert!(columns > 0 && values.len().is_multiple_of(columns), "whole rows of {columns}");
        Self { values, rows: values.len() / columns, columns, on_its_side: false }
    }

    /// Rows for columns.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, on_its_side: !self.on_its_side, ..self }
    }

    /// ndarray's view of the same.
    fn array(&self) -> ArrayView2<'a, T> {
        let view = |rows, columns| {
            ArrayView2::from_shape((rows, columns), self.values)
                .expect("rows and columns were counted from the numbers")
        };
        if self.on_its_side {
            view(self.columns, self.rows).reversed_axes()
        } else {
            view(self.rows, self.columns)
        }
    }
}

/// The matrix product, row after row.
///
/// # Panics
/// When the first has not as many columns as the second has rows, a mistake of the caller.
pub fn product<T: Number>(first: View<'_, T>, second: View<'_, T>) -> Vec<T> {
    assert_eq!(first.columns, second.rows, "inner extents of a product");
    let extents = (first.rows, second.columns);
    let mut values = vec![T::zero(); extents.0 * extents.1];
    let mut target = ArrayViewMut2::from_shape(extents, &mut values)
        .expect("as many numbers as the extents ask for");
    general_mat_mul(T::one(), &first.array(), &second.array(), T::zero(), &mut target);
    values
}

/// Σ f(wᵢ) vᵢ vᵢᵀ of a symmetric matrix of `size` rows with eigenvalues w and eigenvectors v: its root,
/// its exponential and so on.
pub fn spectral(symmetric: &[f64], size: usize, function: impl Fn(f64) -> f64) -> Vec<f64> {
    let Eigen { values, vectors } = eigen(symmetric, size, size);
    let mut scaled = vectors.clone();
    for (vector, value) in scaled.chunks_exact_mut(size).zip(values) {
        let factor = function(value);
        vector.iter_mut().for_each(|number| *number *= factor);
    }
    product(View::of(&vectors, size).transposed(), View::of(&scaled, size))
}

/// A symmetric, positive definite matrix L·Lᵀ, known by the inverse of its Cholesky factor L.
#[derive(Clone, Debug)]
pub struct Cholesky {
    /// L⁻¹, row after row.
    inverse: Vec<f64>,
    size: usize,
}

impl Cholesky {
    /// Of a matrix of `size` rows; `None` when it is not positive definite.
    ///
    /// # Panics
    /// When there are not `size` × `size` numbers, a mistake of the caller.
    pub fn of(symmetric: &[f64], size: usize) -> Option<Self> {
        assert_eq!(symmetric.len(), size * size, "numbers of a square matrix");
        Some(Self { inverse: inverse_factor(symmetric, size)?, size })
    }

    /// The columns x for which the matrix times x is each of these columns, one after another.
    pub fn solve(&self, columns: &[f64]) -> Vec<f64> {
        let inverse = View::of(&self.inverse, self.size);
        let half = product(View::of(columns, self.size), inverse.transposed());
        product(View::of(&half, self.size), inverse)
    }

    /// What the inverse of the matrix has in some rows and in the columns of the same numbers, row
    /// after row.
    pub fn inverse_among(&self, members: &[usize]) -> Vec<f64> {
        let column = |&at: &usize| self.inverse.iter().skip(at).step_by(self.size).copied();
        let columns: Vec<f64> = members.iter().flat_map(column).collect();
        let columns = View::of(&columns, self.size);
        product(columns, columns.transposed())
    }
}

/// The inverse of the Cholesky factor, row after row. The factor of [A Bᵀ; B C] is [K 0; B K⁻ᵀ M] with
/// those of A and of what C is beyond B K⁻ᵀ (B K⁻ᵀ)ᵀ, and its inverse [K⁻¹ 0; −M⁻¹ B K⁻ᵀ K⁻¹ M⁻¹], so
/// that all but small matrices is products.
fn inverse_factor(symmetric: &[f64], size: usize) -> Option<Vec<f64>> {
    const SMALL: usize = 32;
    if size <= SMALL {
        let factor = DMatrix::from_row_slice(size, size, symmetric).cholesky()?;
        let inverse = factor.l_dirty().solve_lower_triangular(&DMatrix::identity(size, size))?;
        return Some(inverse.transpose().data.into());
    }
    let (half, rest) = (size / 2, size - size / 2);
    let rows = symmetric.chunks_exact(size);
    let first: Vec<f64> = rows.clone().take(half).flat_map(|row| &row[..half]).copied().collect();
    let below: Vec<f64> = rows.clone().skip(half).flat_map(|row| &row[..half]).copied().collect();
    let mut second: Vec<f64> = rows.skip(half).flat_map(|row| &row[half..]).copied().collect();
    let first = inverse_factor(&first, half)?;
    let below = product(View::of(&below, half), View::of(&first, half).transposed());
    let told = product(View::of(&below, half), View::of(&below, half).transposed());
    second.iter_mut().zip(told).for_each(|(value, told)| *value -= told);
    let second = inverse_factor(&second, rest)?;
    let below = product(View::of(&below, half), View::of(&first, half));
    let below = product(View::of(&second, rest), View::of(&below, half));
    let mut whole = vec![0.0; size * size];
    for (row, values) in first.chunks_exact(half).enumerate() {
        whole[row * size..][..half].copy_from_slice(values);
    }
    let rows = whole[half * size..].chunks_exact_mut(size);
    for ((row, below), second) in rows.zip(below.chunks_exact(half)).zip(second.chunks_exact(rest))
    {
        row[..half].iter_mut().zip(below).for_each(|(place, value)| *place = -value);
        row[half..].copy_from_slice(second);
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::{Cholesky, View, eigen, product, spectral};

    #[test]
    fn a_product_by_hand_on_either_side() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0_f32], [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        let (wide, tall) = (View::of(&a, 3), View::of(&b, 2));
        assert_eq!(product(wide, tall), [4.0, 5.0, 10.0, 11.0]);
        // [1 4; 2 5; 3 6] × [1 0 1; 0 1 1]
        let flipped = product(wide.transposed(), tall.transposed());
        assert_eq!(flipped, [1.0, 4.0, 5.0, 2.0, 5.0, 7.0, 3.0, 6.0, 9.0]);
        assert_eq!(product(wide, wide.transposed()), [14.0, 32.0, 32.0, 77.0]);
        assert!(product(View::of(&[], 3), tall).is_empty());
        assert_eq!(product(View::<f32>::of(&[], 2).transposed(), View::of(&[], 1)), [0.0; 2]);
    }

    #[test]
    fn large_products_are_sums_of_small_ones() {
        let (rows, inner, columns) = (70, 33, 41);
        let a: Vec<f64> = (0..rows * inner).map(|i| ((i * 7) % 13) as f64).collect();
        let b: Vec<f64> = (0..inner * columns).map(|i| ((i * 5) % 11) as f64).collect();
        let found = product(View::of(&a, inner), View::of(&b, columns));
        for (at, found) in found.iter().enumerate() {
            let (row, column) = (at / columns, at % columns);
            let known: f64 = (0..inner).map(|k| a[row * inner + k] * b[k * columns + column]).sum();
            assert_eq!(*found, known);
        }
    }

    #[test]
    fn eigenvalues_fall_and_their_vectors_rebuild_the_matrix() {
        let matrix = [2.0, 1.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 5.0];
        let found = eigen(&matrix, 3, 3);
        for (found, known) in found.values.iter().zip([5.0, 3.0, 1.0]) {
            assert!((found - known).abs() < 1e-12);
        }
        assert!((found.vectors[2].abs() - 1.0).abs() < 1e-12);
        for (found, known) in spectral(&matrix, 3, |value| value).iter().zip(matrix) {
            assert!((found - known).abs() < 1e-12);
        }
        let root = spectral(&matrix, 3, f64::sqrt);
        let square = product(View::of(&root, 3), View::of(&root, 3));
        assert!(square.iter().zip(matrix).all(|(found, known)| (found - known).abs() < 1e-12));
    }

    #[test]
    fn equations_are_solved_and_what_is_not_positive_is_refused() {
        let factor = Cholesky::of(&[4.0, 2.0, 2.0, 3.0], 2).unwrap();
        let found = factor.solve(&[8.0, 8.0, 2.0, 1.0]);
        for (found, known) in found.iter().zip([1.0, 2.0, 0.5, 0.0]) {
            assert!((found - known).abs() < 1e-12, "{found}");
        }
        for (found, known) in factor.inverse_among(&[0, 1]).iter().zip([0.375, -0.25, -0.25, 0.5]) {
            assert!((found - known).abs() < 1e-12, "{found}");
        }
        assert_eq!(factor.inverse_among(&[1]), [factor.inverse_among(&[0, 1])[3]]);
        assert!(Cholesky::of(&[1.0, 2.0, 2.0, 1.0], 2).is_none());
    }

    #[test]
    fn a_large_matrix_times_its_inverse_is_one() {
        let size = 101;
        let entry = |at: usize| {
            let (row, column) = (at / size, at % size);
            (-(row.abs_diff(column) as f64) / 7.0).exp() + f64::from(u8::from(row == column))
        };
        let matrix: Vec<f64> = (0..size * size).map(entry).collect();
        let all: Vec<usize> = (0..size).collect();
        let inverse = Cholesky::of(&matrix, size).unwrap().inverse_among(&all);
        let one = product(View::of(&matrix, size), View::of(&inverse, size));
        for (at, found) in one.iter().enumerate() {
            let known = f64::from(u8::from(at / size == at % size));
            assert!((found - known).abs() < 1e-12, "{found} at {at}");
        }
    }
}
