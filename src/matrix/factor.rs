//! Matrix products in single precision: many against the same right factor.
//!
//! A recurrent layer multiplies by one matrix at every step of a sequence, and patterns meet the
//! patches of every track, so the matrix is laid out for the inner loop once ([`Factor`]) and not for
//! every product. Each row of a product is the same bits whatever other rows are worked out with it.

use std::ops::Range;

use pulp::{Simd, WithSimd};
use serde::{Deserialize, Serialize};

use super::Derived;
use crate::vectors::vectorised;

/// Vectors in a strip of columns; one in the last where that is enough. Two, times six rows, fill the
/// sixteen registers of a processor together with a row's value and two columns.
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
    /// Columns in a strip; the last may have half as many.
    width: usize,
    /// Block after block of `DEPTH` rows, in each strip after strip, in each row after row.
    values: Vec<f32>,
    /// Where they start, so that vectors cross no border between cache lines.
    start: usize,
}

impl Factor {
    /// A factor of zeros.
    fn zeros(rows: usize, columns: usize) -> Self {
        let mut factor =
            Self { rows, columns, width: vectorised(Width), values: Vec::new(), start: 0 };
        factor.values = vec![0.0; rows * factor.padded() + WIDEST];
        factor.start = factor.values.as_ptr().align_offset(4 * WIDEST).min(WIDEST);
        factor
    }

    /// Columns of all strips.
    #[inline(always)]
    fn padded(&self) -> usize {
        self.columns.next_multiple_of(self.width / STRIP)
    }

    /// A matrix of `columns` columns, row after row.
    pub fn new(matrix: &[f32], columns: usize) -> Self {
        let mut factor = Self::zeros(matrix.len() / columns, columns);
        factor.fill(matrix);
        factor
    }

    /// The transpose of a matrix of `rows` columns, row after row.
    pub fn transposed(matrix: &[f32], rows: usize) -> Self {
        Self::transposed_part(matrix, rows, 0..rows)
    }

    /// The transpose of some columns of a matrix of rows of `width` numbers.
    pub fn transposed_part(matrix: &[f32], width: usize, part: Range<usize>) -> Self {
        let mut factor = Self::zeros(part.len(), matrix.len() / width);
        let columns = factor.columns;
        factor.strips(|depth, from, strip_width, strip| {
            for column in from..columns.min(from + strip_width) {
                let values = &matrix[column * width..][part.clone()][depth..];
                for (row, &value) in strip.chunks_exact_mut(strip_width).zip(values) {
                    row[column - from] = value;
                }
            }
        });
        factor
    }

    /// Takes other numbers in place of its own; rows that they do not reach keep theirs.
    fn fill(&mut self, matrix: &[f32]) {
        let columns = self.columns;
        self.strips(|depth, from, width, strip| {
            let count = width.min(columns - from);
            let rows = matrix.chunks_exact(columns).skip(depth);
            for (row, values) in strip.chunks_exact_mut(width).zip(rows) {
                row[..count].copy_from_slice(&values[from..from + count]);
            }
        });
    }

    /// The block that begins at a row, and how many rows it has.
    #[inline(always)]
    fn block(&self, depth: usize) -> (usize, &[f32]) {
        let (rows, padded) = (DEPTH.min(self.rows - depth), self.padded());
        (rows, &self.values[self.start + depth * padded..][..rows * padded])
    }

    /// Calls `set` with the first row, the first column, the width and the numbers of each strip.
    fn strips(&mut self, mut set: impl FnMut(usize, usize, usize, &mut [f32])) {
        let padded = self.padded();
        for depth in (0..self.rows).step_by(DEPTH) {
            let rows = DEPTH.min(self.rows - depth);
            let block = &mut self.values[self.start + depth * padded..][..rows * padded];
            for (strip, values) in block.chunks_mut(rows * self.width).enumerate() {
                set(depth, strip * self.width, values.len() / rows, values);
            }
        }
    }
}

/// Rows that others are projected on, laid out as the transposed factor when they first are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Basis {
    values: Vec<f32>,
    #[serde(skip)]
    factor: Derived<Factor>,
}

impl Basis {
    /// Rows, one after another.
    pub fn new(values: Vec<f32>) -> Self {
        Self { values, factor: Derived::default() }
    }

    /// All numbers.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The transpose of these rows of `width` numbers.
    pub fn transposed(&self, width: usize) -> &Factor {
        self.factor.get_or(|| Factor::transposed(&self.values, width))
    }
}

/// Adds `left · factor` to `sums`; both hold row after row.
pub fn add_product(left: &[f32], factor: &Factor, sums: &mut [f32]) {
    let left = Left::<false> { values: left, step: factor.rows };
    vectorised(Product { left, factor, sums });
}

