//! `export` as a command: what lands in the folder. MLflow and DVC themselves are tried by the scripts
//! beside this file.

#![allow(clippy::unwrap_used)] // a failed step fails the test

#[path = "../common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;

use common::{crossfold, err, succeeds};
use serde_json::Value;

const SMALL: &str = "\
question: Can it be read elsewhere?
dataset: gtzan-mini
protocol: { folds: 2 }
features: { rows: { columns: [mfcc], scale: standard } }
models:
  - majority
  - dense: { name: \"a net: one\", hidden: [8], epochs: 3 }
";

fn recorded() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.yaml"), SMALL).unwrap();
    succeeds(folder.path(), &["run", "small.yaml"]);
    folder
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_format_is_written_into_the_folder_that_is_named() {
    let folder = recorded();
    for to in ["mlflow", "dvc", "csv", "json"] {
        succeeds(folder.path(), &["export", "results/small", "--to", to, "-o", "out put"]);
    }
    let out = folder.path().join("out put");
    let printed = succeeds(folder.path(), &["report", "results/small", "--json"]);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let scores: Value = serde_json::from_str(&text(&out.join("scores.json"))).unwrap();
    assert_eq!(scores, printed);
    assert_eq!(text(&out.join("scores.csv")).lines().count(), 1 + 4);
    assert_eq!(text(&out.join("predictions.csv")).lines().count(), 1 + 200);
    assert!(text(&out.join("dvc.yaml")).contains("plots/epochs-a-net-one.csv"));
    // YAML as MLflow reads it, names and addresses with blanks included.
    let experiment = fs::read_dir(out.join("mlruns")).unwrap().next().unwrap().unwrap().path();
    let mut names = Vec::new();
    for entry in fs::read_dir(&experiment).unwrap() {
        let run = entry.unwrap().path();
        if !run.is_dir() {
            continue;
        }
        let meta: Value = serde_yaml::from_str(&text(&run.join("meta.yaml"))).unwrap();
        assert_eq!(meta["run_id"], run.file_name().unwrap().to_string_lossy().as_ref());
        let uri = meta["artifact_uri"].as_str().unwrap();
        assert!(uri.starts_with("file:///") && uri.contains("/out%20put/mlruns/"), "{uri}");
        assert_eq!(text(&run.join("artifacts/experiment.yaml")), SMALL);
        names.push(meta["run_name"].as_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["a net: one", "majority"]);
}

#[test]
fn mistakes_end_with_two_and_say_what_to_do() {
    let folder = recorded();
    fs::write(folder.path().join("dvc.yaml"), "stages: {}\n").unwrap();
    let to = |results: &str, to: &str, out: &str| {
        let output = crossfold(folder.path(), &["export", results, "--to", to, "-o", out]);
        assert_eq!(output.status.code(), Some(2));
        err(&output)
    };
    assert!(to("results/small", "dvc", ".").contains("stays as it is; choose another folder"));
    assert_eq!(text(&folder.path().join("dvc.yaml")), "stages: {}\n");
    assert!(to("results/absent", "csv", "out").contains("cannot read results/absent/record.json"));
    assert!(to("results/small", "csv", "dvc.yaml/out").contains("cannot write"));
    assert!(to("results/small", "xml", "out").contains("invalid value 'xml'"));
}
