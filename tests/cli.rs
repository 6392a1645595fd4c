//! Whole commands, as a user types them: what they print and how they end.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

#[path = "common/mistakes.rs"]
mod mistakes;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use mistakes::{HEARD, HEARD_MISTAKES, TRIAL, TRIAL_MISTAKES};
use tempfile::TempDir;

/// A folder with a small table in which genres are told apart by one column.
fn bench() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("filename,length,loud,bright,label\n");
    for track in 0..30 {
        let genre = ["blues", "metal", "pop"][track % 3];
        let wobble = (track * 7 % 11) as f64 / 10.0;
        let loud = (track % 3) as f64 * 2.0 + wobble;
        table += &format!("{genre}.{track:05}.wav,661794,{loud},{},{genre}\n", 1.0 - wobble);
    }
    fs::write(folder.path().join("table.csv"), table).unwrap();
    folder
}

fn write(folder: &Path, text: &str) {
    fs::write(folder.join("trial.yaml"), text).unwrap();
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

#[test]
fn an_experiment_runs_and_leaves_record_predictions_report_and_figures() {
    let folder = bench();
    write(folder.path(), TRIAL);
    let output = crossfold(folder.path(), &["run", "trial.yaml"]);
    assert!(output.status.success(), "{}", err(&output));
    assert!(out(&output).contains("Can it be told by one number?"));
    let results = folder.path().join("results/trial");
    for name in ["record.json", "predictions.parquet", "report.md", "figures/accuracy.svg"] {
        assert!(results.join(name).is_file(), "{name}");
    }
    assert!(err(&output).is_empty(), "no progress where there is no terminal: {}", err(&output));
}

#[test]
fn json_is_one_object_and_agrees_with_the_kept_predictions() {
    let folder = bench();
    write(folder.path(), TRIAL);
    let output = crossfold(folder.path(), &["run", "trial.yaml", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(said["experiment"], "trial");
    assert_eq!(said["dataset"]["tracks"], 30);
    let contenders = said["contenders"].as_array().unwrap();
    assert_eq!(contenders.len(), 3);
    let again = crossfold(folder.path(), &["report", "results/trial", "--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out(&again)).unwrap(), said);
    let record = crossfold::experiment::Record::read(&folder.path().join("results/trial")).unwrap();
    for (number, contender) in contenders.iter().enumerate() {
        let kept = record.predictions_of(number);
        assert_eq!(kept.len(), 60);
        let accuracy = crossfold::evaluation::accuracy(&kept);
        assert!((contender["accuracy"].as_f64().unwrap() - accuracy).abs() < 1e-9);
    }
}

#[test]
fn the_same_seed_gives_the_same_predictions_on_any_number_of_jobs() {
    let folder = bench();
    write(folder.path(), TRIAL);
    let predictions = |jobs: &str, results: &str| {
        let run = ["run", "trial.yaml", "--jobs", jobs, "--results", results];
        let output = crossfold(folder.path(), &run);
        assert!(output.status.success(), "{}", err(&output));
        fs::read(folder.path().join(results).join("trial/predictions.parquet")).unwrap()
    };
    let one = predictions("1", "one");
    assert_eq!(one, predictions("1", "again"));
    assert_eq!(one, predictions("3", "three"));
}

#[test]
fn a_failed_expectation_ends_with_one_and_says_why() {
    let folder = bench();
    write(folder.path(), &format!("{TRIAL}expect: {{ majority: {{ accuracy: 0.9 }} }}\n"));
    let output = crossfold(folder.path(), &["run", "trial.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(err(&output).trim(), @"expectation failed: majority has accuracy 0.3000, expected 0.9000 ± 0.0200");
    assert!(folder.path().join("results/trial/record.json").is_file(), "the record is kept");
}

#[test]
fn a_missing_data_set_is_one_error_that_says_how_to_get_it() {
    let folder = bench();
    write(folder.path(), &TRIAL.replace("{ table: table.csv }", "gtzan"));
    let strict = ["run", "trial.yaml", "--data", "nowhere", "--strict"];
    let output = crossfold(folder.path(), &strict);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(err(&output).trim());
}

#[test]
fn without_the_full_set_the_sample_stands_in_and_says_so_everywhere() {
    let folder = bench();
    let text = TRIAL.replace("{ table: table.csv }", "gtzan").replace("[loud]", "[mfcc]");
    write(folder.path(), &text);
    let output = crossfold(folder.path(), &["run", "trial.yaml"]);
    assert!(output.status.success(), "{}", err(&output));
    assert!(err(&output).contains("GTZAN-mini, 100 tracks stands in"), "{}", err(&output));
    let results = folder.path().join("results/trial");
    let report = fs::read_to_string(results.join("report.md")).unwrap();
    assert!(report.contains("These are not the figures of gtzan"));
    for figure in fs::read_dir(results.join("figures")).unwrap() {
        let path = figure.unwrap().path();
        if path.extension().is_some_and(|end| end == "svg") {
            let svg = fs::read_to_string(&path).unwrap();
            assert!(svg.contains("GTZAN-mini, 100 tracks"), "{}", path.display());
        }
    }
    let record = crossfold::experiment::Record::read(&results).unwrap();
    assert_eq!(record.dataset.substitute_for.as_deref(), Some("gtzan"));
    assert_eq!((record.dataset.tracks, record.dataset.genres.len()), (100, 10));
}

#[test]
fn a_stand_in_leaves_the_record_of_the_full_set_alone() {
    let folder = bench();
    write(folder.path(), TRIAL);
    assert!(crossfold(folder.path(), &["run", "trial.yaml"]).status.success());
    let record = folder.path().join("results/trial/record.json");
    let before = fs::read(&record).unwrap();
    let text = TRIAL.replace("{ table: table.csv }", "gtzan").replace("[loud]", "[mfcc]");
    write(folder.path(), &text);
    assert!(crossfold(folder.path(), &["run", "trial.yaml"]).status.success());
    assert_eq!(fs::read(&record).unwrap(), before);
    assert!(folder.path().join("results/trial-gtzan-mini/record.json").is_file());
}

#[test]
fn a_record_that_was_damaged_is_refused() {
    let folder = bench();
    write(folder.path(), TRIAL);
    assert!(crossfold(folder.path(), &["run", "trial.yaml"]).status.success());
    let record = folder.path().join("results/trial/record.json");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(&record, &text[..text.len() / 2]).unwrap();
    let output = crossfold(folder.path(), &["report", "results/trial"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("run the experiment again"), "{}", err(&output));
    fs::write(&record, text).unwrap();
    let predictions = folder.path().join("results/trial/predictions.parquet");
    fs::write(&predictions, b"PAR1").unwrap();
    let output = crossfold(folder.path(), &["report", "results/trial"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("predictions.parquet"), "{}", err(&output));
}

/// Every mistake a user can make in a file, with the whole message.
#[test]
#[cfg(not(feature = "cuda"))]
fn a_device_that_was_not_built_is_refused_with_the_remedy() {
    let folder = bench();
    write(folder.path(), TRIAL);
    for (name, said) in [
        ("cuda", "built without cuda; build it with `cargo build --features cuda`"),
        ("wgqu", "expected one of cpu, wgpu, cuda; did you mean `wgpu`?"),
    ] {
        let output = crossfold(folder.path(), &["run", "trial.yaml", "--device", name]);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(said), "{}", err(&output));
    }
    let here = crossfold(folder.path(), &["run", "trial.yaml", "--device", "cpu"]);
    assert_eq!(here.status.code(), Some(0));
    let record = fs::read_to_string(folder.path().join("results/trial/record.json")).unwrap();
    assert!(!record.contains("\"device\""));
}

#[test]
fn mistakes_in_an_experiment_show_their_line_and_a_remedy() {
    let folder = bench();
    let mut said = String::new();
    for (right, wrong) in TRIAL_MISTAKES {
        assert!(TRIAL.contains(right), "{right}");
        write(folder.path(), &TRIAL.replacen(right, wrong, 1));
        let output = crossfold(folder.path(), &["run", "trial.yaml"]);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {}", err(&output));
        assert!(out(&output).is_empty());
        said += &format!("── {wrong}\n{}\n", err(&output).trim_end());
    }
    assert!(!folder.path().join("results/trial/record.json").exists());
    insta::assert_snapshot!(said);
}

#[test]
fn blocks_and_ensembles_run_and_are_told_apart_in_the_record() {
    let folder = bench();
    write(folder.path(), HEARD);
    let output = crossfold(folder.path(), &["run", "trial.yaml"]);
    assert!(output.status.success(), "{}", err(&output));
    let record = crossfold::experiment::Record::read(&folder.path().join("results/trial")).unwrap();
    assert!(record.dataset.frames_hash.is_some());
    assert_eq!(record.contenders[3].features, "scores of knn, svm");
    let said = |contender: usize| record.predictions_of(contender);
    for (vote, (knn, svm)) in said(3).iter().zip(said(1).iter().zip(said(2))) {
        for genre in 0..10 {
            let mean = (knn.scores[genre] + svm.scores[genre]) / 2.0;
            assert!((vote.scores[genre] - mean).abs() < 1e-6);
        }
    }
    for one in said(4) {
        assert!((one.scores.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
    let again = crossfold(folder.path(), &["run", "trial.yaml", "--jobs", "1", "--results", "one"]);
    assert!(again.status.success(), "{}", err(&again));
    let bytes = |results: &str| {
        fs::read(folder.path().join(results).join("trial/predictions.parquet")).unwrap()
    };
    assert_eq!(bytes("results"), bytes("one"));
}

#[test]
fn mistakes_about_blocks_frames_ensembles_and_splits_are_shown() {
    let folder = bench();
    let mut said = String::new();
    for (right, wrong) in HEARD_MISTAKES {
        assert!(HEARD.contains(right), "{right}");
        write(folder.path(), &HEARD.replacen(right, wrong, 1));
        let output = crossfold(folder.path(), &["run", "trial.yaml"]);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {}", err(&output));
        said += &format!("── {wrong}\n{}\n", err(&output).trim_end());
    }
    insta::assert_snapshot!(said);
}

#[test]
fn an_array_and_a_list_of_tracks_are_a_data_set() {
    let folder = bench();
    let tracks: Vec<String> = (0..12).map(|track| format!("song-{track}")).collect();
    let mut stack = crossfold::dataset::Stack::new(32, None).unwrap();
    for (at, track) in tracks.iter().enumerate() {
        let values = (at * 640..(at + 1) * 640).map(|at| ((at * 37) % 101) as f64 - 80.0);
        let block =
            crossfold::dataset::Block { length: 22_050, width: 32, values: values.collect() };
        stack.add(Path::new(&format!("{track}.wav")), &block).unwrap();
    }
    let (path, half) = (folder.path().join("mine.npz"), crossfold::dataset::Precision::Half);
    stack.write(&path, true, half).unwrap();
    fs::write(folder.path().join("mine.tracks.txt"), stack.names()).unwrap();
    let facts = |track: &String| {
        format!(
            "{track},{}\n",
            if track.ends_with(['0', '2', '4', '6', '8']) { "even" } else { "odd" }
        )
    };
    let index = tracks.iter().map(facts).collect::<String>();
    fs::write(folder.path().join("genres.csv"), format!("track,genre\n{index}")).unwrap();
    let text = "\
question: Can an array be read?
dataset: { tensor: mine.npz, array: features, index: genres.csv }
protocol: { folds: 2 }
features: { shapes: { blocks: [shape] } }
models: [majority, knn]
";
    write(folder.path(), text);
    let output = crossfold(folder.path(), &["run", "trial.yaml"]);
    assert!(output.status.success(), "{}", err(&output));
    for (right, wrong, said) in [
        ("array: features, ", "array: male, ", "there is no array `male`; the file holds features"),
        (", index: genres.csv", "", "`song-0` is no track of GTZAN"),
        ("index", "tracks: genres.csv, index", "line 1: genres.csv does not list `track,genre`"),
        ("blocks: [shape]", "columns: all", "this data set has no table of columns"),
    ] {
        write(folder.path(), &text.replacen(right, wrong, 1));
        let output = crossfold(folder.path(), &["run", "trial.yaml"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains(said), "{}", err(&output));
    }
    fs::write(folder.path().join("mine.tracks.txt"), tracks[1..].join("\n")).unwrap();
    write(folder.path(), text);
    let output = crossfold(folder.path(), &["run", "trial.yaml"]);
    assert!(err(&output).contains("it has 12 rows, but 11 tracks are listed"), "{}", err(&output));
}

#[test]
fn list_names_every_model_with_its_parameters() {
    let folder = bench();
    let output = crossfold(folder.path(), &["list"]);
    for name in crossfold::models::Model::NAMES {
        assert!(out(&output).contains(name), "{name}");
    }
    let output = crossfold(folder.path(), &["list", "--model", "knn", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(said["models"][0]["parameters"]["k"]["minimum"], 1);
    let output = crossfold(folder.path(), &["list", "--model", "knm"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("did you mean `knn`?"));
}
