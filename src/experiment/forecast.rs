//! What running a plan would take: cells, fits, and the time that earlier records say.
//!
//! Time is in processor seconds of fits and scoring, as records keep it; shuffles that importances ask
//! for are not in it. It grows with training rows and the width of a sample in proportion, which is
//! right for many models between sizes that are near, so that other experiments count only where
//! their data is similar.

use std::path::Path;

use super::cells::Cells;
use super::contender::{Contender, Entry};
use super::described::described;
use super::plan::{Cell, Plan};
use super::record::{ContenderFacts, Record};
use super::tune::Tune;
use crate::models::ensemble::By;

/// Rows and widths this many times as large or small are no longer similar.
const SIMILAR: f64 = 4.0;

/// What running a plan would take.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// By contender, in the order of the experiment.
    pub contenders: Vec<Cost>,
    /// Bytes that features and what is made of them take at least, with so many jobs.
    pub memory: f64,
}

/// What one contender would take.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Its cells.
    pub cells: usize,
    /// Cells that an earlier run finished and this one would take up.
    pub finished: usize,
    /// Fits of all its cells, those inside training parts included.
    pub fits: usize,
    /// Processor seconds of one cell.
    pub cell_seconds: Option<f64>,
    /// Where the seconds come from.
    pub known_from: KnownFrom,
}

impl Cost {
    /// Processor seconds of the cells that are still to run.
    #[allow(clippy::cast_precision_loss)]
    pub fn seconds_left(&self) -> Option<f64> {
        Some(self.cell_seconds? * (self.cells - self.finished) as f64)
    }
}

/// Where an estimate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownFrom {
    /// A record of this experiment.
    Itself {
        /// How many rows trained in a fold.
        rows: usize,
    },
    /// The same model in another record.
    Other {
        /// The experiment.
        experiment: String,
        /// The contender.
        contender: String,
        /// How many rows trained in a fold.
        rows: usize,
        /// Whether it has other parameters.
        otherwise_set: bool,
    },
    /// The contenders that it joins.
    Members,
    /// Nothing.
    Nothing,
}

/// Says what running a plan takes, from the records in a folder of results.
#[allow(clippy::cast_precision_loss)]
pub fn forecast(plan: &Plan, cells: &Cells, results: &Path, jobs: usize) -> Forecast {
    let (earlier, facts) = (records(results), described(plan));
    let mut contenders: Vec<Cost> = Vec::new();
    for (at, contender) in plan.experiment.contenders.iter().enumerate() {
        let own: Vec<Cell> =
            plan.cells.iter().copied().filter(|cell| cell.contender == at).collect();
        let (cell_seconds, known_from) = match &contender.entry {
            Entry::Model { tune, .. } => {
                match nearest(plan, &facts.contenders[at], tune.as_ref(), &earlier) {
                    Some((seconds, from)) => (Some(seconds), from),
                    None => (None, KnownFrom::Nothing),
                }
            }
            Entry::Ensemble { .. } => (None, KnownFrom::Members),
        };
        contenders.push(Cost {
            cells: own.len(),
            finished: own.iter().filter(|&&cell| cells.finished(plan, cell)).count(),
            fits: own.len() * fits(plan, contender),
            cell_seconds,
            known_from,
        });
    }
    for (at, contender) in plan.experiment.contenders.iter().enumerate() {
        let Entry::Ensemble { ensemble, members } = &contender.entry else { continue };
        // A vote only adds; what is stacked fits its members inside, on a little less.
        let inner = (ensemble.inner.get() - 1) as f64;
        let sum: Option<f64> = members.iter().map(|&it| contenders[it].cell_seconds).sum();
        contenders[at].cell_seconds = match ensemble.by {
            By::Vote => Some(0.0),
            By::Stack => sum.map(|sum| sum * inner),
        };
    }
    Forecast { contenders, memory: memory(plan, jobs) }
}

/// Fits of one cell.
fn fits(plan: &Plan, contender: &Contender) -> usize {
    match &contender.entry {
        Entry::Model { tune, .. } => {
            1 + plan.experiment.learning_curve.len() + tune.as_ref().map_or(0, |it| tried(plan, it))
        }
        Entry::Ensemble { ensemble, .. } if ensemble.by == By::Vote => 0,
        Entry::Ensemble { ensemble, members } => {
            let of = |&member: &usize| match &plan.experiment.contenders[member].entry {
                // Inside an inner fold there is no part that the split set apart.
                Entry::Model { tune, .. } => {
                    1 + tune.as_ref().map_or(0, |it| it.candidates.len() * it.inner.get())
                }
                Entry::Ensemble { .. } => 0,
            };
            ensemble.inner.get() * members.iter().map(of).sum::<usize>()
        }
    }
}

/// Fits by which one combination is chosen.
fn tried(plan: &Plan, tune: &Tune) -> usize {
    let set_apart = plan.folds.iter().any(|fold| !fold.valid.is_empty());
    tune.candidates.len() * if set_apart { 1 } else { tune.inner.get() }
}

