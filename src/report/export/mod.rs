//! A record for other programs: one file a format, one line in the table below.
//!
//! Everything comes from the record alone and is the same each time. Numbers are unrounded.

mod csv;
mod dvc;
mod folds;
mod json;
mod mlflow;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::figures::{Figure, figures};
use super::file_name::file_names;
use super::write::save;
use super::{Error, Table};
use crate::experiment::Record;

/// What a record is exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// A file store of MLflow, one run a contender.
    Mlflow,
    /// `metrics.json`, `plots/` and the `dvc.yaml` that names them.
    Dvc,
    /// `scores.csv` and `predictions.csv`.
    Csv,
    /// `scores.json`.
    Json,
}

/// A format: its files, by their paths under the folder of the export.
type Files = fn(&Material<'_>) -> Result<Vec<File>, Error>;

const FORMATS: [(Export, Files); 4] = [
    (Export::Mlflow, mlflow::files),
    (Export::Dvc, dvc::files),
    (Export::Csv, csv::files),
    (Export::Json, json::files),
];

/// A file of an export.
struct File {
    path: PathBuf,
    content: Vec<u8>,
}

impl File {
    fn new(path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into() }
    }
}

/// What is exported.
struct Material<'a> {
    record: &'a Record,
    /// The record with tracks for rows, where rows are segments of tracks: what scores are of.
    scored: &'a Record,
    table: &'a Table,
    /// Name of each contender as a file's.
    names: Vec<String>,
    /// The folder of the export, from the root of the file system.
    folder: PathBuf,
}

/// Writes a record into a folder for another program; gives the files written.
///
/// # Errors
/// When the record contradicts itself, a file cannot be written, or would take the place of one that
/// somebody else wrote.
pub fn export(record: &Record, folder: &Path, to: Export) -> Result<Vec<PathBuf>, Error> {
    let table = Table::of(record)?;
    let tracks = record.by_track();
    let names: Vec<&str> = record.contenders.iter().map(|it| it.name.as_str()).collect();
    let whole = std::path::absolute(folder)
        .map_err(|cause| Error::Write { file: folder.to_owned(), cause })?;
    let material = Material {
        record,
        scored: tracks.as_ref().unwrap_or(record),
        table: &table,
        names: file_names(&names),
        folder: whole,
    };
    let (_, files) = FORMATS[FORMATS.iter().position(|(it, _)| *it == to).unwrap_or_default()];
    let files = files(&material)?;
    let mut written = Vec::new();
    for File { path, content } in files {
        let file = folder.join(path);
        save(&file, &content)?;
        written.push(file);
    }
    Ok(written)
}

impl Material<'_> {
    /// Every figure with its PNG.
    fn pictures(&self) -> Result<Vec<(Figure, Vec<u8>)>, Error> {
        let figures = figures(self.record, self.table);
        figures.par_iter().map(|figure| Ok((figure.clone(), figure.png()?))).collect()
    }
}
