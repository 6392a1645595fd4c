//! Stratified k-fold that parts no group.
//!
//! Groups are dealt out from the largest to the smallest, each to the fold that keeps the genres'
//! shares most even; then single groups move as long as that evens the shares further. Without
//! groups of more than one unit this is stratified k-fold: the counts of a genre differ by at most
//! one between folds. The idea of dealing greedily is that of scikit-learn's
//! `StratifiedGroupKFold`; the second pass is ours.

use rand::seq::SliceRandom;

use super::{Error, Fold};
use crate::seed::Seed;

/// How much an uneven total weighs against uneven genres: enough to break ties.
const TOTAL_WEIGHT: f64 = 1e-3;

/// Divides units into `folds` folds, `repeats` times anew.
///
/// `labels` and `groups` hold one number for each unit; `genres` names the labels. Every unit is
/// tested exactly once a repeat, and no group is parted.
///
/// # Errors
/// When a genre has fewer rows than folds or stands in one group only, or there are fewer groups
/// than folds.
pub fn folds(
    labels: &[usize],
    groups: &[usize],
    genres: &[String],
    folds: usize,
    repeats: usize,
    seed: Seed,
) -> Result<Vec<Fold>, Error> {
    let deck = Deck::new(labels, groups, genres, folds)?;
    let mut all = Vec::with_capacity(folds * repeats);
    for repeat in 0..repeats {
        let fold_of_group = deck.deal(seed.derive(format_args!("repeat {repeat}")));
        for fold in 0..folds {
            let (mut train, mut test) = (Vec::new(), Vec::new());
            for (unit, &group) in groups.iter().enumerate() {
                if fold_of_group[group] == fold { test.push(unit) } else { train.push(unit) }
            }
            all.push(Fold { repeat, fold, train, test, valid: Vec::new() });
        }
    }
    Ok(all)
}

/// How many units of each genre each group holds.
struct Deck {
    folds: usize,
    /// For each group, pairs of genre and count.
    groups: Vec<Vec<(usize, usize)>>,
    /// For each genre, how many units it has.
    sizes: Vec<usize>,
}

/// Counts of each genre in each fold, and of all.
struct Counts {
    genres: Vec<Vec<usize>>,
    totals: Vec<usize>,
}

impl Deck {
    fn new(
        labels: &[usize],
        groups: &[usize],
        genres: &[String],
        folds: usize,
    ) -> Result<Self, Error> {
        let mut held: Vec<Vec<(usize, usize)>> =
            vec![Vec::new(); groups.iter().max().map_or(0, |last| last + 1)];
        let mut sizes = vec![0; genres.len()];
        for (&genre, &group) in labels.iter().zip(groups) {
            sizes[genre] += 1;
            match held[group].iter_mut().find(|(of, _)| *of == genre) {
                Some((_, count)) => *count += 1,
                None => held[group].push((genre, 1)),
            }
        }
        if held.len() < folds {
            return Err(Error::TooFewGroups { folds, groups: held.len() });
        }
        for (genre, name) in genres.iter().enumerate() {
            if sizes[genre] < folds {
                let rows = sizes[genre];
                return Err(Error::TooFewRows { folds, genre: name.clone(), rows });
            }
            let parts =
                held.iter().filter(|group| group.iter().any(|(of, _)| *of == genre)).count();
            if parts < 2 {
                return Err(Error::OneGroup { genre: name.clone() });
            }
        }
        Ok(Self { folds, groups: held, sizes })
    }

