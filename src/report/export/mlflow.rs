//! A record as a file store of MLflow: `mlruns/EXPERIMENT/RUN/`, one run a contender.
//!
//! Ids are hashes, so that exporting a record again writes the same runs. A metric's file has a line
//! `time value step` for each value; what is measured once has step 0, what is measured by fold the
//! fold's number over all repeats, what is measured by epoch the epoch, from 1.

use std::collections::BTreeMap;
use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::csv::predictions;
use super::folds::METRICS;
use super::{File, Material};
use crate::report::{Error, json as comparison};

/// What stays as it is in the address of a file: `/` and all that needs no escape.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// Numbers of MLflow's enums: `RunStatus.FINISHED`, `RunStatus.FAILED`, `SourceType.LOCAL`.
const FINISHED: u8 = 3;
const FAILED: u8 = 4;
const LOCAL: u8 = 4;
/// MLflow takes no longer values.
const LONGEST: usize = 6000;

/// The store.
pub(super) fn files(material: &Material<'_>) -> Result<Vec<File>, Error> {
    let experiment = &material.record.experiment;
    let id = number(&experiment.name);
    let root = format!("mlruns/{id}");
    let (start, end) = times(material);
    let mut files = vec![File::new(
        format!("{root}/meta.yaml"),
        yaml(&json!({
            "artifact_location": address(&material.folder.join(&root)),
            "creation_time": start,
            "experiment_id": id,
            "last_update_time": end,
            "lifecycle_stage": "active",
            "name": experiment.name,
        })),
    )];
    let pictures = material.pictures()?;
    let scores = comparison(material.record, material.table);
    for (at, contender) in material.record.contenders.iter().enumerate() {
        let run = run_id(material, &contender.name);
        let folder = format!("{root}/{run}");
        let failed = material.record.failures.iter().any(|it| it.contender == at);
        files.push(File::new(
            format!("{folder}/meta.yaml"),
            yaml(&json!({
                "artifact_uri": address(&material.folder.join(&folder).join("artifacts")),
                "end_time": end,
                "entry_point_name": "",
                "experiment_id": id,
                "lifecycle_stage": "active",
                "run_id": run,
                "run_name": contender.name,
                "source_name": "",
                "source_type": LOCAL,
                "source_version": "",
                "start_time": start,
                "status": if failed { FAILED } else { FINISHED },
                "tags": [],
                "user_id": "crossfold",
            })),
        ));
        for (key, value) in parameters(material, at) {
            let value: String = value.chars().take(LONGEST).collect();
            files.push(File::new(format!("{folder}/params/{key}"), value));
        }
        for (key, value) in tags(material, at) {
            files.push(File::new(format!("{folder}/tags/{key}"), value));
        }
        for (key, values) in metrics(material, at, &scores["contenders"][at]) {
            let lines = values.into_iter().map(|(step, value)| format!("{start} {value} {step}\n"));
            files.push(File::new(format!("{folder}/metrics/{key}"), lines.collect::<String>()));
        }
        let artifacts = format!("{folder}/artifacts");
        files.push(File::new(format!("{artifacts}/experiment.yaml"), experiment.text.as_str()));
        let of_contender = material.record.predictions_of(at).into_iter();
        let text = predictions(material, of_contender);
        files.push(File::new(format!("{artifacts}/predictions.csv"), text));
        let own = &material.names[at];
        for (figure, png) in &pictures {
            // A figure of another contender belongs to that one's run.
            if figure.name == figure.kind || figure.name == format!("{}-{own}", figure.kind) {
                let path = format!("{artifacts}/figures/{}", figure.name);
                files.push(File::new(format!("{path}.svg"), figure.svg.as_str()));
                files.push(File::new(format!("{path}.png"), png.as_slice()));
            }
        }
    }
    Ok(files)
}

/// An experiment's id: as many digits as MLflow gives its own.
fn number(name: &str) -> String {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..8]);
    let many = 10_u64.pow(17);
    (many + u64::from_le_bytes(first) % (9 * many)).to_string()
}

/// A run's id: 32 letters of the hash of what was run, where and when.
fn run_id(material: &Material<'_>, contender: &str) -> String {
    let record = material.record;
    let of = json!([
        record.experiment.name,
        record.experiment.hash,
        record.dataset.hash,
        record.protocol.hash,
        record.provenance.started,
        contender,
    ]);
    blake3::hash(of.to_string().as_bytes()).to_hex()[..32].to_owned()
}

/// Start and end of the run in milliseconds since 1970.
#[allow(clippy::cast_possible_truncation)]
fn times(material: &Material<'_>) -> (i64, i64) {
    let provenance = &material.record.provenance;
    let start = chrono::DateTime::parse_from_rfc3339(&provenance.started)
        .map_or(0, |moment| moment.timestamp_millis());
    (start, start + (provenance.wall_seconds * 1000.0) as i64)
}

