//! The 57 columns of real clips against the published table, column by column.
//!
//! The audio may not be passed on, so this runs where the environment variable `CROSSFOLD_DATA`
//! names a folder with `audio/GENRE/CLIP.flac` and `tabular/features_30_sec.csv`. To see the table
//! of errors: `CROSSFOLD_DATA=… cargo test --test published_table -- --nocapture`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // a failed step fails the test

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crossfold::audio::{self, Limit};
use crossfold::features::{self, Recipe};
use rayon::prelude::*;

/// Error that a column may have, in its standard deviations over the table.
const TOLERANCE: f64 = 1e-4;
/// The same for the two means that nearly cancel out, in their own unit.
const NEAR_ZERO_TOLERANCE: f64 = 1e-7;

/// The numbers of every clip of the table, by name (`blues.00000`).
fn published(path: &Path) -> BTreeMap<String, Vec<f64>> {
    let text = fs::read_to_string(path).expect("the table can be read");
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("the table has a header");
    assert_eq!(header[2..59], *features::columns());
    let row = |cells: Vec<&str>| {
        let values = cells[2..59].iter().map(|cell| cell.parse().expect("a number")).collect();
        (cells[0].trim_end_matches(".wav").to_owned(), values)
    };
    lines.map(row).collect()
}

fn clips(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("the folder can be read");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    let mut clips: Vec<_> = entries(folder).iter().flat_map(|genre| entries(genre)).collect();
    clips.sort();
    clips
}

fn deviation(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    (values.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

#[test]
fn every_clip_has_the_numbers_of_the_published_table() {
    let Some(data) = std::env::var_os("CROSSFOLD_DATA").map(PathBuf::from) else {
        println!("skipped: CROSSFOLD_DATA names no folder with the clips");
        return;
    };
    let table = published(&data.join("tabular/features_30_sec.csv"));
    let clips = clips(&data.join("audio"));
    assert!(!clips.is_empty(), "there are no clips in {}", data.display());
    let worst = clips
        .par_iter()
        .map(|path| {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
            let clip = audio::read(path, Limit::default()).expect("the clip can be decoded");
            let row = features::row(&clip.signal, &Recipe::KAGGLE);
            row.iter().zip(&table[name]).map(|(a, b)| (a - b).abs()).collect::<Vec<_>>()
        })
        .reduce(
            || vec![0.0; features::columns().len()],
            |a, b| a.iter().zip(&b).map(|(a, b)| f64::max(*a, *b)).collect(),
        );
    println!("largest errors over {} clips", clips.len());
    let mut failures = Vec::new();
    for (c, (name, &error)) in features::columns().iter().zip(&worst).enumerate() {
        let deviation = deviation(table.values().map(|row| row[c]));
        println!("{name:28} {error:9.2e}   {:9.2e} of the deviation", error / deviation);
        let is_good = match *name {
            // Both are printed with 17 digits, computed in another order.
            "tempo" | "zero_crossing_rate_mean" | "zero_crossing_rate_var" => error < 1e-13,
            "harmony_mean" | "perceptr_mean" => error < NEAR_ZERO_TOLERANCE,
            _ => error < TOLERANCE * deviation,
        };
        if !is_good {
            failures.push(*name);
        }
    }
    assert!(failures.is_empty(), "too far off: {failures:?}");
}
