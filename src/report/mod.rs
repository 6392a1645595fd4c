//! A record as tables and figures, and a clip as figures.
//!
//! Of experiments it sees records only, so all of this can be redrawn from `results/` in seconds.
//! [`Table`] is the comparison as data; [`grid`] puts it into cells of text, which Markdown and the
//! terminal lay out; [`figures()`] draws, and [`clip`] draws what is heard in one clip. To add a
//! figure: one file in `figures/` or `figures/clip/` and one line in its list.

mod choices;
mod csv;
mod document;
mod figures;
mod file_name;
mod format;
pub mod grid;
mod html;
mod json;
mod latex;
mod leak;
mod markdown;
#[cfg(test)]
pub(crate) mod sample;
mod scores;
mod splice;
mod table;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

pub use csv::csv;
pub use document::document;
pub use figures::{Figure, clip, figures};
pub use html::html;
pub use json::json;
pub use latex::latex;
pub use leak::LeakReport;
pub use markdown::pipes;
pub use scores::{CONFIDENCE, FoldAccuracy, IntervalMethod, Scores};
pub use splice::splice;
pub use table::{Cost, Row, Table};

use crate::atomic;
use crate::experiment::Record;

/// Why a record could not be reported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The record contradicts itself.
    #[error(
        "{what}; record.json and predictions.parquet are not of one run: run the experiment again"
    )]
    Inconsistent {
        /// What is wrong.
        what: String,
    },
    /// A file could not be written.
    #[error("cannot write `{}`: {cause}; free some space or choose a folder you may write to", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A figure of an earlier report could not be removed.
    #[error("cannot remove `{}`, which no contender needs any more: {cause}; remove it by hand", file.display())]
    Remove {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A drawing could not be made a PNG.
    #[error("cannot draw `{figure}.png`: {reason}; the SVG beside it may still be good")]
    Picture {
        /// The figure's name.
        figure: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Writes `report.md` and `figures/` into a folder, each file whole or not at all, and removes
/// figures of contenders that are no more; gives the files written.
///
/// # Errors
/// When the record contradicts itself, or a file cannot be written or removed.
pub fn write(record: &Record, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let table = Table::of(record)?;
    let figures = figures(record, &table);
    let drawn: Vec<(PathBuf, Vec<u8>)> = figures
        .par_iter()
        .map(|figure| {
            let ending = |ending| folder.join("figures").join(format!("{}.{ending}", figure.name));
            // The SVG goes with its picture, so that neither is newer than the other.
            Ok([(ending("svg"), figure.svg.clone().into_bytes()), (ending("png"), figure.png()?)])
        })
        .collect::<Result<Vec<_>, Error>>()?
        .into_iter()
        .flatten()
        .collect();
    let mut files = Vec::new();
    for (file, content) in &drawn {
        save(file, content)?;
        files.push(file.clone());
    }
    let report = folder.join("report.md");
    save(&report, document(record, &table, &figures).as_bytes())?;
    files.insert(0, report);
    remove_stale(&folder.join("figures"), &files)?;
    Ok(files)
}

fn save(file: &Path, content: &[u8]) -> Result<(), Error> {
    atomic::write(file, content).map_err(|cause| Error::Write { file: file.to_owned(), cause })
}

/// Removes pictures that an earlier report drew and this one did not; what others put there stays.
fn remove_stale(folder: &Path, written: &[PathBuf]) -> Result<(), Error> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for file in entries.flatten().map(|entry| entry.path()) {
        let drawn = file.extension().is_some_and(|ending| ending == "svg" || ending == "png");
        let ours = file.file_stem().and_then(|name| name.to_str()).is_some_and(figures::is_ours);
        if drawn && ours && !written.contains(&file) {
            fs::remove_file(&file).map_err(|cause| Error::Remove { file, cause })?;
        }
    }
    Ok(())
}
