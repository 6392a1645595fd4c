//! The metrics of single folds, which reports only draw.

use super::Material;
use crate::evaluation::{
    Prediction, accuracy, balanced_accuracy, brier, calibration_error, kappa, log_loss, macro_f1,
    top_accuracy,
};
use crate::experiment::CellFacts;
use crate::report::scores::AMONG;

/// A metric's name and what it makes of predictions among so many genres.
type Metric = (&'static str, fn(usize, &[&Prediction]) -> f64);

/// Metrics of one fold, named as in the comparison's JSON.
pub(super) const METRICS: [Metric; 8] = [
    ("accuracy", |_, said| accuracy(said)),
    ("balanced_accuracy", balanced_accuracy),
    ("macro_f1", macro_f1),
    ("top_3", |_, said| top_accuracy(AMONG, said)),
    ("kappa", kappa),
    ("log_loss", |_, said| log_loss(said)),
    ("brier", |_, said| brier(said)),
    ("calibration_error", |_, said| calibration_error(said)),
];

/// One contender on one fold.
pub(super) struct Fold<'a> {
    pub repeat: usize,
    pub fold: usize,
    /// How many units were tested.
    pub units: usize,
    /// By [`METRICS`]; none where the contender failed.
    pub metrics: Option<[f64; METRICS.len()]>,
    /// What it took; absent where it failed.
    pub cell: Option<&'a CellFacts>,
}

impl Material<'_> {
    /// Every fold of a contender, by repeat and fold.
    pub(super) fn folds(&self, contender: usize) -> Vec<Fold<'_>> {
        let genres = self.record.dataset.genres.len();
        let tested = self.scored.predictions_by_fold(contender);
        self.scored
            .folds
            .iter()
            .zip(tested)
            .map(|(facts, said)| Fold {
                repeat: facts.repeat,
                fold: facts.fold,
                units: said.len(),
                metrics: (!said.is_empty())
                    .then(|| METRICS.map(|(_, metric)| metric(genres, &said))),
                cell: self.record.cells.iter().find(|cell| {
                    (cell.contender, cell.repeat, cell.fold)
                        == (contender, facts.repeat, facts.fold)
                }),
            })
            .collect()
    }
}
