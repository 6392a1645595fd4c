//! Finished cells on disk, so that a run that was cut off goes on where it stopped.
//!
//! One file a cell, in `cells/` beside the record, until that is written. A file is the BLAKE3 of what
//! follows, in hexadecimal on a line of its own, then JSON. It names its plan and its cell, so that a
//! file that is torn, changed, of another plan or under another's name is known and run again.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Error;
use super::cell::Answer;
use super::plan::{Cell, Plan};
use super::record::{CellFacts, FailureFacts};
use super::run::failure;
use crate::atomic;
use crate::evaluation::Prediction;
use crate::models::Device;

/// The folder of cells beside a record.
const FOLDER: &str = "cells";

/// Where finished cells of one plan are kept.
#[derive(Clone, Debug)]
pub struct Cells {
    folder: PathBuf,
    plan: String,
    device: Device,
}

/// A cell that ended: what it said, or why it failed.
pub(super) type Ended = Result<Answer, FailureFacts>;

/// A cell that ended, as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    plan: String,
    name: String,
    ended: KeptAs,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum KeptAs {
    Answered {
        facts: CellFacts,
        /// Scores of each tested unit, in the order of the fold.
        scores: Vec<Vec<f32>>,
    },
    Failed(FailureFacts),
}

impl Cells {
    /// The cells of a plan beside the record in a folder.
    pub fn of(folder: &Path, plan: &Plan) -> Self {
        Self { folder: folder.join(FOLDER), plan: plan.hash(), device: Device::CPU }
    }

    /// The same cells with nets trained on a device; those of one device are not those of another.
    #[must_use]
    pub fn on(self, device: Device) -> Self {
        let plan = match device.name() {
            Some(name) => format!("{} on {name}", self.plan),
            None => self.plan,
        };
        Self { plan, device, ..self }
    }

    /// Where nets are trained.
    pub(super) fn device(&self) -> Device {
        self.device
    }

    /// The folder they lie in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folder.
    ///
    /// # Errors
    /// When the folder beside it cannot be written to.
    pub fn make(&self) -> Result<(), Error> {
        fs::create_dir_all(&self.folder)
            .map_err(|source| Error::Write { path: self.folder.clone(), source })
    }

    /// Whether a cell was answered; one that failed may be tried again.
    pub fn finished(&self, plan: &Plan, cell: Cell) -> bool {
        matches!(self.read(plan, cell), Some(Ok(_)))
    }

    /// Whether a cell was answered or failed.
    pub fn ended(&self, plan: &Plan, cell: Cell) -> bool {
        self.read(plan, cell).is_some()
    }

    /// How a cell ended; `None` where it must be run.
    pub(super) fn read(&self, plan: &Plan, cell: Cell) -> Option<Ended> {
        let bytes = fs::read(self.path(plan, cell)).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (hash, rest) = (&bytes[..end], &bytes[end + 1..]);
        if hash != blake3::hash(rest).to_hex().as_bytes() {
            return None;
        }
        let kept: Kept = serde_json::from_slice(rest).ok()?;
        if kept.plan != self.plan || kept.name != plan.name(cell).to_string() {
            return None;
        }
        let fold = &plan.folds[cell.fold];
        let here = (cell.contender, fold.repeat, fold.fold);
        match kept.ended {
            KeptAs::Failed(it) => ((it.contender, it.repeat, it.fold) == here).then_some(Err(it)),
            KeptAs::Answered { facts, scores } => {
                let genres = plan.dataset.units.genres.len();
                let share = |score: &f32| score.is_finite() && *score >= 0.0;
                let fits = (facts.contender, facts.repeat, facts.fold) == here
                    && scores.len() == fold.test.len()
                    && scores.iter().all(|it| it.len() == genres && it.iter().all(share));
                let said = |(&unit, scores): (&usize, Vec<f32>)| Prediction {
                    contender: cell.contender,
                    repeat: fold.repeat,
                    fold: fold.fold,
                    unit,
                    truth: plan.dataset.units.units[unit].genre,
                    scores,
                };
                fits.then(|| Ok((facts, fold.test.iter().zip(scores).map(said).collect())))
            }
        }
    }

    /// Keeps how a cell ended, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written to, or is no longer there; what was kept before stays.
    pub(super) fn keep(&self, plan: &Plan, cell: Cell, ended: &Ended) -> Result<(), Error> {
        let kept = Kept {
            plan: self.plan.clone(),
            name: plan.name(cell).to_string(),
            ended: match ended {
                Ok((facts, said)) => KeptAs::Answered {
                    facts: facts.clone(),
                    scores: said.iter().map(|said| said.scores.clone()).collect(),
                },
                Err(failure) => KeptAs::Failed(failure.clone()),
            },
        };
        let rest = serde_json::to_vec(&kept).expect("a cell is plain data");
        let mut bytes = blake3::hash(&rest).to_hex().as_bytes().to_vec();
        bytes.push(b'\n');
        bytes.extend(rest);
        let path = self.path(plan, cell);
        // A folder that is gone is not made again: what was finished lay in it, and so did the lock.
        if !self.folder.is_dir() {
            return Err(self.gone(plan, cell));
        }
        atomic::write(&path, &bytes).map_err(|source| Error::Write { path, source })
    }

    /// Removes cells that failed, so that they are tried again.
    pub fn forget_failures(&self, plan: &Plan) {
        for &cell in
            plan.cells.iter().filter(|&&cell| matches!(self.read(plan, cell), Some(Err(_))))
        {
            let _ = fs::remove_file(self.path(plan, cell));
        }
    }

    /// Keeps that a cell was given up.
    ///
    /// # Errors
    /// As for any cell that is kept.
    pub fn give_up(&self, plan: &Plan, cell: Cell, reason: String) -> Result<(), Error> {
        self.keep(plan, cell, &Err(failure(plan, cell, reason)))
    }

    /// The error for a cell that is not where it was.
    pub(super) fn gone(&self, plan: &Plan, cell: Cell) -> Error {
        Error::Gone { folder: self.folder.clone(), cell: plan.name(cell).to_string() }
    }

    /// Removes the cells beside a record that holds them now.
    pub fn remove(folder: &Path) {
        // What is left behind costs room and nothing else.
        let _ = fs::remove_dir_all(folder.join(FOLDER));
    }

    fn path(&self, plan: &Plan, cell: Cell) -> PathBuf {
        let fold = &plan.folds[cell.fold];
        let name = format!("{:03}-{:03}-{:03}.cell", cell.contender, fold.repeat, fold.fold);
        self.folder.join(name)
    }
}
