//! Feature sets of an experiment, joined with its data.

use std::collections::HashMap;
use std::sync::Arc;

use super::Error;
use super::feature_set::{Columns, FeatureSet, MadeOf, Name, Piece as PieceAsked, PieceOf};
use super::plan::Place;
use super::problem::Problem;
use crate::dataset::{Dataset, LogMels, Samples, Shape};
use crate::features::blocks::{Block, LogMel};
use crate::features::{self, FromMel, from_mel, from_mel_columns};
use crate::models::{Description, Piece};
use crate::registry;
use crate::seed::Seed;
use crate::watch::{Event, Watch};
use crate::workers::{self, Then};

/// Why a feature set cannot be made: its author's mistake, or the data's.
pub(super) enum Refused {
    /// A mistake in the file.
    Mistake(Problem),
    /// Anything else.
    Failed(Error),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Mistake(problem)
    }
}

/// What feature sets are made from, each thing once.
pub(super) struct Describe<'a> {
    dataset: &'a Dataset,
    place: &'a Place<'a>,
    watch: &'a dyn Watch,
    log_mels: Option<LogMels>,
    blocks: HashMap<String, Samples>,
}

impl<'a> Describe<'a> {
    /// Nothing is read or computed before it is asked for.
    pub fn new(dataset: &'a Dataset, place: &'a Place<'a>, watch: &'a dyn Watch) -> Self {
        Self { dataset, place, watch, log_mels: None, blocks: HashMap::new() }
    }

    /// BLAKE3 of the spectrograms, if any were asked for.
    pub fn frames_hash(&self) -> Option<String> {
        self.log_mels.as_ref().map(LogMels::hash)
    }

    /// Frames of each spectrogram, if any were asked for.
    pub fn frame_count(&self) -> Option<usize> {
        self.log_mels.as_ref().map(|it| it.frames)
    }

    /// One feature set of all units.
    pub fn set(&mut self, set: &FeatureSet) -> Result<Description, Refused> {
        let piece = |name: &str, samples| Piece {
            name: name.to_owned(),
            scale: set.scale,
            samples,
            learned: None,
        };
        Ok(Description::new(match &set.made_of {
            MadeOf::Columns(columns) => {
                vec![piece("columns", self.columns(columns, &set.name, &set.span)?)]
            }
            MadeOf::Frames(kinds) => vec![piece("frames", self.frames(kinds, set)?)],
            MadeOf::Blocks(pieces) => pieces
                .iter()
                .map(|asked| self.piece(asked, set))
                .collect::<Result<Vec<Piece>, Refused>>()?,
        }))
    }

    fn piece(&mut self, asked: &PieceAsked, set: &FeatureSet) -> Result<Piece, Refused> {
        let (samples, learned) = match &asked.made_of {
            PieceOf::Columns(columns) => (self.columns(columns, &set.name, &asked.span)?, None),
            PieceOf::LogMel(block) => {
                let log_mels = self.log_mels()?;
                block
                    .accepts(log_mels.frames, log_mels.bands)
                    .map_err(|error| Problem::new(error.to_string()).at(asked.span.clone()))?;
                if block.learned() {
                    (self.seen(&block.sight())?, Some(block.clone()))
                } else {
                    (self.block(block)?, None)
                }
            }
        };
        let (name, scale) = (asked.name.clone(), asked.scale.unwrap_or(set.scale));
        Ok(Piece { name, scale, samples, learned })
    }

    fn columns(
        &self,
        columns: &Columns,
        name: &str,
        span: &std::ops::Range<usize>,
    ) -> Result<Samples, Problem> {
        let known = self.dataset.columns();
        if known.is_empty() {
            let message = "this data set has no table of columns; describe its tracks by `frames` \
                           or `blocks`";
            return Err(Problem::new(message).at(span.clone()));
        }
        let mut taken = vec![columns.taken.is_none(); known.len()];
        let choices = [(columns.taken.as_deref().unwrap_or(&[]), true), (&columns.without, false)];
        for (names, take) in choices {
            for name in names {
                for column in resolve(name, known)? {
                    taken[column] = take;
                }
            }
        }
        let columns: Vec<usize> = (0..known.len()).filter(|&column| taken[column]).collect();
        if columns.is_empty() {
            let message = format!("feature set `{name}` has no column left");
            return Err(Problem::new(message).at(span.clone()));
        }
        Ok(self.dataset.samples(&columns))
    }

    fn log_mels(&mut self) -> Result<&LogMels, Refused> {
        if self.log_mels.is_none() {
            let read = self.dataset.log_mels(self.place.cache, self.place.effort, self.watch);
            self.log_mels = Some(read.map_err(|error| {
                Refused::Failed(match error {
                    crate::dataset::Error::Stopped => Error::Stopped,
                    error => Error::Data(error),
                })
            })?);
        }
        Ok(self.log_mels.as_ref().expect("they were just read"))
    }

