//! Matrix products in single precision: many against the same right factor.
//!
//! A recurrent layer multiplies by one matrix at every step of a sequence, and patterns meet the
//! patches of every track, so the matrix is laid out for the inner loop once ([`Factor`]) and not for
//! every product. Each row of a product is the same bits whatever other rows are worked out with it.

use std::sync::OnceLock;

use pulp::{Simd, WithSimd};
use serde::{Deserialize, Serialize};

use crate::vectors::vectorised;

/// Vectors in a strip of columns. Two, times six rows, fill the sixteen registers of a processor
/// together with a row's value and two columns.
const STRIP: usize = 2;
/// Rows of the factor that are worked off at once: a strip of them stays in the first cache.
const DEPTH: usize = 256;
/// Rows of the left matrix that are worked off at once: they stay in the second cache.
const HEIGHT: usize = 128;
/// Widest vector of any processor, in numbers.
const WIDEST: usize = 16;

/// The right factor of products, in strips of columns as the inner loop reads them.
#[derive(Clone, Debug)]
pub struct Factor {
    rows: usize,
    columns: usize,
    /// Columns in a strip.
    width: usize,
    /// Block after block of `DEPTH` rows, in each strip after strip, in each row after row.
    values: Vec<f32>,
    /// Where they start, so that vectors cross no border between cache lines.
    start: usize,
}

impl Factor {
    /// A factor of zeros.
    fn zeros(rows: usize, columns: usize) -> Self {
        let width = vectorised(Width);
        let values = vec![0.0; rows * columns.next_multiple_of(width) + WIDEST];
        let start = values.as_ptr().align_offset(4 * WIDEST).min(WIDEST);
        Self { rows, columns, width, values, start }
    }

    /// A matrix of `columns` columns, row after row.
    pub fn new(matrix: &[f32], columns: usize) -> Self {
        let mut factor = Self::zeros(matrix.len() / columns, columns);
        factor.fill(matrix);
        factor
    }

    /// The transpose of a matrix of `rows` columns, row after row.
    pub fn transposed(matrix: &[f32], rows: usize) -> Self {
        let mut factor = Self::zeros(rows, matrix.len() / rows);
        let (columns, width) = (factor.columns, factor.width);
        factor.strips(|depth, from, strip| {
            for column in from..columns.min(from + width) {
                let values = &matrix[column * rows + depth..];
                for (row, &value) in strip.chunks_exact_mut(width).zip(values) {
                    row[column - from] = value;
                }
            }
        });
        factor
    }

    /// Takes other numbers in place of its own; rows that they do not reach keep theirs.
    fn fill(&mut self, matrix: &[f32]) {
        let (columns, width) = (self.columns, self.width);
        self.strips(|depth, from, strip| {
            let count = width.min(columns - from);
            let rows = matrix.chunks_exact(columns).skip(depth);
            for (row, values) in strip.chunks_exact_mut(width).zip(rows) {
                row[..count].copy_from_slice(&values[from..from + count]);
            }
        });
    }

    /// Calls `set` with the first row, the first column and the numbers of each strip.
    fn strips(&mut self, mut set: impl FnMut(usize, usize, &mut [f32])) {
        let padded = self.columns.next_multiple_of(self.width);
        for depth in (0..self.rows).step_by(DEPTH) {
            let rows = DEPTH.min(self.rows - depth);
            let block = &mut self.values[self.start + depth * padded..][..rows * padded];
            for (strip, values) in block.chunks_exact_mut(rows * self.width).enumerate() {
                set(depth, strip * self.width, values);
            }
        }
    }
}

/// Rows that others are projected on, laid out as the transposed factor when they first are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Basis {
    values: Vec<f32>,
    #[serde(skip)]
    factor: OnceLock<Factor>,
}

impl Basis {
    /// Rows, one after another.
    pub fn new(values: Vec<f32>) -> Self {
        Self { values, factor: OnceLock::new() }
    }

    /// All numbers.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The transpose of these rows of `width` numbers.
    pub fn transposed(&self, width: usize) -> &Factor {
        self.factor.get_or_init(|| Factor::transposed(&self.values, width))
    }
}

