//! What training a net costs: seconds of wall time on the device named.
//!
//! `cargo bench --profile dev --bench nets -- cpu`, or with `--features cuda` and `cuda`, likewise
//! `wgpu`; names of nets behind it time these alone. The nets are those of
//! `benches/peers/torch_nets.py`, which times PyTorch on the same device.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the bench

use std::sync::Arc;
use std::time::Instant;

use crossfold::dataset::{Samples, Shape, Unit, Units};
use crossfold::models::device::{Device, Kind};
use crossfold::models::{Context, Model};
use crossfold::seed::Seed;
use crossfold::watch::Silent;
use rand::RngExt;

const GENRES: usize = 10;

/// A net, what it learns, and how many fits are timed on a graphics processor and here.
struct Row {
    name: &'static str,
    model: &'static str,
    samples: usize,
    shape: Shape,
    epochs: usize,
    fits: [usize; 2],
}

const ROWS: [Row; 3] = [
    Row {
        name: "dense",
        model: "dense: { hidden: [512, 256, 128, 64], epochs: 100 }",
        samples: 900,
        shape: Shape::Row { width: 57 },
        epochs: 100,
        fits: [3, 3],
    },
    Row {
        name: "lstm",
        model: "lstm: { layers: 2, hidden: 128, bidirectional: false, pooling: last, \
                convolution: [], crop: null, dropout: 0, mixup: 0, gain: 0, equaliser: 0, \
                time_mask: 0, frequency_mask: 0, clip_norm: null, epochs: 1 }",
        samples: 1000,
        shape: Shape::Sequence { frames: 130, width: 33 },
        epochs: 1,
        fits: [3, 3],
    },
    Row {
        name: "cnn",
        model: "cnn: { blocks: [{ filters: 16, pool: 2 }, { filters: 32, pool: 2 }, \
                { filters: 64, pool: 2 }, { filters: 128, pool: 2 }], crop: null, dropout: 0, \
                mixup: 0, gain: 0, equaliser: 0, time_mask: 0, frequency_mask: 0, \
                clip_norm: null, epochs: 1 }",
        samples: 1000,
        shape: Shape::Sequence { frames: 128, width: 128 },
        epochs: 1,
        fits: [5, 1],
    },
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let named = |kind: &Kind| arguments.first().is_none_or(|name| name == kind.name());
    let kind = [Kind::Cpu, Kind::Wgpu, Kind::Cuda].into_iter().find(named).unwrap();
    let device = Device::find(kind).unwrap_or_else(|error| panic!("{error}"));
    println!("crossfold on {}", device.name().as_deref().unwrap_or("one thread"));
    for row in ROWS {
        if arguments.len() > 1 && !arguments[1..].iter().any(|name| name == row.name) {
            continue;
        }
        let model: Model = serde_yaml::from_str(row.model).unwrap();
        let samples = noise(&row);
        let fits = row.fits[usize::from(kind == Kind::Cpu)];
        let mut seconds: Vec<f64> = (0..=fits)
            .map(|seed| {
                let seed = Seed::new(seed as u64);
                let context =
                    Context { seed, watch: &Silent, cell: "bench", watched: None, device };
                let start = Instant::now();
                model.learner().fit(&samples, &context).unwrap();
                start.elapsed().as_secs_f64()
            })
            .collect();
        // The first fit compiles what the device runs.
        let first = seconds.remove(0);
        seconds.sort_by(f64::total_cmp);
        println!(
            "crossfold {} {}: {:.4} s, median of {fits} ({:.4} to {:.4}), {} epochs; the first {first:.2}",
            kind.name(),
            row.name,
            seconds[fits / 2],
            seconds[0],
            seconds[fits - 1],
            row.epochs,
        );
    }
}

/// Samples without a pattern.
fn noise(row: &Row) -> Samples {
    let mut stream = Seed::new(7).stream();
    let count = row.samples * row.shape.size();
    let values = (0..count).map(|_| 2.0 * stream.random::<f32>() - 1.0).collect();
    let width = match row.shape {
        Shape::Row { width } | Shape::Sequence { width, .. } => width,
    };
    let unit = |at: usize| Unit { id: at.to_string(), track: at, genre: at % GENRES, group: at };
    let genres = (0..GENRES).map(|genre| genre.to_string()).collect();
    Samples::new(
        Arc::new(Units { genres, units: (0..row.samples).map(unit).collect() }),
        Arc::new((0..width).map(|column| format!("c{column}")).collect()),
        row.shape,
        values,
    )
}
