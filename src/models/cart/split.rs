//! The search for the split of one column that leaves the least impurity.
//!
//! Impurity is Gini's, 1 − Σ share². Over both sides, weighted, it is least where
//! Σ count²/rows of one side plus the same of the other is largest; counts are whole numbers, so
//! the sums are exact and depend on no order.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Columns;

/// One row of a node: its number, its genre, and how often it was drawn.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    pub(super) row: u32,
    pub(super) genre: u32,
    pub(super) times: u32,
}

/// A split of a column and how good it is (higher is better).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Split {
    pub(super) column: usize,
    pub(super) threshold: f32,
    pub(super) quality: f64,
}

/// What a search needs again and again.
pub(super) struct Search<'a> {
    pub(super) columns: &'a Columns,
    /// The fewest rows on either side.
    pub(super) least: u64,
    /// Rank of each row of the node in the upper half, its place in the node in the lower.
    keys: Vec<u64>,
    low: Vec<u64>,
    high: Vec<u64>,
}

impl<'a> Search<'a> {
    pub(super) fn new(columns: &'a Columns, least: u64) -> Self {
        let counts = vec![0; columns.genres];
        Self { columns, least, keys: Vec::new(), low: counts.clone(), high: counts }
    }

    /// The lowest and highest rank in the node.
    pub(super) fn range(&self, column: usize, node: &[Drawn]) -> (u32, u32) {
        let ranks = self.columns.ranks(column);
        node.iter().fold((u32::MAX, 0), |(low, high), drawn| {
            let rank = ranks[drawn.row as usize];
            (low.min(rank), high.max(rank))
        })
    }

    /// The best of all splits of a column; of equally good ones the lowest.
    pub(super) fn best(&mut self, column: usize, node: &[Drawn], counts: &[u64]) -> Option<Split> {
        let ranks = self.columns.ranks(column);
        self.keys.clear();
        let rank_of = |drawn: &Drawn| u64::from(ranks[drawn.row as usize]) << 32;
        self.keys.extend(node.iter().zip(0..).map(|(drawn, place)| rank_of(drawn) | place));
        self.keys.sort_unstable();
        self.low.fill(0);
        self.high.copy_from_slice(counts);
        let mut sides = Sides::all_high(counts);
        let mut best: Option<(u32, u32, f64)> = None;
        for pair in self.keys.windows(2) {
            let [(rank, place), (next, _)] = [halves(pair[0]), halves(pair[1])];
            let drawn = node[place as usize];
            let genre = drawn.genre as usize;
            sides.lower(&mut self.low[genre], &mut self.high[genre], u64::from(drawn.times));
            if rank == next || sides.rows_low < self.least || sides.rows_high < self.least {
                continue;
            }
            let quality = sides.quality();
            if best.is_none_or(|(_, _, known)| quality > known) {
                best = Some((rank, next, quality));
            }
        }
        best.map(|(below, above, quality)| {
            let value = |rank| self.columns.value(column, rank);
            Split { column, threshold: between(value(below), value(above)), quality }
        })
    }

    /// One split at a random place between the lowest and the highest value, as in extra-trees.
    pub(super) fn random(
        &mut self,
        column: usize,
        node: &[Drawn],
        counts: &[u64],
        stream: &mut ChaCha8Rng,
    ) -> Option<Split> {
        let (lowest, highest) = self.range(column, node);
        let (from, to) = (self.columns.value(column, lowest), self.columns.value(column, highest));
        let drawn = from + (to - from) * stream.random::<f32>();
        let threshold = if drawn < to { drawn } else { from };
        let border = self.columns.ranks_up_to(column, threshold);
        let ranks = self.columns.ranks(column);
        self.low.fill(0);
        self.high.copy_from_slice(counts);
        let mut sides = Sides::all_high(counts);
        for drawn in node.iter().filter(|drawn| ranks[drawn.row as usize] < border) {
            let genre = drawn.genre as usize;
            sides.lower(&mut self.low[genre], &mut self.high[genre], u64::from(drawn.times));
        }
        let enough = sides.rows_low >= self.least && sides.rows_high >= self.least;
        enough.then(|| Split { column, threshold, quality: sides.quality() })
    }
}

/// The upper and the lower half of a key.
#[allow(clippy::cast_possible_truncation)] // halves are what is wanted
const fn halves(key: u64) -> (u32, u32) {
    ((key >> 32) as u32, key as u32)
}

/// Rows and sums of squared genre counts on both sides of a border.
struct Sides {
    rows_low: u64,
    rows_high: u64,
    squares_low: u64,
    squares_high: u64,
}

impl Sides {
    fn all_high(counts: &[u64]) -> Self {
        Self {
            rows_low: 0,
            rows_high: counts.iter().sum(),
            squares_low: 0,
            squares_high: counts.iter().map(|count| count * count).sum(),
        }
    }

    /// Takes rows of one genre from the high side to the low one.
    fn lower(&mut self, low: &mut u64, high: &mut u64, rows: u64) {
        self.squares_low += rows * (2 * *low + rows);
        self.squares_high -= rows * (2 * *high - rows);
        *low += rows;
        *high -= rows;
        self.rows_low += rows;
        self.rows_high -= rows;
    }

    #[allow(clippy::cast_precision_loss)]
    fn quality(&self) -> f64 {
        self.squares_low as f64 / self.rows_low as f64
            + self.squares_high as f64 / self.rows_high as f64
    }
}

/// The middle of two values, or the lower where rounding would reach the upper.
#[allow(clippy::cast_possible_truncation)]
fn between(low: f32, high: f32) -> f32 {
    let middle = f64::midpoint(f64::from(low), f64::from(high)) as f32;
    if middle < high { middle } else { low }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Drawn, Search, between};
    use crate::models::testing::rows;

    fn node(times: &[u32], genres: &[u32]) -> Vec<Drawn> {
        let drawn = times.iter().zip(genres).zip(0..);
        drawn.map(|((&times, &genre), row)| Drawn { row, genre, times }).collect()
    }

    #[test]
    fn the_best_threshold_leaves_the_least_impurity() {
        let train = rows(&[(0, &[4.0]), (0, &[1.0]), (1, &[2.0]), (1, &[9.0]), (1, &[5.0])], 2);
        let columns = Columns::of(&train);
        let node = node(&[1, 1, 1, 1, 1], &[0, 0, 1, 1, 1]);
        let found = Search::new(&columns, 1).best(0, &node, &[2, 3]).unwrap();
        // By hand: low {1, 2, 4} and high {5, 9}: (2² + 1²)/3 + 2²/2; no other border has more.
        assert_eq!((found.threshold, found.quality), (4.5, 5.0 / 3.0 + 2.0));
        let three = Search::new(&columns, 3).best(0, &node, &[2, 3]);
        assert_eq!(three, None); // no border leaves three rows on both sides
    }

    #[test]
    fn rows_count_as_often_as_they_were_drawn() {
        let train = rows(&[(0, &[1.0]), (1, &[2.0]), (1, &[3.0])], 2);
        let columns = Columns::of(&train);
        let node = node(&[1, 5, 1], &[0, 1, 1]);
        let found = Search::new(&columns, 2).best(0, &node, &[1, 6]);
        assert_eq!(found, None); // one row against six, or six against one
    }

    #[test]
    fn a_threshold_never_reaches_the_upper_value() {
        let next = f32::from_bits(1.0_f32.to_bits() + 1);
        assert_eq!(between(1.0, next), 1.0);
        assert_eq!(between(1.0, 2.0), 1.5);
    }
}
