//! Symmetric matrices made tridiagonal by Householder reflections, and back.
//!
//! Golub & Van Loan, Matrix Computations, 8.3; Wilkinson & Reinsch, Handbook for Automatic
//! Computation II/2. A matrix lies in strips of columns, so that what is read together is side by
//! side and begins where a line of the cache does.

use std::ops::Range;

use pulp::Simd;

/// Vectors side by side in a row of a strip: enough to hide how long each sum takes.
pub(super) const DEPTH: usize = 4;
/// Bytes of a line of the cache: a vector across two of them takes twice as long.
const LINE: usize = 64;
/// Squares up to this count as zero, as they lose digits; the largest entry is about one.
pub(super) const TINY: f64 = 1e-290;

/// A row of a strip.
pub(super) type Piece<S> = [<S as Simd>::f64s; DEPTH];

/// Numbers in a row of a strip.
#[inline(always)]
pub(super) fn width<S: Simd>() -> usize {
    DEPTH * S::F64_LANES
}

/// A matrix A as Q T Qᵀ with a tridiagonal T.
pub(super) struct Tridiagonal {
    /// A power of two that T was divided by; its largest entries are about one.
    pub(super) scale: f64,
    /// The diagonal of T.
    pub(super) diagonal: Vec<f64>,
    /// What is beside the diagonal, and a zero.
    pub(super) coupling: Vec<f64>,
    /// Row `i` is the vector u, of squared length two or zero and with zeros from place `i` on, of the
    /// reflection 1 − u uᵀ that left in row `i` only the diagonal entry and the one before it. One more
    /// is zeros alone, as after the last row there is no reflection. Each has as many numbers as all
    /// strips have columns.
    reflectors: Aligned,
    /// As many strips as the matrix has, to work in.
    pub(super) strips: Aligned,
}

/// Numbers that begin with a line of the cache.
pub(super) struct Aligned {
    memory: Vec<f64>,
    range: Range<usize>,
}

impl Aligned {
    /// Zeros.
    fn zeros(count: usize) -> Self {
        let spare = LINE / size_of::<f64>();
        let memory = vec![0.0; count + spare];
        let start = memory.as_ptr().align_offset(LINE).min(spare);
        Self { memory, range: start..start + count }
    }

    /// All of them.
    pub(super) fn numbers(&mut self) -> &mut [f64] {
        &mut self.memory[self.range.clone()]
    }
}

impl Tridiagonal {
    /// Of a symmetric matrix of `size` rows, one at least, with finite entries.
    #[inline(always)]
    pub(super) fn of<S: Simd>(simd: S, symmetric: &[f64], size: usize) -> Self {
        let width = width::<S>();
        let padded = size.next_multiple_of(width);
        let mut strips = Aligned::zeros(padded * size);
        let mut reflectors = Aligned::zeros(padded * (size + 1));

        // A power of two keeps every digit.
        let largest = symmetric.iter().fold(f64::MIN_POSITIVE, |most, entry| most.max(entry.abs()));
        let scale = f64::from_bits(largest.to_bits() & f64::INFINITY.to_bits());
        let inverse = 1.0 / scale;
        let matrix = strips.numbers();
        for (row, entries) in symmetric.chunks_exact(size).enumerate() {
            for (strip, entries) in entries.chunks(width).enumerate() {
                let target = &mut matrix[(strip * size + row) * width..][..entries.len()];
                for (target, entry) in target.iter_mut().zip(entries) {
                    *target = entry * inverse;
                }
            }
        }
        let (diagonal, coupling) = reduce(simd, matrix, reflectors.numbers(), size);
        Self { scale, diagonal, coupling, reflectors, strips }
    }

