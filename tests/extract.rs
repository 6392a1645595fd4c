//! `crossfold extract` and folders of sound as data sets, on sounds made here.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

use std::f32::consts::TAU;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A 16-bit mono WAV file of one second.
fn wav(frequency: f32) -> Vec<u8> {
    let rate = 22_050_u32;
    let samples: Vec<i16> = (0..rate)
        .map(|i| ((TAU * frequency * i as f32 / rate as f32).sin() * 12_000.0) as i16)
        .collect();
    let size = samples.len() as u32 * 2;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

/// A folder with two genres of four clips.
fn music() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for clip in 0..4_u8 {
        for (genre, base) in [("low", 100.0), ("high", 4000.0)] {
            let path = folder.path().join(format!("music/{genre}/clip{clip}.wav"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, wav(base * (1.0 + f32::from(clip) / 10.0))).unwrap();
        }
    }
    folder
}

fn crossfold(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crossfold"))
        .args(arguments)
        .current_dir(folder)
        .env("CROSSFOLD_CACHE", folder.join("cache"))
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

fn said(output: &Output) -> serde_json::Value {
    serde_json::from_str(&out(output)).unwrap_or_else(|_| panic!("{}{}", out(output), err(output)))
}

#[test]
fn a_second_run_extracts_nothing_and_a_changed_clip_just_itself() {
    let folder = music();
    let extract = ["extract", "music", "-o", "features.csv", "--json"];
    let first = said(&crossfold(folder.path(), &extract));
    assert_eq!((&first["clips"], &first["from_cache"]), (&8.into(), &0.into()));
    let table = fs::read(folder.path().join("features.csv")).unwrap();
    let again = said(&crossfold(folder.path(), &extract));
    assert_eq!(again["from_cache"], 8);
    assert_eq!(fs::read(folder.path().join("features.csv")).unwrap(), table);
    fs::write(folder.path().join("music/low/clip0.wav"), wav(300.0)).unwrap();
    assert_eq!(said(&crossfold(folder.path(), &extract))["from_cache"], 7);
    let other = ["extract", "music", "-o", "b.csv", "--recipe", "librosa-0.11", "--json"];
    assert_eq!(said(&crossfold(folder.path(), &other))["from_cache"], 0);
    let anew = ["extract", "music", "-o", "c.csv", "--no-cache", "--json"];
    assert_eq!(said(&crossfold(folder.path(), &anew))["from_cache"], 0);
    let one = ["extract", "music", "-o", "d.csv", "--no-cache", "--jobs", "1"];
    assert!(crossfold(folder.path(), &one).status.success());
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("c.csv"), read("d.csv"), "the same on any number of threads");
}

#[test]
fn a_torn_cache_file_is_made_again() {
    let folder = music();
    let extract = ["extract", "music", "-o", "features.csv", "--json"];
    crossfold(folder.path(), &extract);
    let table = fs::read(folder.path().join("features.csv")).unwrap();
    let mut torn = 0;
    for shelf in fs::read_dir(folder.path().join("cache")).unwrap() {
        for file in fs::read_dir(shelf.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
            torn += 1;
        }
    }
    assert_eq!(torn, 8);
    assert_eq!(said(&crossfold(folder.path(), &extract))["from_cache"], 0);
    assert_eq!(fs::read(folder.path().join("features.csv")).unwrap(), table);
}

#[test]
fn one_bad_clip_is_named_and_the_rest_goes_on() {
    let folder = music();
    fs::write(folder.path().join("music/low/notes.wav"), "this is no sound").unwrap();
    let output = crossfold(folder.path(), &["extract", "music", "-o", "features.csv"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("music/low/notes.wav"), "{}", err(&output));
    assert!(out(&output).contains("8 of 9 clips"), "{}", out(&output));
    let rows = fs::read_to_string(folder.path().join("features.csv")).unwrap();
    assert_eq!(rows.lines().count(), 9);
    let strict = ["extract", "music", "-o", "strict.csv", "--strict"];
    let output = crossfold(folder.path(), &strict);
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.path().join("strict.csv").exists());
}

#[test]
fn segments_are_rows_and_sequences_are_arrays() {
    let folder = music();
    let segments = ["extract", "music", "-o", "s.parquet", "--segments", "0.5", "--json"];
    assert_eq!(said(&crossfold(folder.path(), &segments))["rows"], 16);
    let frames = [
        "extract",
        "music",
        "-o",
        "f.npz",
        "--recipe",
        "log-mel,chroma",
        "--frames",
        "20",
        "--half",
    ];
    let output = crossfold(folder.path(), &frames);
    assert!(output.status.success(), "{}", err(&output));
    let tensor =
        crossfold::dataset::Tensor::read(&folder.path().join("f.npz"), Some("features")).unwrap();
    assert_eq!(tensor.shape, [8, 20, 140]);
    let names = fs::read_to_string(folder.path().join("f.tracks.txt")).unwrap();
    assert_eq!(names.lines().count(), 8);
}

/// The sequences that a recipe gives for `music`.
fn sequences(folder: &Path, recipe: &str) -> crossfold::dataset::Tensor {
    let output = crossfold(folder, &["extract", "music", "-o", "f.npy", "--recipe", recipe]);
    assert!(output.status.success(), "{}", err(&output));
    crossfold::dataset::Tensor::read(&folder.join("f.npy"), None).unwrap()
}

#[test]
fn a_recipe_file_says_what_names_cannot() {
    let folder = music();
    let all = sequences(folder.path(), "log-mel,chroma");
    fs::write(folder.path().join("thin.yaml"), "columns: [log-mel, chroma]\nevery: 2\n").unwrap();
    let thin = sequences(folder.path(), "thin.yaml");
    let ([clips, frames, width], [_, half, _]) = (&all.shape[..], &thin.shape[..]) else {
        panic!("{:?} and {:?}", all.shape, thin.shape)
    };
    assert_eq!(thin.shape, [*clips, frames.div_ceil(2), *width]);
    let frame = |tensor: &crossfold::dataset::Tensor, frames: &usize, clip, at| {
        let start = (clip * frames + at) * width;
        tensor.values[start..start + width].to_vec()
    };
    for clip in 0..*clips {
        for at in 0..*half {
            assert_eq!(frame(&thin, half, clip, at), frame(&all, frames, clip, 2 * at));
        }
    }
    let text = "columns: [mfcc]\nhop: 1024\ncoefficients: 13\ndeltas: 2\npadding: zero\n";
    fs::write(folder.path().join("slopes.yml"), text).unwrap();
    assert_eq!(sequences(folder.path(), "slopes.yml").shape, [8, 22_050 / 1024 + 1, 3 * 13]);
}

#[test]
fn the_recipe_file_in_the_help_is_the_default() {
    let folder = music();
    let help = out(&crossfold(folder.path(), &["extract", "--help"]));
    let lines = help.lines().skip_while(|line| !line.starts_with("A recipe file may say"));
    let text: Vec<&str> =
        lines.skip(1).take_while(|line| !line.is_empty()).map(str::trim).collect();
    assert_eq!(text.len(), 8, "{help}");
    fs::write(folder.path().join("default.yaml"), text.join("\n")).unwrap();
    assert_eq!(sequences(folder.path(), "default.yaml"), sequences(folder.path(), "mfcc"));
}

#[test]
fn a_mistake_in_a_recipe_file_shows_its_line() {
    let folder = music();
    let message = |text: &str| {
        fs::write(folder.path().join("bad.yaml"), text).unwrap();
        let output =
            crossfold(folder.path(), &["extract", "music", "-o", "f.npz", "--recipe", "bad.yaml"]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        err(&output)
    };
    insta::assert_snapshot!(
        [
            message("columns: [mfcc]\nhopp: 1024\n"),
            message("columns:\n  - mfcc\n  - chorma\n"),
            message("frame: 4096\nhop: 0\n"),
            message("hop: fast\n"),
            message("frame: 256\n"),
            message("padding: mirror\n"),
            message("columns: [mfcc\n"),
            message("- mfcc\n"),
            message("\n"),
        ]
        .join("\n")
    );
    let output =
        crossfold(folder.path(), &["extract", "music", "-o", "f.npz", "--recipe", "no.yaml"]);
    assert!(err(&output).contains("cannot read no.yaml"), "{}", err(&output));
}

#[test]
fn wrong_words_are_refused_before_any_work() {
    let folder = music();
    for (arguments, part) in [
        (vec!["extract", "music", "-o", "f.csv", "--recipe", "kagle"], "did you mean `kaggle`?"),
        (vec!["extract", "music", "-o", "f.txt"], ".csv, .parquet, .npz or .npy"),
        (vec!["extract", "music", "-o", "f.npz"], "arrays are for framewise features"),
        (vec!["extract", "nowhere", "-o", "f.csv"], "cannot read nowhere"),
        (vec!["extract", "cache-less", "-o", "f.csv"], "cache-less"),
        (vec!["extract", "music", "-o", "f.csv", "--segments", "0"], "segments.seconds"),
    ] {
        let output = crossfold(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        assert!(err(&output).contains(part), "{arguments:?}: {}", err(&output));
    }
}

#[test]
fn a_folder_of_sound_is_a_data_set() {
    let folder = music();
    let text = "\
question: Low or high?
dataset: { audio: music, segments: 0.5 }
protocol: { folds: 4 }
features: { all: { columns: all } }
models: [majority, { knn: { k: 1 } }]
";
    fs::write(folder.path().join("pitch.yaml"), text).unwrap();
    let output = crossfold(folder.path(), &["run", "pitch.yaml", "--json"]);
    let said = said(&output);
    assert_eq!((&said["dataset"]["tracks"], &said["dataset"]["rows"]), (&8.into(), &16.into()));
    assert_eq!(said["contenders"][1]["accuracy"], 1.0, "{}", err(&output));
    let record = crossfold::experiment::Record::read(&folder.path().join("results/pitch")).unwrap();
    for fold in &record.folds {
        for &unit in &fold.test {
            let track = &record.units[unit].track;
            assert!(fold.train.iter().all(|&other| record.units[other].track != *track));
        }
    }
    let by_artist = text.replace("folds: 4", "folds: 4, group: artist");
    fs::write(folder.path().join("pitch.yaml"), by_artist).unwrap();
    let output = crossfold(folder.path(), &["run", "pitch.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("needs to know who plays"), "{}", err(&output));
}

#[test]
fn an_index_names_genres_and_artists() {
    let folder = music();
    let mut index = String::from("path,genre,artist\n");
    for clip in 0..4 {
        index += &format!("low/clip{clip}.wav,deep,{}\n", clip / 2);
        index += &format!("high/clip{clip}.wav,bright,{}\n", 2 + clip / 2);
    }
    fs::write(folder.path().join("index.csv"), &index).unwrap();
    let text = "\
question: Deep or bright?
dataset: { audio: music, index: index.csv }
protocol: { folds: 2, group: artist }
features: { all: { columns: all } }
models: [majority, { knn: { k: 1 } }]
";
    fs::write(folder.path().join("pitch.yaml"), text).unwrap();
    let output = crossfold(folder.path(), &["run", "pitch.yaml", "--json"]);
    assert_eq!(said(&output)["contenders"][1]["accuracy"], 1.0, "{}", err(&output));
    fs::remove_file(folder.path().join("music/low/clip0.wav")).unwrap();
    let output = crossfold(folder.path(), &["run", "pitch.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("which is not there"), "{}", err(&output));
}
