//! What a column of the comparison holds: to add a metric, one line here.

use crate::report::format::{MISSING, count, decimal, percent, seconds};
use crate::report::scores::{AMONG, Scores};
use crate::report::table::Cost;

/// A number of each contender that follows from its predictions.
pub(super) struct Metric {
    /// What stands above the column.
    pub(super) title: &'static str,
    /// The number.
    pub(super) of: fn(&Scores) -> String,
    /// The number where every genre is scored alike, from the chance to name the right one.
    pub(super) blindly: fn(f64) -> String,
}

/// What a contender takes.
pub(super) struct Expense {
    /// What stands above the column.
    pub(super) title: &'static str,
    /// The number.
    pub(super) of: fn(&Cost) -> String,
}

/// Every metric.
pub(super) const METRICS: [Metric; 11] = [
    Metric { title: "accuracy %", of: |it| percent(it.accuracy), blindly: percent },
    Metric { title: "95 % interval", of: interval, blindly: nothing },
    Metric { title: "sd folds", of: |it| percent_or_nothing(it.fold_sd), blindly: nothing },
    Metric { title: "sd repeats", of: |it| percent_or_nothing(it.repeat_sd), blindly: nothing },
    Metric { title: "macro F1 %", of: |it| percent(it.macro_f1), blindly: nothing },
    Metric { title: "balanced %", of: |it| percent(it.balanced_accuracy), blindly: percent },
    Metric { title: "kappa", of: |it| decimal(it.kappa), blindly: |_| decimal(0.0) },
    Metric { title: "top-3 %", of: |it| percent(it.top_3), blindly: among },
    Metric {
        title: "log loss",
        of: |it| decimal(it.log_loss),
        blindly: |chance| decimal(-chance.ln()),
    },
    Metric { title: "Brier", of: |it| decimal(it.brier), blindly: |chance| decimal(1.0 - chance) },
    Metric { title: "ECE %", of: |it| percent(it.calibration_error), blindly: |_| percent(0.0) },
];

/// Every expense.
pub(super) const COSTS: [Expense; 3] = [
    Expense { title: "fit s", of: |cost| seconds(cost.fit_seconds) },
    Expense { title: "predict s", of: |cost| seconds(cost.predict_seconds) },
    Expense { title: "parameters", of: |cost| count(cost.parameters) },
];

fn interval(scores: &Scores) -> String {
    scores
        .interval
        .map_or(MISSING.to_owned(), |it| format!("{} to {}", percent(it.low), percent(it.high)))
}

fn percent_or_nothing(share: Option<f64>) -> String {
    share.map_or(MISSING.to_owned(), percent)
}

fn nothing(_chance: f64) -> String {
    MISSING.to_owned()
}

#[allow(clippy::cast_precision_loss)]
fn among(chance: f64) -> String {
    percent((AMONG as f64 * chance).min(1.0))
}
