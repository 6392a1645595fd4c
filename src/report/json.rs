//! The comparison as one JSON object, for programs.

use serde_json::{Value, json};

use super::errors::{Artist, Errors, Missed};
use super::scores::{IntervalMethod, Scores};
use super::table::{Row, Table};
use crate::experiment::Record;

/// The comparison: shares in 0..1, losses in nats, times in seconds; `null` where there is nothing.
pub fn json(record: &Record, table: &Table) -> Value {
    let (dataset, protocol) = (&record.dataset, &record.protocol);
    let errors_of = Errors::of(record);
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
        "contenders": table
            .rows
            .iter()
            .zip(&errors_of.contenders)
            .map(|(row, missed)| contender(row, table, missed.as_ref()))
            .collect::<Vec<_>>(),
        "never_named_rightly": {
            "contenders": errors_of.judges,
            "tracks": errors_of.never.iter().map(|it| json!({
                "track": it.track,
                "artist": known(&it.artist),
                "genre": table.genres[it.truth],
                "named": table.genres[it.named],
                "named_by": it.agreed,
                "score": it.score,
            })).collect::<Vec<_>>(),
        },
    })
}

/// Artists always missed, those with the most errors, and the tracks named wrongly most surely.
fn errors(missed: &Missed, table: &Table) -> Value {
    let artists = |artists: Vec<&Artist>| -> Vec<Value> {
        artists
            .into_iter()
            .map(|it| {
                let genres: Vec<&String> = it.genres.iter().map(|&at| &table.genres[at]).collect();
                json!({
                    "artist": it.name,
                    "genres": genres,
                    "tracks": it.tracks,
                    "wrong": it.wrong,
                    "called": it.called.iter().map(|&(genre, count)| json!({
                        "genre": table.genres[genre], "predictions": count,
                    })).collect::<Vec<_>>(),
                })
            })
            .collect()
    };
    json!({
        "artists_always_missed": artists(missed.always()),
        "artists_with_most_errors": artists(missed.most()),
        "confidently_wrong": missed.surest().iter().map(|it| json!({
            "track": it.track,
            "artist": known(&it.artist),
            "genre": table.genres[it.truth],
            "named": table.genres[it.named],
            "score": it.score,
            "score_of_truth": it.score_of_truth,
        })).collect::<Vec<_>>(),
    })
}

/// `null` where nobody knows the artist.
fn known(artist: &str) -> Option<&str> {
    (!artist.is_empty()).then_some(artist)
}

fn contender(row: &Row, table: &Table, missed: Option<&Missed>) -> Value {
    let scores = row.scores.as_ref();
    let number = |of: fn(&Scores) -> f64| scores.map(of);
    let of_genres = |of: fn(&Scores) -> &[Option<f64>]| {
        scores.map(|scores| {
            let named = table.genres.iter().cloned().zip(of(scores).iter().map(|it| json!(it)));
            named.collect::<serde_json::Map<String, Value>>()
        })
    };
    json!({
        "name": row.name,
        "model": row.model,
        "features": row.features,
        "width": row.width,
        "baseline": row.baseline,
        "reproducible": row.not_reproducible.is_none(),
        "not_reproducible": row.not_reproducible,
        "accuracy": number(|scores| scores.accuracy),
        "accuracy_of_segments": row.of_rows.as_ref().map(|scores| scores.accuracy),
        "accuracy_sd": scores.and_then(|scores| scores.fold_sd),
        "accuracy_sd_repeats": scores.and_then(|scores| scores.repeat_sd),
        "accuracy_interval": scores.and_then(|it| it.interval).map(|it| [it.low, it.high]),
        "interval_method": scores.map(|scores| match scores.method {
            IntervalMethod::Corrected => "nadeau-bengio",
            IntervalMethod::Wilson => "wilson",
        }),
        "macro_f1": number(|scores| scores.macro_f1),
        "balanced_accuracy": number(|scores| scores.balanced_accuracy),
        "top_3": number(|scores| scores.top_3),
        "kappa": number(|scores| scores.kappa),
        "log_loss": number(|scores| scores.log_loss),
        "brier": number(|scores| scores.brier),
        "calibration_error": number(|scores| scores.calibration_error),
        "reliability": scores.map(|scores| {
            let bins = scores.reliability.iter();
            bins.map(|bin| json!({
                "low": bin.low, "high": bin.high, "count": bin.count,
                "confidence": (bin.count > 0).then_some(bin.confidence),
                "accuracy": (bin.count > 0).then_some(bin.accuracy),
            }))
            .collect::<Vec<_>>()
        }),
        "precision": of_genres(|scores| &scores.precision),
        "recall": of_genres(|scores| &scores.recall),
        "f1": of_genres(|scores| &scores.f1),
        "errors": missed.map(|missed| errors(missed, table)),
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
