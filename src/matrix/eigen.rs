//! Eigenvalues and eigenvectors of real symmetric matrices.
//!
//! Implicit QL sweeps with Wilkinson's shift make a tridiagonal matrix diagonal (Golub & Van Loan,
//! Matrix Computations, 8.3; Wilkinson & Reinsch, Handbook for Automatic Computation II/4). They are
//! only recorded at first. Backwards, they make the eigenvectors that are asked for of unit vectors,
//! one strip of them after another: a strip stays in the cache, and the row that each rotation of a
//! sweep shares with the next stays in registers.

use pulp::{Simd, WithSimd};

use super::tridiagonal::{DEPTH, Piece, TINY, Tridiagonal, fused, pieces_mut, width};
use crate::vectors::vectorised;

/// Stands for zero in unit vectors, so that none of the numbers made of them is subnormal, which would
/// take a processor a hundred times as long as others: eigenvectors fall off that far.
const NOTHING: f64 = 1e-100;
/// Sweeps for one eigenvalue before it is taken as it is; two are usual.
const SWEEPS: usize = 30;

/// Eigenvalues from the largest to the smallest, and an eigenvector for each of the first as a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// From the largest to the smallest.
    pub values: Vec<f64>,
    /// Row after row, each of length one; the signs are arbitrary.
    pub vectors: Vec<f64>,
}

/// Eigenvalues of a symmetric matrix of `size` rows, given row after row with both triangles, and the
/// eigenvectors of the `wanted` largest. All are NaN if a number is not finite.
///
/// # Panics
/// When there are fewer than `size` × `size` numbers or more vectors wanted than there are, a mistake
/// of the caller.
pub fn eigen(symmetric: &[f64], size: usize, wanted: usize) -> Eigen {
    assert!(wanted <= size, "a matrix has as many eigenvectors as rows");
    let symmetric = &symmetric[..size * size];
    if size == 0 || symmetric.iter().any(|entry| !entry.is_finite()) {
        return Eigen { values: vec![f64::NAN; size], vectors: vec![f64::NAN; wanted * size] };
    }
    vectorised(Solve { symmetric, size, wanted })
}

/// The whole computation, compiled for each kind of vectors.
struct Solve<'a> {
    /// The matrix, with finite entries.
    symmetric: &'a [f64],
    /// Its rows.
    size: usize,
    /// How many eigenvectors.
    wanted: usize,
}

impl WithSimd for Solve<'_> {
    type Output = Eigen;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Eigen {
        let Self { symmetric, size, wanted } = self;
        let mut matrix = Tridiagonal::of(simd, symmetric, size);
        let mut diagonal = matrix.diagonal.clone();
        let turns = diagonalise::<S>(&mut diagonal, &mut matrix.coupling);

        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&i, &j| diagonal[j].total_cmp(&diagonal[i]));
        let mut vectors = vec![0.0; wanted * size];
        let width = width::<S>();
        let each = order.chunks(width).zip(vectors.chunks_mut(width * size));
        for (indices, vectors) in each {
            let strip = &mut matrix.strips.numbers()[..width * size];
            strip.fill(NOTHING);
            for (i, index) in indices.iter().enumerate() {
                strip[index * width + i] = 1.0;
            }
            rotate_back(simd, pieces_mut(simd, strip), &turns);
            matrix.turn_back(simd);
            let strip = &matrix.strips.numbers()[..width * size];
            for (i, vector) in vectors.chunks_exact_mut(size).enumerate() {
                let column = strip.iter().skip(i).step_by(width);
                vector.iter_mut().zip(column).for_each(|(place, value)| *place = *value);
            }
        }
        let values = order.iter().map(|&index| diagonal[index] * matrix.scale).collect();
        Eigen { values, vectors }
    }
}

/// The rotations of all sweeps.
struct Turns {
    /// First and last row of each sweep, which goes from the last to the first.
    sweeps: Vec<(usize, usize)>,
    /// Cosine and sine for each two neighbouring rows, sweep after sweep.
    rotations: Vec<[f64; 2]>,
}

