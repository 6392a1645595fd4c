//! Training rows by column, their values replaced by ranks.
//!
//! Ranks are found once for a whole forest; after that the search for a split sorts small integers
//! and never compares floating-point numbers.

use crate::dataset::Samples;

/// The columns of a set of training rows.
pub(in crate::models) struct Columns {
    /// For each column its distinct values, rising.
    distinct: Vec<Vec<f32>>,
    /// For each column and row the position of its value among the distinct ones.
    ranks: Vec<Vec<u32>>,
    /// The genre of each row.
    pub(super) labels: Vec<usize>,
    /// How many genres there are, with and without rows.
    pub(super) genres: usize,
}

impl Columns {
    /// Ranks the rows of `train`.
    #[allow(clippy::cast_possible_truncation)] // fewer than 2³² rows
    pub(in crate::models) fn of(train: &Samples) -> Self {
        let (mut distinct, mut ranks) = (Vec::new(), Vec::new());
        for column in 0..train.shape().size() {
            // Adding zero makes -0 and 0 the same value.
            let values: Vec<f32> =
                (0..train.len()).map(|i| train.values(i)[column] + 0.0).collect();
            let mut rising = values.clone();
            rising.sort_unstable_by(f32::total_cmp);
            rising.dedup();
            let rank = |value: &f32| rising.partition_point(|known| known < value) as u32;
            ranks.push(values.iter().map(rank).collect());
            distinct.push(rising);
        }
        Self { distinct, ranks, labels: train.labels(), genres: train.genres().len() }
    }

    pub(super) fn width(&self) -> usize {
        self.ranks.len()
    }

    pub(super) fn ranks(&self, column: usize) -> &[u32] {
        &self.ranks[column]
    }

    /// The value of a rank.
    pub(super) fn value(&self, column: usize, rank: u32) -> f32 {
        self.distinct[column][rank as usize]
    }

    /// How many values of the column are at most `threshold`: rows of lower rank lie below.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn ranks_up_to(&self, column: usize, threshold: f32) -> u32 {
        self.distinct[column].partition_point(|value| *value <= threshold) as u32
    }
}
