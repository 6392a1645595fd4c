//! One cell answered: a contender fitted on a fold, and what it says of units it never saw.

use super::Error;
use super::contender::Entry;
use super::plan::{Cell, Plan};
use super::protocol::Split;
use super::provenance::Clock;
use super::record::{CellFacts, TuningFacts};
use super::run::round;
use crate::evaluation::Prediction;
use crate::models::ensemble::{By, Ensemble, Said, Stack, vote};
use crate::models::{self, Context, Describer, Device, Epoch, Fitted, Model};
use crate::seed::Seed;
use crate::watch::{Event, Watch};

mod importance;
mod learning_curve;
mod tuning;

pub(super) use tuning::inside;

/// What a cell took, and what it said.
pub(super) type Answer = (CellFacts, Vec<Prediction>);

/// A cell and whom to tell about it.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub plan: &'a Plan,
    pub cell: Cell,
    pub device: Device,
    pub watch: &'a dyn Watch,
}

/// A model with what describes units to it.
pub(super) struct Heard {
    pub fitted: Fitted,
    pub describer: Describer,
    pub contender: usize,
    tuning: Option<TuningFacts>,
}

impl Desk<'_> {
    /// Fits a model on the cell's fold and scores the units it never saw.
    pub fn model(&self) -> Result<Answer, Error> {
        let Self { plan, cell, watch, .. } = *self;
        let name = plan.name(cell).to_string();
        watch.event(&Event::CellStarted { cell: &name });
        let fold = &plan.folds[cell.fold];
        let clock = Clock::of_thread();
        let seeds = self.seeds(cell.contender);
        // What may be read once only is not looked at after each epoch.
        let watched = match plan.experiment.protocol.split {
            Split::Drawn { .. } => Some(fold.test.as_slice()),
            Split::Predefined(_) => None,
        };
        let heard = self.fit(cell.contender, &fold.train, watched, seeds, &name)?;
        let fit_seconds = clock.seconds();
        let clock = Clock::of_thread();
        let scores = self.scores(&heard, &fold.test, &name)?;
        let seconds = (fit_seconds, clock.seconds());
        let learning_curve = self.learning_curve(&heard, seeds, &name)?;
        let importance = self.importance(&heard, &name)?;
        let facts = CellFacts { learning_curve, importance, ..self.facts(seconds, heard) };
        watch.event(&Event::CellEnded { cell: &name });
        Ok((facts, self.predictions(scores)))
    }

    /// Joins what the members of an ensemble said in their own cells of the same fold.
    pub fn ensemble(
        &self,
        ensemble: &Ensemble,
        members: &[usize],
        said: &[&Answer],
    ) -> Result<Answer, Error> {
        let Self { plan, cell, watch, .. } = *self;
        let name = plan.name(cell).to_string();
        watch.event(&Event::CellStarted { cell: &name });
        let tested = plan.folds[cell.fold].test.len();
        let of_unit = |unit: usize| -> Said {
            let shares = |answer: &&Answer| {
                answer.1[unit].scores.iter().map(|&share| f64::from(share)).collect()
            };
            said.iter().map(shares).collect()
        };
        let clock = Clock::of_thread();
        let (scores, parameters): (Vec<Vec<f64>>, usize) = match ensemble.by {
            By::Vote => ((0..tested).map(|unit| vote(&of_unit(unit))).collect(), 0),
            By::Stack => {
                let (train, seed) = (&plan.folds[cell.fold].train, self.seeds(cell.contender));
                let seeds = |member| self.seeds(member);
                let stack = self.stack(ensemble, members, train, (seed, &seeds), &name)?;
                let scores = (0..tested).map(|unit| stack.scores(&of_unit(unit))).collect();
                (scores, stack.parameters())
            }
        };
        // What it costs to have the ensemble: its members, and what it learned itself.
        let sum = |of: fn(&CellFacts) -> f64| said.iter().map(|answer| of(&answer.0)).sum::<f64>();
        let facts = CellFacts {
            contender: cell.contender,
            repeat: plan.folds[cell.fold].repeat,
            fold: plan.folds[cell.fold].fold,
            fit_seconds: round(clock.seconds() + sum(|facts| facts.fit_seconds)),
            predict_seconds: round(sum(|facts| facts.predict_seconds)),
            parameters: parameters + said.iter().map(|answer| answer.0.parameters).sum::<usize>(),
            history: Vec::new(),
            tuning: None,
            learning_curve: Vec::new(),
            importance: Vec::new(),
        };
        watch.event(&Event::CellEnded { cell: &name });
        Ok((facts, self.predictions(scores)))
    }

    /// Weights learned from what the members say of training units they did not learn from.
    fn stack(
        &self,
        ensemble: &Ensemble,
        members: &[usize],
        train: &[usize],
        (own, of_member): (Seed, &dyn Fn(usize) -> Seed),
        name: &str,
    ) -> Result<Stack, Error> {
        let plan = self.plan;
        let units = &plan.dataset.units.units;
        let labels: Vec<usize> = train.iter().map(|&unit| units[unit].genre).collect();
        let seed = own.derive("inner");
        let mut said: Vec<Said> = vec![vec![Vec::new(); members.len()]; train.len()];
        for fold in &inside(plan, train, ensemble.inner.get(), seed)? {
            for (at, &member) in members.iter().enumerate() {
                let seeds = of_member(member).derive(format_args!("inner {}", fold.fold));
                let heard = self.fit(member, &fold.train, None, seeds, name)?;
                let scores = self.scores(&heard, &fold.test, name)?;
                for (unit, scores) in fold.test.iter().zip(scores) {
                    let position = train.binary_search(unit).expect("inner folds are of train");
                    said[position][at] = scores;
                }
            }
        }
        Ok(Stack::fit(&said, &labels, ensemble.ridge.get()))
    }

    /// Fits a model on all units.
    pub fn fit_all(&self, contender: usize) -> Result<Heard, Error> {
        let name = format!("{} on all tracks", self.plan.experiment.contenders[contender].name);
        self.watch.event(&Event::CellStarted { cell: &name });
        let heard = self.fit(contender, &self.all(), None, self.seed_of_all(contender), &name)?;
        self.watch.event(&Event::CellEnded { cell: &name });
        Ok(heard)
    }

    /// The weights of an ensemble of models that are fitted on all units.
    pub fn stack_of_all(
        &self,
        ensemble: &Ensemble,
        members: &[usize],
        name: &str,
    ) -> Result<Stack, Error> {
        let seeds = |member| self.seed_of_all(member);
        let own = self.seed_of_all(self.cell.contender);
        self.stack(ensemble, members, &self.all(), (own, &seeds), name)
    }

    fn all(&self) -> Vec<usize> {
        (0..self.plan.dataset.units.units.len()).collect()
    }

    /// The seed of a contender that no unit is held back from.
    fn seed_of_all(&self, contender: usize) -> Seed {
        let experiment = &self.plan.experiment;
        experiment.seed.derive(&experiment.contenders[contender].name).derive("all")
    }

    /// The seed of a contender on the cell's fold.
    fn seeds(&self, contender: usize) -> Seed {
        let fold = &self.plan.folds[self.cell.fold];
        self.plan
            .experiment
            .seed
            .derive(&self.plan.experiment.contenders[contender].name)
            .derive(format_args!("repeat {}", fold.repeat))
            .derive(format_args!("fold {}", fold.fold))
    }

    /// Fits a contender on some units, after choosing what is tuned among these units alone.
    fn fit(
        &self,
        contender: usize,
        train: &[usize],
        watched: Option<&[usize]>,
        seed: Seed,
        cell: &str,
    ) -> Result<Heard, Error> {
        let Entry::Model { features, tune, .. } = &self.plan.experiment.contenders[contender].entry
        else {
            unreachable!("an ensemble is made of models");
        };
        let description = &self.plan.features[*features];
        let tuning = match tune {
            Some(tune) => Some(self.choose(tune, description, train, seed, cell)?),
            None => None,
        };
        self.fit_chosen(contender, tuning, train, watched, seed, cell)
    }

    /// Fits a contender with what was chosen before.
    fn fit_chosen(
        &self,
        contender: usize,
        tuning: Option<TuningFacts>,
        train: &[usize],
        watched: Option<&[usize]>,
        seed: Seed,
        cell: &str,
    ) -> Result<Heard, Error> {
        let Entry::Model { model, features, tune } =
            &self.plan.experiment.contenders[contender].entry
        else {
            unreachable!("an ensemble is made of models");
        };
        let description = &self.plan.features[*features];
        let model: &Model = match (tune, &tuning) {
            (Some(tune), Some(tuning)) => &tune.candidates[tuning.chosen].model,
            _ => model,
        };
        let failed = |source| failed(cell, source);
        let (describer, samples) = description.learn(train, self.dictionaries()).map_err(failed)?;
        let watched = watched.map(|units| description.describe(&describer, units));
        let (watch, device) = (self.watch, self.device);
        let context = Context { seed, watch, cell, watched: watched.as_ref(), device };
        let fitted = model.learner().fit(&samples, &context).map_err(failed)?;
        Ok(Heard { fitted, describer, contender, tuning })
    }

    /// The seed of dictionaries in this fold. Not the contender's: two contenders with the same
    /// dictionary see the same one.
    fn dictionaries(&self) -> Seed {
        self.of_fold("dictionaries")
    }

    /// The seed of something that all contenders share in this fold.
    fn of_fold(&self, what: &str) -> Seed {
        let fold = &self.plan.folds[self.cell.fold];
        self.plan
            .experiment
            .seed
            .derive(what)
            .derive(format_args!("repeat {}", fold.repeat))
            .derive(format_args!("fold {}", fold.fold))
    }

    fn scores(&self, heard: &Heard, units: &[usize], cell: &str) -> Result<Vec<Vec<f64>>, Error> {
        let contender = &self.plan.experiment.contenders[heard.contender];
        let Entry::Model { features, .. } = &contender.entry else {
            unreachable!("an ensemble is made of models");
        };
        let samples = self.plan.features[*features].describe(&heard.describer, units);
        heard.fitted.classifier.scores(&samples).map_err(|source| failed(cell, source))
    }

    fn facts(&self, (fit_seconds, predict_seconds): (f64, f64), heard: Heard) -> CellFacts {
        let fold = &self.plan.folds[self.cell.fold];
        CellFacts {
            contender: self.cell.contender,
            repeat: fold.repeat,
            fold: fold.fold,
            fit_seconds: round(fit_seconds),
            predict_seconds: round(predict_seconds),
            parameters: heard.fitted.parameters,
            history: heard.fitted.history.into_iter().map(rounded).collect(),
            tuning: heard.tuning,
            learning_curve: Vec::new(),
            importance: Vec::new(),
        }
    }

    #[allow(clippy::cast_possible_truncation)]
    fn predictions(&self, scores: Vec<Vec<f64>>) -> Vec<Prediction> {
        let fold = &self.plan.folds[self.cell.fold];
        let units = &self.plan.dataset.units.units;
        fold.test
            .iter()
            .zip(scores)
            .map(|(&unit, scores)| Prediction {
                contender: self.cell.contender,
                repeat: fold.repeat,
                fold: fold.fold,
                unit,
                truth: units[unit].genre,
                scores: scores.into_iter().map(|score| score as f32).collect(),
            })
            .collect()
    }
}

fn failed(cell: &str, source: models::Error) -> Error {
    match source {
        models::Error::Stopped => Error::Stopped,
        source => Error::Cell { cell: cell.to_owned(), source },
    }
}

fn rounded(epoch: Epoch) -> Epoch {
    Epoch {
        train_loss: round(epoch.train_loss),
        train_accuracy: round(epoch.train_accuracy),
        validation_loss: epoch.validation_loss.map(round),
        validation_accuracy: epoch.validation_accuracy.map(round),
    }
}
