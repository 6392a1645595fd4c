//! `crossfold report`: tables and figures from a record alone.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::outcome::{Failure, Outcome, say};
use super::table;
use crate::atomic;
use crate::experiment::Record;
use crate::report::{self, Format, Table, grid};

/// Arguments of `crossfold report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold report results/dense
  crossfold report results/dense --format html,csv
  crossfold report results/dense --json
  crossfold report results/models --splice README.md")]
pub struct Arguments {
    /// A folder with a record, as in results/dense
    results: PathBuf,
    /// What to write beside the record; what an earlier report left there is written again as well
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        value_delimiter = ',',
        default_value = "markdown"
    )]
    format: Vec<Wanted>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Put the table into FILE, between `<!-- crossfold: EXPERIMENT -->` and `<!-- /crossfold -->`
    #[arg(long, value_name = "FILE")]
    splice: Option<PathBuf>,
}

/// A format as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// report.md, and figures/ with SVG and PNG
    Markdown,
    /// report.html: one file that needs no other
    Html,
    /// table.tex and calibration.tex, for `\input` into a paper
    Latex,
    /// table.csv, with every number unrounded
    Csv,
    /// All of them
    All,
}

impl Wanted {
    fn formats(self) -> Vec<Format> {
        match self {
            Self::Markdown => vec![Format::Markdown],
            Self::Html => vec![Format::Html],
            Self::Latex => vec![Format::Latex],
            Self::Csv => vec![Format::Csv],
            Self::All => Format::ALL.to_vec(),
        }
    }
}

/// Runs the command.
pub fn report(arguments: &Arguments) -> Result<Outcome, Failure> {
    let record = Record::read(&arguments.results)?;
    let formats: Vec<Format> = arguments.format.iter().flat_map(|it| it.formats()).collect();
    let files = report::write(&record, &arguments.results, &formats)?;
    let comparison = Table::of(&record)?;
    if let Some(file) = &arguments.splice {
        splice(file, &record, &comparison)?;
    }
    if arguments.json {
        say(&report::json(&record, &comparison).to_string())?;
    } else {
        say(&table::text(&record, &comparison))?;
        say(&format!("{} files written to {}", files.len(), arguments.results.display()))?;
    }
    Ok(Outcome::Done)
}

/// Replaces the table that stands between the marks of this experiment.
fn splice(file: &Path, record: &Record, comparison: &Table) -> Result<(), Failure> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = &record.experiment.name;
    let table = report::pipes(&grid::summary(comparison));
    let spliced = report::splice(&text, name, &table).ok_or_else(|| {
        anyhow::anyhow!(
            "{} has no place for the table; write `<!-- crossfold: {name} -->` and \
             `<!-- /crossfold -->` on lines of their own where it shall stand",
            file.display()
        )
    })?;
    atomic::write(file, spliced.as_bytes())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(())
}