impl PartialEq for Basis {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

/// Adds `left · factor` to `sums`; both hold row after row.
pub fn add_product(left: &[f32], factor: &Factor, sums: &mut [f32]) {
    vectorised(Product { left, step: factor.rows, factor, part: Part::All, sums });
}

/// `windows · factor`, of all runs of as many numbers as the factor has rows that begin at the first
/// of `values` or a multiple of `step` after it; windows share numbers where the step is the smaller.
pub fn product_of_windows(values: &[f32], step: usize, factor: &Factor) -> Vec<f32> {
    let windows = values.len().checked_sub(factor.rows).map_or(0, |last| last / step + 1);
    let mut sums = vec![0.0; windows * factor.columns];
    vectorised(Product { left: values, step, factor, part: Part::All, sums: &mut sums });
    sums
}

/// `matrix · matrixᵀ`, of rows of `width` numbers: the scalar products of all rows.
pub fn products_of_rows(matrix: &[f32], width: usize) -> Vec<f32> {
    symmetric_product(matrix, &Factor::transposed(matrix, width))
}

/// `matrixᵀ · matrix`, of rows of `columns` numbers: the scalar products of all columns.
pub fn products_of_columns(matrix: &[f32], columns: usize) -> Vec<f32> {
    symmetric_product(&transpose(matrix, columns), &Factor::new(matrix, columns))
}

/// `left · factor`, of which half is worked out: one is the other's transpose.
fn symmetric_product(left: &[f32], factor: &Factor) -> Vec<f32> {
    let mut sums = vec![0.0; factor.columns * factor.columns];
    let (step, part) = (factor.rows, Part::Upper);
    vectorised(Product { left, step, factor, part, sums: &mut sums });
    mirror(&mut sums, factor.columns);
    sums
}

/// What is above the diagonal of a square matrix is written below it too.
fn mirror(square: &mut [f32], size: usize) {
    for row in 1..size {
        for column in 0..row {
            square[row * size + column] = square[column * size + row];
        }
    }
}

/// `leftᵀ · right` of two matrices with as many rows, of `left_columns` and `right_columns`.
pub fn transposed_product(
    left: &[f32],
    left_columns: usize,
    right: &[f32],
    right_columns: usize,
) -> Vec<f32> {
    let rows = left.len() / left_columns;
    let mut sums = vec![0.0; left_columns * right_columns];
    let mut turned = vec![0.0; left_columns * DEPTH.min(rows)];
    let mut factor = Factor::zeros(DEPTH.min(rows), right_columns);
    let blocks = left.chunks(DEPTH * left_columns).zip(right.chunks(DEPTH * right_columns));
    for (left, right) in blocks {
        let depth = left.len() / left_columns;
        if depth < factor.rows {
            factor = Factor::zeros(depth, right_columns);
            turned.truncate(left_columns * depth);
        }
        turn(left, left_columns, &mut turned);
        factor.fill(right);
        add_product(&turned, &factor, &mut sums);
    }
    sums
}

/// The transpose of a matrix of `columns` columns, row after row.
pub fn transpose(matrix: &[f32], columns: usize) -> Vec<f32> {
    let mut turned = vec![0.0; matrix.len()];
    turn(matrix, columns, &mut turned);
    turned
}

/// Writes the transpose of a matrix of `columns` columns.
fn turn(matrix: &[f32], columns: usize, turned: &mut [f32]) {
    /// Rows and columns turned at once: lines of memory that are read and written side by side.
    const ABREAST: usize = 8;
    let rows = matrix.len() / columns;
    for (at, turned) in turned.chunks_mut(ABREAST * rows).enumerate() {
        let at = at * ABREAST;
        for (step, block) in matrix.chunks(ABREAST * columns).enumerate() {
            let mut square = [[0.0; ABREAST]; ABREAST];
            for (row, values) in block.chunks_exact(columns).enumerate() {
                let values = &values[at..columns.min(at + ABREAST)];
                for (line, value) in square.iter_mut().zip(values) {
                    line[row] = *value;
                }
            }
            let count = block.len() / columns;
            for (line, square) in turned.chunks_exact_mut(rows).zip(&square) {
                line[step * ABREAST..][..count].copy_from_slice(&square[..count]);
            }
        }
    }
}

/// Columns in a strip on this processor.
struct Width;

impl WithSimd for Width {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        STRIP * S::F32_LANES
    }
}