    /// Q X of some columns X, which are the first strip.
    #[inline(always)]
    pub(super) fn turn_back<S: Simd>(&mut self, simd: S) {
        let (size, reflectors) = (self.diagonal.len(), self.reflectors.numbers());
        let rows = &mut pieces_mut(simd, self.strips.numbers())[..size];
        let padded = reflectors.len() / (size + 1);
        let mut product = [simd.splat_f64s(0.0); DEPTH];
        for (i, pair) in reflectors.windows(2 * padded).step_by(padded).enumerate() {
            // The change by the reflection before and the product with this one, in one pass.
            let (before, new) = pair.split_at(padded);
            let mut sum = [simd.splat_f64s(0.0); DEPTH];
            for (piece, (&before, &new)) in rows[..=i].iter_mut().zip(before.iter().zip(new)) {
                let mut changed = *piece;
                add(simd, &mut changed, simd.splat_f64s(-before), &product);
                add(simd, &mut sum, simd.splat_f64s(new), &changed);
                *piece = changed;
            }
            product = sum;
        }
    }

    /// Q X Qᵀ of a symmetric X, of which the strips hold what is on the diagonal and above.
    #[inline(always)]
    pub(super) fn turn_back_both_sides<S: Simd>(&mut self, simd: S) {
        let (size, width) = (self.diagonal.len(), width::<S>());
        let (matrix, reflectors) = (self.strips.numbers(), self.reflectors.numbers());
        let padded = reflectors.len() / (size + 1);
        let (mut change, mut image) = (vec![0.0; padded], vec![0.0; padded]);
        for (i, pair) in reflectors.windows(2 * padded).step_by(padded).enumerate() {
            // No reflection changed this row by now, other than as what is above it changed.
            for j in 0..i {
                let mirrored = matrix[(i / width * size + j) * width + i % width];
                matrix[(j / width * size + i) * width + j % width] = mirrored;
            }
            let (before, new) = pair.split_at(padded);
            change_and_multiply(simd, (matrix, size), [before, &change], &new[..=i], &mut image);
            let half = 0.5 * product(simd, new, &image);
            change.copy_from_slice(&image);
            add_row(simd, &mut change, -half, new);
        }
    }
}

/// Numbers as pieces; what does not fill one is left out.
#[inline(always)]
pub(super) fn pieces<S: Simd>(_: S, numbers: &[f64]) -> &[Piece<S>] {
    S::as_simd_f64s(numbers).0.as_chunks().0
}

/// Numbers as pieces that can be changed.
#[inline(always)]
pub(super) fn pieces_mut<S: Simd>(_: S, numbers: &mut [f64]) -> &mut [Piece<S>] {
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
pub(super) fn fused<S: Simd>(factor: f64, other: f64, term: f64) -> f64 {
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
    let width = width::<S>();
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

        let used = i.next_multiple_of(width);
        let image = &mut image[..used];
        change_and_multiply(simd, (matrix, size), [before, &change], &row[..i], image);
        let half = 0.5 * product(simd, &row[..used], image);
        change[..used].copy_from_slice(image);
        add_row(simd, &mut change[..used], -half, row);
        change[i..].fill(0.0);
    }
    (diagonal, coupling)
}

/// Adds `- u qᵀ - q uᵀ` of a change `[u, q]` to the first rows of a matrix of `size` rows, strip after
/// strip, and gives the sum of these rows, each times its number of `new`. One pass for both, over as
/// many columns as the sum has.
#[inline(always)]
fn change_and_multiply<S: Simd>(
    simd: S,
    (matrix, size): (&mut [f64], usize),
    [before, change]: [&[f64]; 2],
    new: &[f64],
    image: &mut [f64],
) {
    let strips = pieces_mut(simd, matrix).chunks_exact_mut(size);
    let given = pieces(simd, before).iter().zip(pieces(simd, change));
    for ((rows, (before_piece, change_piece)), image) in
        strips.zip(given).zip(pieces_mut(simd, image))
    {
        let mut sum = [simd.splat_f64s(0.0); DEPTH];
        let factors = before.iter().zip(change).zip(new);
        for (piece, ((&before, &change), &new)) in rows.iter_mut().zip(factors) {
            let mut changed = *piece;
            add(simd, &mut changed, simd.splat_f64s(-before), change_piece);
            add(simd, &mut changed, simd.splat_f64s(-change), before_piece);
            add(simd, &mut sum, simd.splat_f64s(new), &changed);
            *piece = changed;
        }
        *image = sum;
    }
}
