//! The validation part of early stopping, drawn from the training rows.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;

use crate::dataset::Samples;
use crate::seed::Seed;

/// Positions to train on and positions to validate on; together all positions, each in order.
///
/// Groups are visited in a random order and taken whole as long as no genre exceeds its share, so
/// every genre gives about `share` of its rows and no group stands on both sides. A genre whose
/// groups are all too large gives none.
pub(super) fn hold_out(samples: &Samples, share: f64, seed: Seed) -> (Vec<usize>, Vec<usize>) {
    let mut wanted = vec![0.0; samples.genres().len()];
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for position in 0..samples.len() {
        wanted[samples.label(position)] += share;
        groups.entry(samples.unit(position).group).or_default().push(position);
    }
    let mut left: Vec<usize> =
        wanted.iter().map(|&rows: &f64| rows.round().max(1.0) as usize).collect();
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.shuffle(&mut seed.stream());

    let mut held = vec![false; samples.len()];
    for group in &groups {
        let mut rest = left.clone();
        let fits = group.iter().all(|&position| {
            let rest = &mut rest[samples.label(position)];
            let fits = *rest > 0;
            *rest = rest.saturating_sub(1);
            fits
        });
        if fits {
            left = rest;
            group.iter().for_each(|&position| held[position] = true);
        }
    }
    (0..samples.len()).partition(|&position| !held[position])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::dataset::{Shape, Unit, Units};

    #[test]
    fn the_part_has_a_tenth_of_each_genre_and_parts_no_group() {
        let units = (0..600)
            .map(|i| Unit { id: i.to_string(), track: i, genre: i % 3, group: (i / 9) * 3 + i % 3 })
            .collect();
        let genres = ["a", "b", "c"].map(str::to_owned).to_vec();
        let samples = Samples::new(
            Arc::new(Units { genres, units }),
            Arc::new(vec!["x".to_owned()]),
            Shape::Row { width: 1 },
            vec![0.0; 600],
        );
        for seed in 0..20 {
            let (train, held) = hold_out(&samples, 0.1, Seed::new(seed));
            assert_eq!(train.len() + held.len(), 600);
            for genre in 0..3 {
                let rows = held.iter().filter(|&&i| samples.label(i) == genre).count();
                assert!((18..=20).contains(&rows), "{rows} rows of 200");
            }
            let groups = |positions: &[usize]| -> BTreeSet<usize> {
                positions.iter().map(|&i| samples.unit(i).group).collect()
            };
            assert!(groups(&train).is_disjoint(&groups(&held)));
        }
    }
}
