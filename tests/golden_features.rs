//! Features of synthetic signals against librosa's numbers in `golden/features.json`, which
//! `golden/make.py` made from the same formulae.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // a failed step fails the test

use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::path::PathBuf;

use crossfold::audio::{self, Limit, RATE, Signal};
use crossfold::features::{self, FrameRecipe, Recipe};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    /// By signal, recipe and column.
    rows: BTreeMap<String, BTreeMap<String, BTreeMap<String, f64>>>,
    /// By signal and feature: every 16th frame.
    #[serde(default)]
    frames: BTreeMap<String, BTreeMap<String, Vec<Vec<f64>>>>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/features.json")).expect("the file is ours")
}

/// The signals of `golden/make.py`.
fn signal(name: &str) -> Signal {
    let sine = |f: f64, t: f64| (2.0 * PI * f * t).sin();
    let music = |t: f64| {
        let beat = (-12.0 * t.rem_euclid(0.5)).exp();
        let chord = sine(220.0, t) + sine(277.18, t) + sine(329.63, t);
        let rough = (2.0 * PI * (900.0 * t.powi(3) + 60.0 * t)).sin();
        0.1 * chord * (0.4 + 0.6 * (PI * t / 3.0).sin()) + 0.3 * beat * rough
    };
    let sweep = |t: f64| 0.5 * (2.0 * PI * (100.0 * t + 1500.0 * t * t)).sin();
    let length = 3 * RATE as usize + 137;
    let sampled = |value: &dyn Fn(f64) -> f64, length: usize| -> Vec<f32> {
        let sixteen_bits = |x: f64| ((x * 32_768.0 + 0.5).floor() / 32_768.0) as f32;
        (0..length).map(|i| sixteen_bits(value(i as f64 / f64::from(RATE)))).collect()
    };
    let is_click = |i: usize| i >= 20_000 && (i - 20_000).is_multiple_of(11_025);
    let samples = match name {
        "sweep" => sampled(&sweep, length),
        "music" => sampled(&music, length),
        "clicks" => {
            let at = |t: f64| {
                let i = (t * f64::from(RATE)).round() as usize;
                if is_click(i) { 0.9 } else { 0.05 * sine(450.0, t) }
            };
            sampled(&at, length)
        }
        "short" => sampled(&music, 20_000),
        "silence" => vec![0.0; RATE as usize],
        other => panic!("no signal is called {other}"),
    };
    Signal::new(samples, RATE).expect("finite samples")
}

/// How far a column may be off: absolute, and relative to librosa's number.
fn tolerance(column: &str) -> (f64, f64) {
    match column {
        "tempo" => (1e-9, 0.0),
        "zero_crossing_rate_mean" | "zero_crossing_rate_var" => (1e-12, 0.0),
        // One frame of 130 whose threshold falls between two bins may take the other.
        "rolloff_mean" | "rolloff_var" => (0.1, 5e-4),
        "harmony_mean" | "perceptr_mean" => (1e-7, 1e-4),
        _ if column.starts_with("mfcc") => (2e-3, 1e-4),
        _ => (1e-9, 1e-4),
    }
}

/// Adds to `failures` what is too far from librosa's numbers by recipe and column.
fn compare(
    name: &str,
    signal: &Signal,
    recipes: &BTreeMap<String, BTreeMap<String, f64>>,
    failures: &mut Vec<String>,
) {
    for (recipe, wanted) in recipes {
        let row = features::row(signal, &Recipe::named(recipe).expect("a known recipe"));
        assert_eq!(wanted.len(), row.len());
        for (column, found) in features::columns().iter().zip(row) {
            let (absolute, relative) = tolerance(column);
            let wanted = wanted[*column];
            if (found - wanted).abs() > absolute + relative * wanted.abs() {
                failures.push(format!("{name}, {recipe}, {column}: {found} for {wanted}"));
            }
        }
    }
}

#[test]
fn rows_are_librosas() {
    let mut failures = Vec::new();
    for (name, recipes) in golden().rows {
        compare(&name, &signal(&name), &recipes, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Of ten real clips only librosa's numbers may be kept here; the clips themselves are looked for in
/// the folder that the environment variable `CROSSFOLD_DATA` names, as `audio/GENRE/CLIP.flac`.
#[test]
fn rows_of_ten_clips_are_librosas() {
    let Some(data) = std::env::var_os("CROSSFOLD_DATA").map(PathBuf::from) else {
        println!("skipped: CROSSFOLD_DATA names no folder with the clips");
        return;
    };
    let text = include_str!("golden/clips.json");
    let clips: Golden = serde_json::from_str(text).expect("the file is ours");
    let mut failures = Vec::new();
    for (name, recipes) in &clips.rows {
        let genre = name.split('.').next().expect("a genre");
        let path = data.join("audio").join(genre).join(format!("{name}.flac"));
        let clip = audio::read(&path, Limit::default()).expect("a clip");
        compare(name, &clip.signal, recipes, &mut failures);
    }
    assert_eq!(clips.rows.len(), 10);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn frames_are_librosas() {
    let mut failures = Vec::new();
    for (name, grids) in golden().frames {
        let signal = signal(&name);
        for (feature, wanted) in grids {
            let recipe = FrameRecipe::of(&[&feature])
                .and_then(|recipe| recipe.with_every(16)?.with_deltas(2))
                .expect("a known feature");
            let frames = features::framewise(&signal, &recipe).expect("long enough");
            assert_eq!(frames.grid().frames(), wanted.len());
            for (t, (found, wanted)) in frames.grid().rows().zip(&wanted).enumerate() {
                assert_eq!(found.len(), wanted.len());
                for (i, (&found, &wanted)) in found.iter().zip(wanted).enumerate() {
                    // The file has four places.
                    if (f64::from(found) - wanted).abs() > 1e-3 + 1e-4 * wanted.abs() {
                        failures.push(format!("{feature} {i}, frame {t}: {found} for {wanted}"));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
