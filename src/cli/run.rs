//! `crossfold run`: an experiment from file to report.

use std::path::PathBuf;

use clap::Args;

use super::outcome::{Failure, Outcome, say};
use super::progress::Progress;
use super::{Results, table};
use crate::dataset::locate;
use crate::experiment::{self, Experiment, Plan, Verdict, verdicts};
use crate::report::{self, Table};

/// Arguments of `crossfold run`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The experiment, a YAML file
    experiment: PathBuf,
    /// Folder with the data [default: $CROSSFOLD_DATA, else data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    results: Results,
    /// How many cells run at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  crossfold run experiments/dense.yaml
  crossfold run experiments/models.yaml --data ~/gtzan --jobs 4
  crossfold run mine.yaml --results /tmp/results --json

A minimal experiment:
  question: Which is better on my table?
  dataset: { table: mine.csv }        # columns filename, label, and any numbers
  features:
    all: { columns: all, scale: standard }
  models:
    - majority
    - svm: { kernel: rbf, c: 10 }";

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let progress = Progress::new();
    let experiment = Experiment::read(&arguments.experiment)?;
    let folder = arguments.results.folder.join(&experiment.name);
    std::fs::create_dir_all(&folder).map_err(|error| {
        anyhow::Error::from(error).context(format!("cannot make {}", folder.display()))
    })?;
    let data = locate::folder(arguments.data.as_deref());
    let plan = Plan::new(experiment, &data)?;
    let jobs = arguments
        .jobs
        .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let record = experiment::run(&plan, jobs, &progress)?;
    record.write(&folder)?;
    report::write(&record, &folder)?;
    let comparison = Table::of(&record)?;
    let verdicts = verdicts(&plan.experiment.expectations, &record);
    if arguments.json {
        say(&report::json(&record, &comparison).to_string())?;
    } else {
        say(&table::text(&record, &comparison))?;
        say(&format!("report: {}", folder.join("report.md").display()))?;
    }
    judge(&verdicts)
}

/// Says which expectations failed.
fn judge(verdicts: &[Verdict]) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Done;
    for verdict in verdicts.iter().filter(|verdict| !verdict.holds()) {
        outcome = Outcome::Unexpected;
        eprintln!(
            "expectation failed: {} has accuracy {:.4}, expected {:.4} ± {:.4}",
            verdict.contender, verdict.found, verdict.expected, verdict.within
        );
    }
    Ok(outcome)
}
