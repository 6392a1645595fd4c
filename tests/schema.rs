//! The schema of experiment files: what editors are told is what the program reads.

#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;
#[path = "common/json_schema.rs"]
mod json_schema;
#[path = "common/mistakes.rs"]
mod mistakes;

use std::fs;
use std::path::Path;

use crossfold::models::Model;
use json_schema::JsonSchema;
use mistakes::{HEARD, HEARD_MISTAKES, TRIAL, TRIAL_MISTAKES, TUNED, TUNED_MISTAKES};
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema() -> JsonSchema {
    JsonSchema(crossfold::experiment::schema())
}

/// A text as an editor sees it; `None` where it is not YAML.
fn read(text: &str) -> Option<Value> {
    serde_yaml::from_str(text).ok()
}

#[test]
fn the_committed_schema_is_what_the_program_prints() {
    let printed = common::succeeds(root(), &["schema"]);
    let committed = fs::read_to_string(root().join("experiments/schema.json")).unwrap();
    let remedy = "write it anew: cargo run -- schema > experiments/schema.json";
    assert!(printed == committed, "{remedy}");
}

#[test]
fn every_committed_experiment_is_accepted() {
    let schema = schema();
    let mut seen = 0;
    for entry in fs::read_dir(root().join("experiments")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "yaml") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(schema.accepts(&read(&text).unwrap()), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 10);
    for right in [TRIAL, HEARD, TUNED] {
        assert!(schema.accepts(&read(right).unwrap()), "{right}");
    }
}

/// Mistakes that a schema lets pass, and why: it sees one value at a time, and no data.
const NOT_SEEN: [(&str, &str); 21] = [
    ("features: bth }\n  - knn", "the feature set is named elsewhere"),
    ("[lod]", "the columns are in the table"),
    ("", "a name is taken twice"),
    ("folds: 11", "how many rows a genre has is in the table"),
    ("repeats: 2, group: artist", "who plays is in the index"),
    ("repeats: 2, repeats: 3", "no YAML: a key stands twice"),
    ("repeats: 2", "no YAML: a bracket is open"),
    ("absent.csv", "the file is not there"),
    ("columns: all, without: [loud, bright]", "the columns are in the table"),
    ("bands: 60", "how many bands there are is in the data"),
    ("k: 3, features: coarse", "the form of the feature set is in the data"),
    ("of: [knn, svn] }", "the contender is named elsewhere"),
    ("of: [knn, stack] }", "the contender is named elsewhere"),
    ("split: { column: mine }", "the column is in the index"),
    ("split: { file: absent.csv }", "the file is not there"),
    ("dataset: { table: table.csv }", "the columns are in the table"),
    ("dataset: { tensor: absent.npz, tracks: absent.txt }", "the file is not there"),
    ("over: { k: [1, 3, 9] }, inner: { folds: 30 }", "how many rows a genre has is in the table"),
    ("knn: { k: 3, tune", "given beside tuned"),
    ("gamma: log(0..1)", "the range is a text, whose ends must be above 0"),
    ("[0.4, 0.2]", "numbers must rise"),
];

#[test]
fn mistakes_are_rejected_but_those_that_no_schema_can_see() {
    let schema = schema();
    let mut passed = Vec::new();
    for (right, mistakes) in [
        (TRIAL, TRIAL_MISTAKES.as_slice()),
        (HEARD, HEARD_MISTAKES.as_slice()),
        (TUNED, TUNED_MISTAKES.as_slice()),
    ] {
        for (at, wrong) in mistakes {
            let Some(value) = read(&right.replacen(at, wrong, 1)) else {
                passed.push(*wrong);
                continue;
            };
            if schema.accepts(&value) {
                passed.push(*wrong);
            }
        }
    }
    let known: Vec<&str> = NOT_SEEN.iter().map(|(wrong, _)| *wrong).collect();
    assert_eq!(passed, known);
}

#[test]
fn every_model_is_completed_with_all_of_its_parameters() {
    let schema = schema();
    let models = &schema.0["properties"]["models"]["items"]["anyOf"][1]["properties"];
    for &name in Model::NAMES {
        for (parameter, property) in
            Model::schema(name)["properties"].as_object().into_iter().flatten()
        {
            assert_eq!(&models[name]["properties"][parameter], property, "{name}: {parameter}");
        }
        for parameter in ["name", "features", "tune"] {
            assert!(models[name]["properties"][parameter].is_object(), "{name}: {parameter}");
        }
    }
    assert!(models["ensemble"]["properties"]["of"].is_object());
}
