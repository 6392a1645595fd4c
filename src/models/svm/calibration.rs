//! How sharp the scores are: one number, found on training rows that a first fit did not see.

use rand::seq::SliceRandom;

use super::coupling::genre_values;
use super::machines::Machines;
use crate::dataset::Samples;
use crate::models::sharpness::likeliest;
use crate::seed::Seed;

/// One in so many groups of a genre is held out.
const HELD_OUT: usize = 5;

/// The sharpness where nothing can be held out because no genre has enough groups.
pub(super) const UNTESTED: f64 = 1.0;

/// Parts whole groups of each genre: rows to fit on, and rows to look at.
///
/// `None` when no genre has as many groups as it takes to hold one out.
pub(super) fn split(train: &Samples, seed: Seed) -> Option<(Vec<usize>, Vec<usize>)> {
    let mut held_out = Vec::new();
    for (genre, name) in train.genres().iter().enumerate() {
        let rows = (0..train.len()).filter(|&i| train.label(i) == genre);
        let mut groups: Vec<usize> = rows.map(|i| train.unit(i).group).collect();
        groups.sort_unstable();
        groups.dedup();
        // By name, so that a genre without rows changes nothing for the others.
        groups.shuffle(&mut seed.derive("held out").derive(name).stream());
        held_out.extend_from_slice(&groups[..groups.len() / HELD_OUT]);
    }
    held_out.sort_unstable();
    let is_held_out = |i: &usize| held_out.binary_search(&train.unit(*i).group).is_ok();
    let (looked_at, fitted): (Vec<usize>, Vec<usize>) = (0..train.len()).partition(is_held_out);
    (!looked_at.is_empty()).then_some((fitted, looked_at))
}

/// The sharpness under which the held-out labels are most likely.
pub(super) fn sharpness(machines: &Machines, held_out: &Samples) -> f64 {
    let judged: Vec<(Vec<f64>, usize)> = (0..held_out.len())
        .filter_map(|i| {
            let truth = machines.present.binary_search(&held_out.label(i)).ok()?;
            Some((genre_values(machines, &machines.decisions(held_out.values(i))), truth))
        })
        .collect();
    if judged.is_empty() || machines.borders.is_empty() {
        return UNTESTED;
    }
    likeliest(judged.iter().map(|(values, truth)| (values.as_slice(), *truth)))
}

#[cfg(test)]
mod tests {
    use super::split;
    use crate::models::testing::blobs;
    use crate::seed::Seed;

    #[test]
    fn a_fifth_of_the_groups_of_each_genre_is_held_out() {
        let train = blobs(3, 10, 2, 1.0, 5);
        let (fitted, held_out) = split(&train, Seed::new(1)).unwrap();
        assert_eq!((fitted.len(), held_out.len()), (24, 6));
        for genre in 0..3 {
            assert_eq!(held_out.iter().filter(|&&row| train.label(row) == genre).count(), 2);
        }
        assert!(split(&train.select(&[0, 1, 2, 3]), Seed::new(1)).is_none());
    }
}
