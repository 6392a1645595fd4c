//! `crossfold compare` as a user types it: what it says, writes and refuses.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const TRIAL: &str = "\
question: Can it be told by one number?
dataset: { table: table.csv }
protocol: { folds: 5, repeats: 2 }
features:
  both: { columns: all }
  one: { columns: [loud] }
models:
  - majority
  - knn: { k: 3, features: both }
  - knn: { name: knn-loud, k: 5, features: one }
";

const OTHER: &str = "\
question: Is one neighbour enough?
dataset: { table: table.csv }
protocol: { folds: 5, repeats: 2 }
features:
  both: { columns: all }
models:
  - majority
  - knn: { k: 1, features: both }
";

/// A folder with the results of `trial` and `other`.
fn bench() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path(), "table.csv", 90, 3.0);
    run(folder.path(), "trial", TRIAL);
    run(folder.path(), "other", OTHER);
    folder
}

/// A table in which genres overlap: the nearer `apart` is to 0, the more.
fn table(folder: &Path, name: &str, tracks: usize, apart: f64) {
    let mut table = String::from("filename,length,loud,bright,label\n");
    for track in 0..tracks {
        let genre = track % 3;
        let wobble = |by: usize| (track * by % 31) as f64 / 5.0;
        let loud = genre as f64 * apart + wobble(7);
        let bright = [0.0, 2.0, 1.0][genre] * apart / 2.0 + wobble(12);
        let genre = ["blues", "metal", "pop"][genre];
        table += &format!("{genre}.{track:05}.wav,661794,{loud},{bright},{genre}\n");
    }
    fs::write(folder.join(name), table).unwrap();
}

fn run(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(format!("{name}.yaml")), text).unwrap();
    let output = crossfold(folder, &["run", &format!("{name}.yaml")]);
    assert!(output.status.success(), "{}", err(&output));
}

fn crossfold(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crossfold"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CROSSFOLD_DATA")
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What a comparison says; it must succeed.
fn compare(folder: &TempDir, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = ["compare"].into_iter().chain(arguments.iter().copied()).collect();
    let output = crossfold(folder.path(), &arguments);
    assert!(output.status.success(), "{}", err(&output));
    out(&output)
}

/// Why a comparison is refused; it must end with 2 and print nothing.
fn refusal(folder: &TempDir, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = ["compare"].into_iter().chain(arguments.iter().copied()).collect();
    let output = crossfold(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(output.stdout.is_empty());
    err(&output).trim().to_owned()
}

/// Changes the text of a record.
fn edit(folder: &TempDir, name: &str, from: &str, to: &str) {
    let file = folder.path().join(format!("results/{name}/record.json"));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn two_records_become_one_comparison() {
    let folder = bench();
    let said = compare(&folder, &["results/trial", "results/other", "--rope", "2"]);
    insta::assert_snapshot!(said);
}

#[test]
fn json_agrees_with_the_accuracies_of_the_report() {
    let folder = bench();
    let arguments = ["results/trial", "--pairs", "--baseline", "knn", "--json"];
    let said: serde_json::Value = serde_json::from_str(&compare(&folder, &arguments)).unwrap();
    assert_eq!(said["baseline"], "knn");
    assert_eq!(said["pairs"].as_array().unwrap().len(), 3);
    let report = crossfold(folder.path(), &["report", "results/trial", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&out(&report)).unwrap();
    for number in 0..3 {
        let (ours, theirs) = (&said["contenders"][number], &report["contenders"][number]);
        assert_eq!(ours["accuracy"], theirs["accuracy"]);
    }
    let pair = &said["pairs"][0];
    let accuracy = |at: usize| said["contenders"][at]["accuracy"].as_f64().unwrap();
    let difference = pair["difference"].as_f64().unwrap();
    assert!((difference - (accuracy(0) - accuracy(1))).abs() < 1e-9, "{said:#}");
}

#[test]
fn files_lie_where_they_were_asked_for() {
    let folder = bench();
    let said = compare(&folder, &["results/trial/", "--output", "compared"]);
    assert!(said.trim_end().ends_with("6 files written to compared"), "{said}");
    for name in ["md", "html", "tex", "csv"].map(|ending| format!("compare.{ending}")) {
        assert!(folder.path().join("compared").join(&name).is_file(), "{name}");
    }
    for name in ["differences.svg", "differences.png"] {
        assert!(folder.path().join("compared").join(name).is_file(), "{name}");
    }
}

#[test]
fn over_data_sets_contenders_are_ranked_and_over_one_they_are_not() {
    let folder = bench();
    for (number, apart) in [1.0, 2.0, 4.0].into_iter().enumerate() {
        let name = format!("set-{number}");
        table(folder.path(), &format!("{name}.csv"), 60, apart);
        run(folder.path(), &name, &TRIAL.replace("table.csv", &format!("{name}.csv")));
    }
    let sets = ["results/set-0", "results/set-1", "results/set-2", "--across"];
    insta::assert_snapshot!("over_data_sets", compare(&folder, &sets));
    let one = ["results/trial", "results/other", "--across"];
    insta::assert_snapshot!("over_one_data_set", refusal(&folder, &one));
}

#[test]
fn what_was_not_tested_alike_is_refused_with_both_values_and_a_remedy() {
    let folder = bench();
    let both = ["results/trial", "results/other"];
    run(folder.path(), "folds", &OTHER.replace("folds: 5", "folds: 3"));
    let text = refusal(&folder, &["results/trial", "results/folds"]);
    insta::assert_snapshot!("other_folds", text);

    table(folder.path(), "larger.csv", 93, 3.0);
    run(folder.path(), "larger", &OTHER.replace("table.csv", "larger.csv"));
    let text = refusal(&folder, &["results/trial", "results/larger"]);
    insta::assert_snapshot!("other_data", text);

    let text = refusal(&folder, &["results/trial", "results/trial"]);
    insta::assert_snapshot!("a_record_twice", text);

    let text = refusal(&folder, &["results/trial", "--baseline", "knn-lout"]);
    insta::assert_snapshot!("no_such_baseline", text);

    let text = refusal(&folder, &["results/trial", "--rope", "-1"]);
    insta::assert_snapshot!("a_rope_below_nothing", text);

    run(folder.path(), "alone", &OTHER.replace("  - knn: { k: 1, features: both }\n", ""));
    insta::assert_snapshot!("one_contender", refusal(&folder, &["results/alone"]));

    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    edit(&folder, "other", &version, "\"version\": \"9.9.9\"");
    let text = refusal(&folder, &both).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!("other_versions", text);
    let allowed = compare(&folder, &["results/trial", "results/other", "--allow-versions"]);
    assert!(allowed.contains("made by different builds"), "{allowed}");
}