/// One product with rows of `left` that are `step` numbers apart.
struct Product<'a> {
    left: &'a [f32],
    step: usize,
    factor: &'a Factor,
    part: Part,
    sums: &'a mut [f32],
}

/// What of a product is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    /// The diagonal and what is above it. Below it there is nothing of use.
    Upper,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { left, step, factor, part, sums } = self;
        let padded = factor.columns.next_multiple_of(factor.width);
        for (at, sums) in sums.chunks_mut((HEIGHT * factor.columns).max(1)).enumerate() {
            let first = at * HEIGHT;
            let left = &left[first * step..];
            for depth in (0..factor.rows).step_by(DEPTH) {
                let rows = DEPTH.min(factor.rows - depth);
                let block = &factor.values[factor.start + depth * padded..][..rows * padded];
                for (at, strip) in block.chunks_exact(rows * factor.width).enumerate() {
                    let (strip, _) = S::as_simd_f32s(strip);
                    let from = at * factor.width;
                    let sums = match part {
                        Part::All => &mut *sums,
                        Part::Upper => {
                            let end = (from + factor.width).saturating_sub(first) * factor.columns;
                            let end = end.min(sums.len());
                            &mut sums[..end]
                        }
                    };
                    down(simd, left, sums, [step, factor.columns], [depth, from], strip);
                }
            }
        }
    }
}

/// Adds the product of all rows with one strip, six rows at a time.
///
/// `lengths` are those of a row of `left` and of `sums`, `starts` the first places in them.
#[inline(always)]
fn down<S: Simd>(
    simd: S,
    left: &[f32],
    sums: &mut [f32],
    lengths: [usize; 2],
    starts: [usize; 2],
    strip: &[S::f32s],
) {
    let rows = sums.len() / lengths[1];
    let mut row = 0;
    while row < rows {
        let left = &left[row * lengths[0]..];
        let sums = &mut sums[row * lengths[1]..];
        // Two rows alone would leave most of the processor idle: seven and eight are parted evenly.
        row += match rows - row {
            1 => add::<S, 1>(simd, left, sums, lengths, starts, strip),
            2 => add::<S, 2>(simd, left, sums, lengths, starts, strip),
            3 => add::<S, 3>(simd, left, sums, lengths, starts, strip),
            4 | 7 | 8 => add::<S, 4>(simd, left, sums, lengths, starts, strip),
            5 => add::<S, 5>(simd, left, sums, lengths, starts, strip),
            _ => add::<S, 6>(simd, left, sums, lengths, starts, strip),
        };
    }
}