/// Turns a tridiagonal matrix into a diagonal one and records how.
#[inline(always)]
fn diagonalise<S: Simd>(diagonal: &mut [f64], coupling: &mut [f64]) -> Turns {
    let size = diagonal.len();
    let mut turns = Turns { sweeps: Vec::new(), rotations: Vec::with_capacity(size * size) };
    for first in 0..size {
        for _ in 0..SWEEPS {
            let negligible = |i: &usize| {
                let size = diagonal[*i].abs() + diagonal[i + 1].abs();
                coupling[*i].abs() <= fused::<S>(f64::EPSILON, size, TINY)
            };
            let last = (first..size - 1).find(negligible).unwrap_or(size - 1);
            if last == first {
                break;
            }
            let start = turns.rotations.len();
            turns.rotations.resize(start + last - first, [0.0; 2]);
            turns.sweeps.push((first, last));
            let gap = (diagonal[first + 1] - diagonal[first]) / (2.0 * coupling[first]);
            let root = fused::<S>(gap, gap, 1.0).sqrt().copysign(gap);
            let mut rest = diagonal[last] - diagonal[first] + coupling[first] / (gap + root);
            let (mut cosine, mut sine, mut outside_share, mut shift) = (1.0, 1.0, 1.0, 0.0);
            for (i, rotation) in (first..last).rev().zip(&mut turns.rotations[start..]) {
                // Each step waits for the one before, so no root is on the way from one `rest` to
                // the next, and the root and the division go on at the same time.
                let outside = sine * coupling[i];
                let inside = cosine * coupling[i];
                let outside_square = outside_share * (coupling[i] * coupling[i]);
                let square = fused::<S>(rest, rest, outside_square);
                let moved = diagonal[i + 1] - shift;
                let difference = diagonal[i] - moved;
                let twice = rest + rest;
                let slope = fused::<S>(difference, outside, twice * inside);
                let slope_rest = fused::<S>(twice * rest, inside, rest * difference * outside);
                if square > TINY {
                    let inverse = 1.0 / square;
                    let length = square.sqrt();
                    (cosine, sine) = (rest * (length * inverse), outside * (length * inverse));
                    outside_share = outside * outside * inverse;
                    shift = outside * slope * inverse;
                    rest = fused::<S>(slope_rest, inverse, -inside);
                    coupling[i + 1] = length;
                } else {
                    (cosine, sine, outside_share, shift) = (1.0, 0.0, 0.0, 0.0);
                    rest = inside;
                    coupling[i + 1] = 0.0;
                }
                diagonal[i + 1] = moved + shift;
                *rotation = [cosine, sine];
            }
            diagonal[first] -= shift;
            coupling[first] = rest;
            coupling[last] = 0.0;
        }
    }
    turns
}

