//! Where the time of the 57 columns goes: milliseconds of each stage for a 30 s clip, one thread.
//!
//! `cargo bench --profile dev --bench features [-- CLIP…]`; without a clip a synthetic one is used.
//! Each figure is the mean of many runs, in processor time of this thread where the system
//! tells it (Linux), so that other programs disturb little. `benches/peers/librosa_columns.py` is the same for librosa.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // a failed step fails the test

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use crossfold::audio::{self, Limit, RATE, Signal, synth};
use crossfold::features::{self, Analysis, FrameRecipe, Recipe};
use crossfold::seed::Seed;
use rayon::prelude::*;

/// How often everything is measured.
const RUNS: u32 = 50;

fn main() {
    // `cargo bench` adds `--bench`.
    let paths: Vec<PathBuf> =
        std::env::args().skip(1).filter(|a| !a.starts_with("--")).map(PathBuf::from).collect();
    let signals: Vec<Signal> = if paths.is_empty() {
        vec![synthetic()]
    } else {
        let read = |path| audio::read(path, Limit::default()).expect("a clip").signal;
        paths.iter().map(|path| read(path)).collect()
    };
    let signal = &signals[0];
    println!("{:.1} s at {} Hz, mean of {RUNS} runs", signal.seconds(), signal.rate());

    if let Some(path) = paths.first() {
        stage("decode", || audio::read(path, Limit::default()));
    }
    let recipe = &Recipe::KAGGLE;
    let fresh = || Analysis::of(signal, recipe);
    let spectrum = fresh();
    stage("stft and magnitude", fresh);
    stage("stft and mel bands", || fresh().log_mel().frames());
    spectrum.log_mel();
    stage("mfcc", || spectrum.mfcc());
    stage("tempo", || spectrum.tempo());
    stage("chroma and tuning", || spectrum.chroma());
    stage("centroid", || spectrum.centroid());
    stage("bandwidth", || spectrum.bandwidth());
    stage("roll-off", || spectrum.rolloff());
    stage("zero crossings", || spectrum.zero_crossing_rate());
    stage("rms", || spectrum.rms());
    stage("hpss: medians and masks", || spectrum.harmonic_mask());
    stage("stft and hpss", || fresh().parts().harmonic.len());
    let mfcc = FrameRecipe::default();
    stage("mfcc from samples", || features::framewise(signal, &mfcc));
    let one = stage("57 columns", || features::row(signal, recipe));

    let many: Vec<&Signal> = signals.iter().cycle().take(16.max(signals.len())).collect();
    let pool = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let rows = || -> Vec<_> { many.par_iter().map(|s| features::row(s, recipe)).collect() };
        wall(3, || pool.install(rows))
    };
    let (single, double) = (pool(1), pool(2));
    println!("{} clips on 1 thread {single:.1} ms, on 2 {double:.1} ms", many.len());
    println!("two threads are {:.2} times as fast as one", single / double);
    println!("one clip takes {:.4} of its own length", one / 1000.0 / signal.seconds());
}

/// Something like music: a chord, a beat twice a second, some noise.
fn synthetic() -> Signal {
    let noise = synth::noise(Seed::new(7), 30.0, RATE);
    let samples = noise.samples().iter().enumerate().map(|(i, noise)| {
        let t = i as f64 / f64::from(RATE);
        let chord: f64 =
            [220.0, 277.2, 329.6].map(|f| (std::f64::consts::TAU * f * t).sin()).iter().sum();
        let beat = (-20.0 * t.rem_euclid(0.5)).exp();
        (0.1 * chord) as f32 + noise * (0.02 + 0.5 * beat as f32)
    });
    Signal::new(samples.collect(), RATE).expect("finite samples")
}

fn stage<T>(name: &str, work: impl Fn() -> T) -> f64 {
    let milliseconds = time(work);
    println!("{name:26} {milliseconds:8.2} ms");
    milliseconds
}

/// Milliseconds of one run: the mean over many, since the system's clock of processor time is coarse.
fn time<T>(work: impl Fn() -> T) -> f64 {
    black_box(work());
    let start = Instant::now();
    let used = processor_time();
    for _ in 0..RUNS {
        black_box(work());
    }
    let total = match (used, processor_time()) {
        (Some(before), Some(after)) => (after - before) / 1e6,
        _ => start.elapsed().as_secs_f64() * 1000.0,
    };
    total / f64::from(RUNS)
}

/// Nanoseconds that this thread has run so far.
fn processor_time() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

fn wall<T>(runs: usize, work: impl Fn() -> T) -> f64 {
    let run = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64() * 1000.0
    };
    (0..runs).map(run).fold(f64::INFINITY, f64::min)
}
