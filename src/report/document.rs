//! `report.md`: a record to be read.

use std::fmt::Write as _;

use super::figures::Figure;
use super::format::{count, counted, duration, percent, short_hash};
use super::markdown::{block, code, escape, pipes};
use super::sections::{self, Section, comparison, details, stand_in};
use super::table::Table;
use crate::experiment::Record;

/// The report as Markdown, its figures in `figures/` beside it.
pub fn document(record: &Record, table: &Table, figures: &[Figure]) -> String {
    let mut sections = vec![head(record, table), protocol(record)];
    sections.extend(comparison(record, table).iter().map(section));
    sections.push(notices(record, table));
    sections.extend(details(record, table).iter().map(section));
    sections.extend([pictures(figures), parameters(record), provenance(record)]);
    let sections: Vec<&str> =
        sections.iter().map(|section| section.trim()).filter(|it| !it.is_empty()).collect();
    sections.join("\n\n") + "\n"
}

fn head(record: &Record, table: &Table) -> String {
    let mut text = format!("# {}\n\n", escape(&record.experiment.name));
    for line in record.experiment.question.trim().lines() {
        let _ = writeln!(text, "> {}", escape(line.trim()));
    }
    if let Some(warning) = stand_in(record) {
        let _ = write!(text, "\n{warning}\n");
    }
    let best = table.ranking().first().map(|&row| &table.rows[row]);
    if let Some((row, scores)) = best.and_then(|row| Some((row, row.scores.as_ref()?))) {
        let within = scores.interval.map_or(String::new(), |it| {
            format!(" (95 % interval {} to {})", percent(it.low), percent(it.high))
        });
        let _ = write!(
            text,
            "\nHighest accuracy: {}, {} %{within}. Naming genres blindly reaches {} %.",
            code(&row.name),
            percent(scores.accuracy),
            percent(table.chance)
        );
        if table.rows.len() > 1 {
            let tied: Vec<String> = table
                .rows
                .iter()
                .filter(|other| other.emphasised && other.name != row.name)
                .map(|other| code(&other.name))
                .collect();
            if !tied.is_empty() {
                let _ = write!(text, " Not to be told from it: {}.", tied.join(", "));
            }
            let _ = write!(
                text,
                " Differences, their intervals and tests: {}.",
                code(&format!("crossfold compare results/{}", record.experiment.name))
            );
        }
    }
    text
}

fn protocol(record: &Record) -> String {
    let (dataset, protocol) = (&record.dataset, &record.protocol);
    let apart = match protocol.group.as_str() {
        "none" => "rows are split one by one".to_owned(),
        group => format!("what shares its {} stays on one side of every split", escape(group)),
    };
    let mut rows = vec![
        ("data set", escape(&dataset.title)),
        ("genres", dataset.genres.iter().map(|it| escape(it)).collect::<Vec<_>>().join(", ")),
        ("data hash", code(&short_hash(&dataset.hash))),
    ];
    if !dataset.index_hash.is_empty() {
        rows.push(("index hash", code(&short_hash(&dataset.index_hash))));
    }
    if let Some(hash) = &dataset.frames_hash {
        rows.push(("log-mel hash", code(&short_hash(hash))));
    }
    rows.extend([
        ("protocol", format!("{}; {apart}", escape(&protocol.name))),
        (
            "protocol hash",
            format!("{} (equal hashes: equal folds)", code(&short_hash(&protocol.hash))),
        ),
        ("chance", format!("{} %", percent(protocol.chance))),
        ("seed", record.experiment.seed.to_string()),
    ]);
    let artists = record.units.iter().any(|unit| !unit.artist.is_empty());
    let meaning = match protocol.group.as_str() {
        "artist" => {
            "\nNo artist stands on both sides of a split, so these accuracies are lower than those of \
             tracks split at random: they owe nothing to knowing the artists."
        }
        "track" if artists && protocol.name.starts_with("stratified") => {
            "\nAn artist may stand on both sides of a split, so a part of these accuracies is knowledge \
             of artists; `crossfold leak` says how large a part."
        }
        "none" => {
            "\nNothing is kept together, so these accuracies are of no use but to show the leak: \
             `crossfold leak` says how large it is."
        }
        _ => "",
    };
    format!("## Protocol\n\n{}{meaning}", facts(rows))
}

fn section(section: &Section) -> String {
    let grid = section.grid.as_ref().map_or(String::new(), pipes);
    format!("## {}\n\n{}\n\n{grid}", section.title, section.text)
}

fn notices(record: &Record, table: &Table) -> String {
    let notices = sections::notices(record, table);
    if notices.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = notices.iter().map(|notice| format!("- {notice}\n")).collect();
    format!("## Notices\n\n{}", lines.concat())
}

fn pictures(figures: &[Figure]) -> String {
    let mut text = String::from("## Figures\n");
    for figure in figures {
        let _ = write!(
            text,
            "\n![{}](figures/{}.svg)\n\n{} ([PNG](figures/{}.png))\n",
            escape(&figure.alt),
            figure.name,
            figure.caption,
            figure.name
        );
    }
    text
}

fn parameters(record: &Record) -> String {
    let mut text = String::from("## Parameters\n\nEvery parameter, defaults included.\n\n");
    for contender in &record.contenders {
        let given = match &contender.parameters {
            serde_json::Value::Object(map) if !map.is_empty() => {
                let pairs: Vec<String> =
                    map.iter().map(|(name, value)| code(&format!("{name}: {value}"))).collect();
                format!(": {}", pairs.join(", "))
            }
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "- {} — {} on {} ({}){given}",
            code(&contender.name),
            escape(&contender.model),
            escape(&contender.features),
            counted(contender.width, "value", "values")
        );
    }
    let _ = write!(text, "\nThe experiment as it was written:\n\n");
    text + &block("yaml", &record.experiment.text)
}

fn provenance(record: &Record) -> String {
    let made = &record.provenance;
    let commit = if made.commit.is_empty() { "not known".to_owned() } else { code(&made.commit) };
    let mut rows = vec![
        ("program", format!("crossfold {}, commit {commit}", escape(&made.version))),
        ("experiment hash", code(&short_hash(&record.experiment.hash))),
        ("started", escape(&made.started)),
        (
            "took",
            format!(
                "{} of wall time, {} of processor time, {} at once",
                duration(made.wall_seconds),
                duration(made.cpu_seconds),
                counted(made.jobs, "cell", "cells")
            ),
        ),
        (
            "machine",
            format!(
                "{}, {}, {}",
                escape(&made.machine.processor),
                counted(made.machine.cores, "core", "cores"),
                escape(&made.machine.system)
            ),
        ),
        ("predictions", count(record.predictions.len())),
        ("drawn by", code(&format!("crossfold report results/{}", record.experiment.name))),
    ];
    if let Some(device) = &made.device {
        rows.insert(rows.len() - 2, ("nets trained on", escape(device)));
    }
    format!(
        "## Provenance\n\n{}\nHashes are BLAKE3, shortened; `record.json` has them whole.",
        facts(rows)
    )
}

/// A list of names and values, the values being Markdown already.
fn facts(rows: Vec<(&str, String)>) -> String {
    rows.into_iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "- {name}: {value}");
        text
    })
}