    /// The fold of each group.
    fn deal(&self, seed: Seed) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        order.shuffle(&mut seed.stream());
        let size = |group: usize| self.groups[group].iter().map(|(_, count)| count).sum::<usize>();
        order.sort_by_key(|&group| std::cmp::Reverse(size(group)));
        let mut counts = Counts {
            genres: vec![vec![0; self.sizes.len()]; self.folds],
            totals: vec![0; self.folds],
        };
        let mut fold_of_group = vec![0; self.groups.len()];
        for &group in &order {
            let fold = self.best_fold(group, &counts);
            self.put(group, fold, &mut counts);
            fold_of_group[group] = fold;
        }
        self.even_out(&order, &mut fold_of_group, &mut counts);
        fold_of_group
    }

    /// Moves single groups while that evens the shares; each move lowers the cost, so it ends.
    fn even_out(&self, order: &[usize], fold_of_group: &mut [usize], counts: &mut Counts) {
        let mut moved = true;
        while moved {
            moved = false;
            for &group in order {
                let old = fold_of_group[group];
                self.take(group, old, counts);
                let new = self.best_fold(group, counts);
                let gain = self.cost(group, old, counts) - self.cost(group, new, counts);
                let fold = if gain > 1e-12 { new } else { old };
                self.put(group, fold, counts);
                moved |= fold != old;
                fold_of_group[group] = fold;
            }
        }
    }

    /// The fold in which the group costs least; the first of them on a tie.
    fn best_fold(&self, group: usize, counts: &Counts) -> usize {
        let mut best = (0, f64::INFINITY);
        for fold in 0..self.folds {
            let cost = self.cost(group, fold, counts);
            if cost < best.1 - 1e-12 {
                best = (fold, cost);
            }
        }
        best.0
    }

    /// How much putting the group into the fold adds to the sum of squared shares.
    #[allow(clippy::cast_precision_loss)]
    fn cost(&self, group: usize, fold: usize, counts: &Counts) -> f64 {
        let added = |held: usize, more: usize, of: usize| {
            (((held + more).pow(2) - held.pow(2)) as f64) / of as f64
        };
        let size = self.groups[group].iter().map(|(_, count)| count).sum();
        let units: usize = self.sizes.iter().sum();
        self.groups[group]
            .iter()
            .map(|&(genre, count)| added(counts.genres[fold][genre], count, self.sizes[genre]))
            .sum::<f64>()
            + TOTAL_WEIGHT * added(counts.totals[fold], size, units)
    }

    fn put(&self, group: usize, fold: usize, counts: &mut Counts) {
        for &(genre, count) in &self.groups[group] {
            counts.genres[fold][genre] += count;
            counts.totals[fold] += count;
        }
    }

    fn take(&self, group: usize, fold: usize, counts: &mut Counts) {
        for &(genre, count) in &self.groups[group] {
            counts.genres[fold][genre] -= count;
            counts.totals[fold] -= count;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop, prop_assert, prop_assert_eq, proptest};

    use super::{Error, Fold, folds};
    use crate::seed::Seed;

    fn genres(count: usize) -> Vec<String> {
        (0..count).map(|genre| format!("genre {genre}")).collect()
    }

    /// How many units of the genre each fold of a repeat tests.
    fn spread(split: &[Fold], labels: &[usize], genre: usize, repeat: usize) -> (usize, usize) {
        let count = |fold: &Fold| fold.test.iter().filter(|&&unit| labels[unit] == genre).count();
        let counts: Vec<usize> =
            split.iter().filter(|fold| fold.repeat == repeat).map(count).collect();
        (*counts.iter().min().unwrap(), *counts.iter().max().unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_unit_is_tested_once_a_repeat_and_trains_in_all_other_folds(
            labels in prop::collection::vec(0_usize..3, 30..120),
            k in 2_usize..6,
            repeats in 1_usize..3,
            seed in 0_u64..1000,
        ) {
            let groups: Vec<usize> = (0..labels.len()).collect();
            let Ok(split) = folds(&labels, &groups, &genres(3), k, repeats, Seed::new(seed))
            else { return Ok(()) };
            prop_assert_eq!(split.len(), k * repeats);
            for repeat in 0..repeats {
                let mut tested = vec![0; labels.len()];
                for fold in split.iter().filter(|fold| fold.repeat == repeat) {
                    prop_assert_eq!(fold.train.len() + fold.test.len(), labels.len());
                    for &unit in &fold.test {
                        tested[unit] += 1;
                        prop_assert!(fold.train.binary_search(&unit).is_err());
                    }
                }
                prop_assert!(tested.iter().all(|&times| times == 1));
                for genre in 0..3 {
                    let (least, most) = spread(&split, &labels, genre, repeat);
                    prop_assert!(most - least <= 1, "genre {} in {}..{}", genre, least, most);
                }
                let sizes: Vec<usize> = split[..k].iter().map(|fold| fold.test.len()).collect();
                let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
                prop_assert!(most - least <= 3);
            }
        }

        #[test]
        fn no_group_is_parted_and_genres_stay_as_even_as_groups_permit(
            sizes in prop::collection::vec((1_usize..8, 0_usize..3), 20..60),
            k in 2_usize..6,
            seed in 0_u64..1000,
        ) {
            let (mut labels, mut groups) = (Vec::new(), Vec::new());
            for (group, &(size, genre)) in sizes.iter().enumerate() {
                labels.extend(std::iter::repeat_n(genre, size));
                groups.extend(std::iter::repeat_n(group, size));
            }
            let Ok(split) = folds(&labels, &groups, &genres(3), k, 1, Seed::new(seed))
            else { return Ok(()) };
            for fold in &split {
                for &unit in &fold.test {
                    prop_assert!(!fold.train.iter().any(|&other| groups[other] == groups[unit]));
                }
            }
            for genre in 0..3 {
                let (least, most) = spread(&split, &labels, genre, 0);
                let largest =
                    sizes.iter().filter(|(_, of)| *of == genre).map(|(size, _)| *size).max();
                prop_assert!(most - least <= largest.unwrap_or(0));
            }
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_folds_and_repeats_differ() {
        let labels: Vec<usize> = (0..40).map(|unit| unit % 2).collect();
        let groups: Vec<usize> = (0..40).collect();
        let draw = |seed| folds(&labels, &groups, &genres(2), 4, 2, Seed::new(seed)).unwrap();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let split = draw(1);
        assert_ne!(split[0].test, split[4].test);
    }

    #[test]
    fn what_cannot_be_split_is_refused_with_a_remedy() {
        let refuse = |labels: &[usize], groups: &[usize], k: usize| {
            folds(labels, groups, &genres(2), k, 1, Seed::new(1)).unwrap_err().to_string()
        };
        assert_eq!(
            refuse(&[0, 0, 0, 1, 1], &[0, 1, 2, 3, 4], 3),
            Error::TooFewRows { folds: 3, genre: "genre 1".to_owned(), rows: 2 }.to_string()
        );
        assert_eq!(
            refuse(&[0, 0, 0, 1, 1, 1], &[0, 0, 0, 1, 1, 1], 3),
            Error::TooFewGroups { folds: 3, groups: 2 }.to_string()
        );
        assert_eq!(
            refuse(&[0, 0, 1, 1], &[0, 1, 2, 2], 2),
            Error::OneGroup { genre: "genre 1".to_owned() }.to_string()
        );
    }
}
