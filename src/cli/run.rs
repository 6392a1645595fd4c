//! `crossfold run`: an experiment from file to report.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::lock::Lock;
use super::outcome::{Failure, Outcome, notice_label, say};
use super::progress::Progress;
use super::{Running, table};
use crate::dataset::Cache;
use crate::experiment::{self, Cells, Experiment, Manner, Plan, Record, Verdict, verdicts};
use crate::report::{self, Format, Table};

/// Arguments of `crossfold run`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The experiment, a YAML file
    experiment: PathBuf,
    #[command(flatten)]
    running: Running,
    /// End the run when a model fails on a fold, instead of leaving a hole in the record
    #[arg(long)]
    fail_fast: bool,
    /// Begin anew: leave finished cells of an earlier run aside, and move its record to before-DATE/
    #[arg(long)]
    fresh: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  crossfold run experiments/dense.yaml
  crossfold run experiments/models.yaml --data ~/gtzan --jobs 4
  crossfold run mine.yaml --results /tmp/results --json

A run that was cut off goes on from its finished cells when the same command is given again.

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
    let (jobs, data, cache) =
        (arguments.running.jobs(), arguments.running.folder(), Cache::of_user());
    let place = arguments.running.place(&data, &cache);
    let plan = Plan::new(experiment, &place, &progress)?;
    let folder = folder(&arguments.running.results.folder, &plan);
    std::fs::create_dir_all(&folder).map_err(|error| {
        anyhow::Error::from(error).context(format!("cannot make {}", folder.display()))
    })?;
    let _lock = Lock::of(&folder)?;
    let cells = Cells::of(&folder, &plan);
    if arguments.fresh {
        Cells::remove(&folder);
        set_aside(&folder)?;
    }
    if let Some(wanted) = &plan.dataset.substitute_for {
        eprintln!("{}", substituted(wanted, &plan.dataset.title, &folder));
    }
    let manner = Manner { jobs, fail_fast: arguments.fail_fast, cells: &cells };
    let record = experiment::run(&plan, &manner, &progress)?;
    record.write(&folder)?;
    Cells::remove(&folder);
    report::write(&record, &folder, &[Format::Markdown])?;
    let comparison = Table::of(&record)?;
    let verdicts = verdicts(&plan.experiment.expectations, &record);
    if arguments.json {
        say(&report::json(&record, &comparison).to_string())?;
    } else {
        say(&table::text(&record, &comparison))?;
        say(&format!("report: {}", folder.join("report.md").display()))?;
    }
    for failure in &record.failures {
        eprintln!(
            "failed: {} on fold {} of repeat {}: {}",
            record.contenders[failure.contender].name,
            failure.fold + 1,
            failure.repeat + 1,
            failure.reason
        );
    }
    if !record.failures.is_empty() {
        return Ok(Outcome::Unexpected);
    }
    // What is expected of the full set is not expected of its stand-in.
    if plan.dataset.substitute_for.is_some() { Ok(Outcome::Done) } else { judge(&verdicts) }
}

/// Moves the record of an earlier run into a folder named for the moment it began.
fn set_aside(folder: &Path) -> Result<(), Failure> {
    let Ok(old) = Record::read(folder) else { return Ok(()) };
    let aside = folder.join(format!("before-{}", old.provenance.started.replace(':', "")));
    std::fs::create_dir_all(&aside).with_context(|| format!("cannot make {}", aside.display()))?;
    for name in ["record.json", "predictions.parquet"] {
        std::fs::rename(folder.join(name), aside.join(name))
            .with_context(|| format!("cannot move {name} to {}", aside.display()))?;
    }
    Ok(())
}

/// Where the record goes: a folder of the experiment's name. A stand-in never takes the place of a
/// record of the set it stands in for.
fn folder(results: &Path, plan: &Plan) -> PathBuf {
    let folder = results.join(&plan.experiment.name);
    let other = plan.dataset.substitute_for.is_some()
        && Record::read(&folder).is_ok_and(|record| record.dataset.name != plan.dataset.name);
    if other {
        return results.join(format!("{}-{}", plan.experiment.name, plan.dataset.name));
    }
    folder
}

/// What is said where the data set asked for is not there.
fn substituted(wanted: &str, title: &str, folder: &Path) -> String {
    let mark = notice_label();
    format!(
        "{mark} `{wanted}` is not on this machine, so {title} stands in for it: the run shows that\n\
         {mark} the program works, and its figures are NOT those of {wanted}. They go to {}.\n\
         {mark} `crossfold run --strict` refuses to do this; data/gtzan/README.md says how to get\n\
         {mark} the set, `--data DIR` or CROSSFOLD_DATA names its folder.",
        folder.display()
    )
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
