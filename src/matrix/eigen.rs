//! Eigenvalues and eigenvectors of real symmetric matrices.
//!
//! Householder reflections make the matrix tridiagonal, and implicit QL sweeps with Wilkinson's
//! shift make that diagonal (Golub & Van Loan, Matrix Computations, 8.3; Wilkinson & Reinsch,
//! Handbook for Automatic Computation II/2 and II/4). Both are only recorded at first and then
//! applied to the eigenvectors, one strip of columns after another: a strip stays in the cache,
//! and the row that each rotation of a sweep shares with the next stays in registers.

use pulp::{Simd, WithSimd};

use crate::vectors::vectorised;

/// Vectors side by side in a row of a strip: enough to hide how long each sum takes.
const DEPTH: usize = 4;
/// Bytes of a line of the cache: a vector across two of them takes twice as long.
const LINE: usize = 64;
/// Sweeps for one eigenvalue before it is taken as it is; two are usual.
const SWEEPS: usize = 30;
/// Squares up to this count as zero, as they lose digits; the largest entry is about one.
const TINY: f64 = 1e-290;

/// A row of a strip.
type Piece<S> = [<S as Simd>::f64s; DEPTH];

/// Eigenvalues from the largest to the smallest, and an eigenvector for each as a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// From the largest to the smallest.
    pub values: Vec<f64>,
    /// Row after row, each of length one; the signs are arbitrary.
    pub vectors: Vec<f64>,
}

/// Eigenvalues and eigenvectors of a symmetric matrix of `size` rows, given row after row with both
/// triangles. All are NaN if a number is not finite.
///
/// # Panics
/// When there are fewer than `size` × `size` numbers, a mistake of the caller.
pub fn eigen(symmetric: &[f64], size: usize) -> Eigen {
    let symmetric = &symmetric[..size * size];
    if symmetric.iter().any(|entry| !entry.is_finite()) {
        return Eigen { values: vec![f64::NAN; size], vectors: vec![f64::NAN; size * size] };
    }
    vectorised(Solve { symmetric, size })
}

/// The whole computation, compiled for each kind of vectors.
struct Solve<'a> {
    /// The matrix, with finite entries.
    symmetric: &'a [f64],
    /// Its rows.
    size: usize,
}

impl WithSimd for Solve<'_> {
    type Output = Eigen;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Eigen {
        let Self { symmetric, size } = self;
        let width = DEPTH * S::F64_LANES;
        let padded = size.next_multiple_of(width);
        let spare = LINE / size_of::<f64>();
        let mut memory = vec![0.0; padded * (2 * size + 1) + spare];
        let start = memory.as_ptr().align_offset(LINE).min(spare);
        let (matrix, rest) = memory[start..].split_at_mut(padded * size);
        let reflectors = &mut rest[..padded * (size + 1)];

        // A power of two keeps every digit.
        let largest = symmetric.iter().fold(f64::MIN_POSITIVE, |most, entry| most.max(entry.abs()));
        let scale = f64::from_bits(largest.to_bits() & f64::INFINITY.to_bits());
        let inverse = 1.0 / scale;
        for (row, entries) in symmetric.chunks_exact(size.max(1)).enumerate() {
            for (strip, entries) in entries.chunks(width).enumerate() {
                let target = &mut matrix[(strip * size + row) * width..][..entries.len()];
                for (target, entry) in target.iter_mut().zip(entries) {
                    *target = entry * inverse;
                }
            }
        }

        let (mut diagonal, mut coupling) = reduce(simd, matrix, reflectors, size);
        let turns = diagonalise::<S>(&mut diagonal, &mut coupling);

        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&i, &j| diagonal[j].total_cmp(&diagonal[i]));
        let mut vectors = vec![0.0; size * size];
        for column in (0..size).step_by(width) {
            let strip = &mut matrix[..width * size];
            strip.fill(0.0);
            for (row, i) in (column..size).zip(0..width) {
                strip[row * width + i] = 1.0;
            }
            reflect(simd, pieces_mut(simd, strip), &reflectors[..padded * size]);
            rotate(simd, pieces_mut(simd, strip), &turns);
            for (row, &index) in vectors.chunks_exact_mut(size).zip(&order) {
                let target = &mut row[column..size.min(column + width)];
                target.copy_from_slice(&strip[index * width..][..target.len()]);
            }
        }
        let values = order.iter().map(|&index| diagonal[index] * scale).collect();
        Eigen { values, vectors }
    }
}

