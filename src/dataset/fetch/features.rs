//! Features of fetched sound, and whether they are those that come with the program.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Error, Reach};
use crate::atomic;
use crate::dataset::{Extraction, Failed, Sheet, Table, clips, prepare};
use crate::features::Recipe;

/// The features of a hundred tracks that come with the program.
const KNOWN: &[u8] = include_bytes!("../../../data/gtzan-mini/features_30_sec.csv");
/// Two features are the same within so many standard deviations of their column: processors differ
/// in the last bits, other recordings by much more.
const SAME: f64 = 0.01;

/// The 57 published columns of each clip that can be used, and the clips that cannot.
pub(super) fn extract(files: &[PathBuf], reach: &Reach) -> Result<(Sheet, Vec<Failed>), Error> {
    let extraction = Extraction::Rows(Recipe::KAGGLE);
    let prepared = prepare(files, &extraction, reach.cache, reach.effort, reach.watch);
    if reach.watch.stop() {
        return Err(Error::Stopped);
    }
    Ok((Sheet::new(files, &prepared.blocks, &extraction), prepared.failed))
}

/// Writes the table.
pub(super) fn write(sheet: &Sheet, path: &Path) -> Result<(), Error> {
    atomic::write(path, &sheet.csv()).map_err(|source| Error::write(path, source))
}

/// Of the tracks whose features come with the program, those with other features here, and how many
/// were compared.
#[allow(clippy::cast_precision_loss)]
pub(super) fn strangers(sheet: &Sheet) -> Result<(BTreeSet<String>, usize), Error> {
    let known = Table::from_bytes(KNOWN, Path::new("data/gtzan-mini/features_30_sec.csv"))?;
    let (width, rows) = (known.columns.len(), known.ids.len() as f64);
    let spread: Vec<f64> = (0..width)
        .map(|at| {
            let column = || (0..known.ids.len()).map(|row| f64::from(known.row(row)[at]));
            let mean = column().sum::<f64>() / rows;
            (column().map(|value| (value - mean).powi(2)).sum::<f64>() / rows).sqrt()
        })
        .collect();
    let (mut strangers, mut compared) = (BTreeSet::new(), 0);
    for (name, values) in sheet.filenames.iter().zip(sheet.values.chunks_exact(width)) {
        let track = clips::name(Path::new(name));
        let Some(row) = known.ids.iter().position(|id| *id == track) else { continue };
        compared += 1;
        let same = known.row(row).iter().zip(values).zip(&spread);
        if !same.into_iter().all(|((a, b), sd)| (f64::from(*a) - b).abs() <= SAME * sd) {
            strangers.insert(track);
        }
    }
    Ok((strangers, compared))
}
