//! `new`: an experiment to begin with can be read, planned and run as it is.

#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;
#[path = "common/json_schema.rs"]
mod json_schema;

use std::fs;
use std::path::Path;

use common::{crossfold, err, succeeds};
use crossfold::experiment::Record;

fn table(folder: &Path) {
    let mut table = String::from("filename,length,loud,bright,label\n");
    for track in 0..30 {
        let genre = ["blues", "metal", "pop"][track % 3];
        table +=
            &format!("{genre}.{track:05}.wav,661794,{},{},{genre}\n", track % 3, track * 7 % 11);
    }
    fs::write(folder.join("table.csv"), table).unwrap();
}

#[test]
fn what_is_written_runs_and_its_first_line_names_the_schema_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &["new", "first"]);
    let text = fs::read_to_string(folder.path().join("experiments/first.yaml")).unwrap();
    assert_eq!(text.lines().next(), Some("# yaml-language-server: $schema=schema.json"));
    let schema = fs::read_to_string(folder.path().join("experiments/schema.json")).unwrap();
    assert_eq!(schema, succeeds(folder.path(), &["schema"]));
    let schema = json_schema::JsonSchema(serde_json::from_str(&schema).unwrap());
    assert!(schema.accepts(&serde_yaml::from_str(&text).unwrap()));
    succeeds(folder.path(), &["run", "experiments/first.yaml"]);
    let record = Record::read(&folder.path().join("results/first")).unwrap();
    let names: Vec<&str> = record.contenders.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["majority", "svm", "forest"]);
}

#[test]
fn data_of_ones_own_is_named_as_the_experiment_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    succeeds(folder.path(), &["new", "mine", "--dataset", "table.csv", "--models", "knn"]);
    succeeds(folder.path(), &["run", "experiments/mine.yaml"]);
    let deep = ["new", "deep", "--dataset", "./table.csv", "--folder", "a/b", "--models", "knn"];
    succeeds(folder.path(), &deep);
    succeeds(folder.path(), &["plan", "a/b/deep.yaml"]);
    succeeds(folder.path(), &["new", "heard", "--models", "cnn,knn"]);
    succeeds(folder.path(), &["plan", "experiments/heard.yaml"]);
}

#[test]
fn nothing_is_overwritten_and_mistakes_have_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    succeeds(folder.path(), &["new", "first"]);
    let refused = |arguments: &[&str], said: &str| {
        let output = crossfold(folder.path(), &[&["new"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains(said), "{}", err(&output));
    };
    refused(&["first"], "first.yaml is already there; choose another name");
    refused(&["../first"], "is no name of an experiment");
    refused(&["a", "--models", "smv"], "did you mean `svm`?");
    refused(&["a", "--dataset", "gtzn"], "did you mean `gtzan`?");
    refused(&["a", "--protocol", "artits"], "did you mean `artist`?");
    refused(&["a", "--protocol", "artist"], "gtzan-mini has genres of one artist only");
    refused(&["a", "--dataset", "table.csv", "--models", "cnn"], "learns from sequences");
    assert!(!folder.path().join("experiments/a.yaml").exists());
    // A schema that is there stays as it is.
    fs::write(folder.path().join("experiments/schema.json"), "{}").unwrap();
    succeeds(folder.path(), &["new", "second"]);
    assert_eq!(fs::read(folder.path().join("experiments/schema.json")).unwrap(), b"{}");
}
