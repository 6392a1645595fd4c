//! What happens to finished cells and to the reader when folders fill up, vanish or hold garbage.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use common::{command, crossfold, err, out, succeeds};
use crossfold::experiment::{Cells, Experiment, Place, Plan, Record};
use crossfold::report::{Table, document, figures};
use crossfold::watch::Silent;
use crossfold::{dataset, seed::Seed};
use rand::RngExt;

const LONG: &str = "\
question: Is nothing lost?
dataset: gtzan-mini
protocol: { folds: 5, repeats: 6 }
features:
  rows: { columns: all, scale: standard }
models:
  - majority
  - svm: { library: crossfold }
  - dense: { hidden: [32], epochs: 20 }
";

fn long() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("long.yaml"), LONG).unwrap();
    folder
}

fn undisturbed() -> Vec<u8> {
    let folder = long();
    succeeds(folder.path(), &["run", "long.yaml"]);
    fs::read(folder.path().join("results/long/predictions.parquet")).unwrap()
}

fn cells(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join("cells")) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|end| end == "cell"));
    found.sort();
    found
}

/// Runs a shell with file systems of its own, as root of them; `None`, with the reason printed, where
/// the system does not allow it.
fn with_own_mounts(folder: &Path, script: &str) -> Option<Output> {
    let unshare = |script: &str| {
        Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
            .current_dir(folder)
            .env("CROSSFOLD", env!("CARGO_BIN_EXE_crossfold"))
            .env_remove("CROSSFOLD_DATA")
            .output()
    };
    let allowed = unshare("mkdir probe && mount -t tmpfs -o size=64k tmpfs probe");
    if !allowed.is_ok_and(|output| output.status.success()) {
        println!("skipped: this system lets nobody mount a file system of their own");
        return None;
    }
    Some(unshare(script).unwrap())
}

