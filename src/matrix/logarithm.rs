//! The logarithm of a symmetric, positive definite matrix, without its eigenvectors.
//!
//! ln y = ∫ [σ(u) − eᵘ/(y + eᵘ)] du over all u, σ being the logistic function: a sum over equidistant u
//! comes near it exponentially fast, as the integrand is analytic within π of the real line
//! (Trefethen & Weideman 2014; Hale, Higham & Trefethen 2008 on functions of matrices by such sums).
//! So the logarithm of a tridiagonal T is a sum of inverses (T + s)⁻¹, of which each number is a
//! product of ratios of the pivots of T + s.

use pulp::{Simd, WithSimd};

use super::spectral;
use super::tridiagonal::{Tridiagonal, width};
use crate::vectors::vectorised;

/// Inverses in the sum: places u, and one more for T itself.
const TERMS: usize = 64;
/// Vectors of terms that are worked out at once, so that none waits for itself.
const ABREAST: usize = 8;
/// How far the sum goes beyond the logarithms of all eigenvalues. Of what is left out the first term,
/// of y or 1/y times e⁻ᵘ, is summed in closed form, and the next is below e⁻²⁸.
const BEYOND: f64 = 14.0;
/// Ratio of largest and smallest eigenvalue up to which the sum is within 1e-10 of the integral.
const SPREAD: f64 = 1e8;
/// Factors after which terms are looked at whether they are next to nothing.
const FLUSH: usize = 8;
/// Eigenvalues below this count as this: they are zero but for rounding.
const LEAST: f64 = 1e-9;

/// The logarithm of a symmetric matrix of `size` rows, given row after row with both triangles.
/// Eigenvalues below 1e-9 count as that.
///
/// # Panics
/// When there are fewer than `size` × `size` numbers, a mistake of the caller.
pub fn logarithm(symmetric: &[f64], size: usize) -> Vec<f64> {
    let symmetric = &symmetric[..size * size];
    if size == 0 {
        return Vec::new();
    }
    vectorised(Sum { symmetric, size })
        .unwrap_or_else(|| spectral(symmetric, size, |value| value.max(LEAST).ln()))
}

/// The sum, where eigenvalues are positive and not too far apart.
struct Sum<'a> {
    symmetric: &'a [f64],
    size: usize,
}

/// Some terms of the sum.
type Terms<S> = [<S as Simd>::f64s; ABREAST];

impl WithSimd for Sum<'_> {
    type Output = Option<Vec<f64>>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Option<Vec<f64>> {
        let Self { symmetric, size } = self;
        if symmetric.iter().any(|entry| !entry.is_finite()) {
            return None;
        }
        let mut matrix = Tridiagonal::of(simd, symmetric, size);
        let (least, most) = bounds(&matrix.diagonal, &matrix.coupling)?;
        if least * matrix.scale < LEAST || most > SPREAD * least {
            return None;
        }

        // y is T over the middle of its eigenvalues.
        let middle = (least * most).sqrt();
        let end = BEYOND + 0.5 * (most / least).ln();
        let step = 2.0 * end / (TERMS - 2) as f64;
        let beyond = step * (-end).exp() / step.exp_m1();
        let place = |at: usize| if at + 1 < TERMS { (at as f64 * step - end).exp() } else { 0.0 };
        let shifts: [f64; TERMS] = std::array::from_fn(|at| middle * place(at));
        let mut weights = shifts.map(|shift| -step * shift);
        weights[TERMS - 1] = -beyond * middle;
        // The mean of σ at u and −u is a half.
        let constant = 0.5 * step * (TERMS - 1) as f64 + (middle * matrix.scale).ln();

        let Tridiagonal { diagonal, coupling, strips, .. } = &mut matrix;
        let (width, strips) = (width::<S>(), strips.numbers());
        strips.fill(0.0);
        let at = |row: usize, column: usize| (column / width * size + row) * width + column % width;
        for row in 0..size {
            strips[at(row, row)] = constant + beyond / middle * diagonal[row];
            if row + 1 < size {
                strips[at(row, row + 1)] = beyond / middle * coupling[row];
            }
        }
        let shifts = S::as_simd_f64s(&shifts).0.as_chunks::<ABREAST>().0;
        let weights = S::as_simd_f64s(&weights).0.as_chunks::<ABREAST>().0;
        for (shifts, weights) in shifts.iter().zip(weights) {
            let (ratios, inverses) = inverses(simd, diagonal, coupling, shifts);
            for column in 0..size {
                let mut terms = multiply(simd, &inverses[column], weights);
                strips[at(column, column)] += sum(simd, &terms);
                for row in (0..column).rev() {
                    terms = multiply(simd, &terms, &ratios[row]);
                    if row.is_multiple_of(FLUSH) {
                        flush(simd, &mut terms);
                    }
                    strips[at(row, column)] += sum(simd, &terms);
                }
            }
        }
        matrix.turn_back_both_sides(simd);
        let mut whole = Vec::with_capacity(size * size);
        for row in 0..size {
            for strip in matrix.strips.numbers().chunks_exact(width * size) {
                let left = (row + 1) * size - whole.len();
                whole.extend_from_slice(&strip[row * width..][..left.min(width)]);
            }
        }
        Some(whole)
    }
}

