//! `check` and `accept`: what still holds, what does not, and what was meant to change.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

mod common;

use std::fs;
use std::path::Path;

use common::{crossfold, err, out, succeeds};
use crossfold::evaluation::accuracy;
use crossfold::experiment::Record;
use serde_json::Value;

const SMALL: &str = "\
question: Does it hold?
dataset: gtzan-mini
protocol: { folds: 5 }
features:
  rows: { columns: all, scale: standard }
models:
  - majority
  - svm: { library: crossfold }
  - dense: { hidden: [32], epochs: 15 }
  - ensemble: { of: [svm, dense] }
";

/// A folder with an experiment that was run, and a README with its table.
fn recorded(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("experiments")).unwrap();
    fs::write(folder.path().join("experiments/small.yaml"), text).unwrap();
    succeeds(folder.path(), &["run", "experiments/small.yaml"]);
    let readme = "# It\n\n<!-- crossfold: small -->\n<!-- /crossfold -->\n\n<!-- crossfold: other -->\n\
                  <!-- /crossfold -->\n";
    fs::write(folder.path().join("README.md"), readme).unwrap();
    succeeds(folder.path(), &["report", "results/small", "--splice", "README.md"]);
    folder
}

fn results(folder: &Path) -> std::path::PathBuf {
    folder.join("results/small")
}

/// Rewrites the record so that a contender named so many more units rightly: the models now are worse.
fn better(folder: &Path, contender: &str, share: f64) {
    let folder = results(folder);
    let mut record = Record::read(&folder).unwrap();
    let number = record.contenders.iter().position(|it| it.name == contender).unwrap();
    let said = record.predictions_of(number).len();
    let mut left = (share * said as f64).round() as usize;
    // Spread over the folds as chance would.
    for step in 0..7 {
        let of = record.predictions.iter_mut().skip(step).step_by(7);
        for said in of.filter(|said| said.contender == number) {
            if left > 0 && !said.is_right() {
                let named = said.predicted();
                said.scores.swap(named, said.truth);
                left -= 1;
            }
        }
    }
    assert_eq!(left, 0, "too few units were wrong");
    record.write(&folder).unwrap();
}

fn json(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = crossfold(folder, &[&["check", "--json"], arguments].concat());
    let text = out(&output);
    let value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{}", err(&output)));
    (output.status.code(), value)
}

#[test]
fn unchanged_code_passes_twenty_times_of_twenty_whatever_the_number_of_threads() {
    let folder = recorded(SMALL);
    for turn in 0..20 {
        let jobs = (turn % 5 + 1).to_string();
        let (code, said) = json(folder.path(), &["--jobs", &jobs]);
        assert_eq!(code, Some(0), "turn {turn}: {said}");
        let contenders = said["experiments"][0]["contenders"].as_array().unwrap();
        assert_eq!(contenders.len(), 4);
        assert!(contenders.iter().all(|it| it["verdict"] == "the same"), "{said}");
    }
    assert!(!results(folder.path()).join("check").exists(), "what holds leaves nothing behind");
}

#[test]
fn five_points_less_fail_for_a_net_and_for_what_must_be_the_same() {
    let Ok(data) = std::env::var("CROSSFOLD_DATA") else {
        println!("skipped: CROSSFOLD_DATA does not name the full data");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("experiments")).unwrap();
    let text = SMALL.replace("gtzan-mini", "gtzan").replace("folds: 5", "folds: 10");
    fs::write(folder.path().join("experiments/small.yaml"), text).unwrap();
    let data = ["--data", data.as_str()];
    let all = |command: &'static str| [&[command, "experiments/small.yaml"], &data[..]].concat();
    succeeds(folder.path(), &all("run"));
    succeeds(folder.path(), &all("check"));
    for contender in ["dense", "svm"] {
        let record = Record::read(&results(folder.path())).unwrap();
        better(folder.path(), contender, 0.05);
        let output = crossfold(folder.path(), &all("check"));
        assert_eq!(output.status.code(), Some(1), "{}", out(&output));
        let said = out(&output);
        let line = said.lines().find(|line| line.split_whitespace().nth(1) == Some(contender));
        let line = line.unwrap();
        assert!(line.contains("-5.0") && line.contains("CHANGED"), "{line}");
        assert!(said.contains("crossfold accept experiments/small.yaml --why"), "{said}");
        record.write(&results(folder.path())).unwrap();
    }
}

#[test]
fn on_another_processor_chance_is_allowed_for_and_a_real_drop_is_not() {
    let folder = recorded(SMALL);
    let elsewhere = |share: f64| {
        let folder = results(folder.path());
        let mut record = Record::read(&folder).unwrap();
        record.provenance.machine.processor = "another".into();
        record.write(&folder).unwrap();
        better(folder.parent().unwrap().parent().unwrap(), "svm", share);
    };
    elsewhere(0.02);
    let (code, said) = json(folder.path(), &["experiments/small.yaml"]);
    let svm = &said["experiments"][0]["contenders"][1];
    assert!(svm["verdict"].as_str().unwrap().starts_with("chance explains it"), "{svm}");
    assert_eq!(svm["holds"], true);
    // The table of the README is no longer that of the record.
    assert_eq!((code, said["tables"].as_array().unwrap().len()), (Some(1), 1));
    elsewhere(0.16);
    let (code, said) = json(folder.path(), &["experiments/small.yaml"]);
    let svm = &said["experiments"][0]["contenders"][1];
    assert!(svm["verdict"].as_str().unwrap().starts_with("CHANGED: more than chance"), "{svm}");
    assert_eq!(code, Some(1));
}