/// Seconds of a cell, by the record that is most like it.
#[allow(clippy::cast_precision_loss)]
fn nearest(
    plan: &Plan,
    facts: &ContenderFacts,
    tune: Option<&Tune>,
    earlier: &[Record],
) -> Option<(f64, KnownFrom)> {
    let train = rows(plan.folds.iter().map(|fold| fold.train.len()));
    let mut best: Option<(f64, f64, KnownFrom)> = None;
    for record in earlier {
        let its_train = rows(record.folds.iter().map(|fold| fold.train.len()));
        for (at, other) in record.contenders.iter().enumerate() {
            if other.model != facts.model {
                continue;
            }
            let Some((fit, predict)) = seconds(record, at) else { continue };
            let itself = record.experiment.name == plan.experiment.name && other.name == facts.name;
            let (taller, wider) =
                (train / its_train, facts.width as f64 / other.width.max(1) as f64);
            let apart = |ratio: f64| ratio.max(1.0 / ratio);
            if !itself && (apart(taller) > SIMILAR || apart(wider) > SIMILAR) {
                continue;
            }
            let otherwise_set = other.parameters != facts.parameters;
            let distance = if itself { -100.0 } else { 0.0 }
                + if otherwise_set { 10.0 } else { 0.0 }
                + apart(taller).ln()
                + apart(wider).ln();
            if best.as_ref().is_some_and(|(least, ..)| *least <= distance) {
                continue;
            }
            let shares: f64 = plan.experiment.learning_curve.iter().map(|it| it.get()).sum();
            let weight = tune.map_or(1.0, |it| whole_fits(it.candidates.len(), inner(plan, it)));
            let its_weight = other.tune.as_ref().map_or(1.0, |it| {
                let inner = it.judged_on.split(' ').next().and_then(|word| word.parse().ok());
                whole_fits(it.candidates.len(), inner)
            });
            let per_fit = fit / its_weight * taller * wider;
            let tested = plan.experiment.learning_curve.len() as f64 + 1.0;
            let cell = per_fit * (weight + shares) + predict * taller * wider * tested;
            let rows = its_train.round() as usize;
            let from = if itself {
                KnownFrom::Itself { rows }
            } else {
                KnownFrom::Other {
                    experiment: record.experiment.name.clone(),
                    contender: other.name.clone(),
                    rows,
                    otherwise_set,
                }
            };
            best = Some((distance, cell, from));
        }
    }
    best.map(|(_, cell, from)| (cell, from))
}

/// Inner folds of a choice; `None` where the split sets units apart for it.
fn inner(plan: &Plan, tune: &Tune) -> Option<usize> {
    plan.folds.iter().all(|fold| fold.valid.is_empty()).then(|| tune.inner.get())
}

/// How many fits on the whole training part a choice and what follows it are worth.
#[allow(clippy::cast_precision_loss)]
fn whole_fits(candidates: usize, inner: Option<usize>) -> f64 {
    // Of so many folds each fit misses one.
    1.0 + candidates as f64 * inner.map_or(1.0, |folds| folds as f64 - 1.0)
}

/// Mean seconds of a contender's fits and of what they scored.
#[allow(clippy::cast_precision_loss)]
fn seconds(record: &Record, contender: usize) -> Option<(f64, f64)> {
    let cells: Vec<_> = record.cells.iter().filter(|cell| cell.contender == contender).collect();
    let count = cells.len() as f64;
    let mean = |sum: f64| sum / count;
    (!cells.is_empty()).then(|| {
        let fit = cells.iter().map(|cell| cell.fit_seconds).sum();
        let predict = cells.iter().map(|cell| cell.predict_seconds).sum();
        (mean(fit), mean(predict))
    })
}

/// Mean of rows over folds, at least one.
#[allow(clippy::cast_precision_loss)]
fn rows(of_folds: impl ExactSizeIterator<Item = usize>) -> f64 {
    let folds = of_folds.len().max(1) as f64;
    (of_folds.sum::<usize>() as f64 / folds).max(1.0)
}

/// Features of all units, and for each job a training part with what the hungriest model makes of it.
#[allow(clippy::cast_precision_loss)]
fn memory(plan: &Plan, jobs: usize) -> f64 {
    let units = plan.dataset.units.units.len() as f64;
    let train = plan.folds.iter().map(|fold| fold.train.len()).max().unwrap_or(0) as f64;
    let genres = plan.dataset.units.genres.len().max(1) as f64;
    let number = std::mem::size_of::<f32>() as f64;
    let held: f64 =
        plan.features.iter().map(|set| set.shape().size() as f64 * units * number).sum();
    let of_model = |at: usize, kind: &str| {
        let part = train * plan.features[plan.features_of(at)].shape().size() as f64 * number;
        let pairs = std::mem::size_of::<f64>() as f64;
        // As measured in docs/scale.md: matrices over pairs of rows.
        part + match kind {
            "kernel" => 2.0 * train * train * pairs,
            "svm" => (2.0 * train / genres).powi(2) * pairs,
            _ => 0.0,
        }
    };
    let contenders = plan.experiment.contenders.iter().enumerate();
    let hungriest = contenders.map(|(at, it)| of_model(at, it.kind())).fold(0.0, f64::max);
    held + hungriest * jobs.min(plan.cells.len()) as f64
}

/// The records in a folder of results, without predictions; what cannot be read says nothing.
fn records(results: &Path) -> Vec<Record> {
    let Ok(entries) = std::fs::read_dir(results) else { return Vec::new() };
    let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    folders.iter().filter_map(|folder| Record::without_predictions(folder).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::whole_fits;

    #[test]
    fn a_choice_is_worth_the_rows_it_is_fitted_on() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12);
        // Three folds of four combinations on two thirds of the rows, and once on all.
        near(whole_fits(4, Some(3)), 9.0);
        near(whole_fits(4, None), 5.0);
    }
}
