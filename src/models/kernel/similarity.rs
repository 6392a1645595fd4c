//! How alike two rows are: the mean over their parts of one RBF kernel each.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::matrix::factor::{Factor, product_of_windows, products_of_rows};
use crate::vectors::{exponential, wide};

/// The kernel: mean over the parts of exp(−gamma · d²/median), where d² is the squared distance
/// within a part and the median is that of its training rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Similarity {
    width: usize,
    gamma: f64,
    parts: Vec<Part>,
}

/// Some columns, and the median squared distance of training rows within them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Part {
    columns: Range<usize>,
    median: f64,
}

impl Similarity {
    /// Learns the medians of the parts of rows of `width` values; also gives the kernel of all these
    /// rows with each other, rows × rows.
    pub(super) fn learn(
        rows: &[f32],
        width: usize,
        parts: &[Range<usize>],
        gamma: f64,
    ) -> (Self, Vec<f64>) {
        let count = rows.len() / width;
        let mut kernel = vec![0.0; count * count];
        let mut learned = Vec::with_capacity(parts.len());
        for columns in parts {
            let below = Columns::of(rows, width, columns).below_diagonal();
            let median = median(&below, count);
            let (rate, share) = (rate(gamma, median), 1.0 / parts.len() as f64);
            let mut below = below.as_slice();
            for row in 0..count {
                let (distances, rest) = below.split_at(row);
                below = rest;
                add_likeness(&mut kernel[row * count..][..row], distances, rate, share);
                kernel[row * count + row] += share;
            }
            learned.push(Part { columns: columns.clone(), median });
        }
        for row in 0..count {
            for column in row + 1..count {
                kernel[row * count + column] = kernel[column * count + row];
            }
        }
        (Self { width, gamma, parts: learned }, kernel)
    }

    /// How many values a row has.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The kernel of the `known` rows with others: known × others.
    pub(super) fn between(&self, known: &[f32], others: &[f32]) -> Vec<f64> {
        let count = known.len() / self.width;
        let mut kernel = vec![0.0; others.len() / self.width * count];
        for Part { columns, median } in &self.parts {
            let known = Columns::of(known, self.width, columns);
            let others = Columns::of(others, self.width, columns);
            let (rate, share) = (rate(self.gamma, *median), 1.0 / self.parts.len() as f64);
            add_likeness(&mut kernel, &known.distances(&others), rate, share);
        }
        kernel
    }
}

/// Some columns of rows, and the squared length of each row within them.
struct Columns<'a> {
    rows: &'a [f32],
    width: usize,
    columns: &'a Range<usize>,
    squares: Vec<f64>,
}

impl<'a> Columns<'a> {
    fn of(rows: &'a [f32], width: usize, columns: &'a Range<usize>) -> Self {
        let mut squares = vec![0.0; rows.len() / width];
        write_squares(rows, width, columns, &mut squares);
        Self { rows, width, columns, squares }
    }

    /// Squared distances of all rows from all others: rows × others.
    fn distances(&self, others: &Self) -> Vec<f32> {
        let others_turned =
            Factor::transposed_part(others.rows, others.width, others.columns.clone());
        let rows = self.rows.get(self.columns.start..).unwrap_or_default();
        let mut distances = product_of_windows(rows, self.width, &others_turned, &[]);
        let rows = distances.chunks_exact_mut(others.squares.len().max(1));
        rows.zip(&self.squares)
            .for_each(|(row, square)| to_distances(row, *square, &others.squares));
        distances
    }

    /// Squared distances of each row from those before it, row after row.
    fn below_diagonal(&self) -> Vec<f32> {
        let count = self.squares.len();
        let mut products = products_of_rows(self.rows, self.width, self.columns.clone());
        let mut below = Vec::with_capacity(count * count.saturating_sub(1) / 2);
        for (row, products) in products.chunks_exact_mut(count.max(1)).enumerate() {
            to_distances(&mut products[..row], self.squares[row], &self.squares);
            below.extend_from_slice(&products[..row]);
        }
        below
    }
}

/// What a distance is multiplied by in the exponent.
#[allow(clippy::cast_possible_truncation)]
fn rate(gamma: f64, median: f64) -> f32 {
    (-gamma / median) as f32
}

wide! {
    /// Σ x² of some columns of each row in double precision, eight values abreast.
    fn write_squares(rows: &[f32], width: usize, columns: &Range<usize>, squares: &mut [f64]) {
        for (square, row) in squares.iter_mut().zip(rows.chunks_exact(width)) {
            let row = &row[columns.clone()];
            let (chunks, rest) = row.as_chunks::<8>();
            let mut sums = [0.0; 8];
            for chunk in chunks {
                for (sum, value) in sums.iter_mut().zip(chunk) {
                    *sum += f64::from(*value) * f64::from(*value);
                }
            }
            let rest = rest.iter().map(|value| f64::from(*value) * f64::from(*value));
            *square = sums.iter().sum::<f64>() + rest.sum::<f64>();
        }
    }
}

