//! Metrics and plots as DVC reads them, so that `dvc metrics diff` compares commits.
//!
//! Plots are CSV with a line for each point; `dvc.yaml` says what is drawn of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::folds::METRICS;
use super::{File, Material};
use crate::report::csv::line;
use crate::report::{Error, json as comparison};

/// First line of a `dvc.yaml` that may be written again.
const MARK: &str = "# Written by `crossfold export`.";

/// What of the comparison DVC compares.
const COMPARED: [&str; 12] = [
    "accuracy",
    "accuracy_sd",
    "balanced_accuracy",
    "macro_f1",
    "top_3",
    "kappa",
    "log_loss",
    "brier",
    "calibration_error",
    "fit_seconds",
    "predict_seconds",
    "parameters",
];

/// `metrics.json`, `plots/` and `dvc.yaml`.
pub(super) fn files(material: &Material<'_>) -> Result<Vec<File>, Error> {
    let own = material.folder.join("dvc.yaml");
    if std::fs::read_to_string(&own).is_ok_and(|text| !text.starts_with(MARK)) {
        return Err(Error::Foreign { file: own });
    }
    let mut files = vec![File::new("metrics.json", format!("{:#}\n", metrics(material)))];
    let names: Vec<&str> = material.record.contenders.iter().map(|it| it.name.as_str()).collect();
    let mut plots = vec![];
    for (at, (metric, _)) in METRICS.iter().enumerate() {
        let path = format!("plots/{metric}.csv");
        files.push(File::new(&path, by_fold(material, at)));
        plots.push(json!({
            format!("{metric} of each fold"): { "x": "fold", "y": { path: names } },
        }));
    }
    for (at, name) in material.names.iter().enumerate() {
        let title = &material.record.contenders[at].name;
        let path = format!("plots/confusion-{name}.csv");
        files.push(File::new(&path, confusion(material, at)));
        plots.push(json!({
            format!("confusion of {title}"): {
                "template": "confusion",
                "x": "predicted",
                "y": { path: "truth" },
            },
        }));
        if let Some(text) = epochs(material, at) {
            let path = format!("plots/epochs-{name}.csv");
            files.push(File::new(&path, text));
            plots.push(json!({
                format!("training of {title}"): {
                    "x": "epoch",
                    "y": { path: ["train_loss", "validation_loss"] },
                },
            }));
        }
    }
    // JSON is YAML, and quotes whatever name a contender has.
    let plots: String = plots.iter().map(|plot| format!("  - {plot}\n")).collect();
    let text = format!("{MARK}\nmetrics:\n  - metrics.json\nplots:\n{plots}");
    files.push(File::new("dvc.yaml", text));
    Ok(files)
}

/// Metrics by contender.
fn metrics(material: &Material<'_>) -> Value {
    let all = comparison(material.record, material.table);
    let contenders = all["contenders"].as_array().into_iter().flatten();
    contenders
        .map(|it| {
            let kept = COMPARED.iter().filter(|key| !it[**key].is_null());
            let kept: Map<String, Value> =
                kept.map(|key| ((*key).to_owned(), it[*key].clone())).collect();
            (it["name"].as_str().unwrap_or_default().to_owned(), Value::from(kept))
        })
        .collect::<Map<String, Value>>()
        .into()
}

/// One line a fold, one column a contender.
fn by_fold(material: &Material<'_>, metric: usize) -> String {
    let contenders = 0..material.record.contenders.len();
    let folds: Vec<_> = contenders.map(|at| material.folds(at)).collect();
    let names = material.record.contenders.iter().map(|it| it.name.clone());
    let mut text = line(&std::iter::once("fold".to_owned()).chain(names).collect::<Vec<_>>());
    for at in 0..material.scored.folds.len() {
        let values = folds
            .iter()
            .map(|it| it[at].metrics.map_or(String::new(), |metrics| metrics[metric].to_string()));
        text += &line(&std::iter::once(at.to_string()).chain(values).collect::<Vec<_>>());
    }
    text
}

/// One line a prediction: DVC counts them.
fn confusion(material: &Material<'_>, contender: usize) -> String {
    let genres = &material.record.dataset.genres;
    let mut text = line(&["truth".to_owned(), "predicted".to_owned()]);
    for said in material.scored.predictions_of(contender) {
        text += &line(&[genres[said.truth].clone(), genres[said.predicted()].clone()]);
    }
    text
}

/// Means over folds of what a net wrote down after each epoch; `None` where there is nothing.
#[allow(clippy::cast_precision_loss)]
fn epochs(material: &Material<'_>, contender: usize) -> Option<String> {
    let mut sums: BTreeMap<usize, Sums> = BTreeMap::new();
    let cells = material.record.cells.iter().filter(|cell| cell.contender == contender);
    for (at, epoch) in cells.flat_map(|cell| cell.history.iter().enumerate()) {
        let of_epoch = sums.entry(at + 1).or_default();
        of_epoch.train.0 += epoch.train_loss;
        of_epoch.train.1 += 1;
        if let Some(loss) = epoch.validation_loss {
            of_epoch.validation.0 += loss;
            of_epoch.validation.1 += 1;
        }
    }
    let mean = |(sum, count): (f64, usize)| {
        if count == 0 { String::new() } else { (sum / count as f64).to_string() }
    };
    let lines: String = sums
        .into_iter()
        .map(|(epoch, it)| line(&[epoch.to_string(), mean(it.train), mean(it.validation)]))
        .collect();
    (!lines.is_empty()).then(|| format!("epoch,train_loss,validation_loss\n{lines}"))
}

/// Sums over folds, and how many.
#[derive(Default)]
struct Sums {
    train: (f64, usize),
    validation: (f64, usize),
}
