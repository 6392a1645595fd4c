//! A small made-up record for tests: 24 units of 4 genres, 2 repeats × 3 folds, 3 contenders.

use rand::RngExt;

use crate::evaluation::Prediction;
use crate::experiment::{
    CellFacts, ContenderFacts, DatasetFacts, ExperimentFacts, FamilyFacts, FoldFacts, Machine,
    PointFacts, ProtocolFacts, Provenance, Record, TrialFacts, TuneFacts, TuningFacts, UnitFacts,
};
use crate::models::Epoch;
use crate::seed::Seed;

/// What a sample record looks like.
pub(crate) struct Shape<'a> {
    pub genres: &'a [&'a str],
    pub units: usize,
    pub repeats: usize,
    pub folds: usize,
    /// Name, and how often it names the right genre.
    pub contenders: &'a [(&'a str, f64)],
    /// How many epochs contenders whose names begin with `dense` train.
    pub epochs: usize,
}

/// The usual sample.
pub(crate) fn record() -> Record {
    shaped(&usual())
}

/// The shape of the usual sample.
pub(crate) fn usual() -> Shape<'static> {
    Shape {
        genres: &["blues", "classical", "metal", "rock"],
        units: 24,
        repeats: 2,
        folds: 3,
        contenders: &[("majority", 0.25), ("dense", 0.6), ("forest", 0.8)],
        epochs: 5,
    }
}

/// A sample of any shape.
pub(crate) fn shaped(shape: &Shape<'_>) -> Record {
    let mut record = frame(shape);
    for repeat in 0..shape.repeats {
        for fold in 0..shape.folds {
            let (test, train): (Vec<usize>, Vec<usize>) = (0..shape.units).partition(|unit| {
                let turn = (unit / shape.genres.len() + repeat) % shape.folds.max(2);
                turn == fold
            });
            record.folds.push(FoldFacts { repeat, fold, train, test });
        }
    }
    for contender in 0..shape.contenders.len() {
        for fold in record.folds.clone() {
            cell(&mut record, shape, contender, &fold);
        }
    }
    record
}

/// Adds what only some experiments ask for: learning curves, importances and, of the last contender,
/// tuning.
pub(crate) fn ask_for_more(record: &mut Record) {
    let last = record.contenders.len() - 1;
    let candidates = [1, 2, 4].map(|trees| {
        serde_json::Map::from_iter([("trees".to_owned(), serde_json::Value::from(trees))])
    });
    record.contenders[last].tune = Some(TuneFacts {
        over: vec![("trees".into(), "[1,2,4]".into())],
        search: "grid".into(),
        judged_on: "3 inner folds".into(),
        candidates: candidates.into(),
    });
    for (number, cell) in record.cells.iter_mut().enumerate() {
        let reached = 0.3 + 0.01 * (number % 7) as f64;
        cell.learning_curve = [(0.25, 4), (0.5, 8)]
            .map(|(share, trained)| PointFacts { share, trained, accuracy: reached + 0.1 * share })
            .into();
        cell.importance = ["mfcc", "chroma", "a block with a long name"]
            .map(|family| FamilyFacts {
                family: family.into(),
                columns: 4,
                drop: reached / family.len() as f64 - 0.03,
            })
            .into();
        if cell.contender == last {
            let trial = |at: usize| TrialFacts { accuracy: 0.4 + 0.05 * at as f64, log_loss: 1.2 };
            let chosen = if cell.fold == 0 { 2 } else { 1 };
            cell.tuning = Some(TuningFacts { chosen, trials: (0..3).map(trial).collect() });
        }
    }
}

