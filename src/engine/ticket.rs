//! A run written down beside its record, so that workers on other machines can take part.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Error;
use crate::dataset::{Cache, Effort};
use crate::experiment::{Experiment, File, Place, Plan};
use crate::watch::Watch;

/// Its file, among the cells.
const FILE: &str = "cells/run.json";

/// What a worker must know to run cells of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// Where the experiment lies, which what it names lies beside.
    experiment: PathBuf,
    /// What it said when the run began; a later change of the file changes nothing.
    text: String,
    /// The folder of the full sets.
    data: PathBuf,
    /// Whether a stand-in may take the place of a set that is not there.
    may_substitute: bool,
    /// The plan's hash: a worker whose data or program is another one is refused.
    plan: String,
    /// How many cells there are.
    pub cells: usize,
}

impl Ticket {
    /// The ticket of a plan that was made here.
    ///
    /// # Errors
    /// When the experiment's folder cannot be found.
    pub fn of(plan: &Plan, place: &Place<'_>) -> Result<Self, Error> {
        let file = &plan.experiment.file;
        let absolute = |path: &Path| {
            std::path::absolute(path)
                .map_err(|source| Error::Read { path: path.to_owned(), source })
        };
        Ok(Self {
            experiment: absolute(&file.path)?,
            text: file.text.clone(),
            data: absolute(place.folder)?,
            may_substitute: place.may_substitute,
            plan: plan.hash(),
            cells: plan.cells.len(),
        })
    }

    /// Keeps the ticket in the folder of a run.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, run: &Path) -> Result<(), Error> {
        let path = run.join(FILE);
        let text = serde_json::to_string_pretty(self).expect("a ticket is plain data");
        crate::atomic::write(&path, text.as_bytes()).map_err(|source| Error::Write { path, source })
    }

    /// Reads the ticket in the folder of a run.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn read(run: &Path) -> Result<Self, Error> {
        let path = run.join(FILE);
        let text = fs::read_to_string(&path).map_err(|source| {
            if source.kind() == std::io::ErrorKind::NotFound {
                let reason = "no run was prepared here; prepare it by `crossfold run EXPERIMENT \
                              --prepare`, or name the folder results/EXPERIMENT"
                    .to_owned();
                Error::Ticket { path: path.clone(), reason }
            } else {
                Error::Read { path: path.clone(), source }
            }
        })?;
        serde_json::from_str(&text).map_err(|error| Error::Ticket {
            path,
            reason: format!("damaged ({error}); prepare the run again"),
        })
    }

    /// Makes the plan again on this machine.
    ///
    /// # Errors
    /// When data or program are not those the run was prepared with, or cannot be read.
    pub fn plan(
        &self,
        run: &Path,
        cache: &Cache,
        effort: Effort,
        watch: &dyn Watch,
    ) -> Result<Plan, Error> {
        let file = File { path: self.experiment.clone(), text: self.text.clone() };
        let place =
            Place { folder: &self.data, may_substitute: self.may_substitute, cache, effort };
        let plan = Plan::new(Experiment::of(&file)?, &place, watch)?;
        if plan.hash() == self.plan {
            return Ok(plan);
        }
        Err(Error::Ticket {
            path: run.join(FILE),
            reason: "the run was prepared with other data or by another build of crossfold than \
                     this machine has; use the same build and the same data on all machines, or \
                     prepare the run again"
                .to_owned(),
        })
    }
}
