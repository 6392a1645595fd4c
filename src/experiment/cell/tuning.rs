//! The choice of a combination inside the training part of a fold.

use super::super::Error;
use super::super::plan::Plan;
use super::super::record::{TrialFacts, TuningFacts};
use super::super::run::round;
use super::super::tune::Tune;
use super::{Desk, failed};
use crate::evaluation::first_highest;
use crate::models::{Context, Description};
use crate::seed::Seed;
use crate::split::{self, Fold};

/// Folds inside some training units (rising), as unit numbers; what the outer folds keep together
/// stays together.
pub(in super::super) fn inside(
    plan: &Plan,
    train: &[usize],
    folds: usize,
    seed: Seed,
) -> Result<Vec<Fold>, split::Error> {
    let units = &plan.dataset.units;
    let of = |key: fn(&crate::dataset::Unit) -> usize| -> Vec<usize> {
        train.iter().map(|&unit| key(&units.units[unit])).collect()
    };
    let (labels, groups) = (of(|unit| unit.genre), split::numbered(&of(|unit| unit.group)));
    let back = |positions: Vec<usize>| positions.into_iter().map(|at| train[at]).collect();
    let inner = split::folds(&labels, &groups, &units.genres, folds, 1, seed)?;
    let outside = |fold: Fold| Fold { train: back(fold.train), test: back(fold.test), ..fold };
    Ok(inner.into_iter().map(outside).collect())
}

impl Desk<'_> {
    /// Tries every combination on units that only train, and takes the one that names most of them
    /// rightly; of equals the one with the lowest log loss, then the first.
    ///
    /// The folds are those of `inside`; where a predefined split sets units apart for choices, these
    /// are tested once and nothing else is.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn choose(
        &self,
        tune: &Tune,
        description: &Description,
        train: &[usize],
        seed: Seed,
        cell: &str,
    ) -> Result<TuningFacts, Error> {
        let plan = self.plan;
        let failed = |source| failed(cell, source);
        let of_plan = &plan.folds[self.cell.fold];
        let inner = if of_plan.valid.is_empty() || train != of_plan.train {
            inside(plan, train, tune.inner.get(), seed.derive("inner"))?
        } else {
            let valid = &of_plan.valid;
            let fits = train.iter().filter(|unit| valid.binary_search(unit).is_err());
            vec![Fold { train: fits.copied().collect(), test: valid.clone(), ..of_plan.clone() }]
        };
        let mut sums = vec![(0_usize, 0.0); tune.candidates.len()];
        for (number, fold) in inner.iter().enumerate() {
            let dictionaries = self.dictionaries().derive(format_args!("inner {number}"));
            let (describer, fits) = description.learn(&fold.train, dictionaries).map_err(failed)?;
            let tested = description.describe(&describer, &fold.test);
            for (at, (candidate, (right, loss))) in
                tune.candidates.iter().zip(&mut sums).enumerate()
            {
                if self.watch.stop() {
                    return Err(Error::Stopped);
                }
                let seed = seed.derive(format_args!("trial {at} inner {number}"));
                let (watch, device) = (self.watch, self.device);
                let context = Context { seed, watch, cell, watched: None, device };
                let fitted = candidate.model.learner().fit(&fits, &context).map_err(failed)?;
                let scores = fitted.classifier.scores(&tested).map_err(failed)?;
                for (unit, scores) in scores.iter().enumerate() {
                    let truth = tested.label(unit);
                    *right += usize::from(first_highest(scores) == truth);
                    *loss -= scores[truth].clamp(1e-15, 1.0).ln();
                }
            }
        }
        let units: usize = inner.iter().map(|fold| fold.test.len()).sum();
        let chosen = (0..sums.len())
            .reduce(|one, other| {
                let (a, b) = (sums[one], sums[other]);
                let better = b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)).is_gt();
                if better { other } else { one }
            })
            .unwrap_or(0);
        let trials = sums
            .into_iter()
            .map(|(right, loss)| TrialFacts {
                accuracy: round(right as f64 / units as f64),
                log_loss: round(loss / units as f64),
            })
            .collect();
        Ok(TuningFacts { chosen, trials })
    }
}