/// What all eigenvalues of a tridiagonal matrix lie between; `None` if one is not positive.
///
/// Above, the largest sum of a row's absolute values; below, one over the trace of the inverse.
fn bounds(diagonal: &[f64], coupling: &[f64]) -> Option<(f64, f64)> {
    let (mut pivot, mut before, mut trace, mut most) = (0.0, 0.0, 0.0, 0.0_f64);
    // The inverse of the first rows and columns has this in its last place, and the sum over the
    // column of it is what the next row adds to the trace.
    let mut column = 0.0;
    for (value, next) in diagonal.iter().zip(coupling) {
        let told = if pivot > 0.0 { before * before / pivot } else { 0.0 };
        let ratio = if pivot > 0.0 { told / pivot } else { 0.0 };
        pivot = value - told;
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        column = 1.0 + ratio * column;
        trace += column / pivot;
        most = most.max(value.abs() + before.abs() + next.abs());
        before = *next;
    }
    Some((1.0 / trace, most))
}

/// For each row of a tridiagonal T and each shift s, the ratio of what the inverse of T + s has in this
/// row and in the next, of any column further right, and what it has on the diagonal.
#[inline(always)]
fn inverses<S: Simd>(
    simd: S,
    diagonal: &[f64],
    coupling: &[f64],
    shifts: &Terms<S>,
) -> (Vec<Terms<S>>, Vec<Terms<S>>) {
    let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
    let mut ratios = Vec::with_capacity(diagonal.len());
    let mut inverses = Vec::with_capacity(diagonal.len());
    let mut told = [zero; ABREAST];
    for (value, next) in diagonal.iter().zip(coupling) {
        let (value, next) = (simd.splat_f64s(*value), simd.splat_f64s(*next));
        let (mut row, mut ratio) = ([zero; ABREAST], [zero; ABREAST]);
        for at in 0..ABREAST {
            let pivot = simd.sub_f64s(simd.add_f64s(value, shifts[at]), told[at]);
            row[at] = simd.div_f64s(one, pivot);
            ratio[at] = simd.neg_f64s(simd.mul_f64s(next, row[at]));
            told[at] = simd.neg_f64s(simd.mul_f64s(next, ratio[at]));
        }
        inverses.push(row);
        ratios.push(ratio);
    }
    let mut below = [zero; ABREAST];
    for (row, ratio) in inverses.iter_mut().zip(&ratios).rev() {
        for at in 0..ABREAST {
            let square = simd.mul_f64s(ratio[at], ratio[at]);
            row[at] = simd.mul_add_e_f64s(square, below[at], row[at]);
        }
        below = *row;
    }
    (ratios, inverses)
}

/// Each times its own.
#[inline(always)]
fn multiply<S: Simd>(simd: S, terms: &Terms<S>, factors: &Terms<S>) -> Terms<S> {
    let mut products = *terms;
    for (product, &factor) in products.iter_mut().zip(factors) {
        *product = simd.mul_f64s(*product, factor);
    }
    products
}