fn cell(record: &mut Record, shape: &Shape<'_>, contender: usize, fold: &FoldFacts) {
    let (name, skill) = shape.contenders[contender];
    let seed = Seed::new(7).derive(name).derive(fold.repeat).derive(fold.fold);
    let mut stream = seed.stream();
    let genres = shape.genres.len();
    for &unit in &fold.test {
        let truth = unit % genres;
        // Mistakes gather on the neighbouring genre, as they do in music.
        let slip = if stream.random::<f64>() < 0.6 { 1 } else { 2 + unit / 7 };
        let named = if stream.random::<f64>() < skill { truth } else { (truth + slip) % genres };
        let rest = 0.5 / genres as f32;
        let mut scores = vec![rest; genres];
        scores[named] += 0.5;
        let (repeat, fold) = (fold.repeat, fold.fold);
        record.predictions.push(Prediction { contender, repeat, fold, unit, truth, scores });
    }
    let epochs = if name.starts_with("dense") { shape.epochs } else { 0 };
    let history = (0..epochs)
        .map(|epoch| {
            let rest = (-3.0 * epoch as f64 / epochs as f64).exp();
            let mut noise = |size: f64| size * (stream.random::<f64>() - 0.5);
            Epoch {
                train_loss: 0.3 + 2.0 * rest + noise(0.1),
                train_accuracy: 0.95 - 0.8 * rest + noise(0.04),
                validation_loss: Some(0.9 + 1.4 * rest + noise(0.3)),
                validation_accuracy: Some(0.72 - 0.6 * rest + noise(0.12)),
            }
        })
        .collect();
    record.cells.push(CellFacts {
        contender,
        repeat: fold.repeat,
        fold: fold.fold,
        fit_seconds: 0.5 * contender as f64 + 0.01 * fold.fold as f64,
        predict_seconds: 0.002 * contender as f64,
        parameters: 1250 * contender,
        history,
        tuning: None,
        learning_curve: Vec::new(),
        importance: Vec::new(),
    });
}

fn frame(shape: &Shape<'_>) -> Record {
    let genres = shape.genres.len();
    Record {
        format: 1,
        experiment: ExperimentFacts {
            name: "sample".into(),
            question: "Does the dense net beat a forest?".into(),
            baseline: shape.contenders[0].0.into(),
            seed: 42,
            hash: "e".repeat(64),
            text: "question: Does the dense net beat a forest?\nseed: 42\n".into(),
        },
        dataset: DatasetFacts {
            name: "made-up".into(),
            title: format!("Made up, {} tracks", shape.units),
            tracks: shape.units,
            rows: shape.units,
            genres: shape.genres.iter().map(ToString::to_string).collect(),
            hash: "d".repeat(64),
            substitute_for: None,
            index_hash: "1".repeat(64),
            frames_hash: None,
        },
        protocol: ProtocolFacts {
            name: format!("stratified {}-fold × {} over tracks", shape.folds, shape.repeats),
            group: "track".into(),
            folds: shape.folds,
            repeats: shape.repeats,
            hash: "f".repeat(64),
            chance: 1.0 / genres as f64,
            tracks: None,
        },
        contenders: shape
            .contenders
            .iter()
            .map(|(name, _)| ContenderFacts {
                name: (*name).into(),
                model: name.split('-').next().unwrap_or(name).into(),
                features: "kaggle57".into(),
                width: 57,
                parameters: serde_json::json!({ "dropout": 0.2, "hidden": [512, 256] }),
                not_reproducible: None,
                layers: Vec::new(),
                tune: None,
            })
            .collect(),
        provenance: Provenance {
            version: "0.1.0".into(),
            commit: "0123abc".into(),
            started: "2026-11-23T05:06:07Z".into(),
            wall_seconds: 83.2,
            cpu_seconds: 151.0,
            device: None,
            jobs: 2,
            engine: None,
            machine: Machine {
                system: "linux x86_64".into(),
                processor: "Example 3000".into(),
                cores: 2,
            },
        },
        units: (0..shape.units)
            .map(|unit| UnitFacts {
                id: format!("{unit:05}"),
                track: format!("{unit:05}"),
                genre: unit % genres,
                group: format!("{unit:05}"),
                artist: format!("Artist {}", unit / 3),
            })
            .collect(),
        folds: Vec::new(),
        cells: Vec::new(),
        failures: Vec::new(),
        predictions: Vec::new(),
    }
}
