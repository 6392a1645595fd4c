//! `crossfold compare`: contenders of one or more records, held against each other.

use std::path::PathBuf;

use clap::Args;

use super::outcome::{Failure, Outcome, say};
use super::table::lay_out;
use crate::experiment::Record;
use crate::report::comparison::{
    Across, Comparison, Error, PLAIN, Settings, Source, json, json_across, sections, write,
    write_across,
};

/// Arguments of `crossfold compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
What was tested on different folds, on different data or by different versions of the program is
refused. Numbers of single tracks (who gets which, McNemar) are those of the first repeat.

Examples:
  crossfold compare results/models                     its contenders against its baseline
  crossfold compare results/strongest results/cnn --baseline svm
  crossfold compare results/models --pairs --rope 2    every pair; two points matter to nobody
  crossfold compare results/models --output compared   also as Markdown, HTML, LaTeX, CSV, figure
  crossfold compare results/gtzan results/fma results/ballroom --across")]
pub struct Arguments {
    /// Folders with records, as in results/models
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// Hold the others against this contender; else against the first record's baseline
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Differences in accuracy up to this many points matter to nobody
    #[arg(long, value_name = "POINTS", default_value = "1", value_parser = points,
          allow_negative_numbers = true)]
    rope: f64,
    /// Test every pair, not only those with the baseline
    #[arg(long, conflicts_with = "across")]
    pairs: bool,
    /// Compare over several data sets by ranks: one record for each, the same contenders in all
    #[arg(long, conflicts_with = "baseline")]
    across: bool,
    /// Compare records even if different versions of the program made them
    #[arg(long)]
    allow_versions: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
    /// Also write compare.md, .html, .tex, .csv and the figure into DIR
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Input(error.into())
    }
}

/// Points of accuracy, 0 to 100.
fn points(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(points) if (0.0..=100.0).contains(&points) => Ok(points),
        _ => Err("give points of accuracy from 0 to 100, as in 1 or 0.5".to_owned()),
    }
}

/// Runs the command.
pub fn compare(arguments: &Arguments) -> Result<Outcome, Failure> {
    let sources = arguments
        .results
        .iter()
        .map(|folder| {
            let name = folder.display().to_string();
            let name = name.trim_end_matches('/').to_owned();
            Ok(Source { record: Record::read(folder)?, folder: name })
        })
        .collect::<Result<Vec<Source>, crate::experiment::Error>>()?;
    let settings = Settings {
        baseline: arguments.baseline.clone(),
        equivalence: arguments.rope / 100.0,
        all_pairs: arguments.pairs,
        any_version: arguments.allow_versions,
    };
    if arguments.across {
        let across = Across::of(&sources, &settings)?;
        let files = arguments.output.as_ref().map(|folder| write_across(&across, folder));
        let text = if arguments.json { json_across(&across).to_string() } else { ranks(&across) };
        return end(arguments, &text, files.transpose()?);
    }
    let comparison = Comparison::of(&sources, &settings)?;
    let files = arguments.output.as_ref().map(|folder| write(&comparison, folder));
    let text = if arguments.json { json(&comparison).to_string() } else { text(&comparison) };
    end(arguments, &text, files.transpose()?)
}

fn end(arguments: &Arguments, text: &str, files: Option<Vec<PathBuf>>) -> Result<Outcome, Failure> {
    say(text)?;
    if let (Some(files), Some(folder), false) = (files, &arguments.output, arguments.json) {
        say(&format!("{} files written to {}", files.len(), folder.display()))?;
    }
    Ok(Outcome::Done)
}

/// The comparison for a terminal: what a reader in a hurry wants.
fn text(comparison: &Comparison) -> String {
    let mut text = format!("{} · {}\n", comparison.dataset.title, comparison.protocol.name);
    for section in sections(comparison, PLAIN).into_iter().filter(|section| section.brief) {
        text += &format!("\n{}\n\n", section.title);
        if let Some(grid) = &section.grid {
            text += &(lay_out(grid) + "\n\n");
        }
        let items: Vec<String> = section.list.iter().map(|item| folded(item, "  ")).collect();
        text += &items.concat();
        if !section.list.is_empty() && !section.text.is_empty() {
            text.push('\n');
        }
        text += &folded(&section.text, "");
    }
    text
}

fn ranks(across: &Across) -> String {
    let mut text = lay_out(&across.grid()) + "\n\n";
    for sentence in across.sentences(str::to_owned).iter().chain(&across.notes) {
        text += &folded(sentence, "  ");
    }
    text
}

/// Text in lines of at most a hundred letters, all but the first behind `indent`.
fn folded(text: &str, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 100 {
            lines.push(format!("{indent}{word}"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    if text.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}