/// Makes terms nothing that are next to it: products with them would be subnormal numbers, which take a
/// processor a hundred times as long as others.
#[inline(always)]
fn flush<S: Simd>(simd: S, terms: &mut Terms<S>) {
    let little = simd.splat_f64s(1e-200);
    for term in terms {
        *term = simd.sub_f64s(simd.add_f64s(*term, little), little);
    }
}

/// The sum of all, in pairs.
#[inline(always)]
fn sum<S: Simd>(simd: S, [a, b, c, d, e, f, g, h]: &Terms<S>) -> f64 {
    let add = |left, right| simd.add_f64s(left, right);
    let first = add(add(*a, *b), add(*c, *d));
    let second = add(add(*e, *f), add(*g, *h));
    simd.reduce_sum_f64s(add(first, second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{View, product};

    /// Q diag(values) Qᵀ, of Q some reflections.
    fn matrix(values: &[f64]) -> Vec<f64> {
        let size = values.len();
        let mut matrix: Vec<f64> = (0..size * size)
            .map(|at| if at / size == at % size { values[at / size] } else { 0.0 })
            .collect();
        for seed in 1..4_u32 {
            let mut normal: Vec<f64> =
                (0..size).map(|at| f64::from(seed * 7 + 13 * at as u32).sin()).collect();
            let length = normal.iter().map(|value| value * value).sum::<f64>().sqrt();
            normal.iter_mut().for_each(|value| *value /= length);
            let reflection: Vec<f64> = (0..size * size)
                .map(|at| {
                    let (i, j) = (at / size, at % size);
                    f64::from(u8::from(i == j)) - 2.0 * normal[i] * normal[j]
                })
                .collect();
            let reflection = View::of(&reflection, size);
            let half = product(reflection, View::of(&matrix, size));
            matrix = product(View::of(&half, size), reflection);
        }
        // Rounding is not symmetric.
        for at in 0..size * size {
            let mirrored = matrix[at % size * size + at / size];
            matrix[at] = f64::midpoint(matrix[at], mirrored);
            matrix[at % size * size + at / size] = matrix[at];
        }
        matrix
    }

    fn is_near(found: &[f64], known: &[f64], within: f64) -> bool {
        found.len() == known.len() && found.iter().zip(known).all(|(a, b)| (a - b).abs() < within)
    }

    #[test]
    fn it_is_the_logarithm_of_the_eigenvalues() {
        for size in [1, 2, 3, 8, 31, 33, 60, 70] {
            for spread in [0.0, 1.0, 5.0, 12.0] {
                for scale in [1e-2, 1.0, 300.0] {
                    let logarithm = |at: usize| spread * (at as f64 / size as f64 - 0.5);
                    let values: Vec<f64> =
                        (0..size).map(|at| scale * logarithm(at).exp()).collect();
                    let logarithms: Vec<f64> = values.iter().map(|value| value.ln()).collect();
                    let symmetric = matrix(&values);
                    let sum = vectorised(Sum { symmetric: &symmetric, size });
                    let sum = sum.expect("its eigenvalues are positive");
                    assert!(is_near(&sum, &matrix(&logarithms), 1e-9), "{size}, {spread}, {scale}");
                    assert_eq!(sum, super::logarithm(&symmetric, size));
                }
            }
        }
    }

    #[test]
    fn what_is_not_positive_counts_as_little() {
        let values = [-1e-14, 0.0, 1.0, 5.0];
        let least = LEAST.ln();
        let found = logarithm(&matrix(&values), 4);
        assert!(is_near(&found, &matrix(&[least, least, 0.0, 5.0_f64.ln()]), 1e-6));
        assert!(is_near(&logarithm(&[0.0; 4], 2), &[least, 0.0, 0.0, least], 1e-12));
        assert!(logarithm(&[], 0).is_empty());
    }

    #[test]
    fn the_bounds_hold() {
        let (least, most) = bounds(&[2.0, 2.0, 5.0], &[1.0, 0.0, 0.0]).unwrap();
        // Eigenvalues are 1, 3 and 5, and the trace of the inverse is 23/15.
        assert!((least - 15.0 / 23.0).abs() < 1e-15 && most == 5.0);
        assert_eq!(bounds(&[1.0, 1.0], &[2.0, 0.0]), None);
        assert_eq!(bounds(&[1.0, f64::NAN], &[0.0, 0.0]), None);
    }
}