wide! {
    /// Adds `share` · e^(`rate` · d²), within 1e-6 of it.
    #[allow(clippy::cast_possible_truncation)]
    fn add_likeness(places: &mut [f64], distances: &[f32], rate: f32, share: f64) {
        for (place, distance) in places.iter_mut().zip(distances) {
            *place += share * f64::from(exponential(rate * distance));
        }
    }
}

wide! {
    /// Makes squared distances of the products of one row with others: |a − b|² = |a|² + |b|² − 2 a·b.
    #[allow(clippy::cast_possible_truncation)]
    fn to_distances(products: &mut [f32], square: f64, others: &[f64]) {
        for (product, other) in products.iter_mut().zip(others) {
            *product = (square + other - 2.0 * f64::from(*product)).max(0.0) as f32;
        }
    }
}

/// The median of all rows' squared distances from all rows, the zeros from themselves included, by
/// which the recipe divides. 1 where it is 0, because most rows are the same: then all is alike.
///
/// `below` holds each pair once.
fn median(below: &[f32], count: usize) -> f64 {
    let all = count * count;
    // Sorted, the zeros come first and each pair stands twice.
    let place = |place: usize| place.checked_sub(count).map(|place| place / 2);
    let (lower, upper) = (place((all - 1) / 2), place(all / 2));
    let median = upper.map_or(0.0, |place| {
        // What is not negative is in the order of its bits.
        let mut bits: Vec<u32> = below.iter().map(|distance| distance.to_bits()).collect();
        let (before, found, _) = bits.select_nth_unstable(place);
        let value = |bits: u32| f64::from(f32::from_bits(bits));
        let found = value(*found);
        match lower {
            Some(lower) if lower == place => found,
            Some(_) => {
                f64::midpoint(value(before.iter().copied().max().unwrap_or_default()), found)
            }
            None => f64::midpoint(0.0, found),
        }
    });
    if median > 0.0 { median } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::{Similarity, median};

    #[test]
    fn the_median_counts_every_pair_twice_and_zeros_once() {
        // 0 0 0 1 1 2 2 7 7, 0 0 3 3 and 16 numbers with 0 0 0 0 1 1 2 2 | 3 3 …
        assert_eq!(median(&[7.0, 1.0, 2.0], 3), 1.0);
        assert_eq!(median(&[3.0], 2), 1.5);
        assert_eq!(median(&[6.0, 3.0, 1.0, 5.0, 2.0, 4.0], 4), 2.5);
        assert_eq!(median(&[0.0, 0.0, 0.0], 3), 1.0);
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init)]
    fn a_kernel_of_two_parts_by_hand() {
        let rows = [0.0, 0.0, 1.0, 0.0, 0.0, 2.0];
        let (similarity, kernel) = Similarity::learn(&rows, 2, &[0..1, 1..2], 0.5);
        // First column: squared distances 1, 0, 1, of nine 5 zeros: median 0, taken as 1.
        // Second column: 0, 4, 4, of nine 5 zeros: median 0 as well.
        let (near, far) = ((-0.5_f64).exp(), (-2.0_f64).exp());
        let known = [
            [1.0, (near + 1.0) / 2.0, (1.0 + far) / 2.0],
            [(near + 1.0) / 2.0, 1.0, (near + far) / 2.0],
            [(1.0 + far) / 2.0, (near + far) / 2.0, 1.0],
        ];
        for (found, known) in kernel.iter().zip(known.iter().flatten()) {
            assert!((found - known).abs() < 1e-6, "{found} is not {known}");
        }
        let again = similarity.between(&rows, &rows[2..]);
        // The kernel is symmetric: all but its first column.
        let known = kernel.iter().enumerate().filter(|(at, _)| at % 3 > 0).map(|(_, known)| known);
        for (found, known) in again.iter().zip(known) {
            assert!((found - known).abs() < 1e-6);
        }
        assert!(similarity.between(&rows, &[]).is_empty());
    }

    #[test]
    fn many_rows_are_as_like_among_themselves_as_to_others() {
        let rows: Vec<f32> = (0..300 * 4).map(|i| ((i * 37) % 101) as f32 / 50.0).collect();
        let (similarity, kernel) = Similarity::learn(&rows, 4, &[0..3, 3..4], 0.5);
        for (one, other) in kernel.iter().zip(similarity.between(&rows, &rows)) {
            assert!((one - other).abs() < 1e-6);
        }
    }
}