/// Takes all sweeps back, the last first, on the rows of a strip.
#[inline(always)]
fn rotate_back<S: Simd>(simd: S, rows: &mut [Piece<S>], turns: &Turns) {
    let mut rotations = turns.rotations.as_slice();
    for &(first, last) in turns.sweeps.iter().rev() {
        let (rest, sweep) = rotations.split_at(rotations.len() - (last - first));
        rotations = rest;
        let mut carried = rows[first];
        for (i, &[cosine, sine]) in (first..last).zip(sweep.iter().rev()) {
            let (cosine, sine) = (simd.splat_f64s(cosine), simd.splat_f64s(sine));
            let row = rows[i + 1];
            let mut kept = [simd.splat_f64s(0.0); DEPTH];
            for ((kept, carried), &row) in kept.iter_mut().zip(&mut carried).zip(&row) {
                *kept = simd.mul_add_e_f64s(sine, row, simd.mul_f64s(cosine, *carried));
                *carried = simd.negate_mul_add_e_f64s(sine, *carried, simd.mul_f64s(cosine, row));
            }
            rows[i] = kept;
        }
        rows[last] = carried;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(size: usize, entry: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        (0..size * size).map(|k| entry(k / size, k % size)).collect()
    }

    /// Entries between -1 and 1 without a pattern.
    fn scattered(i: usize, j: usize) -> f64 {
        ((i.max(j) * 131 + i.min(j) * 37 + 11) as f64).powi(2).sin()
    }

    fn check(symmetric: &[f64], size: usize) -> Vec<f64> {
        let Eigen { values, vectors } = eigen(symmetric, size, size);
        let largest = symmetric.iter().fold(0.0, |most: f64, entry| most.max(entry.abs()));
        assert!(values.is_sorted_by(|left, right| left >= right));
        let row = |i: usize| &vectors[i * size..][..size];
        for i in 0..size {
            for j in 0..size {
                let product: f64 = row(i).iter().zip(row(j)).map(|(x, y)| x * y).sum();
                assert!((product - f64::from(i == j)).abs() < 1e-12 * size as f64);
                let entry: f64 = (0..size).map(|k| values[k] * row(k)[i] * row(k)[j]).sum();
                let error = (entry - symmetric[i * size + j]).abs();
                assert!(error <= 1e-13 * size as f64 * largest, "{size}: {error} of {largest}");
            }
        }
        values
    }

    #[test]
    fn any_size() {
        for size in [0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 60, 64, 130] {
            check(&matrix(size, scattered), size);
        }
    }

    #[test]
    fn known_values() {
        let values = check(&[2.0, 1.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 5.0], 3);
        for (value, known) in values.iter().zip([5.0, 3.0, 1.0]) {
            assert!((value - known).abs() < 1e-14);
        }
        for size in [1, 2, 9, 60, 130] {
            let second = |i: usize, j: usize| [2.0, -1.0, 0.0][i.abs_diff(j).min(2)];
            let step = std::f64::consts::PI / (size + 1) as f64;
            for (k, value) in check(&matrix(size, second), size).iter().enumerate() {
                let known = 2.0 - 2.0 * ((size - k) as f64 * step).cos();
                assert!((value - known).abs() < 1e-13, "{size}: {value} for {known}");
            }
        }
    }

    #[test]
    fn diagonal_is_exact() {
        let values = check(&matrix(9, |i, j| if i == j { i as f64 / 3.0 } else { 0.0 }), 9);
        assert_eq!(values, (0..9).rev().map(|i| f64::from(i) / 3.0).collect::<Vec<_>>());
    }

    #[test]
    fn special_matrices() {
        let size = 60;
        let power = |i: usize, j: usize, base: f64| base.powi((i + j) as i32) * scattered(i, j);
        let special: [&dyn Fn(usize, usize) -> f64; 9] = [
            &|_, _| 0.0,
            &|_, _| 1.0,
            &|i, j| f64::from(i == j) + 1.0,
            &|i, j| f64::from(i + j == size - 1),
            &|i, j| ((i + 1) * (j + 1)) as f64,
            &|i, j| f64::from(i.abs_diff(j) == 1),
            &|i, j| power(i, j, 0.1),
            &|i, j| power(i, j, 20.0),
            &|i, j| power(i, j, 1e-4),
        ];
        for entry in special {
            for scale in [1.0, 1e-300, 1e150] {
                check(&matrix(size, |i, j| entry(i, j) * scale), size);
            }
        }
        check(&matrix(3, |i, j| if i == j { 0.0 } else { [1.0, 1e-200, 0.0][i.min(j)] }), 3);
        check(&[f64::MAX, 0.0, 0.0, 5e-324], 2);
    }

    #[test]
    fn not_finite() {
        for wrong in [f64::NAN, f64::INFINITY] {
            let values =
                eigen(&matrix(9, |i, j| if i + j == 7 { wrong } else { 1.0 }), 9, 9).values;
            assert!(values.iter().all(|value| value.is_nan()));
        }
    }
}
