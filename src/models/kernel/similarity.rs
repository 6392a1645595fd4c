//! How alike two rows are: the mean over their parts of one RBF kernel each.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::matrix::{View, product};

/// Rows that meet all others at a time, so that only half of a symmetric product is computed.
const CHUNK: usize = 128;

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
            let below = below_diagonal(&Columns::of(rows, width, columns));
            let median = median(&mut below.clone(), count);
            let share = |distance: f64| (-gamma * distance / median).exp() / parts.len() as f64;
            let mut distances = below.into_iter();
            for row in 0..count {
                for (place, distance) in kernel[row * count..][..row].iter_mut().zip(&mut distances)
                {
                    *place += share(distance);
                }
                kernel[row * count + row] += share(0.0);
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

    /// The kernel of `rows` with the `known` ones: rows × known.
    pub(super) fn between(&self, rows: &[f32], known: &[f32]) -> Vec<f64> {
        let count = known.len() / self.width;
        let mut kernel = vec![0.0; rows.len() / self.width * count];
        for Part { columns, median } in &self.parts {
            let known = Columns::of(known, self.width, columns);
            let rows = Columns::of(rows, self.width, columns);
            let distances = distances(&rows, 0..rows.squares.len(), &known, 0..count);
            for (place, distance) in kernel.iter_mut().zip(distances) {
                *place += (-self.gamma * distance / median).exp() / self.parts.len() as f64;
            }
        }
        kernel
    }
}

/// Some columns of rows in double precision, and the squared length of each row within them.
struct Columns {
    values: Vec<f64>,
    width: usize,
    squares: Vec<f64>,
}

impl Columns {
    fn of(rows: &[f32], width: usize, columns: &Range<usize>) -> Self {
        let mut values = Vec::with_capacity(rows.len() / width * columns.len());
        for row in rows.chunks_exact(width) {
            values.extend(row[columns.clone()].iter().map(|value| f64::from(*value)));
        }
        let square = |row: &[f64]| row.iter().map(|value| value * value).sum();
        let squares = values.chunks_exact(columns.len()).map(square).collect();
        Self { values, width: columns.len(), squares }
    }

    fn rows(&self, range: Range<usize>) -> View<'_, f64> {
        View::of(&self.values[range.start * self.width..range.end * self.width], self.width)
    }
}

/// Squared distances of some rows from some others, which are |a|² + |b|² − 2 a·b.
fn distances(a: &Columns, of_a: Range<usize>, b: &Columns, of_b: Range<usize>) -> Vec<f64> {
    let mut distances = product(a.rows(of_a.clone()), b.rows(of_b.clone()).transposed());
    for (distances, a) in distances.chunks_exact_mut(of_b.len().max(1)).zip(&a.squares[of_a]) {
        for (distance, b) in distances.iter_mut().zip(&b.squares[of_b.clone()]) {
            *distance = (a + b - 2.0 * *distance).max(0.0);
        }
    }
    distances
}

/// Squared distances of each row from those before it, row after row.
fn below_diagonal(columns: &Columns) -> Vec<f64> {
    let count = columns.squares.len();
    let mut below = Vec::with_capacity(count * count.saturating_sub(1) / 2);
    for first in (0..count).step_by(CHUNK) {
        let end = (first + CHUNK).min(count);
        let chunk = distances(columns, first..end, columns, 0..end);
        for (row, distances) in (first..end).zip(chunk.chunks_exact(end)) {
            below.extend_from_slice(&distances[..row]);
        }
    }
    below
}

/// The median of all rows' squared distances from all rows, the zeros from themselves included, by
/// which the recipe divides. 1 where it is 0, because most rows are the same: then all is alike.
///
/// `below` holds each pair once, and is shuffled.
fn median(below: &mut [f64], count: usize) -> f64 {
    let all = count * count;
    // Sorted, the zeros come first and each pair stands twice.
    let mut at = |place: usize| match place.checked_sub(count) {
        Some(place) => *below.select_nth_unstable_by(place / 2, f64::total_cmp).1,
        None => 0.0,
    };
    let median = f64::midpoint(at((all - 1) / 2), at(all / 2));
    if median > 0.0 { median } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::{Similarity, median};

    #[test]
    fn the_median_counts_every_pair_twice_and_zeros_once() {
        // 0 0 0 1 1 2 2 7 7, 0 0 3 3 and 16 numbers with 0 0 0 0 1 1 2 2 | 3 3 …
        assert_eq!(median(&mut [7.0, 1.0, 2.0], 3), 1.0);
        assert_eq!(median(&mut [3.0], 2), 1.5);
        assert_eq!(median(&mut [6.0, 3.0, 1.0, 5.0, 2.0, 4.0], 4), 2.5);
        assert_eq!(median(&mut [0.0, 0.0, 0.0], 3), 1.0);
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
            assert!((found - known).abs() < 1e-12, "{found} is not {known}");
        }
        let again = similarity.between(&rows[2..], &rows);
        for (found, known) in again.iter().zip(&kernel[3..]) {
            assert!((found - known).abs() < 1e-12);
        }
        assert!(similarity.between(&[], &rows).is_empty());
    }

    #[test]
    fn many_rows_are_as_like_in_chunks_as_at_once() {
        let rows: Vec<f32> = (0..300 * 4).map(|i| ((i * 37) % 101) as f32 / 50.0).collect();
        let (similarity, kernel) = Similarity::learn(&rows, 4, &[0..3, 3..4], 0.5);
        for (one, other) in kernel.iter().zip(similarity.between(&rows, &rows)) {
            assert!((one - other).abs() < 1e-9);
        }
    }
}
