//! `crossfold leak`, and segments that are scored as tracks.

#![allow(clippy::unwrap_used)] // a failed step fails the test

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use crossfold::evaluation::accuracy;
use crossfold::experiment::Record;
use crossfold::report::Table;

const SEGMENTS: &str = "\
question: How much of it is leak?
dataset: { table: table.csv, index: index.csv }
protocol: { folds: 4, group: none }
features:
  rows: { columns: all }
models:
  - majority
  - knn: { k: 3 }
  - svm: { library: crossfold }
";

/// Sixteen tracks of two genres by eight artists, four segments each. A segment is near those of its
/// track, less near those of its artist, and knows nothing of its genre.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (mut table, mut index) =
        ("filename,a,b,label\n".to_owned(), "track,genre,artist\n".to_owned());
    for track in 0..16_usize {
        let (genre, artist) = (["pop", "rock"][track % 2], track % 8);
        let name = format!("{genre}.{track:05}");
        writeln!(index, "{name},{genre},artist {artist}").unwrap();
        for segment in 0..4 {
            let (a, b) = (artist * 37 % 8 * 100 + track, artist * 53 % 7 * 100 + segment);
            writeln!(table, "{name}.{segment}.wav,{a},{b},{genre}").unwrap();
        }
    }
    std::fs::write(folder.path().join("table.csv"), table).unwrap();
    std::fs::write(folder.path().join("index.csv"), index).unwrap();
    folder
}

fn crossfold(folder: &Path, experiment: &str, arguments: &[&str]) -> Output {
    std::fs::write(folder.join("trial.yaml"), experiment).unwrap();
    Command::new(env!("CARGO_BIN_EXE_crossfold"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CROSSFOLD_DATA")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_leak_is_said_in_a_sentence_and_fails_over_its_limit() {
    let folder = folder();
    let output = crossfold(folder.path(), SEGMENTS, &["leak", "trial.yaml", "--fail-over", "10"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout) + &text(&output.stderr));
    for file in ["leak.md", "leak.json", "figures/leak.svg", "leak/artist/record.json"] {
        assert!(folder.path().join("results/trial").join(file).is_file(), "{file}");
    }
    let output =
        crossfold(folder.path(), SEGMENTS, &["leak", "trial.yaml", "--json", "--fail-over", "99"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["contenders"][0]["name"], "1-nn");
    assert_eq!(found["contenders"][0]["splits"][0]["accuracy"], 1.0);
    assert!(found["contenders"][0]["leak_points"].as_f64().unwrap() > 40.0);
}

#[test]
fn what_has_no_leak_to_be_measured_is_refused() {
    let folder = folder();
    let mut said = String::new();
    for (right, wrong, arguments) in [
        ("folds: 4, group: none", "split: { file: index.csv, column: genre }", &[][..]),
        ("  - svm: { library: crossfold }\n", "", &[]),
        ("", "", &["--model", "smv"]),
        ("", "", &["--fail-over", "much"]),
    ] {
        let experiment = SEGMENTS.replacen(right, wrong, 1);
        let all = [&["leak", "trial.yaml"], arguments].concat();
        let output = crossfold(folder.path(), &experiment, &all);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        writeln!(said, "── {wrong}{}\n{}", arguments.join(" "), text(&output.stderr).trim_end())
            .unwrap();
    }
    insta::assert_snapshot!(said);
}

#[test]
fn three_second_rows_leak_as_was_measured() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_crossfold"))
        .args(["leak", "experiments/leak.yaml", "--json", "--results"])
        .arg(folder.path())
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let nearest = |split: usize| {
        found["contenders"][0]["splits"][split]["accuracy"].as_f64().expect("an accuracy")
    };
    assert!(nearest(0) > 0.90, "rows at random: {}", nearest(0));
    assert!(nearest(1) < 0.80, "tracks whole: {}", nearest(1));
}

#[test]
fn segments_are_scored_as_the_tracks_they_are_parts_of() {
    let folder = folder();
    for (how, words) in [("mean", "group: track"), ("vote", "group: track, tracks: vote")] {
        let experiment = SEGMENTS.replace("group: none", words);
        let output = crossfold(folder.path(), &experiment, &["run", "trial.yaml"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let record = Record::read(&folder.path().join("results/trial")).unwrap();
        let tracks = record.by_track().unwrap();
        assert_eq!(
            (record.units.len(), tracks.units.len(), tracks.predictions.len()),
            (64, 16, 48)
        );
        let table = Table::of(&record).unwrap();
        let row = &table.rows[1];
        let scores = row.scores.as_ref().unwrap();
        assert_eq!(scores.folds.iter().map(|fold| fold.units).sum::<usize>(), 16, "{how}");
        let of_rows = row.of_rows.as_ref().unwrap();
        assert!((of_rows.accuracy - accuracy(&record.predictions_of(1))).abs() < 1e-12);
        for track in &tracks.predictions {
            let parts: Vec<_> = record
                .predictions
                .iter()
                .filter(|part| part.contender == track.contender && part.unit / 4 == track.unit)
                .collect();
            assert_eq!(parts.len(), 4);
            let share = |genre: usize| match how {
                "mean" => parts.iter().map(|part| part.scores[genre]).sum::<f32>() / 4.0,
                _ => parts.iter().filter(|part| part.predicted() == genre).count() as f32 / 4.0,
            };
            assert!((track.scores[0] - share(0)).abs() < 1e-6);
        }
    }
    // Where parts of a track stand on both sides there is no track to be scored.
    let output = crossfold(folder.path(), SEGMENTS, &["run", "trial.yaml"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(Record::read(&folder.path().join("results/trial")).unwrap().by_track().is_none());
}