    /// The log-mel frames themselves; they were read before.
    fn bands(&self) -> Samples {
        let log_mels = self.log_mels.as_ref().expect("they were read before");
        let (frames, width) = (log_mels.frames, log_mels.bands);
        let columns = (1..=width).map(|band| format!("mel{band}")).collect();
        let values = Arc::clone(&log_mels.values);
        Samples::sharing(
            Arc::clone(&self.dataset.units),
            Arc::new(columns),
            Shape::Sequence { frames, width },
            values,
        )
    }

    fn frames(&mut self, kinds: &[FromMel], set: &FeatureSet) -> Result<Samples, Refused> {
        let problem = |error: features::Error| Problem::new(error.to_string()).at(set.span.clone());
        let log_mels = self.log_mels()?;
        let (frames, bands) = (log_mels.frames, log_mels.bands);
        let columns = from_mel_columns(kinds, bands).map_err(problem)?;
        if let [FromMel::LogMel(whole)] = kinds
            && whole.bands.is_none()
        {
            return Ok(self.bands());
        }
        let log_mels = log_mels.clone();
        let grids = self.each(log_mels.values.len() / frames / bands, "sequences", |unit| {
            from_mel(kinds, log_mels.of(unit), bands).map(|grid| grid.values().to_vec())
        })?;
        let mut values = Vec::new();
        for grid in grids {
            values.extend(grid.map_err(problem)?);
        }
        let shape = Shape::Sequence { frames, width: columns.len() };
        Ok(Samples::new(Arc::clone(&self.dataset.units), Arc::new(columns), shape, values))
    }

    /// An unlearned block of all units.
    fn block(&mut self, block: &Block) -> Result<Samples, Refused> {
        // Nothing is learned, so there is nothing to draw.
        let encoder = block.learn(&[], Seed::new(0)).map_err(failed)?;
        let columns = block.columns(self.log_mels()?.bands);
        let shape = Shape::Row { width: columns.len() };
        self.once(block, columns, |_| shape, |log_mel| Ok(encoder.describe(log_mel)))
    }

    /// What a learned block sees of all units, which no fold changes.
    fn seen(&mut self, sight: &Block) -> Result<Samples, Refused> {
        let width = sight.width(self.log_mels()?.bands);
        let columns = (1..=width).map(|at| format!("{}{at}", sight.name())).collect();
        let shape = |values| Shape::Sequence { frames: values / width, width };
        self.once(sight, columns, shape, |log_mel| sight.see(log_mel))
    }

    /// What is made of every unit's log-mel, once for all feature sets with the same block; `shape` is
    /// told how many values a unit has.
    fn once(
        &mut self,
        block: &Block,
        columns: Vec<String>,
        shape: impl FnOnce(usize) -> Shape,
        make: impl Fn(&LogMel<'_>) -> Result<Vec<f32>, features::Error> + Sync,
    ) -> Result<Samples, Refused> {
        let key = serde_json::to_string(block).expect("parameters are plain data");
        if let Some(found) = self.blocks.get(&key) {
            return Ok(found.clone());
        }
        let log_mels = self.log_mels()?.clone();
        let units = self.dataset.units.units.len();
        let rows = self.each(units, block.name(), |unit| {
            make(&LogMel::new(log_mels.of(unit), log_mels.bands))
        })?;
        let rows = rows.into_iter().collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let values = rows.concat();
        let shape = shape(values.len() / units.max(1));
        let units = Arc::clone(&self.dataset.units);
        let samples = Samples::new(units, Arc::new(columns), shape, values);
        self.blocks.insert(key, samples.clone());
        Ok(samples)
    }

    /// Something of every unit, on all cores.
    fn each<T: Send>(
        &self,
        units: usize,
        what: &str,
        work: impl Fn(usize) -> T + Sync,
    ) -> Result<Vec<T>, Refused> {
        self.watch.event(&Event::StageStarted { what, total: units });
        let answers = workers::answers(
            units,
            self.place.effort.jobs,
            || self.watch.stop(),
            |unit| {
                let answer = work(unit);
                self.watch.event(&Event::StageAdvanced);
                (answer, Then::GoOn)
            },
        );
        self.watch.event(&Event::StageEnded);
        answers.into_iter().collect::<Option<Vec<T>>>().ok_or(Refused::Failed(Error::Stopped))
    }
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
        let meant = registry::nearest(&name.text, names().filter(|known| *known != name.text))
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

fn failed(error: features::Error) -> Refused {
    Refused::Failed(Error::Features(error))
}
