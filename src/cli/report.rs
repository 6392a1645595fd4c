//! `crossfold report`: tables and figures from a record alone.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::outcome::{Failure, Outcome, say};
use super::table;
use crate::atomic;
use crate::experiment::Record;
use crate::report::{self, Table, grid};

/// Arguments of `crossfold report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold report results/dense
  crossfold report results/dense --json
  crossfold report results/models --splice README.md")]
pub struct Arguments {
    /// A folder with a record, as in results/dense
    results: PathBuf,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Put the table into FILE, between `<!-- crossfold: EXPERIMENT -->` and `<!-- /crossfold -->`
    #[arg(long, value_name = "FILE")]
    splice: Option<PathBuf>,
}

/// Runs the command.
pub fn report(arguments: &Arguments) -> Result<Outcome, Failure> {
    let record = Record::read(&arguments.results)?;
    let files = report::write(&record, &arguments.results)?;
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
