//! `crossfold report`: tables and figures from a record alone.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::outcome::{Failure, Outcome, say};
use super::table;
use crate::atomic;
use crate::experiment::Record;
use crate::report::{self, Format, Side, Table, beside, cost_in_words};

/// Arguments of `crossfold report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold report results/dense
  crossfold report results/dense --format html,csv
  crossfold report results/dense --json
  crossfold report results/models --splice README.md
  crossfold report results/models --beside results/artist --beside results/fault-filtered")]
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
    /// Show instead the same contenders in another record beside these, as under another protocol, and
    /// write that to beside.md; spliced between `<!-- crossfold: EXPERIMENT beside OTHER -->` and `<!-- /crossfold -->`
    #[arg(long, value_name = "RESULTS", conflicts_with_all = ["format", "json"])]
    beside: Vec<PathBuf>,
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
    if !arguments.beside.is_empty() {
        return side_by_side(arguments, record);
    }
    let formats: Vec<Format> = arguments.format.iter().flat_map(|it| it.formats()).collect();
    let files = report::write(&record, &arguments.results, &formats)?;
    let comparison = Table::of(&record)?;
    if let Some(file) = &arguments.splice {
        let (name, text) = report::spliced(vec![record.clone()])?;
        splice(file, &name, &text)?;
    }
    if arguments.json {
        say(&report::json(&record, &comparison).to_string())?;
    } else {
        say(&table::text(&record, &comparison))?;
        say(&format!("{} files written to {}", files.len(), arguments.results.display()))?;
    }
    Ok(Outcome::Done)
}

/// Shows records of one data set side by side.
fn side_by_side(arguments: &Arguments, record: Record) -> Result<Outcome, Failure> {
    let mut records = vec![record];
    for folder in &arguments.beside {
        records.push(Record::read(folder)?);
    }
    let sides = records.iter().cloned().map(Side::of).collect::<Result<Vec<_>, _>>()?;
    let (grid, words) = (beside(&sides)?, cost_in_words(&sides));
    let (name, text) = report::spliced(records)?;
    if let Some(file) = &arguments.splice {
        splice(file, &name, &text)?;
    }
    let page = arguments.results.join("beside.md");
    atomic::write(&page, format!("# {name}\n\n{text}\n").as_bytes())
        .with_context(|| format!("cannot write {}", page.display()))?;
    say(&format!("{}\n\n{words}\nwritten to {}", table::lay_out(&grid), page.display()))?;
    Ok(Outcome::Done)
}

/// Replaces the table that stands between the marks of this name.
pub(super) fn splice(file: &Path, name: &str, table: &str) -> Result<(), Failure> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let spliced = report::splice(&text, name, table).ok_or_else(|| {
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
