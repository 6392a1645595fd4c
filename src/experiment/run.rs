//! Runs the cells of a plan on threads and assembles the record.

use std::time::Instant;

use super::Error;
use super::cell::{Answer, Desk};
use super::cells::Cells;
use super::contender::{Contender, Entry};
use super::plan::{Cell, Plan};
use super::protocol::Split;
use super::provenance::{self, Clock};
use super::record::{
    ContenderFacts, DatasetFacts, ExperimentFacts, FailureFacts, FoldFacts, ProtocolFacts, Record,
    TuneFacts, UnitFacts,
};
use super::tune::Tune;
use crate::models::ensemble::By;
use crate::split::{Grouping, Predefined};
use crate::watch::{Event, Watch};
use crate::workers::{self, Then};

/// Version of the record's format.
pub const FORMAT: u32 = 1;

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

/// A cell that ended: what it said, or why it failed.
type Ended = Result<Answer, FailureFacts>;

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
    let (found, total) = (manner.cells.found(plan), plan.cells.len());
    if found > 0 {
        watch.event(&Event::Notice(&format!("{found} of {total} cells found; the run goes on")));
    }
    watch.event(&Event::StageStarted { what: "cells", total });
    let ended = answer_all(plan, manner, watch);
    watch.event(&Event::StageEnded);
    let mut record = describe(plan);
    for ended in ended? {
        match ended {
            Ok((facts, said)) => {
                record.cells.push(facts);
                record.predictions.extend(said);
            }
            Err(failure) => record.failures.push(failure),
        }
    }
    record.provenance.started = started;
    record.provenance.wall_seconds = round(wall.elapsed().as_secs_f64());
    record.provenance.cpu_seconds = round(clock.seconds());
    record.provenance.jobs = manner.jobs;
    Ok(record)
}

fn answer_all(plan: &Plan, manner: &Manner<'_>, watch: &dyn Watch) -> Result<Vec<Ended>, Error> {
    let once = |cell: Cell, run: &dyn Fn() -> Result<Answer, Error>| -> Result<Answer, Error> {
        if let Some(finished) = manner.cells.read(plan, cell) {
            return Ok(finished);
        }
        let answer = run()?;
        manner.cells.keep(plan, cell, &answer)?;
        Ok(answer)
    };
    let models = answers(plan, manner, watch, |cell| {
        let is_model = matches!(entry(plan, cell), Entry::Model { .. });
        is_model.then(|| once(cell, &|| Desk { plan, cell, watch }.model()))
    })?;
    // Ensembles join what their members said, so they come after all of them.
    let of = |contender: usize, fold: usize| {
        let at = contender * plan.folds.len() + fold;
        models[at].as_ref().expect("every model was answered")
    };
    let ensembles = answers(plan, manner, watch, |cell| match entry(plan, cell) {
        Entry::Model { .. } => None,
        Entry::Ensemble { ensemble, members } => {
            let said: Result<Vec<&Answer>, &FailureFacts> =
                members.iter().map(|&member| of(member, cell.fold).as_ref()).collect();
            Some(match said {
                Ok(said) => {
                    once(cell, &|| Desk { plan, cell, watch }.ensemble(ensemble, members, &said))
                }
                Err(failure) => Err(Error::Member {
                    cell: plan.name(cell).to_string(),
                    member: plan.experiment.contenders[failure.contender].name.clone(),
                }),
            })
        }
    })?;
    let both = models.into_iter().zip(ensembles);
    Ok(both.map(|(one, other)| one.or(other).expect("a cell is answered once")).collect())
}

fn entry(plan: &Plan, cell: Cell) -> &Entry {
    &plan.experiment.contenders[cell.contender].entry
}