/// Numbers as pieces; what does not fill one is left out.
#[inline(always)]
fn pieces<S: Simd>(_: S, numbers: &[f64]) -> &[Piece<S>] {
    S::as_simd_f64s(numbers).0.as_chunks().0
}

/// Numbers as pieces that can be changed.
#[inline(always)]
fn pieces_mut<S: Simd>(_: S, numbers: &mut [f64]) -> &mut [Piece<S>] {
    S::as_mut_simd_f64s(numbers).0.as_chunks_mut().0
}

/// Adds a multiple of a piece to another.
#[inline(always)]
fn add<S: Simd>(simd: S, sum: &mut Piece<S>, factor: S::f64s, piece: &Piece<S>) {
    for (sum, &part) in sum.iter_mut().zip(piece) {
        *sum = simd.mul_add_e_f64s(factor, part, *sum);
    }
}

/// Adds a multiple of a row to another.
#[inline(always)]
fn add_row<S: Simd>(simd: S, sums: &mut [f64], factor: f64, row: &[f64]) {
    let factor = simd.splat_f64s(factor);
    for (sum, piece) in pieces_mut(simd, sums).iter_mut().zip(pieces(simd, row)) {
        add(simd, sum, factor, piece);
    }
}

/// The scalar product of two rows.
#[inline(always)]
fn product<S: Simd>(simd: S, left: &[f64], right: &[f64]) -> f64 {
    let mut sums = [simd.splat_f64s(0.0); DEPTH];
    for (left, right) in pieces(simd, left).iter().zip(pieces(simd, right)) {
        for ((sum, &left), &right) in sums.iter_mut().zip(left).zip(right) {
            *sum = simd.mul_add_e_f64s(left, right, *sum);
        }
    }
    let mut total = simd.splat_f64s(0.0);
    for sum in sums {
        total = simd.add_f64s(total, sum);
    }
    simd.reduce_sum_f64s(total)
}

/// `factor * other + term`, as one instruction where there is one.
#[inline(always)]
fn fused<S: Simd>(factor: f64, other: f64, term: f64) -> f64 {
    if S::F64_LANES >= 4 { factor.mul_add(other, term) } else { factor * other + term }
}

