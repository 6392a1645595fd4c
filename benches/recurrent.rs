//! What an epoch of a recurrent net costs: processor seconds of one thread.
//!
//! `cargo bench --profile dev --bench recurrent`. The net is two layers of 128 in one direction on
//! 1000 sequences of 130 frames of 33 values in batches of 32, for which PyTorch's own layer takes
//! about 4 seconds on a comparable processor.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the bench

use std::sync::Arc;

use crossfold::dataset::{Samples, Shape, Unit, Units};
use crossfold::models::{Context, Device, Model};
use crossfold::seed::Seed;
use crossfold::watch::Silent;
use rand::RngExt;

const SEQUENCES: usize = 1000;
const FRAMES: usize = 130;
const WIDTH: usize = 33;
const GENRES: usize = 10;

fn main() {
    let samples = noise();
    let fit = |epochs: usize| {
        let model: Model = serde_yaml::from_str(&format!(
            "lstm: {{ layers: 2, hidden: 128, bidirectional: false, pooling: last, convolution: [], \
             crop: null, dropout: 0, mixup: 0, gain: 0, equaliser: 0, time_mask: 0, \
             frequency_mask: 0, epochs: {epochs} }}"
        ))
        .unwrap();
        let context = Context {
            seed: Seed::new(1),
            watch: &Silent,
            cell: "bench",
            watched: None,
            device: Device::CPU,
        };
        let start = seconds();
        model.learner().fit(&samples, &context).unwrap();
        seconds() - start
    };
    // What is done once a fit falls out of the difference.
    let (one, three) = (fit(1), fit(3));
    println!("one epoch {:.2} s", (three - one) / 2.0);
}

/// Sequences without a pattern.
fn noise() -> Samples {
    let mut stream = Seed::new(7).stream();
    let count = SEQUENCES * FRAMES * WIDTH;
    let values = (0..count).map(|_| 2.0 * stream.random::<f32>() - 1.0).collect();
    let unit = |at: usize| Unit { id: at.to_string(), track: at, genre: at % GENRES, group: at };
    let genres = (0..GENRES).map(|genre| genre.to_string()).collect();
    Samples::new(
        Arc::new(Units { genres, units: (0..SEQUENCES).map(unit).collect() }),
        Arc::new((0..WIDTH).map(|column| format!("c{column}")).collect()),
        Shape::Sequence { frames: FRAMES, width: WIDTH },
        values,
    )
}

/// Processor time of this thread.
fn seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