/// Answers the cells that `work` takes; the others have no answer.
fn answers(
    plan: &Plan,
    manner: &Manner<'_>,
    watch: &dyn Watch,
    work: impl Fn(Cell) -> Option<Result<Answer, Error>> + Sync,
) -> Result<Vec<Option<Ended>>, Error> {
    // From the back: nets stand behind the quick models as a rule, and long cells that start first
    // leave no core idle at the end.
    let last_first = |at: usize| plan.cells.len() - 1 - at;
    let ended = |cell: Cell, answer: Result<Answer, Error>| -> Result<Ended, Error> {
        match answer {
            Ok(answer) => Ok(Ok(answer)),
            Err(error @ (Error::Cell { .. } | Error::Member { .. })) if !manner.fail_fast => {
                let fold = &plan.folds[cell.fold];
                Ok(Err(FailureFacts {
                    contender: cell.contender,
                    repeat: fold.repeat,
                    fold: fold.fold,
                    reason: error.reason(),
                }))
            }
            Err(error) => Err(error),
        }
    };
    let mut answers = workers::answers(
        plan.cells.len(),
        manner.jobs,
        || watch.stop(),
        |at| {
            let cell = plan.cells[last_first(at)];
            let answer = work(cell).map(|answer| ended(cell, answer)).transpose();
            if !matches!(answer, Ok(None)) {
                watch.event(&Event::StageAdvanced);
            }
            let then = if answer.is_err() { Then::Stop } else { Then::GoOn };
            (answer, then)
        },
    );
    answers.reverse();
    // A cell that failed says more than one that was then never begun.
    let missing = answers.iter().any(Option::is_none);
    let whole = answers.into_iter().flatten().collect::<Result<Vec<_>, Error>>()?;
    if missing { Err(Error::Stopped) } else { Ok(whole) }
}

/// Six decimals: microseconds, and more digits of a loss than two machines agree on.
pub(super) fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// The record without what running adds.
fn describe(plan: &Plan) -> Record {
    let (experiment, dataset) = (&plan.experiment, &plan.dataset);
    let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
    let folds: Vec<FoldFacts> = plan
        .folds
        .iter()
        .map(|fold| FoldFacts {
            repeat: fold.repeat,
            fold: fold.fold,
            train: fold.train.clone(),
            test: fold.test.clone(),
        })
        .collect();
    let ids: Vec<&str> = dataset.units.units.iter().map(|unit| unit.id.as_str()).collect();
    Record {
        format: FORMAT,
        experiment: ExperimentFacts {
            name: experiment.name.clone(),
            question: experiment.question.clone(),
            baseline: experiment.contenders[experiment.baseline].name.clone(),
            seed: experiment.seed.value(),
            hash: hash(&experiment.file.text),
            text: experiment.file.text.clone(),
        },
        dataset: DatasetFacts {
            name: dataset.name.clone(),
            title: dataset.title.clone(),
            tracks: dataset.tracks.len(),
            rows: dataset.units.units.len(),
            genres: dataset.units.genres.clone(),
            substitute_for: dataset.substitute_for.clone(),
            hash: dataset.hash().to_owned(),
            index_hash: dataset.index_hash.clone(),
            frames_hash: plan.frames_hash.clone(),
        },
        protocol: protocol(plan, hash(&serde_json::json!([ids, folds]).to_string())),
        contenders: experiment.contenders.iter().map(|it| contender(plan, it)).collect(),
        provenance: provenance::here(),
        units: dataset
            .units
            .units
            .iter()
            .zip(&plan.groups)
            .map(|(unit, group)| UnitFacts {
                id: unit.id.clone(),
                track: dataset.tracks[unit.track].clone(),
                genre: unit.genre,
                group: group.to_string(),
                artist: dataset.known[unit.track]
                    .as_ref()
                    .map_or_else(String::new, |track| track.artist.clone()),
            })
            .collect(),
        folds,
        cells: Vec::new(),
        failures: Vec::new(),
        predictions: Vec::new(),
    }
}

