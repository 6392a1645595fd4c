//! What a plan says of itself before anything has run: the record without cells.

use super::contender::{Contender, Entry};
use super::parse::Experiment;
use super::plan::Plan;
use super::protocol::Split;
use super::provenance;
use super::record::{
    ContenderFacts, DatasetFacts, ExperimentFacts, FoldFacts, ProtocolFacts, Record, TuneFacts,
    UnitFacts,
};
use super::tune::Tune;
use crate::models::ensemble::By;
use crate::split::{Grouping, Predefined};

/// Version of the record's format.
pub const FORMAT: u32 = 1;

/// The record that running a plan fills: its data, folds and contenders, without cells and predictions.
pub fn described(plan: &Plan) -> Record {
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
    let Said { model, features, parameters } = said(experiment, contender);
    let name = contender.name.clone();
    match &contender.entry {
        Entry::Model { model: learned, features: set, tune } => ContenderFacts {
            name,
            model,
            features,
            width: plan.features[*set].shape().size(),
            parameters,
            not_reproducible: learned.learner().not_reproducible().map(str::to_owned),
            layers: learned
                .learner()
                .layers(plan.features[*set].shape(), plan.dataset.units.genres.len()),
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
        Entry::Ensemble { members, .. } => {
            let facts = members.iter().map(|&at| self::contender(plan, &experiment.contenders[at]));
            let facts: Vec<ContenderFacts> = facts.collect();
            ContenderFacts {
                name,
                model,
                features,
                width: facts.len() * plan.dataset.units.genres.len(),
                parameters,
                not_reproducible: facts.into_iter().find_map(|facts| facts.not_reproducible),
                layers: Vec::new(),
                tune: None,
            }
        }
    }
}

/// What an experiment alone, without its data, says of a contender.
pub(super) struct Said {
    /// Name of its model.
    pub model: String,
    /// Name of its feature set, or of the contenders whose scores it joins.
    pub features: String,
    /// Every parameter with its value; of those that are tuned, what is tried.
    pub parameters: serde_json::Value,
}

/// What the experiment says of one of its contenders.
pub(super) fn said(experiment: &Experiment, contender: &Contender) -> Said {
    match &contender.entry {
        Entry::Model { model, features, tune } => Said {
            model: model.name().to_owned(),
            features: experiment.features[*features].name.clone(),
            parameters: parameters(model, tune.as_ref()),
        },
        Entry::Ensemble { ensemble, .. } => Said {
            model: contender.kind().to_owned(),
            features: match ensemble.by {
                By::Vote => format!("scores of {}", ensemble.of.join(", ")),
                By::Stack => format!("out-of-fold scores of {}", ensemble.of.join(", ")),
            },
            parameters: serde_json::to_value(ensemble).expect("parameters are plain data"),
        },
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
