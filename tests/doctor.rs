//! `doctor`, `completions` and `man`: what the program says of its surroundings and of itself.

#![allow(clippy::unwrap_used)] // a failed step fails the test

mod common;

use std::fs;
use std::path::Path;

use common::{command, crossfold, out, succeeds};
use serde_json::Value;

fn finding<'a>(said: &'a Value, what: &str) -> &'a Value {
    said["findings"].as_array().unwrap().iter().find(|it| it["what"] == what).unwrap()
}

fn doctor(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = crossfold(folder, &[&["doctor", "--json"], arguments].concat());
    (output.status.code(), serde_json::from_str(&out(&output)).unwrap())
}

#[test]
fn without_the_full_data_all_that_is_needed_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = doctor(folder.path(), &[]);
    assert_eq!((code, &said["well"]), (Some(0), &Value::Bool(true)), "{said}");
    assert_eq!(finding(&said, "data")["state"], "note");
    let mini = finding(&said, "stand-in")["said"].as_str().unwrap();
    assert!(mini.starts_with("GTZAN-mini, 100 tracks"), "{mini}");
    let devices = finding(&said, "devices")["said"].as_str().unwrap();
    assert!(devices.starts_with("cpu (always)"), "{devices}");
    for what in ["crossfold", "system", "memory", "SIMD", "cache", "results", "SLURM"] {
        assert!(!finding(&said, what)["said"].as_str().unwrap().is_empty());
    }
    let text = succeeds(folder.path(), &["doctor"]);
    assert_eq!(text.lines().filter(|line| line.starts_with("ok ")).count(), 9, "{text}");
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "looking leaves nothing");
}

#[test]
fn what_was_named_and_is_not_there_is_wrong_and_has_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |said: &Value, what: &str, words: &str| {
        let found = finding(said, what);
        assert_eq!(found["state"], "wrong", "{found}");
        assert!(found["said"].as_str().unwrap().contains(words), "{found}");
        assert!(found["remedy"].is_string());
    };
    let (code, said) = doctor(folder.path(), &["--data", "nowhere"]);
    assert_eq!(code, Some(1));
    wrong(&said, "data", "nowhere (by --data) is no folder");
    fs::create_dir(folder.path().join("empty")).unwrap();
    let mut named = command(folder.path(), &["doctor", "--json"]);
    let output = named.env("CROSSFOLD_DATA", "empty").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = serde_json::from_str(&out(&output)).unwrap();
    wrong(&said, "data", "empty (by CROSSFOLD_DATA) holds no features_30_sec.csv");
    fs::write(folder.path().join("empty/features_30_sec.csv"), "a,b\n1\n").unwrap();
    let (code, said) = doctor(folder.path(), &["--data", "empty"]);
    assert_eq!(code, Some(1));
    wrong(&said, "data", "features_30_sec.csv");
    fs::write(folder.path().join("file"), "").unwrap();
    let (code, said) = doctor(folder.path(), &["--results", "file"]);
    assert_eq!(code, Some(1));
    wrong(&said, "results", "it cannot be written to");
}

#[test]
fn every_shell_gets_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = succeeds(folder.path(), &["completions", shell]);
        for word in ["run-cells", "doctor", "strict", "plan"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(crossfold(folder.path(), &["completions", "tcl"]).status.code(), Some(2));
}

#[test]
fn every_command_has_its_page_and_the_program_prints_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let said = succeeds(folder.path(), &["man", "--out", "man1"]);
    let mut pages: Vec<String> = fs::read_dir(folder.path().join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    pages.sort();
    assert!(said.starts_with(&format!("{} pages", pages.len())), "{said}");
    for page in ["crossfold.1", "crossfold-run.1", "crossfold-model-show.1", "crossfold-man.1"] {
        assert!(pages.iter().any(|it| it == page), "{page} is not of {pages:?}");
    }
    let run = fs::read_to_string(folder.path().join("man1/crossfold-run.1")).unwrap();
    assert!(run.contains(".TH crossfold-run 1") && run.contains("experiments/dense.yaml"), "{run}");
    let printed = succeeds(folder.path(), &["man"]);
    let written = fs::read_to_string(folder.path().join("man1/crossfold.1")).unwrap();
    assert_eq!(printed, written);
}
