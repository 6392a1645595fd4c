//! A report in every format, as the command writes it.

#![allow(clippy::unwrap_used)] // a failed step fails the test

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A copy of a committed record, without the report that was written of it.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/dense");
    for name in ["record.json", "predictions.parquet"] {
        fs::copy(record.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn report(folder: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crossfold"))
        .args(["report", "."])
        .args(more)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .output()
        .unwrap()
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn all_formats_tell_the_same_of_a_record() {
    let folder = copy();
    let output = report(folder.path(), &["--format", "all"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (markdown, html) = (read(&folder, "report.md"), read(&folder, "report.html"));
    let (latex, csv) = (read(&folder, "table.tex"), read(&folder, "table.csv"));
    let cost = read(&folder, "calibration.tex");
    let title = |text: &str, name: &str| {
        let head = text.lines().next().unwrap().split(',').position(|it| it == name).unwrap();
        let line = text.lines().find(|line| line.starts_with("dense,")).unwrap();
        line.split(',').nth(head).unwrap().parse::<f64>().unwrap()
    };
    let accuracy = format!("{:.1}", 100.0 * title(&csv, "accuracy"));
    let brier = format!("{:.3}", title(&csv, "brier"));
    for (text, sought) in [
        (&markdown, format!("| {accuracy} |")),
        (&html, format!("<td class=\"number\">{accuracy}</td>")),
        (&latex, format!(" & {accuracy} & ")),
        (&markdown, format!("| {brier} |")),
        (&html, format!("<td class=\"number\">{brier}</td>")),
        (&cost, format!(" & {brier} & ")),
    ] {
        assert!(text.contains(&sought), "{sought}");
    }
    for heading in ["Calibration and cost", "Most confidently wrong", "Genres confused most"] {
        assert!(markdown.contains(&format!("## {heading}\n")), "{heading}");
        assert!(html.contains(&format!("<h2>{heading}</h2>")), "{heading}");
    }
    assert!(folder.path().join("figures/reliability.svg").is_file());
    assert!(folder.path().join("figures/reliability.png").is_file());
}

#[test]
fn formats_can_be_joined_and_repeated_and_no_other_file_is_written() {
    let folder = copy();
    let output = report(folder.path(), &["--format", "csv,latex", "--format", "html"]);
    assert!(output.status.success());
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "calibration.tex",
            "predictions.parquet",
            "record.json",
            "report.html",
            "table.csv",
            "table.tex",
        ]
    );
}

#[test]
fn an_unknown_format_is_answered_with_the_known_ones() {
    let folder = copy();
    let output = report(folder.path(), &["--format", "pdf"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    insta::assert_snapshot!(said.trim(), @r"
    error: invalid value 'pdf' for '--format <FORMAT>'
      [possible values: markdown, html, latex, csv, all]

    For more information, try '--help'.
    ");
    assert!(!folder.path().join("report.md").exists());
}
