//! An experiment joined with its data: which cells there are to run.
//!
//! Everything that can be refused is refused here, before the first fit.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::Error;
use super::parse::{Experiment, FeatureSet, Name, Source};
use super::problem::Problem;
use crate::dataset::{self, Cache, Dataset, Effort, Samples};
use crate::features;
use crate::registry;
use crate::split::{self, Fold};
use crate::watch::Watch;

/// All that is needed to run every cell.
pub struct Plan {
    /// The experiment.
    pub experiment: Experiment,
    /// Its data.
    pub dataset: Dataset,
    /// The group of each unit.
    pub groups: Vec<usize>,
    /// The folds, the same for every contender.
    pub folds: Vec<Fold>,
    /// The samples of each feature set, in the order of the experiment.
    pub samples: Vec<Samples>,
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
            Source::Table(path) => Dataset::table(path)?,
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
        let mut chosen = Vec::new();
        for set in &experiment.features {
            let columns = columns(set, dataset.columns());
            chosen.push(columns.map_err(|problem| experiment.file.mistake(&problem))?);
        }
        let groups = split::groups(&dataset, experiment.protocol.group)?;
        let mut units = (*dataset.units).clone();
        for (unit, &group) in units.units.iter_mut().zip(&groups) {
            unit.group = group;
        }
        dataset.units = Arc::new(units);
        let samples: Vec<Samples> = chosen.iter().map(|columns| dataset.samples(columns)).collect();
        for contender in &experiment.contenders {
            let shape = samples[contender.features].shape();
            contender.model.learner().accepts(shape).map_err(|error| {
                experiment.file.mistake(&Problem::new(error.to_string()).at(contender.span.clone()))
            })?;
        }
        let folds = split::folds(
            &dataset.units.units.iter().map(|unit| unit.genre).collect::<Vec<_>>(),
            &groups,
            &dataset.units.genres,
            experiment.protocol.folds.get(),
            experiment.protocol.repeats.get(),
            experiment.seed.derive("split"),
        )?;
        split::check(&folds, &groups)?;
        let cells = (0..experiment.contenders.len())
            .flat_map(|contender| (0..folds.len()).map(move |fold| Cell { contender, fold }))
            .collect();
        Ok(Self { experiment, dataset, groups, folds, samples, cells })
    }

    /// The name of a cell, as in `dense r1 f3`, counted from 1.
    pub fn name(&self, cell: Cell) -> impl fmt::Display + use<> {
        let fold = &self.folds[cell.fold];
        let name = &self.experiment.contenders[cell.contender].name;
        format!("{name} r{} f{}", fold.repeat + 1, fold.fold + 1)
    }
}

/// Numbers of the columns that a feature set takes, in the order of the table.
fn columns(set: &FeatureSet, known: &[String]) -> Result<Vec<usize>, Problem> {
    let mut taken = vec![set.columns.is_none(); known.len()];
    for (names, take) in [(set.columns.as_deref().unwrap_or(&[]), true), (&set.without, false)] {
        for name in names {
            for column in resolve(name, known)? {
                taken[column] = take;
            }
        }
    }
    let columns: Vec<usize> = (0..known.len()).filter(|&column| taken[column]).collect();
    if columns.is_empty() {
        let message = format!("feature set `{}` has no column left", set.name);
        return Err(Problem::new(message).at(set.span.clone()));
    }
    Ok(columns)
}

/// A name is that of a column, of a family of features, or of a feature with its statistics.
fn resolve(name: &Name, known: &[String]) -> Result<Vec<usize>, Problem> {
    let belongs = |column: &String| {
        *column == name.text
            || features::family_of(column) == Some(name.text.as_str())
            || column.strip_suffix("_mean").or(column.strip_suffix("_var")) == Some(&name.text)
    };
    let found: Vec<usize> = (0..known.len()).filter(|&at| belongs(&known[at])).collect();
    if found.is_empty() {
        let names = || features::FAMILIES.iter().copied().chain(known.iter().map(String::as_str));
        let meant = registry::nearest(&name.text, names())
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(Problem::new(format!(
            "unknown column `{}`; the table has {} columns, `{}` to `{}`, in families {}{meant}",
            name.text,
            known.len(),
            known[0],
            known[known.len() - 1],
            features::FAMILIES.join(", "),
        ))
        .at(name.span.clone()));
    }
    Ok(found)
}
