//! The metrics of one contender.
//!
//! *Convention.* A metric is taken over all out-of-fold predictions of a repeat together, then
//! averaged over repeats: log loss and F1 are not means over folds, and folds of unequal size do
//! not count equally. The spread and the interval are those of the accuracies of single folds.

use std::collections::BTreeMap;

use crate::evaluation::{
    Bin, Confusion, Interval, Prediction, accuracy, balanced_accuracy, brier, calibration_error,
    corrected_interval, kappa, log_loss, macro_f1, reliability, spread, top_accuracy,
    wilson_interval,
};
use crate::experiment::Record;

/// How sure every interval is.
pub const CONFIDENCE: f64 = 0.95;

/// How many genres a contender may name where the truth need only be among them.
pub const AMONG: usize = 3;

/// What one contender reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Share of units named rightly.
    pub accuracy: f64,
    /// Interval of the accuracy at [`CONFIDENCE`].
    pub interval: Option<Interval>,
    /// How the interval was found.
    pub method: IntervalMethod,
    /// Standard deviation of the accuracies of single folds; absent with one fold.
    pub fold_sd: Option<f64>,
    /// Standard deviation of the accuracies of whole repeats; absent with one repeat.
    pub repeat_sd: Option<f64>,
    /// Mean over genres of F1.
    pub macro_f1: f64,
    /// Mean over genres of the recall.
    pub balanced_accuracy: f64,
    /// Share of units whose truth is among the [`AMONG`] genres with the highest scores.
    pub top_3: f64,
    /// Cohen's kappa, −1..1: agreement beyond chance.
    pub kappa: f64,
    /// Mean of −ln(score of the truth), in nats.
    pub log_loss: f64,
    /// Brier score, summed over genres: 0..2.
    pub brier: f64,
    /// Expected calibration error, 0..1.
    pub calibration_error: f64,
    /// The reliability diagram, all repeats together.
    pub reliability: Vec<Bin>,
    /// Precision of each genre; absent for a genre that was never named.
    pub precision: Vec<Option<f64>>,
    /// Recall of each genre; absent for a genre that no unit has.
    pub recall: Vec<Option<f64>>,
    /// F1 of each genre; absent for a genre that no unit has.
    pub f1: Vec<Option<f64>>,
    /// Accuracy of each fold, by repeat and fold.
    pub folds: Vec<FoldAccuracy>,
    /// Truth against prediction, over all repeats.
    pub confusion: Confusion,
}

/// How an interval was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalMethod {
    /// Corrected resampled t over folds (Nadeau & Bengio).
    Corrected,
    /// Wilson's score interval on the single test set.
    Wilson,
}

/// Accuracy on the test units of one fold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoldAccuracy {
    /// Which repeat, from 0.
    pub repeat: usize,
    /// Which fold of the repeat, from 0.
    pub fold: usize,
    /// How many units were tested.
    pub units: usize,
    /// Share of them named rightly.
    pub accuracy: f64,
}

/// Scores the predictions of one contender; `None` where there are none.
pub(super) fn scores(record: &Record, predictions: &[&Prediction]) -> Option<Scores> {
    if predictions.is_empty() {
        return None;
    }
    let genres = record.dataset.genres.len();
    let repeats = split(predictions, |prediction| prediction.repeat);
    let over_repeats = |metric: &dyn Fn(&[&Prediction]) -> f64| {
        spread(&repeats.values().map(|repeat| metric(repeat)).collect::<Vec<_>>())
    };
    let folds: Vec<FoldAccuracy> =
        split(predictions, |prediction| (prediction.repeat, prediction.fold))
            .into_iter()
            .map(|((repeat, fold), tested)| FoldAccuracy {
                repeat,
                fold,
                units: tested.len(),
                accuracy: accuracy(&tested),
            })
            .collect();
    let confusion = Confusion::of(genres, predictions.iter().copied());
    let overall = over_repeats(&accuracy);
    let (interval, method) = interval(record, overall.mean, &folds);
    Some(Scores {
        accuracy: overall.mean,
        interval,
        method,
        fold_sd: (folds.len() > 1).then(|| spread(&accuracies(&folds)).sd),
        repeat_sd: (repeats.len() > 1).then_some(overall.sd),
        macro_f1: over_repeats(&|repeat| macro_f1(genres, repeat)).mean,
        balanced_accuracy: over_repeats(&|repeat| balanced_accuracy(genres, repeat)).mean,
        top_3: over_repeats(&|repeat| top_accuracy(AMONG, repeat)).mean,
        kappa: over_repeats(&|repeat| kappa(genres, repeat)).mean,
        log_loss: over_repeats(&log_loss).mean,
        brier: over_repeats(&brier).mean,
        calibration_error: over_repeats(&calibration_error).mean,
        reliability: reliability(predictions),
        precision: (0..genres).map(|genre| confusion.precision(genre)).collect(),
        recall: (0..genres).map(|genre| confusion.recall(genre)).collect(),
        f1: (0..genres)
            .map(|genre| (confusion.of_truth(genre) > 0).then(|| confusion.f1(genre)))
            .collect(),
        folds,
        confusion,
    })
}

fn accuracies(folds: &[FoldAccuracy]) -> Vec<f64> {
    folds.iter().map(|fold| fold.accuracy).collect()
}

fn split<'a, K: Ord>(
    predictions: &[&'a Prediction],
    key: impl Fn(&Prediction) -> K,
) -> BTreeMap<K, Vec<&'a Prediction>> {
    let mut parts: BTreeMap<K, Vec<&Prediction>> = BTreeMap::new();
    for prediction in predictions {
        parts.entry(key(prediction)).or_default().push(prediction);
    }
    parts
}

/// Corrected over several folds, Wilson's on one; cut to 0..1, which a t interval does not know.
#[allow(clippy::cast_precision_loss)]
fn interval(
    record: &Record,
    accuracy: f64,
    folds: &[FoldAccuracy],
) -> (Option<Interval>, IntervalMethod) {
    if let [only] = folds {
        return (wilson_interval(accuracy, only.units, CONFIDENCE), IntervalMethod::Wilson);
    }
    let scored = record.folds.iter().filter(|facts| {
        folds.iter().any(|fold| (fold.repeat, fold.fold) == (facts.repeat, facts.fold))
    });
    let (test, train) = scored
        .fold((0, 0), |(test, train), facts| (test + facts.test.len(), train + facts.train.len()));
    let interval = (train > 0)
        .then(|| corrected_interval(&accuracies(folds), test as f64 / train as f64, CONFIDENCE))
        .flatten()
        .map(|it| Interval { low: it.low.clamp(0.0, 1.0), high: it.high.clamp(0.0, 1.0) });
    (interval, IntervalMethod::Corrected)
}