#[test]
fn another_question_other_data_and_a_typed_table_are_found() {
    let folder = recorded(SMALL);
    let file = folder.path().join("experiments/small.yaml");
    let from_record = || crossfold(folder.path(), &["check", "--from-record"]);
    fs::write(&file, format!("# A comment changes nothing.\n{SMALL}")).unwrap();
    assert_eq!(from_record().status.code(), Some(0));
    fs::write(&file, SMALL.replace("svm: { library: crossfold }", "svm: { c: 10.0 }")).unwrap();
    assert_eq!(from_record().status.code(), Some(0), "defaults may be written out or not");
    fs::write(&file, SMALL.replace("library: crossfold", "library: linfa")).unwrap();
    let output = from_record();
    assert_eq!(output.status.code(), Some(1));
    let found = "`library` is \"linfa\" now, and \"crossfold\" in the record";
    assert!(out(&output).contains(found), "{}", out(&output));

    fs::write(&file, SMALL.replace("Does it hold?", "Does it really?")).unwrap();
    let output = crossfold(folder.path(), &["check", "--from-record"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("the file is not the one its record was made from"));

    fs::write(&file, SMALL.replace("folds: 5", "folds: 4")).unwrap();
    let (code, said) = json(folder.path(), &["experiments/small.yaml"]);
    assert_eq!(code, Some(1));
    assert!(said["experiments"][0]["faults"][1].as_str().unwrap().starts_with("the folds changed"));
    assert_eq!(said["experiments"][0]["contenders"], Value::Array(Vec::new()), "no rerun");

    fs::write(&file, SMALL).unwrap();
    let readme = folder.path().join("README.md");
    let honest = fs::read_to_string(&readme).unwrap();
    let typed = honest.replacen("|       10.0 |", "|       70.0 |", 1);
    assert_ne!(typed, honest);
    fs::write(&readme, typed).unwrap();
    let github = ["check", "--from-record", "--format", "github"];
    let output = crossfold(folder.path(), &github);
    assert_eq!(output.status.code(), Some(1));
    let said = out(&output);
    assert!(
        said.contains("::error file=README.md,title=table is not that of the records::"),
        "{said}"
    );
    assert!(said.contains("crossfold report results/small --splice README.md"), "{said}");
    fs::write(&readme, honest).unwrap();
    succeeds(folder.path(), &github);
}

#[test]
fn expectations_are_held_without_training() {
    let folder =
        recorded(&format!("{SMALL}expect: {{ svm: {{ accuracy: 0.78, within: 0.05 }} }}\n"));
    succeeds(folder.path(), &["check", "--from-record"]);
    better(folder.path(), "svm", 0.1);
    let output = crossfold(folder.path(), &["check", "--from-record"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("svm has accuracy 0.8800, expected 0.7800 ± 0.0500"));
}

#[test]
fn what_was_meant_is_accepted_with_its_reason_and_then_holds() {
    let folder = recorded(SMALL);
    let before = Record::read(&results(folder.path())).unwrap();
    fs::write(folder.path().join("CHANGELOG.md"), "# Changelog\n\n## Unreleased\n").unwrap();
    let file = folder.path().join("experiments/small.yaml");
    fs::write(
        &file,
        SMALL.replace("[32]", "[8]").replace("  - ensemble: { of: [svm, dense] }\n", "  - knn\n"),
    )
    .unwrap();
    let output = crossfold(folder.path(), &["check", "experiments/small.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let said = out(&output);
    assert!(
        said.contains("NEW: not in the record") && said.contains("GONE: only in the record"),
        "{said}"
    );

    let no_reason = crossfold(folder.path(), &["accept", "experiments/small.yaml", "--why", " "]);
    assert_eq!(no_reason.status.code(), Some(2));
    succeeds(folder.path(), &["accept", "experiments/small.yaml", "--why", "narrower net"]);
    let changelog = fs::read_to_string(folder.path().join("CHANGELOG.md")).unwrap();
    let line = changelog.lines().find(|line| line.starts_with("- `small`: ")).unwrap();
    let percent = |record: &Record| format!("{:.1}", 100.0 * accuracy(&record.predictions_of(2)));
    let after = Record::read(&results(folder.path())).unwrap();
    let dense = format!("dense {} → {} %", percent(&before), percent(&after));
    assert!(line.contains(&dense), "{line}");
    assert!(line.contains("knn") && line.contains("(new)") && line.contains("(gone)"), "{line}");
    assert!(line.ends_with("narrower net."), "{line}");
    assert!(!results(folder.path()).join("check").exists());
    succeeds(folder.path(), &["check"]);
    let again = succeeds(folder.path(), &["accept", "experiments/small.yaml", "--why", "again"]);
    assert!(again.contains("nothing to accept"), "{again}");
}

#[test]
fn what_cannot_be_checked_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let output = crossfold(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(2));
    fs::create_dir(folder.path().join("experiments")).unwrap();
    fs::write(folder.path().join("experiments/small.yaml"), SMALL).unwrap();
    let output = crossfold(folder.path(), &["check"]);
    assert!(
        err(&output).contains("no experiment in experiments/ has a record"),
        "{}",
        err(&output)
    );
    let output = crossfold(folder.path(), &["check", "experiments/small.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("make one by `crossfold run experiments/small.yaml`"));
    // Records of data that is not here are left out, and named if asked for.
    fs::write(folder.path().join("experiments/small.yaml"), SMALL.replace("gtzan-mini", "gtzan"))
        .unwrap();
    let mini = SMALL.to_owned();
    fs::write(folder.path().join("experiments/other.yaml"), &mini).unwrap();
    succeeds(folder.path(), &["run", "experiments/other.yaml"]);
    fs::rename(folder.path().join("results/other"), folder.path().join("results/small")).unwrap();
    let output = crossfold(folder.path(), &["check", "experiments/small.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
}
