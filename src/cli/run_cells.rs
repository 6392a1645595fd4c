//! `crossfold run-cells`: what a worker on any machine does.

use std::path::PathBuf;

use clap::Args;

use super::outcome::{Failure, Outcome, say};
use super::progress::Progress;
use crate::audio::Limit;
use crate::dataset::{Cache, Effort};
use crate::engine::{Range, Ticket};
use crate::experiment::{self, Cells, Manner};

/// Arguments of `crossfold run-cells`.
#[derive(Debug, Args)]
#[command(after_help = "\
Cells are numbered from 0; those that are finished already are not run again, so any number of workers
may be started any number of times.

Examples:
  crossfold run experiments/models.yaml --prepare
  crossfold run-cells results/models 0-49              on one machine
  crossfold run-cells results/models 3-209:20          every 20th from the fourth on
  seq 0 19 | parallel crossfold run-cells results/models {}-209:20
  crossfold run experiments/models.yaml                collects, and runs what is missing")]
pub struct Arguments {
    /// The folder of a run that was prepared, as in results/models
    run: PathBuf,
    /// Which cells: `7`, `0-9` or `3-209:20`
    range: Range,
    /// How many cells run at once
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
}

/// Runs the command.
pub fn run_cells(arguments: &Arguments) -> Result<Outcome, Failure> {
    let progress = Progress::new();
    let ticket = Ticket::read(&arguments.run)?;
    let effort =
        Effort { jobs: usize::from(arguments.jobs), strict: false, limit: Limit::default() };
    let plan = ticket.plan(&arguments.run, &Cache::of_user(), effort, &progress)?;
    let numbers = arguments.range.numbers(plan.cells.len());
    if numbers.is_empty() {
        return Err(Failure::Input(anyhow::anyhow!(
            "no cell is in the range {}; this run has cells 0 to {}",
            arguments.range,
            plan.cells.len() - 1
        )));
    }
    let cells = Cells::of(&arguments.run, &plan);
    let manner = Manner { jobs: usize::from(arguments.jobs), fail_fast: false, cells: &cells };
    experiment::answer(&plan, &numbers, &manner, &progress)?;
    let count = |of: fn(&Cells, &experiment::Plan, experiment::Cell) -> bool| {
        numbers.iter().filter(|&&number| of(&cells, &plan, plan.cells[number])).count()
    };
    let (finished, ended) = (count(Cells::finished), count(Cells::ended));
    let (failed, waiting) = (ended - finished, numbers.len() - ended);
    let mut text = format!("{finished} of {} cells finished", numbers.len());
    if failed > 0 {
        text += &format!(", {failed} failed");
    }
    if waiting > 0 {
        text += &format!(", {waiting} ensembles wait for their members");
    }
    say(&text)?;
    Ok(if failed > 0 { Outcome::Unexpected } else { Outcome::Done })
}
