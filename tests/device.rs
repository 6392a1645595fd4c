//! Nets on other devices against the same nets on this processor.
//!
//! `cargo test --features wgpu --test device`, likewise with `cuda`. Where the build or the machine
//! has no such device, the tests say that they were skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

use std::sync::Arc;

use crossfold::dataset::{Samples, Shape, Unit, Units};
use crossfold::models::device::{Device, Kind};
use crossfold::models::{Context, Fitted, Model};
use crossfold::seed::Seed;
use crossfold::watch::Silent;
use rand::RngExt;

const GENRES: usize = 4;
const FRAMES: usize = 16;
const WIDTH: usize = 8;

/// Nets that have every part: activation, both directions, mixing, clipping, normalisation.
const NETS: [&str; 4] = [
    "dense: { hidden: [32, 16], activation: gelu, mixup: 0.2",
    "lstm: { hidden: 16, convolution: [{ filters: 8, kernel: 3, pool: 2 }], crop: null",
    "cnn: { blocks: [{ filters: 8, pool: 2 }, { filters: 12, pool: [2, 4] }], \
     crop: { length: 12, hop: 4 }",
    "cnn: { dimensions: 1, blocks: [{ filters: 8, pool: 2 }], crop: null, optimiser: adam",
];

/// Devices other than this processor.
fn others() -> Vec<Device> {
    let find = |kind| match Device::find(kind) {
        Ok(device) => {
            println!("tested on {}", device.name().unwrap());
            Some(device)
        }
        Err(reason) => {
            println!("skipped: {reason}");
            None
        }
    };
    [Kind::Wgpu, Kind::Cuda].into_iter().filter_map(find).collect()
}

fn net(start: &str, rest: &str) -> Model {
    serde_yaml::from_str(&format!("{start}, {rest} }}")).unwrap()
}

/// Samples that overlap, so that not all can be named rightly; those of one seed and of the next
/// know the same genres.
fn samples(model: &Model, count: usize, seed: u64) -> Samples {
    let row = Shape::Row { width: WIDTH };
    let shape = match model.learner().accepts(row) {
        Ok(()) => row,
        Err(_) => Shape::Sequence { frames: FRAMES, width: WIDTH },
    };
    let noise = if shape == row { 1.5 } else { 5.0 };
    let mut stream = Seed::new(seed).stream();
    let values = (0..count)
        .flat_map(|at| (0..shape.size()).map(move |place| (at % GENRES, place)))
        .map(|(genre, place)| {
            let level = if place % GENRES == genre { 1.0 } else { 0.0 };
            level + noise * (stream.random::<f32>() - 0.5)
        })
        .collect();
    let unit = |at: usize| Unit { id: at.to_string(), track: at, genre: at % GENRES, group: at };
    let genres = (0..GENRES).map(|genre| genre.to_string()).collect();
    Samples::new(
        Arc::new(Units { genres, units: (0..count).map(unit).collect() }),
        Arc::new((0..WIDTH).map(|column| format!("c{column}")).collect()),
        shape,
        values,
    )
}

fn fit(model: &Model, [train, test]: &[Samples; 2], seed: u64, device: Device) -> Fitted {
    let (seed, watched) = (Seed::new(seed), Some(test));
    let context = Context { seed, watch: &Silent, cell: "test", watched, device };
    model.learner().fit(train, &context).unwrap()
}

#[test]
fn an_untrained_net_has_the_losses_it_has_here() {
    for device in others() {
        for start in NETS {
            let model = net(start, "epochs: 1, batch: 16, learning_rate: 1e-9");
            let parts = [samples(&model, 64, 1), samples(&model, 40, 2)];
            let [here, there] =
                [Device::CPU, device].map(|device| fit(&model, &parts, 3, device).history[0]);
            let losses = [
                (here.train_loss, there.train_loss),
                (here.validation_loss.unwrap(), there.validation_loss.unwrap()),
            ];
            for (here, there) in losses {
                let off = (here - there).abs();
                assert!(off < 1e-4 * here, "{model:?}: {here} here, {there} there");
            }
        }
    }
}

#[test]
fn training_comes_as_far_as_here() {
    for device in others() {
        for start in NETS {
            let model = net(start, "epochs: 12, batch: 16, learning_rate: 0.01");
            let parts = [samples(&model, 160, 1), samples(&model, 200, 2)];
            let seeds = [1, 2, 3];
            let of = |device: Device| {
                seeds.map(|seed| {
                    let fitted = fit(&model, &parts, seed, device);
                    let last = fitted.history.last().unwrap();
                    // The numbers that score are those that were trained.
                    let scores = fitted.classifier.scores(&parts[1]).unwrap();
                    let loss: f64 =
                        scores.iter().enumerate().map(|(at, s)| -s[at % GENRES].ln()).sum();
                    let whole = !format!("{model:?}").contains("crop: Some");
                    let off = (loss / 200.0 - last.validation_loss.unwrap()).abs();
                    assert!(!whole || off < 1e-3, "{model:?} is {off} off after training");
                    last.validation_accuracy.unwrap()
                })
            };
            let (here, there) = (of(Device::CPU), of(device));
            let mean = |accuracies: [f64; 3]| accuracies.iter().sum::<f64>() / 3.0;
            let spread = here.iter().copied().fold(f64::MIN, f64::max)
                - here.iter().copied().fold(f64::MAX, f64::min);
            println!("{start}: {here:?} here, {there:?} there");
            let off = (mean(here) - mean(there)).abs();
            assert!(off < spread.max(0.05), "{model:?}: {here:?} here, {there:?} there");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_scores_alone_and_among_threads() {
    for device in others() {
        for start in NETS {
            let model = net(start, "epochs: 2, batch: 16");
            let parts = [samples(&model, 64, 1), samples(&model, 40, 2)];
            let scores = || fit(&model, &parts, 3, device).classifier.scores(&parts[1]).unwrap();
            let alone = scores();
            assert!(scores() == alone, "{model:?} again");
            std::thread::scope(|scope| {
                let threads: Vec<_> = (0..3).map(|_| scope.spawn(scores)).collect();
                for thread in threads {
                    assert!(thread.join().unwrap() == alone, "{model:?} among threads");
                }
            });
        }
    }
}