#[test]
fn a_full_disk_is_named_and_finished_cells_stay() {
    let folder = long();
    let script = "mkdir results && mount -t tmpfs -o size=400k tmpfs results && \
                  \"$CROSSFOLD\" run long.yaml; code=$?; cp -r results kept; exit $code";
    let Some(output) = with_own_mounts(folder.path(), script) else { return };
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    let said = err(&output);
    assert!(said.contains("cannot write results/long/"), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
    let kept = cells(&folder.path().join("kept/long"));
    assert!((5..90).contains(&kept.len()), "{}", kept.len());
    // On a roomier disk the same command goes on.
    let roomier = long();
    fs::create_dir(roomier.path().join("results")).unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(folder.path().join("kept/long"))
        .arg(roomier.path().join("results"))
        .status();
    assert!(copied.unwrap().success());
    let output = crossfold(roomier.path(), &["run", "long.yaml"]);
    assert!(output.status.success(), "{}", err(&output));
    assert!(
        err(&output).contains(&format!("{} of 90 cells found", kept.len())),
        "{}",
        err(&output)
    );
    let bytes = fs::read(roomier.path().join("results/long/predictions.parquet")).unwrap();
    assert!(bytes == undisturbed());
}

#[test]
fn a_results_folder_that_cannot_be_written_to_is_named_before_the_first_fit() {
    let folder = long();
    let script = "mkdir results && mount -t tmpfs -o size=1m tmpfs results && \
                  mount -o remount,ro results && \"$CROSSFOLD\" run long.yaml";
    let Some(output) = with_own_mounts(folder.path(), script) else { return };
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(err(&output).contains("cannot make results/long"), "{}", err(&output));
    assert!(err(&output).contains("Read-only file system"), "{}", err(&output));
}

#[test]
fn a_folder_moved_away_midway_ends_the_run_and_back_in_its_place_it_goes_on() {
    let folder = long();
    let (results, away) = (folder.path().join("results/long"), folder.path().join("away"));
    let run = command(folder.path(), &["run", "long.yaml", "--jobs", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while cells(&results).len() < 5 {
        std::thread::sleep(Duration::from_millis(2));
    }
    fs::rename(&results, &away).unwrap();
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = err(&output);
    assert!(said.contains("results/long/cells") && said.contains("moved or removed"), "{said}");
    assert!(!results.exists(), "what was removed is not made again");
    let kept = cells(&away).len();
    assert!((5..90).contains(&kept), "{kept}");
    fs::rename(&away, &results).unwrap();
    let output = crossfold(folder.path(), &["run", "long.yaml"]);
    assert!(err(&output).contains(&format!("{kept} of 90 cells found")), "{}", err(&output));
    assert!(fs::read(results.join("predictions.parquet")).unwrap() == undisturbed());
}

/// Some bytes changed, cut out, doubled or cut off.
fn spoilt(bytes: &[u8], stream: &mut impl RngExt) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..stream.random_range(1..4) {
        if bytes.is_empty() {
            break;
        }
        let at = stream.random_range(0..bytes.len());
        let end = (at + stream.random_range(0..40)).min(bytes.len());
        match stream.random_range(0..5) {
            0 => bytes[at] ^= 1 << stream.random_range(0..8),
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            // A digit for a digit: still well formed, and pointing elsewhere.
            _ => {
                if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    bytes[at + digit] = b'0' + stream.random_range(0..10_u8);
                }
            }
        }
    }
    bytes
}

#[test]
fn garbage_in_a_record_is_refused_or_read_and_never_ends_in_a_panic() {
    let folder = long();
    let small = LONG.replace("repeats: 6", "repeats: 2").replace("epochs: 20", "epochs: 2");
    fs::write(folder.path().join("long.yaml"), small + "learning_curve: [0.5]\n").unwrap();
    succeeds(folder.path(), &["run", "long.yaml"]);
    let results = folder.path().join("results/long");
    let whole =
        ["record.json", "predictions.parquet"].map(|name| fs::read(results.join(name)).unwrap());
    let mut stream = Seed::new(7).stream();
    let (mut refused, mut read) = (0, 0);
    for turn in 0..600 {
        let mut files = whole.clone();
        let which = usize::from(turn % 3 == 0);
        files[which] = spoilt(&whole[which], &mut stream);
        fs::write(results.join("record.json"), &files[0]).unwrap();
        fs::write(results.join("predictions.parquet"), &files[1]).unwrap();
        match Record::read(&results) {
            Ok(record) => {
                read += 1;
                if let Ok(table) = Table::of(&record) {
                    let drawn = if turn % 20 == 0 { figures(&record, &table) } else { Vec::new() };
                    assert!(!document(&record, &table, &drawn).is_empty());
                }
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains("results/long"), "{error}");
            }
        }
    }
    println!("{refused} refused, {read} read");
    assert!(refused > 100 && read > 20, "{refused} refused, {read} read");
}

#[test]
fn garbage_in_a_cell_is_run_again_even_with_a_good_checksum() {
    let folder = long();
    succeeds(folder.path(), &["run", "long.yaml", "--prepare"]);
    succeeds(folder.path(), &["run-cells", "results/long", "30-34"]);
    let results = folder.path().join("results/long");
    let experiment = Experiment::read(&folder.path().join("long.yaml")).unwrap();
    let place = Place {
        folder: folder.path(),
        may_substitute: false,
        cache: &dataset::Cache::none(),
        effort: dataset::Effort { jobs: 1, strict: false, limit: Default::default() },
    };
    let plan = Plan::new(experiment, &place, &Silent).unwrap();
    let kept = Cells::of(&results, &plan);
    let found = |number: usize| kept.ended(&plan, plan.cells[number]);
    assert!(found(30), "the whole cell is read");
    let file = &cells(&results)[0];
    let whole = fs::read(file).unwrap();
    let end = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut stream = Seed::new(8).stream();
    let mut refused = 0;
    for _ in 0..2000 {
        let rest = spoilt(&whole[end..], &mut stream);
        // With the checksum of another content nothing is read.
        if rest != whole[end..] {
            fs::write(file, [&whole[..end], &rest[..]].concat()).unwrap();
            assert!(!found(30));
        }
        // With its own, only what fits the plan.
        let sum = format!("{}\n", blake3::hash(&rest).to_hex());
        fs::write(file, [sum.as_bytes(), &rest[..]].concat()).unwrap();
        refused += usize::from(!found(30));
    }
    assert!(refused > 1000, "{refused}");
}