fn address(path: &Path) -> String {
    format!("file://{}", utf8_percent_encode(&path.to_string_lossy(), ESCAPED))
}

/// A map as YAML: one key a line, each value as JSON, which YAML reads.
fn yaml(map: &Value) -> String {
    let entries = map.as_object().into_iter().flatten();
    entries.map(|(key, value)| format!("{key}: {value}\n")).collect()
}

fn parameters(material: &Material<'_>, at: usize) -> BTreeMap<String, String> {
    let (record, contender) = (material.record, &material.record.contenders[at]);
    let mut found: BTreeMap<String, String> = contender
        .parameters
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| {
            (key.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    for (key, value) in [
        ("model", contender.model.clone()),
        ("feature_set", contender.features.clone()),
        ("width", contender.width.to_string()),
        ("seed", record.experiment.seed.to_string()),
        ("dataset", record.dataset.title.clone()),
        ("protocol", record.protocol.name.clone()),
    ] {
        found.insert(key.to_owned(), value);
    }
    found
}

fn tags(material: &Material<'_>, at: usize) -> Vec<(&'static str, String)> {
    let (record, contender) = (material.record, &material.record.contenders[at]);
    let mut tags = vec![
        ("mlflow.runName", contender.name.clone()),
        ("mlflow.user", "crossfold".to_owned()),
        ("mlflow.source.name", "crossfold".to_owned()),
        ("mlflow.source.type", "LOCAL".to_owned()),
        ("mlflow.note.content", record.experiment.question.clone()),
        ("crossfold.version", record.provenance.version.clone()),
        ("crossfold.baseline", (contender.name == record.experiment.baseline).to_string()),
        ("crossfold.data", record.dataset.hash.clone()),
        ("crossfold.folds", record.protocol.hash.clone()),
        ("crossfold.processor", record.provenance.machine.processor.clone()),
    ];
    if !record.provenance.commit.is_empty() {
        tags.push(("mlflow.source.git.commit", record.provenance.commit.clone()));
    }
    if let Some(wanted) = &record.dataset.substitute_for {
        tags.push(("crossfold.stands_in_for", wanted.clone()));
    }
    tags
}

/// Values by metric, each with its step.
#[allow(clippy::cast_precision_loss)]
fn metrics(
    material: &Material<'_>,
    at: usize,
    scores: &Value,
) -> BTreeMap<String, Vec<(usize, f64)>> {
    let mut found: BTreeMap<String, Vec<(usize, f64)>> = BTreeMap::new();
    let mut add = |key: String, step: usize, value: f64| {
        // MLflow's reader takes what is no number for a mistake of the file.
        if value.is_finite() {
            found.entry(key).or_default().push((step, value));
        }
    };
    let entries = scores.as_object().into_iter().flatten();
    for (key, value) in entries.filter(|(key, _)| *key != "width") {
        if let Some(value) = value.as_f64() {
            add(key.clone(), 0, value);
        }
    }
    for (end, key) in ["accuracy_low", "accuracy_high"].into_iter().enumerate() {
        if let Some(value) = scores["accuracy_interval"][end].as_f64() {
            add(key.to_owned(), 0, value);
        }
    }
    let mut epochs: BTreeMap<(&str, usize), (f64, usize)> = BTreeMap::new();
    for (step, fold) in material.folds(at).into_iter().enumerate() {
        for (metric, (name, _)) in METRICS.iter().enumerate() {
            if let Some(metrics) = fold.metrics {
                add(format!("fold/{name}"), step, metrics[metric]);
            }
        }
        let Some(cell) = fold.cell else { continue };
        add("fold/fit_seconds".to_owned(), step, cell.fit_seconds);
        add("fold/predict_seconds".to_owned(), step, cell.predict_seconds);
        for (epoch, facts) in cell.history.iter().enumerate() {
            for (name, value) in [
                ("train_loss", Some(facts.train_loss)),
                ("train_accuracy", Some(facts.train_accuracy)),
                ("validation_loss", facts.validation_loss),
                ("validation_accuracy", facts.validation_accuracy),
            ] {
                let Some(value) = value else { continue };
                let of = format!("epoch/r{}-f{}/{name}", fold.repeat + 1, fold.fold + 1);
                add(of, epoch + 1, value);
                let sum = epochs.entry((name, epoch + 1)).or_default();
                *sum = (sum.0 + value, sum.1 + 1);
            }
        }
    }
    for ((name, epoch), (sum, count)) in epochs {
        add(format!("epoch/mean/{name}"), epoch, sum / count as f64);
    }
    found
}
