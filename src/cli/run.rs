//! `crossfold run`: an experiment from file to report.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::lock::Lock;
use super::outcome::{Failure, Outcome, notice_label, say};
use super::progress::Progress;
use super::{Running, table};
use crate::dataset::Cache;
use crate::engine::{Slurm, Ticket};
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
    /// Write the run down for workers (`crossfold run-cells`) and end; the same command without this
    /// collects what they left
    #[arg(long, help_heading = CLUSTER)]
    prepare: bool,
    /// Where cells run
    #[arg(long, value_enum, default_value = "threads", help_heading = CLUSTER)]
    engine: Engine,
    /// With slurm: a batch script with partition, time, memory and modules; the worker's command is
    /// added at its end
    #[arg(long, value_name = "FILE", help_heading = CLUSTER)]
    template: Option<PathBuf>,
    /// With slurm: how many cells a task runs [default: as many as 64 tasks have to]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = CLUSTER)]
    chunk: Option<u32>,
    /// With slurm: how many tasks run at once [default: as many as the cluster lets]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = CLUSTER)]
    at_once: Option<u32>,
    /// With slurm: how often cells whose task was lost are submitted again
    #[arg(long, value_name = "N", default_value = "2", help_heading = CLUSTER)]
    resubmit: u32,
}

const CLUSTER: &str = "Cluster";

/// Where cells run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// On threads of this process
    Threads,
    /// As tasks of a SLURM job array, over a shared folder
    Slurm,
}

const EXAMPLES: &str = "\
Examples:
  crossfold run experiments/dense.yaml
  crossfold run experiments/models.yaml --data ~/gtzan --jobs 4
  crossfold run mine.yaml --results /tmp/results --json
  crossfold run experiments/models.yaml --engine slurm --template short.sh

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
    if !arguments.running.device.is_cpu()
        && (arguments.prepare || arguments.engine == Engine::Slurm)
    {
        return Err(Failure::Input(anyhow::anyhow!(
            "workers train nets on their processors; leave `--device` out"
        )));
    }
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
    let cells = Cells::of(&folder, &plan).on(arguments.running.device);
    if arguments.fresh {
        Cells::remove(&folder);
        set_aside(&folder)?;
    }
    if let Some(wanted) = &plan.dataset.substitute_for {
        eprintln!("{}", substituted(wanted, &plan.dataset.title, &folder));
    }
    if arguments.prepare || arguments.engine == Engine::Slurm {
        Ticket::of(&plan, &place)?.write(&folder)?;
    }
    if arguments.prepare {
        let (folder, last) = (folder.display(), plan.cells.len() - 1);
        say(&format!(
            "{} cells; a worker runs some by `crossfold run-cells {folder} 0-{last}`",
            last + 1
        ))?;
        return Ok(Outcome::Done);
    }
    let record = match arguments.engine {
        Engine::Threads => {
            let manner = Manner { jobs, fail_fast: arguments.fail_fast, cells: &cells };
            experiment::run(&plan, &manner, &progress)?
        }
        Engine::Slurm => slurm(arguments)?.run(&plan, &cells, &folder, &progress)?,
    };
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

/// How the command line says a cluster is used.
fn slurm(arguments: &Arguments) -> Result<Slurm, Failure> {
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let number = |it: u32| it as usize;
    Ok(Slurm {
        template: arguments.template.clone(),
        chunk: arguments.chunk.map(number),
        at_once: arguments.at_once.map(number),
        resubmit: number(arguments.resubmit),
        program,
    })
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
pub(super) fn folder(results: &Path, plan: &Plan) -> PathBuf {
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
        eprintln!("expectation failed: {verdict}");
    }
    Ok(outcome)
}
