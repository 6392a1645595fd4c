//! Accuracy and processor time of the classical models on the real GTZAN table.
//!
//! Not part of the gate: it needs the table and takes minutes.
//!
//! `CROSSFOLD_DATA=… cargo test --test classical -- --ignored --nocapture`
//!
//! `CROSSFOLD_MODELS` may hold other models, as YAML; `CROSSFOLD_FOLDS` a file to write the folds
//! to, so that a peer can be measured on the same rows.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

use std::path::Path;
use std::sync::Arc;

use crossfold::dataset::{Samples, Shape, Unit, Units};
use crossfold::models::{Context, Device, Model, Scale, Scaler};
use crossfold::seed::Seed;
use crossfold::watch::Silent;
use rand::seq::SliceRandom;
use rustix::time::{ClockId, clock_gettime};

const FOLDS: usize = 10;
const REPEATS: usize = 3;

const MODELS: &str = "
- knn: { k: 1 }
- svm: { c: 10, gamma: 0.01 }
- svm: { c: 10, gamma: 0.01, multiclass: one-vs-rest }
- svm: { kernel: linear, c: 0.1 }
- svm: { c: 10, gamma: 0.01, library: crossfold }
- svm: { c: 10, gamma: 0.01, library: crossfold, multiclass: one-vs-rest }
- tree: {}
- tree: { library: linfa, classes: joint }
- tree: { library: smartcore }
- tree: { library: smartcore, classes: joint }
- tree: { library: crossfold }
- tree: { library: crossfold, classes: joint }
- forest: { trees: 500 }
- forest: { trees: 500, extra: true, bootstrap: false }
- forest: { trees: 100 }
- forest: { trees: 100, library: smartcore }
";

#[test]
#[ignore = "needs the GTZAN table and some minutes"]
fn accuracy_and_seconds_on_the_table() {
    let data = std::env::var("CROSSFOLD_DATA").expect("CROSSFOLD_DATA names the data folder");
    let samples = table(&Path::new(&data).join("tabular/features_30_sec.csv"));
    let repeats: Vec<Vec<usize>> = (0..REPEATS).map(|repeat| folds(&samples, repeat)).collect();
    if let Ok(path) = std::env::var("CROSSFOLD_FOLDS") {
        std::fs::write(path, serde_json::to_string(&repeats).unwrap()).unwrap();
    }
    let text = std::env::var("CROSSFOLD_MODELS").unwrap_or_else(|_| MODELS.to_owned());
    let models: Vec<Model> = serde_yaml::from_str(&text).unwrap();
    println!("accuracy  sd over folds  log loss  fit s  predict s  parameters  model");
    for model in models {
        let line = cross_validated(&model, &samples, &repeats);
        println!("{line}  {}", serde_json::to_string(&model).unwrap());
    }
}

fn cross_validated(model: &Model, samples: &Samples, repeats: &[Vec<usize>]) -> String {
    let (mut accuracies, mut loss) = (Vec::new(), 0.0);
    let (mut fit, mut predict, mut parameters) = (0.0, 0.0, 0);
    for (repeat, assigned) in repeats.iter().enumerate() {
        for fold in 0..FOLDS {
            let rows = |test: bool| -> Vec<usize> {
                (0..samples.len()).filter(|&i| (assigned[i] == fold) == test).collect()
            };
            let (train, test) = (samples.select(&rows(false)), samples.select(&rows(true)));
            let scaler = Scaler::fit(Scale::Standard, &train);
            let (train, test) = (scaler.apply(&train), scaler.apply(&test));
            let seed = Seed::new(42).derive(format!("r{repeat} f{fold}"));
            let context =
                Context { seed, watch: &Silent, cell: "bench", watched: None, device: Device::CPU };
            let start = seconds();
            let fitted = model.learner().fit(&train, &context).unwrap();
            let middle = seconds();
            let scores = fitted.classifier.scores(&test).unwrap();
            fit += middle - start;
            predict += seconds() - middle;
            parameters += fitted.parameters;
            let mut right = 0;
            for (i, scores) in scores.iter().enumerate() {
                let best = scores.iter().copied().fold(f64::MIN, f64::max);
                let named = scores.iter().position(|score| *score == best).unwrap();
                right += usize::from(named == test.label(i));
                loss -= scores[test.label(i)].max(1e-15).ln();
            }
            accuracies.push(right as f64 / test.len() as f64);
        }
    }
    let count = accuracies.len() as f64;
    let mean = accuracies.iter().sum::<f64>() / count;
    let squares: f64 = accuracies.iter().map(|accuracy| (accuracy - mean).powi(2)).sum();
    let sd = (squares / (count - 1.0)).sqrt();
    format!(
        "{mean:8.4}  {sd:13.4}  {:8.3}  {:5.3}  {:9.4}  {:10}",
        loss / (samples.len() * repeats.len()) as f64,
        fit / count,
        predict / count,
        parameters / accuracies.len()
    )
}

/// Stratified: the rows of each genre, shuffled, are dealt out like cards.
fn folds(samples: &Samples, repeat: usize) -> Vec<usize> {
    let mut assigned = vec![0; samples.len()];
    let mut dealt = 0;
    for genre in 0..samples.genres().len() {
        let mut rows: Vec<usize> =
            (0..samples.len()).filter(|&i| samples.label(i) == genre).collect();
        let seed = Seed::new(42).derive(format!("repeat {repeat}")).derive(genre);
        rows.shuffle(&mut seed.stream());
        for row in rows {
            assigned[row] = dealt % FOLDS;
            dealt += 1;
        }
    }
    assigned
}

fn table(path: &Path) -> Samples {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let last = header.len() - 1;
    let columns = header.iter().skip(2).take(last - 2).map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut genres: Vec<String> = records.iter().map(|record| record[last].to_owned()).collect();
    genres.sort();
    genres.dedup();
    let units = records.iter().enumerate().map(|(i, record)| Unit {
        id: record[0].to_owned(),
        track: i,
        genre: genres.iter().position(|genre| *genre == record[last]).unwrap(),
        group: i,
    });
    let units = units.collect();
    let values = records
        .iter()
        .flat_map(|record| (2..last).map(|at| record[at].parse::<f32>().unwrap()))
        .collect();
    let shape = Shape::Row { width: last - 2 };
    Samples::new(Arc::new(Units { genres, units }), Arc::new(columns), shape, values)
}

fn seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
