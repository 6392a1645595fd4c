//! Labelled tracks as files, then as samples.
//!
//! Knows features and where data lies, never splits or models.

use std::path::PathBuf;

mod cache;
pub mod clips;
mod compare;
mod export;
pub mod fetch;
mod folder;
mod index;
mod labelled;
pub mod locate;
mod log_mel;
mod npy_header;
mod parts;
mod prepare;
mod samples;
mod stack;
mod table;
mod tensor;

pub use cache::{Block, Cache};
pub use compare::compare;
pub use export::Sheet;
pub use folder::Folder;
pub use index::{Index, Track};
pub use labelled::Dataset;
pub use log_mel::LogMels;
pub use parts::parts;
pub use prepare::{Effort, Extraction, Failed, Prepared, prepare};
pub use samples::{Part, Samples, Shape, Unit, Units};
pub use stack::Stack;
pub use table::Table;
pub(crate) use table::parquet;
pub use tensor::{Precision, Tensor};

/// Why data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data set is not on this machine.
    #[error(
        "GTZAN is not in {folder}; either\n  \
         - get it by `crossfold data fetch gtzan`,\n  \
         - put its feature table there (features_30_sec.csv of Kaggle's \
         andradaolteanu/gtzan-dataset-music-genre-classification), or into data/gtzan/,\n  \
         - name its folder with `--data DIR`, or\n  \
         - name its folder in the variable CROSSFOLD_DATA",
        folder = .folder.display()
    )]
    Absent {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A table holds something it may not hold.
    #[error("{}: {reason}", .path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What, and where.
        reason: String,
    },
    /// An index holds something it may not hold.
    #[error("{place}: {reason}")]
    Index {
        /// The file.
        place: String,
        /// What, and where.
        reason: String,
    },
    /// There is nothing to hear.
    #[error("there is no sound file in {}; sound files end in {extensions}", .path.display())]
    NoClips {
        /// Where it was looked for.
        path: PathBuf,
        /// What sound files end in.
        extensions: String,
    },
    /// Log-mel spectrograms were asked for, and there are none.
    #[error("{reason}")]
    NoFrames {
        /// Why, and what to do.
        reason: String,
    },
    /// Clips of a data set cannot be used.
    #[error("{failed} of {clips} clips cannot be used; mend or remove them:\n  - {reasons}")]
    Clips {
        /// How many failed.
        failed: usize,
        /// How many there are.
        clips: usize,
        /// Why, each with its file.
        reasons: String,
    },
    /// The watcher asked to stop.
    #[error("stopped")]
    Stopped,
}
