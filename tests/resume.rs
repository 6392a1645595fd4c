//! Runs that are killed, damaged, doubled or begun anew.

#![allow(clippy::unwrap_used)] // a failed step fails the test

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crossfold::experiment::Record;
use crossfold::seed::Seed;
use rand::RngExt;

/// Long enough to be cut off: some 120 cells, the last of them of a net.
const LONG: &str = "\
question: Is nothing lost?
dataset: gtzan-mini
protocol: { folds: 5, repeats: 4 }
features:
  rows: { columns: all, scale: standard }
models:
  - majority
  - knn
  - svm: { library: crossfold }
  - forest: { trees: 120 }
  - dense: { hidden: [32], epochs: 25 }
  - ensemble: { of: [svm, forest] }
";

fn command(folder: &Path, extra: &[&str]) -> Command {
    fs::write(folder.join("long.yaml"), LONG).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossfold"));
    command
        .args(["run", "long.yaml", "--jobs", "2"])
        .args(extra)
        .current_dir(folder)
        .env_remove("CROSSFOLD_DATA")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn results(folder: &Path) -> PathBuf {
    folder.join("results/long")
}

/// Runs to the end; gives what was said on the way.
fn finish(folder: &Path, extra: &[&str]) -> String {
    let output = command(folder, extra).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

fn cells(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(results(folder).join("cells")) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|end| end == "cell"));
    found.sort();
    found
}

/// Starts a run and kills it when so many cells are finished.
fn cut_off(folder: &Path, after: usize) {
    let mut run: Child = command(folder, &[]).spawn().unwrap();
    while cells(folder).len() < after && run.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = run.kill();
    run.wait().unwrap();
}

/// What an undisturbed run predicts, as the bytes of its file.
fn undisturbed() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    finish(folder.path(), &[]);
    assert!(!results(folder.path()).join("cells").exists(), "the record holds them");
    fs::read(results(folder.path()).join("predictions.parquet")).unwrap()
}

#[test]
fn a_run_killed_at_twenty_five_moments_ends_as_if_it_never_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut stream = Seed::new(25).stream();
    let mut cut = 0;
    for _ in 0..25 {
        let mut run = command(folder.path(), &[]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(stream.random_range(5..120)));
        if run.try_wait().unwrap().is_none() {
            run.kill().unwrap();
            cut += 1;
        }
        run.wait().unwrap();
    }
    assert!(cut > 10, "only {cut} of 25 runs were cut off");
    finish(folder.path(), &[]);
    let bytes = fs::read(results(folder.path()).join("predictions.parquet")).unwrap();
    assert!(bytes == undisturbed());
}

#[test]
fn a_run_goes_on_from_its_cells_and_says_so_and_damaged_ones_are_run_again() {
    let folder = tempfile::tempdir().unwrap();
    cut_off(folder.path(), 12);
    let found = cells(folder.path());
    assert!((12..120).contains(&found.len()), "{}", found.len());
    // One is torn, one has another digit, two have each other's names, one is empty.
    let bytes = |at: usize| fs::read(&found[at]).unwrap();
    let (torn, mut changed, third, fourth) = (bytes(0), bytes(1), bytes(2), bytes(3));
    fs::write(&found[0], &torn[..torn.len() / 2]).unwrap();
    let digit = changed.iter().rposition(u8::is_ascii_digit).unwrap();
    changed[digit] ^= 1;
    fs::write(&found[1], &changed).unwrap();
    fs::write(&found[2], &fourth).unwrap();
    fs::write(&found[3], &third).unwrap();
    fs::write(&found[4], b"").unwrap();
    let said = finish(folder.path(), &[]);
    let expected = format!("{} of 120 cells found; the run goes on", found.len() - 5);
    assert!(said.contains(&expected), "{said}");
    let bytes = fs::read(results(folder.path()).join("predictions.parquet")).unwrap();
    assert!(bytes == undisturbed());
}

#[test]
fn cells_of_another_plan_are_not_used() {
    let folder = tempfile::tempdir().unwrap();
    cut_off(folder.path(), 5);
    assert!(!cells(folder.path()).is_empty());
    fs::write(folder.path().join("other.yaml"), LONG.replace("trees: 120", "trees: 3")).unwrap();
    fs::rename(results(folder.path()), folder.path().join("results/other")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_crossfold"))
        .args(["run", "other.yaml"])
        .current_dir(folder.path())
        .env_remove("CROSSFOLD_DATA")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && !said.contains("cells found"), "{said}");
}

#[test]
fn a_second_run_in_the_same_folder_is_refused_while_the_first_lives() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = command(folder.path(), &[]).spawn().unwrap();
    while cells(folder.path()).is_empty() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let second = command(folder.path(), &[]).output().unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.status.code(), Some(2));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("another run is writing to results/long; wait for it"), "{said}");
    // A dead run holds nothing.
    finish(folder.path(), &[]);
}

#[test]
fn a_fresh_run_moves_the_old_record_aside_and_uses_no_old_cell() {
    let folder = tempfile::tempdir().unwrap();
    finish(folder.path(), &[]);
    let old = Record::read(&results(folder.path())).unwrap();
    cut_off(folder.path(), 5);
    let said = finish(folder.path(), &["--fresh"]);
    assert!(!said.contains("cells found"), "{said}");
    let aside = fs::read_dir(results(folder.path()))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_string_lossy().starts_with("before-"))
        .expect("the old record was moved");
    assert_eq!(Record::read(&aside).unwrap(), old);
}

#[test]
fn a_model_that_fails_leaves_a_hole_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    // Values near the largest make the net's first epoch overflow; the majority does not mind.
    let mut table = String::from("filename,a,b,c,label\n");
    for row in 0..24 {
        let huge = if row % 3 == 0 { "3e38" } else { "-3e38" };
        let genre = ["pop", "rock"][row % 2];
        table += &format!("{genre}.{row:05}.wav,{huge},{huge},{row},{genre}\n");
    }
    fs::write(folder.path().join("table.csv"), table).unwrap();
    let experiment = "question: Does the rest go on?\ndataset: { table: table.csv }\n\
                      protocol: { folds: 3 }\nfeatures: { rows: { columns: all, scale: none } }\n\
                      models:\n  - majority\n  - dense: { hidden: [8, 8], epochs: 2 }\n  \
                      - ensemble: { of: [majority, dense] }\n";
    fs::write(folder.path().join("holes.yaml"), experiment).unwrap();
    let run = |extra: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_crossfold"))
            .args(["run", "holes.yaml"])
            .args(extra)
            .current_dir(folder.path())
            .env_remove("CROSSFOLD_DATA")
            .output()
            .unwrap()
    };
    let output = run(&[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("failed: dense on fold ") && said.contains("dense diverged"), "{said}");
    let record = Record::read(&folder.path().join("results/holes")).unwrap();
    let failed = |contender: usize| -> Vec<usize> {
        let of = record.failures.iter().filter(|it| it.contender == contender);
        of.map(|failure| failure.fold).collect()
    };
    assert!(!failed(1).is_empty());
    assert_eq!(failed(1), failed(2), "an ensemble lacks what its contender lacks");
    assert_eq!(record.predictions_of(0).len(), 24);
    let report = fs::read_to_string(folder.path().join("results/holes/report.md")).unwrap();
    assert!(report.contains("`dense` failed on fold "), "{report}");
    assert_eq!(run(&["--fresh", "--fail-fast"]).status.code(), Some(2));
}