/// Adds the product of the first `R` rows with one strip, and says how many they were.
#[inline(always)]
fn add<S: Simd, const R: usize>(
    simd: S,
    left: &[f32],
    sums: &mut [f32],
    lengths: [usize; 2],
    starts: [usize; 2],
    strip: &[S::f32s],
) -> usize {
    let (strip, _) = strip.as_chunks::<STRIP>();
    let depth = strip.len();
    let rows: [&[f32]; R] =
        std::array::from_fn(|row| &left[row * lengths[0] + starts[0]..][..depth]);
    let mut tile = [[simd.splat_f32s(0.0); STRIP]; R];
    for (at, columns) in strip.iter().enumerate() {
        for (sums, row) in tile.iter_mut().zip(&rows) {
            let value = simd.splat_f32s(row[at]);
            for (sum, column) in sums.iter_mut().zip(columns) {
                *sum = simd.mul_add_e_f32s(value, *column, *sum);
            }
        }
    }
    let count = (STRIP * S::F32_LANES).min(lengths[1] - starts[1]);
    for (row, tile) in tile.iter().enumerate() {
        let sums = &mut sums[row * lengths[1] + starts[1]..][..count];
        let (whole, rest) = S::as_mut_simd_f32s(sums);
        let parts = whole.len();
        for (sum, add) in whole.iter_mut().zip(tile) {
            *sum = simd.add_f32s(*sum, *add);
        }
        if !rest.is_empty() {
            let sum = simd.add_f32s(simd.partial_load_f32s(rest), tile[parts]);
            simd.partial_store_f32s(rest, sum);
        }
    }
    R
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::seed::Seed;

    fn matrix(count: usize, seed: u64) -> Vec<f32> {
        let mut stream = Seed::new(seed).stream();
        (0..count).map(|_| stream.random::<f32>() - 0.5).collect()
    }

    /// Worked out in double precision, term by term.
    fn exact(left: &[f32], right: &[f32], inner: usize, columns: usize) -> Vec<f64> {
        let mut sums = Vec::new();
        for row in left.chunks_exact(inner) {
            for column in 0..columns {
                let terms = row.iter().zip(right.iter().skip(column).step_by(columns));
                sums.push(terms.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum());
            }
        }
        sums
    }

    fn by_definition(matrix: &[f32], columns: usize) -> Vec<f32> {
        (0..columns).flat_map(|c| matrix.iter().skip(c).step_by(columns).copied()).collect()
    }

    #[test]
    fn rows_become_columns() {
        for (rows, columns) in [(1, 1), (3, 8), (8, 3), (17, 30), (64, 16)] {
            let matrix = matrix(rows * columns, 8);
            assert_eq!(transpose(&matrix, columns), by_definition(&matrix, columns));
        }
    }

    fn near(left: &[f32], right: &[f64]) -> bool {
        let near = |(a, b): (&f32, &f64)| (f64::from(*a) - b).abs() < 1e-5 * (1.0 + b.abs());
        left.len() == right.len() && left.iter().zip(right).all(near)
    }

    #[test]
    fn products_of_all_sizes_are_those_of_the_definition() {
        for rows in [1, 2, 3, 4, 5, 6, 7, 8, 13, 130] {
            for inner in [1, 7, 256, 300] {
                for columns in [1, 8, 16, 17, 33] {
                    let (left, right) = (matrix(rows * inner, 1), matrix(inner * columns, 2));
                    let exact = exact(&left, &right, inner, columns);
                    let mut sums = vec![0.0; rows * columns];
                    add_product(&left, &Factor::new(&right, columns), &mut sums);
                    assert!(near(&sums, &exact), "{rows} × {inner} × {columns}");
                    let turned = Factor::transposed(&by_definition(&right, columns), inner);
                    sums.fill(0.0);
                    add_product(&left, &turned, &mut sums);
                    assert!(near(&sums, &exact), "{rows} × {inner} × {columns}, transposed");
                    let turned = by_definition(&left, inner);
                    let sums = transposed_product(&turned, rows, &right, columns);
                    assert!(near(&sums, &exact), "{rows} × {inner} × {columns}, left transposed");
                }
            }
        }
    }

    #[test]
    fn products_with_themselves_are_those_of_the_definition() {
        for (rows, columns) in [(1, 1), (9, 5), (300, 40), (513, 33)] {
            let matrix = matrix(rows * columns, 5);
            let exact = exact(&by_definition(&matrix, columns), &matrix, rows, columns);
            let found = products_of_columns(&matrix, columns);
            assert!(near(&found, &exact), "{rows} × {columns}");
            assert_eq!(found, transpose(&found, columns));
            let found = products_of_rows(&transpose(&matrix, columns), rows);
            assert!(near(&found, &exact), "{rows} × {columns}, of rows");
            assert_eq!(found, transpose(&found, columns));
        }
    }

    #[test]
    fn windows_share_what_they_overlap_in() {
        let (values, right) = (matrix(3001, 6), matrix(37 * 19, 7));
        let factor = Factor::new(&right, 19);
        let found = product_of_windows(&values, 11, &factor);
        let windows: Vec<f32> = values.windows(37).step_by(11).flatten().copied().collect();
        let mut known = vec![0.0; windows.len() / 37 * 19];
        add_product(&windows, &factor, &mut known);
        assert_eq!(found, known);
        assert!(product_of_windows(&values[..36], 11, &factor).is_empty());
    }

    #[test]
    fn a_row_is_the_same_bits_alone_and_among_others() {
        let (left, right) = (matrix(150 * 270, 3), matrix(270 * 20, 4));
        let factor = Factor::new(&right, 20);
        let mut together = vec![0.25; 150 * 20];
        add_product(&left, &factor, &mut together);
        for row in [0, 5, 63, 149] {
            let mut alone = vec![0.25; 20];
            add_product(&left[row * 270..][..270], &factor, &mut alone);
            assert_eq!(alone, together[row * 20..][..20]);
        }
    }
}
