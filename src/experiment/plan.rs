//! An experiment joined with its data: which cells there are to run.
//!
//! Everything that can be refused is refused here, before the first fit.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::Error;
use super::cell::inside;
use super::contender::{Contender, Entry};
use super::describe::{Describe, Refused};
use super::parse::{Experiment, Source};
use super::problem::Problem;
use super::protocol::Split;
use crate::dataset::{self, Cache, Dataset, Effort};
use crate::models::Description;
use crate::models::ensemble::By;
use crate::split::{self, Fold, Grouping};
use crate::watch::Watch;

/// All that is needed to run every cell.
pub struct Plan {
    /// The experiment.
    pub experiment: Experiment,
    /// Its data.
    pub dataset: Dataset,
    /// The group of each unit that no fold parts.
    pub groups: Vec<usize>,
    /// The folds, the same for every contender.
    pub folds: Vec<Fold>,
    /// The feature sets, in the order of the experiment.
    pub features: Vec<Description>,
    /// BLAKE3 of the log-mel spectrograms, where feature sets are made of them.
    pub frames_hash: Option<String>,
    /// Frames of the log-mel spectrograms, where feature sets are made of them.
    pub frames: Option<usize>,
    /// The cells, in order of contender, repeat and fold.
    pub cells: Vec<Cell>,
}

/// Where data is looked for, and how hard.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The folder of the full sets.
    pub folder: &'a Path,
    /// Whether a set that is not there may be replaced by the sample that comes with the program.
    pub may_substitute: bool,
    /// Where extracted features are kept.
    pub cache: &'a Cache,
    /// How clips are extracted.
    pub effort: Effort,
}

impl Place<'_> {
    fn dataset(&self, source: &Source, watch: &dyn Watch) -> Result<Dataset, Error> {
        Ok(match source {
            Source::Gtzan => match Dataset::gtzan(self.folder) {
                Err(dataset::Error::Absent { .. }) if self.may_substitute => {
                    let mut mini = Dataset::gtzan_mini()?;
                    mini.substitute_for = Some("gtzan".to_owned());
                    mini
                }
                found => found?,
            },
            Source::GtzanMini => Dataset::gtzan_mini()?,
            Source::Table { path, index } => Dataset::table(path, index.as_deref())?,
            Source::Tensor { path, array, tracks, index } => {
                Dataset::tensor(path, array.as_deref(), tracks, index.as_deref())?
            }
            Source::Audio(folder) => match folder.dataset(self.cache, self.effort, watch) {
                Err(dataset::Error::Stopped) => return Err(Error::Stopped),
                found => found?,
            },
        })
    }
}

/// One contender on one fold: the unit that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Number of the contender in the experiment.
    pub contender: usize,
    /// Number of the fold in the plan.
    pub fold: usize,
}