/// `windows · factor`, of all runs of as many numbers as the factor has rows that begin at the first
/// of `values` or a multiple of `step` after it; windows share numbers where the step is the smaller.
/// Each row of the product begins as `start`, or as zeros where that is empty.
pub fn product_of_windows(values: &[f32], step: usize, factor: &Factor, start: &[f32]) -> Vec<f32> {
    let windows = values.len().checked_sub(factor.rows).map_or(0, |last| last / step + 1);
    let mut sums =
        if start.is_empty() { vec![0.0; windows * factor.columns] } else { start.repeat(windows) };
    let left = Left::<false> { values, step };
    vectorised(Product { left, factor, sums: &mut sums });
    sums
}

/// The scalar products of all rows of `width` numbers within some of their columns: rows × rows.
pub fn products_of_rows(matrix: &[f32], width: usize, columns: Range<usize>) -> Vec<f32> {
    products_among(&Factor::transposed_part(matrix, width, columns))
}

/// `matrixᵀ · matrix`, of rows of `columns` numbers: the scalar products of all columns.
pub fn products_of_columns(matrix: &[f32], columns: usize) -> Vec<f32> {
    products_among(&Factor::new(matrix, columns))
}

/// `factorᵀ · factor`, of which half is worked out: the other is its mirror.
fn products_among(factor: &Factor) -> Vec<f32> {
    let mut sums = vec![0.0; factor.columns * factor.columns];
    vectorised(Square { factor, sums: &mut sums });
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
    let mut sums = vec![0.0; left_columns * right_columns];
    let mut factor = Factor::zeros(DEPTH.min(left.len() / left_columns), right_columns);
    for (left, right) in left.chunks(DEPTH * left_columns).zip(right.chunks(DEPTH * right_columns))
    {
        let depth = left.len() / left_columns;
        if depth < factor.rows {
            factor = Factor::zeros(depth, right_columns);
        }
        factor.fill(right);
        let left = Left::<true> { values: left, step: left_columns };
        vectorised(Product { left, factor: &factor, sums: &mut sums });
    }
    sums
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

/// The left matrix of a product, or its transpose.
#[derive(Clone, Copy)]
struct Left<'a, const TURNED: bool> {
    values: &'a [f32],
    /// How far the rows of what lies there are apart; they may overlap.
    step: usize,
}

impl<const TURNED: bool> Left<'_, TURNED> {
    /// What begins at a row and a column.
    #[inline(always)]
    fn from(self, row: usize, column: usize) -> Self {
        let start = if TURNED { column * self.step + row } else { row * self.step + column };
        Self { values: &self.values[start..], ..self }
    }
}

/// One product, added to `sums`.
struct Product<'a, const TURNED: bool> {
    left: Left<'a, TURNED>,
    factor: &'a Factor,
    sums: &'a mut [f32],
}

impl<const TURNED: bool> WithSimd for Product<'_, TURNED> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { left, factor, sums } = self;
        let (columns, width) = (factor.columns, factor.width);
        for (at, sums) in sums.chunks_mut((HEIGHT * columns).max(1)).enumerate() {
            let first = at * HEIGHT;
            for depth in (0..factor.rows).step_by(DEPTH) {
                let left = left.from(first, depth);
                let (rows, block) = factor.block(depth);
                for (at, strip) in block.chunks(rows * width).enumerate() {
                    down_strip(simd, left, sums, [at * width, columns], (rows, strip));
                }
            }
        }
    }
}

/// All products of two columns of a factor that stand on the diagonal or above, added to `sums`.
struct Square<'a> {
    factor: &'a Factor,
    sums: &'a mut [f32],
}

impl WithSimd for Square<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { factor, sums } = self;
        let (columns, width) = (factor.columns, factor.width);
        for depth in (0..factor.rows).step_by(DEPTH) {
            let (rows, block) = factor.block(depth);
            for (first, sums) in sums.chunks_mut((width * columns).max(1)).enumerate() {
                // A strip is the left matrix too, so that its rows are side by side there.
                let left = &block[first * width * rows..];
                let left = &left[..left.len().min(width * rows)];
                let left = Left::<true> { values: left, step: left.len() / rows };
                for (at, strip) in block.chunks(rows * width).enumerate().skip(first) {
                    down_strip(simd, left, sums, [at * width, columns], (rows, strip));
                }
            }
        }
    }
}

/// Adds the product of all rows with a strip of so many rows, which may be half as wide as others.
#[inline(always)]
fn down_strip<S: Simd, const TURNED: bool>(
    simd: S,
    left: Left<'_, TURNED>,
    sums: &mut [f32],
    columns: [usize; 2],
    (rows, strip): (usize, &[f32]),
) {
    let (strip, _) = S::as_simd_f32s(strip);
    if strip.len() == rows * STRIP {
        down::<S, STRIP, TURNED>(simd, left, sums, columns, strip);
    } else {
        down::<S, 1, TURNED>(simd, left, sums, columns, strip);
    }
}

