//! A model in use: trained, shown, and asked about sound.

#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use common::{command, crossfold, err, out, succeeds};
use crossfold::audio::{RATE, Signal, synth};
use crossfold::seed::Seed;
use serde_json::Value;

const SMALL: &str = "\
question: Which small model?
dataset: gtzan-mini
protocol: { folds: 5 }
features:
  rows: { columns: all, scale: standard }
models:
  - majority
  - svm: { library: crossfold }
";

/// A signal as a 16-bit WAV file.
fn wav(signal: &Signal) -> Vec<u8> {
    let samples: Vec<u8> = signal
        .samples()
        .iter()
        .flat_map(|value| ((value.clamp(-1.0, 1.0) * 32767.0) as i16).to_le_bytes())
        .collect();
    let number = |value: usize| (value as u32).to_le_bytes();
    [
        b"RIFF".as_slice(),
        &number(36 + samples.len()),
        b"WAVEfmt ",
        &number(16),
        &[1, 0, 1, 0],
        &number(RATE as usize),
        &number(2 * RATE as usize),
        &[2, 0, 16, 0],
        b"data",
        &number(samples.len()),
        &samples,
    ]
    .concat()
}

fn noise(seconds: f64) -> Vec<u8> {
    wav(&synth::noise(Seed::new(1), seconds, RATE))
}

#[test]
fn a_contender_is_trained_shown_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("small.yaml"), SMALL).unwrap();
    let output = crossfold(folder, &["train", "small.yaml", "-o", "best.cfm"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("make one by `crossfold run small.yaml`"), "{}", err(&output));
    succeeds(folder, &["run", "small.yaml"]);
    let said = succeeds(folder, &["train", "small.yaml", "-o", "best.cfm"]);
    assert!(said.contains("contender     svm"), "the best is taken: {said}");
    let shown = succeeds(folder, &["model", "show", "best.cfm"]);
    assert!(shown.contains("stratified 5-fold × 1 over tracks"), "{shown}");
    assert!(shown.contains("recall %") && shown.contains("unsure below"), "{shown}");
    let card: Value =
        serde_json::from_str(&succeeds(folder, &["model", "show", "best.cfm", "--json"])).unwrap();
    assert_eq!(card["genres"].as_array().unwrap().len(), 10);

    fs::create_dir(folder.join("music")).unwrap();
    fs::write(folder.join("music/one.wav"), noise(6.0)).unwrap();
    fs::write(folder.join("music/two.wav"), wav(&synth::sine(440.0, 4.0, RATE))).unwrap();
    let ask = ["predict", "music", "--model", "best.cfm"];
    let said: Value =
        serde_json::from_str(&succeeds(folder, &[&ask[..], &["--json", "--timeline"]].concat()))
            .unwrap();
    let clips = said["clips"].as_array().unwrap();
    assert_eq!(clips.len(), 2);
    let genres = clips[0]["genres"].as_array().unwrap();
    let shares: Vec<f64> = genres.iter().map(|it| it["probability"].as_f64().unwrap()).collect();
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(shares.is_sorted_by(|one, other| one >= other));
    assert_eq!(clips[0]["timeline"].as_array().unwrap().len(), 2);
    assert_eq!(clips[0]["similar"].as_array().unwrap().len(), 3);
    let csv = succeeds(folder, &[&ask[..], &["--csv"]].concat());
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().starts_with("clip,genre,sure,entropy,blues,"), "{csv}");
    assert_eq!(lines.count(), 2);
    let table = succeeds(folder, &[&ask[..], &["--timeline"]].concat());
    assert!(table.contains("music/one.wav") && table.contains("  3.0 to   6.0 s"), "{table}");
    // The same whatever the number of threads.
    let jobs = |jobs| succeeds(folder, &[&ask[..], &["--csv", "--jobs", jobs]].concat());
    assert_eq!(jobs("1"), jobs("3"));
}

#[test]
fn without_a_model_the_embedded_one_answers_and_says_so_and_stdin_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = command(folder.path(), &["predict", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    run.stdin.take().unwrap().write_all(&noise(3.0)).unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", err(&output));
    assert!(err(&output).contains("trained on 100 tracks"), "{}", err(&output));
    let said: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(
        (said["demo"].as_bool(), said["clips"][0]["clip"].as_str()),
        (Some(true), Some("stdin"))
    );
    assert!(succeeds(folder.path(), &["model", "show"]).contains("only 100 tracks"));
}

#[test]
fn what_cannot_be_heard_is_named_and_the_rest_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("good.wav", &noise(2.0));
    write("short.wav", &noise(0.3));
    write("text.wav", b"this is no sound");
    write("empty.wav", b"");
    let files = ["good.wav", "short.wav", "text.wav", "empty.wav"];
    let output = crossfold(folder.path(), &[&["predict"], &files[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(out(&output).contains("good.wav"), "{}", out(&output));
    let said = err(&output);
    for name in &files[1..] {
        assert!(said.contains(name), "{name}: {said}");
    }
    assert!(said.contains("less than 1 s cannot be judged"), "{said}");
    let output = crossfold(folder.path(), &["predict", "good.wav", "--model", "text.wav"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("text.wav: it is no model of crossfold"), "{}", err(&output));
    let output = crossfold(folder.path(), &["predict", "nowhere.wav"]);
    assert_eq!(output.status.code(), Some(2));
    let long = crossfold(folder.path(), &["predict", "good.wav", "--max-seconds", "1"]);
    assert_eq!(long.status.code(), Some(2), "{}", out(&long));
}

#[test]
fn what_cannot_be_trained_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let train = |extra: &[&str]| -> String {
        let output = crossfold(folder, &[&["train", "small.yaml", "-o", "m.cfm"], extra].concat());
        assert_eq!(output.status.code(), Some(2), "{}", out(&output));
        assert!(!folder.join("m.cfm").exists());
        err(&output)
    };
    fs::write(folder.join("small.yaml"), SMALL).unwrap();
    succeeds(folder, &["run", "small.yaml"]);
    assert!(train(&["--model", "svn"]).contains("did you mean `svm`?"));
    fs::write(folder.join("small.yaml"), SMALL.replace("folds: 5", "folds: 4")).unwrap();
    assert!(train(&[]).contains("nobody knows how well the model does"));
    // Columns that no sound gives.
    let mut table = String::from("filename,charm,label\n");
    for track in 0..20 {
        table += &format!(
            "t{track:05}.wav,{},{}\n",
            track + 100 * (track % 2),
            ["blues", "pop"][track % 2]
        );
    }
    fs::write(folder.join("own.csv"), table).unwrap();
    fs::write(folder.join("small.yaml"), SMALL.replace("gtzan-mini", "{ table: own.csv }"))
        .unwrap();
    succeeds(folder, &["run", "small.yaml"]);
    assert!(train(&[]).contains("the column `charm`, which this program cannot compute"));
}

#[test]
fn one_error_says_where_to_write() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.yaml"), SMALL).unwrap();
    succeeds(folder.path(), &["run", "small.yaml"]);
    let output = crossfold(folder.path(), &["train", "small.yaml", "-o", "small.yaml/x.cfm"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains(&format!("cannot write {}", Path::new("small.yaml/x.cfm").display()))
    );
}
