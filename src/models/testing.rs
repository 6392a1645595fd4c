//! Small samples for the known-answer tests of the models.

use std::sync::Arc;

use rand::RngExt;

use super::device::{Device, Kind};
use super::{Classifier, Context, Learner};
use crate::dataset::{Samples, Shape, Unit, Units};
use crate::seed::Seed;
use crate::watch::Silent;

/// Rows with their genre numbers; genres are called `a`, `b`, …, columns `c0`, `c1`, …
pub(super) fn rows(labelled: &[(usize, &[f32])], genres: usize) -> Samples {
    let width = labelled.first().map_or(1, |(_, row)| row.len());
    let names = (0..genres).map(|genre| char::from(b'a' + genre as u8).to_string()).collect();
    let units = labelled.iter().enumerate().map(|(i, (genre, _))| Unit {
        id: format!("u{i}"),
        track: i,
        genre: *genre,
        group: i,
    });
    Samples::new(
        Arc::new(Units { genres: names, units: units.collect() }),
        Arc::new((0..width).map(|column| format!("c{column}")).collect()),
        Shape::Row { width },
        labelled.iter().flat_map(|(_, row)| row.iter().copied()).collect(),
    )
}

/// `count` rows of each genre, scattered evenly by `spread` around a centre of its own.
pub(super) fn blobs(genres: usize, count: usize, width: usize, spread: f32, seed: u64) -> Samples {
    let mut stream = Seed::new(seed).stream();
    let mut labelled = Vec::new();
    for _ in 0..count {
        for genre in 0..genres {
            let row: Vec<f32> = (0..width)
                .map(|column| {
                    let centre = ((genre * 7 + column * 3) % 11) as f32;
                    centre + spread * (stream.random::<f32>() - 0.5)
                })
                .collect();
            labelled.push((genre, row));
        }
    }
    let borrowed: Vec<(usize, &[f32])> =
        labelled.iter().map(|(genre, row)| (*genre, row.as_slice())).collect();
    rows(&borrowed, genres)
}

/// A classifier fitted with seed 1.
pub(super) fn fit(learner: &dyn Learner, train: &Samples) -> Box<dyn Classifier> {
    let context = Context {
        seed: Seed::new(1),
        watch: &Silent,
        cell: "test",
        watched: None,
        device: Device::CPU,
    };
    learner.fit(train, &context).unwrap().classifier
}

/// Share of the samples whose first highest score is the truth's.
pub(super) fn accuracy(classifier: &dyn Classifier, samples: &Samples) -> f64 {
    let scores = classifier.scores(samples).unwrap();
    let right = scores.iter().enumerate().filter(|(i, scores)| {
        let best = scores.iter().copied().fold(f64::MIN, f64::max);
        scores.iter().position(|score| *score == best) == Some(samples.label(*i))
    });
    right.count() as f64 / samples.len() as f64
}

/// Every place where tensors can lie with this build on this machine, with gradients.
pub(super) fn places() -> impl Iterator<Item = burn::tensor::Device> {
    let found = |kind| Device::find(kind).ok().map(|device| device.place().autodiff());
    [Kind::Cpu, Kind::Wgpu, Kind::Cuda].into_iter().filter_map(found)
}
