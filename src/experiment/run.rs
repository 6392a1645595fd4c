//! Runs the cells of a plan on threads, and assembles the record from what they left.
//!
//! Every answer goes through the disk, whoever ran the cell: this process, an earlier one that was cut
//! off, or a worker on another machine.

use std::time::Instant;

use super::Error;
use super::cell::{Answer, Desk};
use super::cells::{Cells, Ended};
use super::contender::Entry;
use super::described::described;
use super::plan::{Cell, Plan};
use super::provenance::{self, Clock};
use super::record::{FailureFacts, Record};
use crate::watch::{Event, Watch};
use crate::workers::{self, Then};

/// How a plan is run.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// How many cells run at once.
    pub jobs: usize,
    /// Whether a cell that fails ends the run.
    pub fail_fast: bool,
    /// Where finished cells are kept, and found again.
    pub cells: &'a Cells,
}

/// Runs every cell that was not finished before, and assembles the record.
///
/// The record does not depend on the number of jobs, nor on how often the run was cut off, but for its
/// timings. A model that fails on a fold leaves a hole, whose reason the record keeps.
///
/// # Errors
/// When a cell cannot be kept, or the watcher asks to stop; with `fail_fast` when a cell fails.
pub fn run(plan: &Plan, manner: &Manner<'_>, watch: &dyn Watch) -> Result<Record, Error> {
    let (started, wall, clock) = (provenance::now(), Instant::now(), Clock::of_process());
    for notice in &plan.dataset.notices {
        watch.event(&Event::Notice(notice));
    }
    answer(plan, &(0..plan.cells.len()).collect::<Vec<_>>(), manner, watch)?;
    let mut record = collect(plan, manner.cells)?;
    record.provenance.started = started;
    record.provenance.wall_seconds = round(wall.elapsed().as_secs_f64());
    record.provenance.cpu_seconds = round(clock.seconds());
    record.provenance.jobs = manner.jobs;
    Ok(record)
}

/// Runs those of the numbered cells that were not finished before, and keeps what they say.
///
/// Ensembles join what their members said, so they come after all models; one whose members have not
/// all ended is left for later.
///
/// # Errors
/// As [`run`].
pub fn answer(
    plan: &Plan,
    numbers: &[usize],
    manner: &Manner<'_>,
    watch: &dyn Watch,
) -> Result<(), Error> {
    let cells = manner.cells;
    cells.make()?;
    let unfinished = |number: &&usize| !cells.finished(plan, plan.cells[**number]);
    let wanted: Vec<Cell> =
        numbers.iter().filter(unfinished).map(|&number| plan.cells[number]).collect();
    let (found, total) = (numbers.len() - wanted.len(), numbers.len());
    if found > 0 {
        watch.event(&Event::Notice(&format!("{found} of {total} cells found; the run goes on")));
    }
    watch.event(&Event::StageStarted { what: "cells", total: wanted.len() });
    let (ensembles, models): (Vec<Cell>, Vec<Cell>) =
        wanted.into_iter().partition(|&cell| plan.is_ensemble(cell));
    let device = cells.device();
    let model = |cell| Some(Desk { plan, cell, device, watch }.model());
    let ended = each(plan, &models, manner, watch, &model).and_then(|()| {
        each(plan, &ensembles, manner, watch, &|cell| ensemble(plan, cells, cell, watch))
    });
    watch.event(&Event::StageEnded);
    ended
}

/// Joins what an ensemble's members said; `None` while some of them have not ended.
fn ensemble(
    plan: &Plan,
    cells: &Cells,
    cell: Cell,
    watch: &dyn Watch,
) -> Option<Result<Answer, Error>> {
    let Entry::Ensemble { ensemble, members } = &plan.experiment.contenders[cell.contender].entry
    else {
        unreachable!("only ensembles are asked");
    };
    let mut said = Vec::new();
    for &member in members {
        match cells.read(plan, Cell { contender: member, ..cell })? {
            Ok(answer) => said.push(answer),
            Err(_) => {
                return Some(Err(Error::Member {
                    cell: plan.name(cell).to_string(),
                    member: plan.experiment.contenders[member].name.clone(),
                }));
            }
        }
    }
    let said: Vec<&Answer> = said.iter().collect();
    let device = cells.device();
    Some(Desk { plan, cell, device, watch }.ensemble(ensemble, members, &said))
}

/// Answers cells with `work`, and keeps how each ended.
fn each(
    plan: &Plan,
    cells: &[Cell],
    manner: &Manner<'_>,
    watch: &dyn Watch,
    work: &(dyn Fn(Cell) -> Option<Result<Answer, Error>> + Sync),
) -> Result<(), Error> {
    let one = |cell: Cell| -> Result<(), Error> {
        match work(cell) {
            None => Ok(()),
            Some(Ok(answer)) => manner.cells.keep(plan, cell, &Ok(answer)),
            Some(Err(error @ (Error::Cell { .. } | Error::Member { .. }))) if !manner.fail_fast => {
                manner.cells.keep(plan, cell, &Err(failure(plan, cell, error.reason())))
            }
            Some(Err(error)) => Err(error),
        }
    };
    // From the back: nets stand behind the quick models as a rule, and long cells that start first
    // leave no core idle at the end.
    let last_first = |at: usize| cells[cells.len() - 1 - at];
    let ended = workers::answers(
        cells.len(),
        manner.jobs,
        || watch.stop(),
        |at| {
            let ended = one(last_first(at));
            watch.event(&Event::StageAdvanced);
            let then = if ended.is_err() { Then::Stop } else { Then::GoOn };
            (ended, then)
        },
    );
    // A cell that failed says more than one that was then never begun.
    let missing = ended.iter().any(Option::is_none);
    ended.into_iter().flatten().collect::<Result<(), Error>>()?;
    if missing { Err(Error::Stopped) } else { Ok(()) }
}

/// The record of a plan whose cells have all ended.
///
/// # Errors
/// When a cell has left nothing behind.
pub fn collect(plan: &Plan, cells: &Cells) -> Result<Record, Error> {
    let mut record = described(plan);
    record.provenance.device = cells.device().name();
    for &cell in &plan.cells {
        let ended: Option<Ended> = cells.read(plan, cell);
        match ended.ok_or_else(|| cells.gone(plan, cell))? {
            Ok((facts, said)) => {
                record.cells.push(facts);
                record.predictions.extend(said);
            }
            Err(failure) => record.failures.push(failure),
        }
    }
    Ok(record)
}

/// A hole in the record.
pub(super) fn failure(plan: &Plan, cell: Cell, reason: String) -> FailureFacts {
    let fold = &plan.folds[cell.fold];
    FailureFacts { contender: cell.contender, repeat: fold.repeat, fold: fold.fold, reason }
}

/// Six decimals: microseconds, and more digits of a loss than two machines agree on.
pub(super) fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
