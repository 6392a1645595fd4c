//! `plan`: what would run is what runs, and nothing is trained to say so.

#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::fs;
use std::path::Path;

use common::{crossfold, out, succeeds};
use serde_json::Value;

const TUNED: &str = "\
question: What would it take?
dataset: gtzan-mini
protocol: { folds: 5, repeats: 2 }
features:
  rows: { columns: all, scale: standard }
models:
  - majority
  - knn: { tune: { over: { k: [1, 3, 9, 27] }, inner: { folds: 3 } } }
  - logistic
  - ensemble: { name: vote, of: [knn, logistic] }
  - ensemble: { name: stack, of: [knn, logistic], by: stack, inner: 2 }
learning_curve: [0.5, 1.0]
";

fn planned(folder: &Path, file: &str) -> Value {
    serde_json::from_str(&succeeds(folder, &["plan", file, "--jobs", "2", "--json"])).unwrap()
}

fn of<'a>(said: &'a Value, name: &str) -> &'a Value {
    said["contenders"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap()
}

#[test]
fn cells_folds_and_fits_are_counted_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("trial.yaml"), TUNED).unwrap();
    let said = planned(folder.path(), "trial.yaml");
    assert!(!folder.path().join("results").exists());
    assert_eq!((&said["cells"], &said["finished"]), (&50.into(), &0.into()));
    let folds = said["folds"].as_array().unwrap();
    assert_eq!(folds.len(), 10);
    assert!(folds.iter().all(|it| it["train"] == 80 && it["tested"] == 20), "{folds:?}");
    // One fit, one on half of the training part; of what is tuned 4 × 3 more. A stack fits its two
    // members in both of its inner folds, choices included.
    for (name, fits) in [("majority", 20), ("knn", 140), ("vote", 0), ("stack", 10 * 2 * 14)] {
        assert_eq!(of(&said, name)["fits"], fits, "{name}");
    }
    for name in ["majority", "knn", "logistic"] {
        assert!(of(&said, name)["cpu_seconds_left"].is_null());
    }
    assert_eq!(said["all_seconds_known"], false);
    assert!(said["memory_bytes"].as_f64().unwrap() > 57.0 * 100.0 * 4.0);
    let text = succeeds(folder.path(), &["plan", "trial.yaml"]);
    assert!(
        text.contains("50 cells, 0 finished; 460 fits; how long they take is unknown"),
        "{text}"
    );
    assert!(text.contains("folds  10: 80 train, 20 are tested"), "{text}");
}

#[test]
fn seconds_come_from_its_own_record_else_from_one_that_is_alike() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("trial.yaml"), TUNED).unwrap();
    succeeds(folder.path(), &["run", "trial.yaml"]);
    let said = planned(folder.path(), "trial.yaml");
    assert_eq!(of(&said, "logistic")["known_from"], "its own record, 80 rows");
    assert!(said["recorded"].is_string());
    assert_eq!(said["all_seconds_known"], true);
    // What was measured is what is said: the same rows, and the fit on half of them on top.
    let record = crossfold::experiment::Record::read(&folder.path().join("results/trial")).unwrap();
    let mean = |of: fn(&crossfold::experiment::CellFacts) -> f64| {
        record.cells.iter().filter(|cell| cell.contender == 2).map(of).sum::<f64>() / 10.0
    };
    let expected = 1.5 * mean(|cell| cell.fit_seconds) + 2.0 * mean(|cell| cell.predict_seconds);
    let found = of(&said, "logistic")["cpu_seconds_of_a_cell"].as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");

    let other = "\
question: And this?
dataset: gtzan-mini
protocol: { folds: 2 }
features: { rows: { columns: all, scale: standard } }
models: [majority, logistic, { logistic: { name: stronger, penalty: 0.5 } }, tree]
";
    let known = crossfold::models::Model::schema("logistic")["properties"].clone();
    let parameter = known.as_object().unwrap().keys().next().unwrap().clone();
    let value = &known[&parameter]["default"];
    let value = if value.is_number() { "2" } else { "none" };
    let other = other.replace("penalty: 0.5", &format!("{parameter}: {value}"));
    fs::write(folder.path().join("other.yaml"), other).unwrap();
    let said = planned(folder.path(), "other.yaml");
    assert_eq!(of(&said, "logistic")["known_from"], "logistic in trial, 80 rows");
    assert_eq!(of(&said, "stronger")["known_from"], "logistic in trial, 80 rows, set otherwise");
    assert_eq!(of(&said, "tree")["known_from"], "–");
    assert_eq!(said["all_seconds_known"], false);
}

#[test]
fn finished_cells_are_counted_and_mistakes_are_those_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("trial.yaml"), TUNED).unwrap();
    succeeds(folder.path(), &["run", "trial.yaml", "--prepare"]);
    succeeds(folder.path(), &["run-cells", "results/trial", "0-6"]);
    assert_eq!(planned(folder.path(), "trial.yaml")["finished"], 7);
    fs::write(folder.path().join("wrong.yaml"), TUNED.replace("k: [1", "k: [0")).unwrap();
    let (plan, run) = (["plan", "wrong.yaml"], ["run", "wrong.yaml"]);
    let (plan, run) = (crossfold(folder.path(), &plan), crossfold(folder.path(), &run));
    assert_eq!((plan.status.code(), &plan.stderr), (Some(2), &run.stderr));
    assert!(out(&plan).is_empty());
}
