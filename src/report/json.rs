//! The comparison as one JSON object, for programs.

use serde_json::{Value, json};

use super::scores::{IntervalMethod, Scores};
use super::table::{Row, Table};
use crate::experiment::Record;

/// The comparison: shares in 0..1, losses in nats, times in seconds; `null` where there is nothing.
pub fn json(record: &Record, table: &Table) -> Value {
    let (dataset, protocol) = (&record.dataset, &record.protocol);
    json!({
        "experiment": record.experiment.name,
        "question": record.experiment.question,
        "seed": record.experiment.seed,
        "dataset": {
            "name": dataset.name,
            "title": dataset.title,
            "tracks": dataset.tracks,
            "rows": dataset.rows,
            "genres": dataset.genres,
            "hash": dataset.hash,
        },
        "protocol": {
            "name": protocol.name,
            "group": protocol.group,
            "folds": protocol.folds,
            "repeats": protocol.repeats,
            "hash": protocol.hash,
            "chance": protocol.chance,
        },
        "contenders": table.rows.iter().map(|row| contender(row, table)).collect::<Vec<_>>(),
    })
}

fn contender(row: &Row, table: &Table) -> Value {
    let scores = row.scores.as_ref();
    let number = |of: fn(&Scores) -> f64| scores.map(of);
    json!({
        "name": row.name,
        "model": row.model,
        "features": row.features,
        "width": row.width,
        "baseline": row.baseline,
        "reproducible": row.not_reproducible.is_none(),
        "not_reproducible": row.not_reproducible,
        "accuracy": number(|scores| scores.accuracy),
        "accuracy_sd": scores.and_then(|scores| scores.fold_sd),
        "accuracy_sd_repeats": scores.and_then(|scores| scores.repeat_sd),
        "accuracy_interval": scores.and_then(|it| it.interval).map(|it| [it.low, it.high]),
        "interval_method": scores.map(|scores| match scores.method {
            IntervalMethod::Corrected => "nadeau-bengio",
            IntervalMethod::Wilson => "wilson",
        }),
        "macro_f1": number(|scores| scores.macro_f1),
        "balanced_accuracy": number(|scores| scores.balanced_accuracy),
        "log_loss": number(|scores| scores.log_loss),
        "recall": scores.map(|scores| {
            let named = table.genres.iter().cloned().zip(scores.recall.iter().map(|it| json!(it)));
            named.collect::<serde_json::Map<String, Value>>()
        }),
        "fit_seconds": row.cost.map(|cost| cost.fit_seconds),
        "predict_seconds": row.cost.map(|cost| cost.predict_seconds),
        "parameters": row.cost.map(|cost| cost.parameters),
        "folds": scores.map(|scores| {
            scores
                .folds
                .iter()
                .map(|it| json!({
                    "repeat": it.repeat, "fold": it.fold, "units": it.units, "accuracy": it.accuracy,
                }))
                .collect::<Vec<_>>()
        }),
    })
}
