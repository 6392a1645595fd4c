//! A record as tables and figures, and a clip as figures.
//!
//! Of experiments it sees records only, so all of this can be redrawn from `results/` in seconds.
//! [`Table`] is the comparison as data; [`grid`] puts it into cells of text, which Markdown and the
//! terminal lay out; [`figures()`] draws, and [`clip`] draws what is heard in one clip. To add a
//! figure: one file in `figures/` or `figures/clip/` and one line in its list.

mod beside;
mod choices;
pub mod comparison;
mod csv;
mod document;
mod errors;
mod export;
mod figures;
mod file_name;
mod format;
pub mod grid;
mod html;
mod inline;
mod json;
mod latex;
mod leak;
mod markdown;
#[cfg(test)]
pub(crate) mod sample;
mod scores;
mod sections;
mod splice;
mod table;
#[cfg(test)]
mod tests;
mod write;

use std::io;
use std::path::PathBuf;

pub use beside::{Side, beside, cost_in_words};
pub use csv::csv;
pub use document::document;
pub use export::{Export, export};
pub use figures::{Figure, clip, figures};
pub use format::duration;
pub use html::html;
pub use json::json;
pub use latex::latex;
pub use leak::LeakReport;
pub use markdown::pipes;
pub use scores::{AMONG, CONFIDENCE, FoldAccuracy, IntervalMethod, Scores};
pub use splice::{experiments, marks, splice, spliced};
pub use table::{Cost, Row, Table};
pub use write::{Format, write};

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
    /// Records cannot stand side by side.
    #[error("{what}")]
    Beside {
        /// Why not, and the remedy.
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
    /// A file is there that another wrote.
    #[error("`{}` is not of this program and stays as it is; choose another folder", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
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