#[allow(clippy::cast_precision_loss)]
fn protocol(plan: &Plan, hash: String) -> ProtocolFacts {
    let chance = 1.0 / plan.dataset.units.genres.len() as f64;
    let protocol = &plan.experiment.protocol;
    let (name, group, folds, repeats) = match &protocol.split {
        Split::Drawn { folds, repeats, group } => {
            let (k, repeats) = (folds.get(), repeats.get());
            let over = match group {
                Grouping::None => "rows, nothing kept together",
                Grouping::Track => "tracks",
                Grouping::Artist => "tracks, artists kept apart",
            };
            (format!("stratified {k}-fold × {repeats} over {over}"), *group, k, repeats)
        }
        Split::Predefined(split) => {
            let parts = match plan.folds.as_slice() {
                [fold] => format!("{} train, {} are tested", fold.train.len(), fold.test.len()),
                folds => {
                    let tested: usize = folds.iter().map(|fold| fold.test.len()).sum();
                    format!("{} folds, {tested} are tested", folds.len())
                }
            };
            let name = match split {
                Predefined::FaultFiltered | Predefined::Foleis => {
                    format!("published split {split}, of which {parts}")
                }
                Predefined::Column(_) | Predefined::File { .. } => {
                    format!("predefined split {split}: {parts}")
                }
            };
            (name, Grouping::Track, plan.folds.len(), 1)
        }
    };
    let segments = plan.dataset.units.units.len() > plan.dataset.tracks.len();
    let tracks = segments.then_some(protocol.tracks);
    ProtocolFacts { name, group: group.to_string(), folds, repeats, hash, chance, tracks }
}

fn contender(plan: &Plan, contender: &Contender) -> ContenderFacts {
    let experiment = &plan.experiment;
    let name = contender.name.clone();
    match &contender.entry {
        Entry::Model { model, features, tune } => ContenderFacts {
            name,
            model: model.name().to_owned(),
            features: experiment.features[*features].name.clone(),
            width: plan.features[*features].shape().size(),
            parameters: parameters(model, tune.as_ref()),
            not_reproducible: model.learner().not_reproducible().map(str::to_owned),
            layers: model
                .learner()
                .layers(plan.features[*features].shape(), plan.dataset.units.genres.len()),
            tune: tune.as_ref().map(|tune| TuneFacts {
                over: tune.over.clone(),
                search: tune.search.name().to_owned(),
                judged_on: if plan.folds.iter().all(|fold| fold.valid.is_empty()) {
                    format!("{} inner folds", tune.inner.get())
                } else {
                    "the validation part of the split".to_owned()
                },
                candidates: tune.candidates.iter().map(|it| it.values.clone()).collect(),
            }),
        },
        Entry::Ensemble { ensemble, members } => {
            let facts = members.iter().map(|&at| self::contender(plan, &experiment.contenders[at]));
            let facts: Vec<ContenderFacts> = facts.collect();
            ContenderFacts {
                name,
                model: contender.kind().to_owned(),
                features: match ensemble.by {
                    By::Vote => format!("scores of {}", ensemble.of.join(", ")),
                    By::Stack => format!("out-of-fold scores of {}", ensemble.of.join(", ")),
                },
                width: facts.len() * plan.dataset.units.genres.len(),
                parameters: serde_json::to_value(ensemble).expect("parameters are plain data"),
                not_reproducible: facts.into_iter().find_map(|facts| facts.not_reproducible),
                layers: Vec::new(),
                tune: None,
            }
        }
    }
}

/// A model's parameters without its name around them; of those that are tuned, what is tried.
fn parameters(model: &crate::models::Model, tune: Option<&Tune>) -> serde_json::Value {
    let written = serde_json::to_value(model).expect("parameters are plain data");
    let mut parameters = match written {
        serde_json::Value::Object(map) => map.into_iter().next().map(|(_, parameters)| parameters),
        other => Some(other),
    }
    .unwrap_or_else(|| serde_json::json!({}));
    if let (Some(tune), Some(map)) = (tune, parameters.as_object_mut()) {
        for (name, tried) in &tune.over {
            map.insert(name.clone(), format!("tuned over {tried}").into());
        }
    }
    parameters
}
