//! Runs the cells of a plan on threads and assembles the record.

use std::time::Instant;

use super::Error;
use super::plan::{Cell, Plan};
use super::provenance::{self, Clock};
use super::record::{
    CellFacts, ContenderFacts, DatasetFacts, ExperimentFacts, FoldFacts, ProtocolFacts, Record,
    UnitFacts,
};
use crate::evaluation::Prediction;
use crate::models::{Context, Epoch, Scaler};
use crate::watch::{Event, Watch};
use crate::workers::{self, Then};

/// Version of the record's format.
pub const FORMAT: u32 = 1;

/// Runs every cell, `jobs` at a time, and assembles the record.
///
/// The record does not depend on `jobs`, but for its timings.
///
/// # Errors
/// When a cell fails, or the watcher asks to stop.
pub fn run(plan: &Plan, jobs: usize, watch: &dyn Watch) -> Result<Record, Error> {
    let (started, wall, clock) = (provenance::now(), Instant::now(), Clock::of_process());
    for notice in &plan.dataset.notices {
        watch.event(&Event::Notice(notice));
    }
    watch.event(&Event::StageStarted { what: "cells", total: plan.cells.len() });
    let answers = answer_all(plan, jobs, watch);
    watch.event(&Event::StageEnded);
    let mut cells = Vec::new();
    let mut predictions = Vec::new();
    for (facts, said) in answers? {
        cells.push(facts);
        predictions.extend(said);
    }
    let mut record = describe(plan);
    record.cells = cells;
    record.predictions = predictions;
    record.provenance.started = started;
    record.provenance.wall_seconds = round(wall.elapsed().as_secs_f64());
    record.provenance.cpu_seconds = round(clock.seconds());
    record.provenance.jobs = jobs;
    Ok(record)
}

type Answer = (CellFacts, Vec<Prediction>);

fn answer_all(plan: &Plan, jobs: usize, watch: &dyn Watch) -> Result<Vec<Answer>, Error> {
    // From the back: nets stand behind the quick models as a rule, and long cells that start first
    // leave no core idle at the end.
    let last_first = |at: usize| plan.cells.len() - 1 - at;
    let mut answers = workers::answers(
        plan.cells.len(),
        jobs,
        || watch.stop(),
        |at| {
            let answer = answer(plan, plan.cells[last_first(at)], watch);
            watch.event(&Event::StageAdvanced);
            let then = if answer.is_err() { Then::Stop } else { Then::GoOn };
            (answer, then)
        },
    );
    answers.reverse();
    // A cell that failed says more than one that was then never begun.
    let missing = answers.iter().any(Option::is_none);
    let whole = answers.into_iter().flatten().collect::<Result<Vec<Answer>, Error>>()?;
    if missing { Err(Error::Stopped) } else { Ok(whole) }
}

/// Fits one contender on one fold and scores the units it never saw.
#[allow(clippy::cast_possible_truncation)]
fn answer(plan: &Plan, cell: Cell, watch: &dyn Watch) -> Result<Answer, Error> {
    let name = plan.name(cell).to_string();
    watch.event(&Event::CellStarted { cell: &name });
    let contender = &plan.experiment.contenders[cell.contender];
    let set = &plan.experiment.features[contender.features];
    let fold = &plan.folds[cell.fold];
    let samples = &plan.samples[contender.features];
    let failed = |source| match source {
        crate::models::Error::Stopped => Error::Stopped,
        source => Error::Cell { cell: name.clone(), source },
    };

    let clock = Clock::of_thread();
    let train = samples.select(&fold.train);
    let scaler = Scaler::fit(set.scale, &train);
    let train = scaler.apply(&train);
    let test = scaler.apply(&samples.select(&fold.test));
    let context = Context {
        seed: plan
            .experiment
            .seed
            .derive(&contender.name)
            .derive(format_args!("repeat {}", fold.repeat))
            .derive(format_args!("fold {}", fold.fold)),
        watch,
        cell: &name,
        watched: Some(&test),
    };
    let fitted = contender.model.learner().fit(&train, &context).map_err(failed)?;
    let fit_seconds = clock.seconds();
    let clock = Clock::of_thread();
    let scores = fitted.classifier.scores(&test).map_err(failed)?;
    let predict_seconds = clock.seconds();

    let predictions = fold
        .test
        .iter()
        .zip(scores)
        .map(|(&unit, scores)| Prediction {
            contender: cell.contender,
            repeat: fold.repeat,
            fold: fold.fold,
            unit,
            truth: plan.dataset.units.units[unit].genre,
            scores: scores.into_iter().map(|score| score as f32).collect(),
        })
        .collect();
    let facts = CellFacts {
        contender: cell.contender,
        repeat: fold.repeat,
        fold: fold.fold,
        fit_seconds: round(fit_seconds),
        predict_seconds: round(predict_seconds),
        parameters: fitted.parameters,
        history: fitted.history.into_iter().map(rounded).collect(),
    };
    watch.event(&Event::CellEnded { cell: &name });
    Ok((facts, predictions))
}

/// Six decimals: microseconds, and more digits of a loss than two machines agree on.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn rounded(epoch: Epoch) -> Epoch {
    Epoch {
        train_loss: round(epoch.train_loss),
        train_accuracy: round(epoch.train_accuracy),
        validation_loss: epoch.validation_loss.map(round),
        validation_accuracy: epoch.validation_accuracy.map(round),
    }
}

/// The record without what running adds.
#[allow(clippy::cast_precision_loss)]
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
    let (k, repeats) = (experiment.protocol.folds.get(), experiment.protocol.repeats.get());
    let over = match experiment.protocol.group {
        crate::split::Grouping::None => "rows, nothing kept together",
        crate::split::Grouping::Track => "tracks",
        crate::split::Grouping::Artist => "tracks, artists kept apart",
    };
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
        },
        protocol: ProtocolFacts {
            name: format!("stratified {k}-fold × {repeats} over {over}"),
            group: experiment.protocol.group.to_string(),
            folds: k,
            repeats,
            hash: hash(&serde_json::json!([ids, folds]).to_string()),
            chance: 1.0 / dataset.units.genres.len() as f64,
        },
        contenders: experiment
            .contenders
            .iter()
            .map(|contender| ContenderFacts {
                name: contender.name.clone(),
                model: contender.model.name().to_owned(),
                features: experiment.features[contender.features].name.clone(),
                width: plan.samples[contender.features].shape().size(),
                parameters: parameters(&contender.model),
                not_reproducible: contender.model.learner().not_reproducible().map(str::to_owned),
            })
            .collect(),
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
            })
            .collect(),
        folds,
        cells: Vec::new(),
        predictions: Vec::new(),
    }
}

/// A model's parameters without its name around them.
fn parameters(model: &crate::models::Model) -> serde_json::Value {
    match serde_json::to_value(model).expect("parameters are plain data") {
        serde_json::Value::Object(map) => map.into_iter().next().map_or_else(
            || serde_json::Value::Object(serde_json::Map::new()),
            |(_, parameters)| parameters,
        ),
        other => other,
    }
}
