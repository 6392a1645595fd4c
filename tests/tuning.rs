//! Choices inside the training part, learning curves and importances, through the command.

#![allow(clippy::unwrap_used)] // a failed step fails the test

#[path = "common/mistakes.rs"]
mod mistakes;

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use crossfold::experiment::Record;
use mistakes::{TUNED, TUNED_MISTAKES};

/// 60 tracks of three genres; `bent` rows have another `a` and `b`.
fn table(bent: &[usize]) -> String {
    let mut text = "filename,a_mean,b_mean,c_mean,label\n".to_owned();
    for row in 0..60_usize {
        let (genre, noise) = (row % 3, row * 37 % 11);
        let (mut a, mut b) = (genre * 4 + noise, noise * noise);
        if bent.contains(&row) {
            (a, b) = (b, a + 90);
        }
        let label = ["pop", "rock", "jazz"][genre];
        writeln!(text, "{label}.{row:05}.wav,{a},{b},{},{label}", row * 13 % 7).unwrap();
    }
    text
}

fn run(folder: &Path, experiment: &str, extra: &[&str]) -> Output {
    std::fs::write(folder.join("trial.yaml"), experiment).unwrap();
    Command::new(env!("CARGO_BIN_EXE_crossfold"))
        .args(["run", "trial.yaml"])
        .args(extra)
        .current_dir(folder)
        .env_remove("CROSSFOLD_DATA")
        .output()
        .unwrap()
}

fn record(folder: &Path, table: &str, extra: &[&str]) -> Record {
    std::fs::write(folder.join("table.csv"), table).unwrap();
    let output = run(folder, TUNED, extra);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Record::read(&folder.join("results/trial")).unwrap()
}

#[test]
fn what_is_tested_has_no_say_in_what_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let before = record(folder.path(), &table(&[]), &[]);
    let fold = before.folds[1].clone();
    let after = record(folder.path(), &table(&fold.test), &[]);
    assert_eq!(after.folds, before.folds);
    let (mut same, mut others) = (0, 0);
    for (one, other) in before.cells.iter().zip(&after.cells) {
        let Some(tuning) = &one.tuning else { continue };
        assert!(tuning.chosen < tuning.trials.len());
        if one.fold == fold.fold {
            assert_eq!(Some(tuning), other.tuning.as_ref());
            same += 1;
        } else {
            others += usize::from(Some(tuning) != other.tuning.as_ref());
        }
    }
    assert_eq!(same, 2);
    assert!(others > 0, "elsewhere the changed rows train, and something must change");
    assert_eq!(before.contenders[1].tune.as_ref().unwrap().candidates.len(), 3);
    assert_eq!(before.contenders[2].tune.as_ref().unwrap().candidates.len(), 4);
}

#[test]
fn choices_curves_and_importances_are_the_same_on_one_thread_and_on_two() {
    let folder = tempfile::tempdir().unwrap();
    let said = |jobs: &str| {
        let record = record(folder.path(), &table(&[]), &["--jobs", jobs]);
        let cells: Vec<_> = record
            .cells
            .into_iter()
            .map(|cell| (cell.tuning, cell.learning_curve, cell.importance))
            .collect();
        (cells, record.predictions)
    };
    let one = said("1");
    assert_eq!(one, said("2"));
    let (_, curve, importance) = &one.0[3];
    assert_eq!((curve.len(), curve[0].share), (1, 0.4));
    assert!((14..=18).contains(&curve[0].trained), "{curve:?}");
    let families: Vec<&str> = importance.iter().map(|it| it.family.as_str()).collect();
    assert_eq!(families, ["a", "b", "c"]);
    let drop = |family: usize| one.0[3..6].iter().map(|cell| cell.2[family].drop).sum::<f64>();
    assert!(drop(0) > drop(2), "the genre is in `a`, and `c` knows nothing of it");
}

#[test]
fn mistakes_in_what_is_tuned_show_their_line_and_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), table(&[])).unwrap();
    let mut said = String::new();
    for (right, wrong) in TUNED_MISTAKES {
        assert!(TUNED.contains(right), "{right}");
        let output = run(folder.path(), &TUNED.replacen(right, wrong, 1), &[]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{wrong}: {error}");
        writeln!(said, "── {wrong}\n{}", error.trim_end()).unwrap();
    }
    insta::assert_snapshot!(said);
}