/// Makes the matrix (strip after strip) tridiagonal from its last row to its first and gives the
/// diagonal and its neighbours. Row `i` of `reflectors` becomes the vector `u`, of squared length
/// two or zero, of the reflection `1 - u uᵀ` that leaves in row `i` only the diagonal entry and the
/// one before it. There is one row more, of zeros, as no reflection comes before the first.
#[inline(always)]
fn reduce<S: Simd>(
    simd: S,
    matrix: &mut [f64],
    reflectors: &mut [f64],
    size: usize,
) -> (Vec<f64>, Vec<f64>) {
    let (mut diagonal, mut coupling) = (vec![0.0; size], vec![0.0; size]);
    let width = DEPTH * S::F64_LANES;
    let padded = size.next_multiple_of(width);
    let (mut change, mut image) = (vec![0.0; padded], vec![0.0; padded]);
    for i in (0..size).rev() {
        // The change of the matrix by the reflection before, `- u qᵀ - q uᵀ`, is still to be made.
        let used = (i + 1).next_multiple_of(width);
        let (row, before) = reflectors[i * padded..][..2 * padded].split_at_mut(padded);
        for (strip, target) in row[..used].chunks_exact_mut(width).enumerate() {
            target.copy_from_slice(&matrix[(strip * size + i) * width..][..width]);
        }
        add_row(simd, &mut row[..used], -before[i], &change);
        add_row(simd, &mut row[..used], -change[i], before);
        diagonal[i] = row[i];
        row[i..].fill(0.0);
        if i == 0 {
            break;
        }
        let last = row[i - 1];
        row[i - 1] = 0.0;
        let others = product(simd, &row[..used], &row[..used]);
        if others > TINY {
            let length = fused::<S>(last, last, others).sqrt().copysign(last);
            coupling[i - 1] = -length;
            row[i - 1] = last + length;
            let factor = 1.0 / (length * (last + length)).sqrt();
            row[..i].iter_mut().for_each(|entry| *entry *= factor);
        } else {
            coupling[i - 1] = last;
            row.fill(0.0);
        }

        // The change of the matrix and its product with the new vector, in one pass.
        let used = i.next_multiple_of(width);
        let strips = pieces_mut(simd, matrix).chunks_exact_mut(size);
        let given = pieces(simd, before).iter().zip(pieces(simd, &change));
        let images = pieces_mut(simd, &mut image[..used]);
        for ((rows, (&before_piece, &change_piece)), image) in strips.zip(given).zip(images) {
            let mut sum = [simd.splat_f64s(0.0); DEPTH];
            let factors = before.iter().zip(&change).zip(&*row);
            for (piece, ((&before, &change), &new)) in rows[..i].iter_mut().zip(factors) {
                let mut changed = *piece;
                add(simd, &mut changed, simd.splat_f64s(-before), &change_piece);
                add(simd, &mut changed, simd.splat_f64s(-change), &before_piece);
                add(simd, &mut sum, simd.splat_f64s(new), &changed);
                *piece = changed;
            }
            *image = sum;
        }
        let half = 0.5 * product(simd, &row[..used], &image[..used]);
        change[..used].copy_from_slice(&image[..used]);
        add_row(simd, &mut change[..used], -half, row);
        change[i..].fill(0.0);
    }
    (diagonal, coupling)
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

/// Applies the reflections, from the last to the first, to the rows of a strip.
#[inline(always)]
fn reflect<S: Simd>(simd: S, rows: &mut [Piece<S>], reflectors: &[f64]) {
    let padded = reflectors.len() / rows.len();
    let mut before = &reflectors[..padded];
    let mut product = [simd.splat_f64s(0.0); DEPTH];
    for (i, row) in reflectors.chunks_exact(padded).enumerate().rev() {
        // The change by the reflection before and the product with this one, in one pass.
        let mut sum = [simd.splat_f64s(0.0); DEPTH];
        for (piece, (&before, &new)) in rows[..=i].iter_mut().zip(before.iter().zip(row)) {
            let mut changed = *piece;
            add(simd, &mut changed, simd.splat_f64s(-before), &product);
            add(simd, &mut sum, simd.splat_f64s(new), &changed);
            *piece = changed;
        }
        product = sum;
        before = row;
    }
}

/// Applies all sweeps to the rows of a strip.
#[inline(always)]
fn rotate<S: Simd>(simd: S, rows: &mut [Piece<S>], turns: &Turns) {
    let mut rotations = turns.rotations.as_slice();
    for &(first, last) in &turns.sweeps {
        let (sweep, rest) = rotations.split_at(last - first);
        rotations = rest;
        let mut carried = rows[last];
        for (i, &[cosine, sine]) in (first..last).rev().zip(sweep) {
            let (cosine, sine) = (simd.splat_f64s(cosine), simd.splat_f64s(sine));
            let row = rows[i];
            let mut kept = [simd.splat_f64s(0.0); DEPTH];
            for ((kept, carried), &row) in kept.iter_mut().zip(&mut carried).zip(&row) {
                *kept = simd.mul_add_e_f64s(sine, row, simd.mul_f64s(cosine, *carried));
                *carried = simd.negate_mul_add_e_f64s(sine, *carried, simd.mul_f64s(cosine, row));
            }
            rows[i + 1] = kept;
        }
        rows[first] = carried;
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
        let Eigen { values, vectors } = eigen(symmetric, size);
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
            let values = eigen(&matrix(9, |i, j| if i + j == 7 { wrong } else { 1.0 }), 9).values;
            assert!(values.iter().all(|value| value.is_nan()));
        }
    }
}
