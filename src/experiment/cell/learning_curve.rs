//! How far a contender gets with a part of its training units.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;

use super::super::Error;
use super::super::record::PointFacts;
use super::super::run::round;
use super::{Desk, Heard};
use crate::evaluation::first_highest;
use crate::seed::Seed;

impl Desk<'_> {
    /// Fits on each share of the training part that the experiment asks for; the test part is the
    /// cell's own. What is tuned stays as it was chosen on the whole training part.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn learning_curve(
        &self,
        whole: &Heard,
        seed: Seed,
        cell: &str,
    ) -> Result<Vec<PointFacts>, Error> {
        let plan = self.plan;
        let test = &plan.folds[self.cell.fold].test;
        let mut points = Vec::new();
        for share in &plan.experiment.learning_curve {
            let train = self.part(share.get());
            let seed = seed.derive(format_args!("share {}", share.get()));
            let tuning = whole.tuning.clone();
            let heard = self.fit_chosen(self.cell.contender, tuning, &train, None, seed, cell)?;
            let scores = self.scores(&heard, test, cell)?;
            let truth = |at: usize| plan.dataset.units.units[test[at]].genre;
            let right =
                scores.iter().enumerate().filter(|(at, said)| first_highest(said) == truth(*at));
            points.push(PointFacts {
                share: share.get(),
                trained: train.len(),
                accuracy: round(right.count() as f64 / test.len() as f64),
            });
        }
        Ok(points)
    }

    /// About this share of each genre's training units, whole groups of them, the same for every
    /// contender.
    fn part(&self, share: f64) -> Vec<usize> {
        let units = &self.plan.dataset.units.units;
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut missing = vec![0.0; self.plan.dataset.units.genres.len()];
        for &unit in &self.plan.folds[self.cell.fold].train {
            groups.entry(units[unit].group).or_default().push(unit);
            missing[units[unit].genre] += share;
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
        groups.shuffle(&mut self.of_fold("learning curve").stream());
        let mut part = Vec::new();
        for group in groups {
            // Half a unit short is not short: shares of few units would round up each time.
            if group.iter().any(|&unit| missing[units[unit].genre] >= 0.5) {
                group.iter().for_each(|&unit| missing[units[unit].genre] -= 1.0);
                part.extend(group);
            }
        }
        part.sort_unstable();
        part
    }
}