impl Plan {
    /// Joins an experiment with the data under a folder.
    ///
    /// # Errors
    /// When the data is absent or damaged, a column is unknown, a model cannot learn from the form
    /// of its samples, or the data cannot be split as asked.
    pub fn new(
        experiment: Experiment,
        place: &Place<'_>,
        watch: &dyn Watch,
    ) -> Result<Self, Error> {
        let mut dataset = place.dataset(&experiment.dataset, watch)?;
        // Of folds that are laid down the artists are wanted for what is split further inside the
        // training part, where they are known.
        let grouping = match experiment.protocol.split {
            Split::Drawn { group, .. } => group,
            Split::Predefined(_) if dataset.known.iter().all(Option::is_some) => Grouping::Artist,
            Split::Predefined(_) => Grouping::Track,
        };
        let mut groups = split::groups(&dataset, grouping)?;
        let mut units = (*dataset.units).clone();
        for (unit, &group) in units.units.iter_mut().zip(&groups) {
            unit.group = group;
        }
        dataset.units = Arc::new(units);
        let folds = match &experiment.protocol.split {
            Split::Drawn { folds, repeats, .. } => split::folds(
                &dataset.units.units.iter().map(|unit| unit.genre).collect::<Vec<_>>(),
                &groups,
                &dataset.units.genres,
                folds.get(),
                repeats.get(),
                experiment.seed.derive("split"),
            )?,
            Split::Predefined(split) => {
                // They are run as they are: tracks are never parted, and what else stands on both
                // sides is said.
                let folds = split.folds(&dataset)?;
                dataset.notices.extend(split.shared(&dataset, &folds));
                groups = split::groups(&dataset, Grouping::Track)?;
                folds
            }
        };
        split::check(&folds, &groups)?;
        let mut describe = Describe::new(&dataset, place, watch);
        let mut features = Vec::new();
        for set in &experiment.features {
            features.push(describe.set(set).map_err(|refused| match refused {
                Refused::Mistake(problem) => experiment.file.mistake(&problem),
                Refused::Failed(error) => error,
            })?);
        }
        let (frames_hash, frames) = (describe.frames_hash(), describe.frame_count());
        for Contender { entry, span, .. } in &experiment.contenders {
            let Entry::Model { model, features: set, tune } = entry else { continue };
            let candidates = tune.iter().flat_map(|tune| &tune.candidates).map(|it| &it.model);
            for model in std::iter::once(model).chain(candidates) {
                model.learner().accepts(features[*set].shape()).map_err(|error| {
                    experiment.file.mistake(&Problem::new(error.to_string()).at(span.clone()))
                })?;
            }
        }
        let cells = (0..experiment.contenders.len())
            .flat_map(|contender| (0..folds.len()).map(move |fold| Cell { contender, fold }))
            .collect();
        let plan =
            Self { experiment, dataset, groups, folds, features, frames_hash, frames, cells };
        plan.check_inner_folds()?;
        Ok(plan)
    }

    /// Whether a cell joins what other cells of its fold said.
    pub fn is_ensemble(&self, cell: Cell) -> bool {
        matches!(self.experiment.contenders[cell.contender].entry, Entry::Ensemble { .. })
    }

    /// Number of the feature set of a contender; of an ensemble's first member.
    pub fn features_of(&self, contender: usize) -> usize {
        match &self.experiment.contenders[contender].entry {
            Entry::Model { features, .. } => *features,
            Entry::Ensemble { members, .. } => self.features_of(members[0]),
        }
    }

    /// Refuses inner folds that some training part cannot give, before the first fit.
    fn check_inner_folds(&self) -> Result<(), Error> {
        for Contender { entry, span, .. } in &self.experiment.contenders {
            let folds = match entry {
                Entry::Model { tune: Some(tune), .. } => tune.inner.get(),
                Entry::Ensemble { ensemble, .. } if ensemble.by == By::Stack => {
                    ensemble.inner.get()
                }
                _ => continue,
            };
            for fold in self.folds.iter().filter(|fold| fold.valid.is_empty()) {
                inside(self, &fold.train, folds, self.experiment.seed).map_err(|error| {
                    let message = format!("inside the training part: {error}");
                    self.experiment.file.mistake(&Problem::new(message).at(span.clone()))
                })?;
            }
        }
        Ok(())
    }

    /// BLAKE3 of everything that the cells depend on: experiment, data, folds and program.
    pub fn hash(&self) -> String {
        let made = super::provenance::here();
        let frames = self.frames_hash.as_deref().unwrap_or_default();
        let folds: Vec<_> = self.folds.iter().map(|fold| (&fold.train, &fold.test)).collect();
        let text = serde_json::json!([
            self.experiment.file.text,
            self.dataset.hash(),
            self.dataset.index_hash,
            frames,
            folds,
            made.version,
            made.commit,
        ]);
        blake3::hash(text.to_string().as_bytes()).to_hex().to_string()
    }

    /// The name of a cell, as in `dense r1 f3`, counted from 1.
    pub fn name(&self, cell: Cell) -> impl fmt::Display + use<> {
        let fold = &self.folds[cell.fold];
        let name = &self.experiment.contenders[cell.contender].name;
        format!("{name} r{} f{}", fold.repeat + 1, fold.fold + 1)
    }
}
