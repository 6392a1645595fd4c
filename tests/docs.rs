//! Every command that README.md and docs/ show is run, as a newcomer would run it.
//!
//! Blocks marked `sh` are run file by file, top to bottom, in a copy of what the repository holds,
//! without GTZAN and without a network. `cargo run --` is the program as it is built for the tests. What
//! needs a cluster, a server or a network is marked `text`, or `sh` with another word behind it.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crossfold::audio::synth;

/// What a block of commands finds: the program under both names it has in the documents, and tests
/// that are not run inside this one.
const PRELUDE: &str = r#"
set -euo pipefail
cargo() {
  case "$1" in
    run) while [ "$1" != -- ]; do shift; done; shift; crossfold "$@" ;;
    test) ;;
    *) echo "the documents show cargo $1, which this test does not know" >&2; return 1 ;;
  esac
}
"#;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and the pages under docs/, by name.
fn documents() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    found.push(root().join("README.md"));
    found.sort();
    found
}

/// The fenced blocks of a document: line number, what stands behind the fence, text.
fn blocks(text: &str) -> Vec<(usize, &str, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, &str, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some((number + 1, language, String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some((.., block))) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A folder as a clone leaves it, as far as commands look at it, and music of the reader's own.
fn clone() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["data", "experiments", "results", "docs", "tests/audio"] {
        copy(&root().join(part), &folder.path().join(part));
    }
    for file in ["README.md", "CHANGELOG.md", "Cargo.toml"] {
        fs::copy(root().join(file), folder.path().join(file)).unwrap();
    }
    // A dataset that was fetched is not part of a clone.
    for taken in ["data/gtzan/genres", "data/features_30_sec.csv"] {
        assert!(!folder.path().join(taken).exists(), "{taken} is not to be committed");
    }
    for (genre, hertz) in [("hum", 110.0), ("whistle", 1760.0)] {
        let music = folder.path().join("music").join(genre);
        fs::create_dir_all(&music).unwrap();
        for clip in 0..6 {
            let signal = synth::sine(hertz * (1.0 + 0.02 * f64::from(clip)), 3.0, 22_050);
            fs::write(music.join(format!("{genre}.{clip}.wav")), wav(signal.samples())).unwrap();
        }
    }
    folder
}

/// 16 bit, mono, 22,050 Hz.
#[allow(clippy::cast_possible_truncation)]
fn wav(samples: &[f32]) -> Vec<u8> {
    let bytes = u32::try_from(2 * samples.len()).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(22_050_u32.to_le_bytes());
    file.extend(44_100_u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|value| ((value * 20_000.0) as i16).to_le_bytes()));
    file
}

#[test]
fn every_command_block_runs() {
    let program = Path::new(env!("CARGO_BIN_EXE_crossfold"));
    let mut search = vec![program.parent().unwrap().to_owned()];
    search.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let search = std::env::join_paths(search).unwrap();
    let mut ran = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let shown = document.strip_prefix(root()).unwrap().display().to_string();
        let folder = clone();
        for (line, language, block) in blocks(&text) {
            if language != "sh" {
                continue;
            }
            let output = Command::new("bash")
                .args(["-c", &format!("{PRELUDE}{block}")])
                .current_dir(folder.path())
                .env("PATH", &search)
                .env("HOME", folder.path().join("home"))
                .env("XDG_CACHE_HOME", folder.path().join("home/.cache"))
                .env_remove("CROSSFOLD_DATA")
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{shown}:{line}\n{block}\n{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            ran += 1;
        }
    }
    println!("{ran} blocks ran");
    assert!(ran >= 12, "only {ran} blocks were found");
}

/// What a command prints on stdout, its numbers masked: they are other ones on other processors.
fn masked(text: &str) -> Vec<String> {
    let digits =
        |word: &str| word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let words = |line: &str| -> Vec<String> { line.split_whitespace().map(digits).collect() };
    // How many digits a number of seconds has, hangs on the machine.
    let number = |word: String| if word.contains("0.0") { "0.0".to_owned() } else { word };
    text.lines()
        .map(|line| words(line).into_iter().map(number).collect::<Vec<_>>().join(" "))
        .collect()
}

/// `<!-- prints: ARGUMENTS -->` stands before a block that is what the program prints to them.
/// `CROSSFOLD_UPDATE=1 cargo test --test docs` writes it anew.
#[test]
fn what_is_said_to_be_printed_is_printed() {
    const MARK: &str = "<!-- prints: ";
    let mut found = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let mut renewed = text.clone();
        for part in text.split(MARK).skip(1) {
            let (arguments, rest) = part.split_once(" -->\n\n```text\n").unwrap();
            let shown = &rest[..rest.find("```\n").unwrap()];
            let folder = clone();
            let output = Command::new(env!("CARGO_BIN_EXE_crossfold"))
                .args(arguments.split(' '))
                .current_dir(folder.path())
                .env("HOME", folder.path())
                .env("XDG_CACHE_HOME", folder.path())
                .env_remove("CROSSFOLD_DATA")
                .output()
                .unwrap();
            let printed = String::from_utf8(output.stdout).unwrap();
            let printed: String = printed
                .trim_start_matches('\n')
                .lines()
                .map(|it| format!("{}\n", it.trim_end()))
                .collect();
            if std::env::var_os("CROSSFOLD_UPDATE").is_some() {
                let block = |text: &str| format!("{MARK}{arguments} -->\n\n```text\n{text}```\n");
                renewed = renewed.replace(&block(shown), &block(&printed));
            } else {
                assert_eq!(masked(shown), masked(&printed), "{}: {arguments}", document.display());
            }
            found += 1;
        }
        if renewed != text {
            fs::write(&document, renewed).unwrap();
        }
    }
    assert!(found > 0, "no output is shown");
}

/// The places that links of a document point to.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.split("](").skip(1) {
        let end = part.find(')').unwrap_or(part.len());
        found.push(part[..end].to_owned());
    }
    found
}

#[test]
fn every_link_inside_the_repository_leads_somewhere() {
    let more = [
        "METHOD.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "data/gtzan/README.md",
        "benches/RESULTS.md",
    ];
    let more = more.map(|file| root().join(file)).into_iter().filter(|file| file.exists());
    for document in documents().into_iter().chain(more) {
        let text = fs::read_to_string(&document).unwrap();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, place) = link.split_once('#').unwrap_or((&link, ""));
            let target = document.parent().unwrap().join(file);
            let target = if file.is_empty() { document.clone() } else { target };
            assert!(target.exists(), "{}: {link} leads nowhere", document.display());
            if !place.is_empty() {
                let headings = headings(&fs::read_to_string(&target).unwrap());
                assert!(
                    headings.iter().any(|heading| heading == place),
                    "{}: {link} names no heading",
                    document.display()
                );
            }
        }
    }
}

/// Headings of a document as links name them.
fn headings(text: &str) -> Vec<String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    titles
        .map(|title| {
            let words = title.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}
