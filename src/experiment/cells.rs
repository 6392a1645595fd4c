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
use super::record::CellFacts;
use crate::atomic;
use crate::evaluation::Prediction;

/// The folder of cells beside a record.
const FOLDER: &str = "cells";

/// Where finished cells of one plan are kept.
#[derive(Clone, Debug)]
pub struct Cells {
    folder: PathBuf,
    plan: String,
}

/// A finished cell.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    plan: String,
    name: String,
    facts: CellFacts,
    /// Scores of each tested unit, in the order of the fold.
    scores: Vec<Vec<f32>>,
}

impl Cells {
    /// The cells of a plan beside the record in a folder.
    pub fn of(folder: &Path, plan: &Plan) -> Self {
        Self { folder: folder.join(FOLDER), plan: plan.hash() }
    }

    /// How many cells of the plan are there.
    pub fn found(&self, plan: &Plan) -> usize {
        plan.cells.iter().filter(|&&cell| self.read(plan, cell).is_some()).count()
    }

    /// A cell that was finished before; `None` where it must be run.
    pub(super) fn read(&self, plan: &Plan, cell: Cell) -> Option<Answer> {
        let bytes = fs::read(self.path(plan, cell)).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (hash, rest) = (&bytes[..end], &bytes[end + 1..]);
        if hash != blake3::hash(rest).to_hex().as_bytes() {
            return None;
        }
        let kept: Kept = serde_json::from_slice(rest).ok()?;
        let fold = &plan.folds[cell.fold];
        let facts = (kept.facts.contender, kept.facts.repeat, kept.facts.fold);
        let genres = plan.dataset.units.genres.len();
        let fits = kept.plan == self.plan
            && kept.name == plan.name(cell).to_string()
            && facts == (cell.contender, fold.repeat, fold.fold)
            && kept.scores.len() == fold.test.len()
            && kept.scores.iter().all(|scores| scores.len() == genres);
        let predictions = fold.test.iter().zip(kept.scores).map(|(&unit, scores)| Prediction {
            contender: cell.contender,
            repeat: fold.repeat,
            fold: fold.fold,
            unit,
            truth: plan.dataset.units.units[unit].genre,
            scores,
        });
        fits.then(|| (kept.facts, predictions.collect()))
    }

    /// Keeps a finished cell, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written to; what was kept before stays.
    pub(super) fn keep(&self, plan: &Plan, cell: Cell, answer: &Answer) -> Result<(), Error> {
        let kept = Kept {
            plan: self.plan.clone(),
            name: plan.name(cell).to_string(),
            facts: answer.0.clone(),
            scores: answer.1.iter().map(|said| said.scores.clone()).collect(),
        };
        let rest = serde_json::to_vec(&kept).expect("a cell is plain data");
        let mut bytes = blake3::hash(&rest).to_hex().as_bytes().to_vec();
        bytes.push(b'\n');
        bytes.extend(rest);
        let path = self.path(plan, cell);
        atomic::write(&path, &bytes).map_err(|source| Error::Write { path, source })
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
