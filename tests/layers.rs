//! Who may import whom, enforced: data flows one way.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and what it may import, leaves aside.
const MAY_IMPORT: [(&str, &[&str]); 12] = [
    ("matrix", &[]),
    ("audio", &[]),
    ("features", &["audio"]),
    ("dataset", &["audio", "features"]),
    ("split", &["dataset"]),
    ("models", &["features", "dataset", "split"]),
    ("evaluation", &[]),
    ("experiment", &["audio", "features", "dataset", "split", "models", "evaluation"]),
    ("engine", &["experiment", "models", "evaluation", "dataset"]),
    ("report", &["audio", "features", "split", "experiment", "models", "evaluation"]),
    ("web", &["audio", "features", "dataset", "models", "evaluation", "experiment", "report"]),
    (
        "cli",
        &[
            "audio",
            "features",
            "dataset",
            "split",
            "models",
            "evaluation",
            "experiment",
            "engine",
            "report",
            "web",
        ],
    ),
];

/// Modules that everyone may import and that import nothing of ours.
const LEAVES: [&str; 8] =
    ["atomic", "bounds", "matrix", "registry", "seed", "vectors", "watch", "workers"];

/// Foreign libraries and the only places that may name them.
const DOORS: [(&str, &[&str]); 24] = [
    ("symphonia", &["audio/"]),
    ("rubato", &["audio/"]),
    ("realfft", &["features/"]),
    ("polars", &["dataset/", "experiment/"]),
    ("linfa_svm", &["models/svm"]),
    ("linfa_trees", &["models/"]),
    ("smartcore", &["models/"]),
    ("burn", &["models/"]),
    ("pulp", &["vectors.rs", "matrix/", "audio/flac/", "models/layers/", "models/svm/"]),
    ("nalgebra", &["matrix.rs"]),
    ("plotters", &["report/figures"]),
    ("axum", &["web/"]),
    ("clap_complete", &["cli/completions"]),
    ("clap_mangen", &["cli/man"]),
    ("base64", &["web/"]),
    ("http_body_util", &["web/"]),
    ("hyper", &["web/"]),
    ("hyper_util", &["web/"]),
    ("tokio", &["web/"]),
    ("ureq", &["dataset/fetch/"]),
    ("tar", &["dataset/fetch/"]),
    ("flate2", &["dataset/fetch/"]),
    ("md5", &["dataset/fetch/"]),
    ("serde_yaml", &["experiment/", "models/dense/tests", "models/cnn/tests"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Path under `src` with forward slashes, and the text.
fn files() -> Vec<(String, String)> {
    sources(&root())
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The modules that a text names behind `crate::`.
fn imports(text: &str) -> Vec<&str> {
    text.split("crate::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn nothing_points_left() {
    let may: BTreeMap<_, _> = MAY_IMPORT.into_iter().collect();
    let mut wrong = Vec::new();
    for (file, text) in files() {
        let Some((module, _)) = file.split_once('/') else {
            let name = file.trim_end_matches(".rs");
            if LEAVES.contains(&name) {
                let own = |import: &&str| *import != name && !import.starts_with("macro");
                wrong.extend(
                    imports(&text).into_iter().filter(own).map(|to| format!("{file} → {to}")),
                );
            }
            continue;
        };
        let allowed = may.get(module).unwrap_or_else(|| panic!("`{module}` stands in no layer"));
        for import in imports(&text) {
            let known = may.contains_key(import) && !LEAVES.contains(&import);
            if known && import != module && !allowed.contains(&import) {
                wrong.push(format!("{file} → {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the flow of data:\n{}", wrong.join("\n"));
}

#[test]
fn each_foreign_library_has_one_door() {
    let mut wrong = Vec::new();
    for (file, text) in files() {
        for (library, doors) in DOORS {
            let names = [format!("use {library}::"), format!("{library}::")];
            let uses = text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//")
                    && names.iter().any(|name| {
                        line.match_indices(name.as_str()).any(|(at, _)| {
                            !line[..at]
                                .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                        })
                    })
            });
            if uses && !doors.iter().any(|door| file.starts_with(door)) {
                wrong.push(format!("{file} uses {library}"));
            }
        }
    }
    assert!(wrong.is_empty(), "libraries used beside their door:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_prints() {
    for (file, text) in files() {
        if file.starts_with("cli/") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            let prints = ["println!", "eprintln!", "print!(", "eprint!(", "dbg!"];
            let prints = !code.starts_with("//") && prints.iter().any(|name| code.contains(name));
            assert!(!prints, "src/{file}:{} prints: {line}", number + 1);
        }
    }
}

#[test]
fn every_learner_is_registered() {
    let registry = fs::read_to_string(root().join("models/mod.rs")).unwrap();
    for (file, text) in files().into_iter().filter(|(file, _)| file.starts_with("models/")) {
        for rest in text.split("impl Learner for ").skip(1) {
            let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            let in_tests = text.find("#[cfg(test)]").is_some_and(|tests| {
                text.find(&format!("impl Learner for {name}")).is_some_and(|at| at > tests)
            });
            let line = format!("::{name}),");
            assert!(in_tests || registry.contains(&line), "{file}: `{name}` has no registry line");
        }
    }
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    for (file, text) in files() {
        let lines = text.lines().count();
        assert!(lines <= 500, "src/{file} has {lines} lines; one thing a file");
    }
}
