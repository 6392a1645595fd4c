//! How much each training row counts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What counts the same as another of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Weigh {
    /// Every row.
    Rows,
    /// Every genre, and within a genre every group: its artists where they are kept apart, else its
    /// tracks.
    Groups,
}

impl Weigh {
    /// How much each row counts, 1 on average.
    ///
    /// By groups, a row counts 1/(number of rows of its group), divided by the sum of that over its
    /// genre.
    pub(super) fn counts(self, labels: &[usize], genres: usize, groups: &[usize]) -> Vec<f64> {
        if self == Self::Rows {
            return vec![1.0; labels.len()];
        }
        let mut sizes = BTreeMap::new();
        groups.iter().for_each(|group| *sizes.entry(group).or_insert(0.0) += 1.0);
        let mut sums = vec![0.0; genres];
        labels.iter().zip(groups).for_each(|(&genre, group)| sums[genre] += 1.0 / sizes[group]);
        let count = |(&genre, group): (&usize, &usize)| {
            labels.len() as f64 / (genres as f64 * sums[genre]) / sizes[group]
        };
        labels.iter().zip(groups).map(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Weigh;

    #[test]
    fn genres_count_the_same_and_groups_within_them() {
        // Genre 0 has a group of three and one of one, genre 1 a single row, genre 2 none alone: its
        // group of two has a row of genre 1.
        let (labels, groups) = ([0, 0, 0, 0, 1, 2, 1], [7, 7, 7, 3, 1, 5, 5]);
        let counts = Weigh::Groups.counts(&labels, 3, &groups);
        let third = 7.0 / 3.0;
        let (sixth, ninths) = (third / 2.0, third / 3.0);
        let known = [sixth / 3.0, sixth / 3.0, sixth / 3.0, sixth, 2.0 * ninths, third, ninths];
        for (found, known) in counts.iter().zip(known) {
            assert!((found - known).abs() < 1e-12, "{counts:?}");
        }
        assert!((counts.iter().sum::<f64>() - 7.0).abs() < 1e-12);
    }

    #[test]
    fn rows_of_even_genres_and_groups_of_their_own_count_one_either_way() {
        let (labels, groups) = ([0, 1, 2, 2, 1, 0], [5, 4, 3, 2, 1, 0]);
        let by = |weigh: Weigh| weigh.counts(&labels, 3, &groups);
        assert_eq!(by(Weigh::Groups), by(Weigh::Rows));
    }
}