/// Adds the product of all rows with a strip `V` vectors wide, as many rows at a time as fill the
/// registers; its first column, of all columns, is given.
#[inline(always)]
fn down<S: Simd, const V: usize, const TURNED: bool>(
    simd: S,
    left: Left<'_, TURNED>,
    sums: &mut [f32],
    columns: [usize; 2],
    strip: &[S::f32s],
) {
    let (strip, _) = strip.as_chunks::<V>();
    let rows = sums.len() / columns[1];
    let mut row = 0;
    while row < rows {
        let left = left.from(row, 0);
        let sums = &mut sums[row * columns[1]..];
        // Two rows alone would leave most of the processor idle: seven and eight are parted evenly.
        row += match rows - row {
            1 => add::<S, 1, V, TURNED>(simd, left, sums, columns, strip),
            2 => add::<S, 2, V, TURNED>(simd, left, sums, columns, strip),
            3 => add::<S, 3, V, TURNED>(simd, left, sums, columns, strip),
            8.. if V == 1 => add::<S, 8, V, TURNED>(simd, left, sums, columns, strip),
            4 | 7 | 8 => add::<S, 4, V, TURNED>(simd, left, sums, columns, strip),
            5 => add::<S, 5, V, TURNED>(simd, left, sums, columns, strip),
            _ => add::<S, 6, V, TURNED>(simd, left, sums, columns, strip),
        };
    }
}

/// Adds the product of the first `R` rows with one strip, and says how many they were.
#[inline(always)]
fn add<S: Simd, const R: usize, const V: usize, const TURNED: bool>(
    simd: S,
    left: Left<'_, TURNED>,
    sums: &mut [f32],
    [from, columns]: [usize; 2],
    strip: &[[S::f32s; V]],
) -> usize {
    let mut tile = [[simd.splat_f32s(0.0); V]; R];
    if TURNED {
        // No chunk is too short, but a panic for it would keep the tile out of the registers.
        let columns = left.values.chunks(left.step).map_while(|values| values.first_chunk::<R>());
        for (values, strip) in columns.zip(strip) {
            multiply(simd, &mut tile, *values, strip);
        }
    } else {
        let rows: [&[f32]; R] =
            std::array::from_fn(|row| &left.values[row * left.step..][..strip.len()]);
        for (at, strip) in strip.iter().enumerate() {
            multiply(simd, &mut tile, std::array::from_fn(|row| rows[row][at]), strip);
        }
    }
    // A copy: what is asked for by places that are not known beforehand lies in memory, and the tile
    // shall not while it is summed.
    let tile: [[S::f32s; V]; R] =
        std::array::from_fn(|row| std::array::from_fn(|at| tile[row][at]));
    let count = (V * S::F32_LANES).min(columns - from);
    for (row, tile) in tile.iter().enumerate() {
        let sums = &mut sums[row * columns + from..][..count];
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

/// Adds to each row of `tile` its value times the strip.
#[inline(always)]
fn multiply<S: Simd, const R: usize, const V: usize>(
    simd: S,
    tile: &mut [[S::f32s; V]; R],
    values: [f32; R],
    strip: &[S::f32s; V],
) {
    for (sums, value) in tile.iter_mut().zip(values) {
        let value = simd.splat_f32s(value);
        for (sum, column) in sums.iter_mut().zip(strip) {
            *sum = simd.mul_add_e_f32s(value, *column, *sum);
        }
    }
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
            assert_eq!(found, by_definition(&found, columns));
            let found = products_of_rows(&by_definition(&matrix, columns), rows, 0..rows);
            assert!(near(&found, &exact), "{rows} × {columns}, of rows");
            assert_eq!(found, by_definition(&found, columns));
        }
    }

    #[test]
    fn windows_share_what_they_overlap_in() {
        let (values, right) = (matrix(3001, 6), matrix(37 * 19, 7));
        let factor = Factor::new(&right, 19);
        let found = product_of_windows(&values, 11, &factor, &[]);
        let windows: Vec<f32> = values.windows(37).step_by(11).flatten().copied().collect();
        let mut known = vec![0.0; windows.len() / 37 * 19];
        add_product(&windows, &factor, &mut known);
        assert_eq!(found, known);
        let start = matrix(19, 8);
        let mut known = start.repeat(windows.len() / 37);
        add_product(&windows, &factor, &mut known);
        assert_eq!(product_of_windows(&values, 11, &factor, &start), known);
        assert!(product_of_windows(&values[..36], 11, &factor, &[]).is_empty());
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
