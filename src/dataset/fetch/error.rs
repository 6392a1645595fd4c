//! Why a data set could not be fetched, and what to do.

use std::path::PathBuf;

/// Why a data set could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What says where a data set is had is no such thing.
    #[error("{place}: {reason}")]
    Manifest {
        /// The file.
        place: String,
        /// What is wrong, and with what.
        reason: String,
    },
    /// No address gave the archive.
    #[error(
        "cannot get {archive}:\n  - {failures}\n{kept}other ways:\n  \
         - from a mirror or a file: `crossfold data fetch {set} --from URL|FILE`\n{table}  \
         - data that is on this machine already: name its folder with `--data DIR` or the variable \
         CROSSFOLD_DATA; without any, `dataset: gtzan-mini` needs none"
    )]
    NoAddress {
        /// The data set.
        set: String,
        /// The archive.
        archive: String,
        /// Each address with its reason, joined.
        failures: String,
        /// A line on what was received so far; empty where there is nothing.
        kept: String,
        /// A line on the published table; empty where the set has none.
        table: String,
    },
    /// An archive is not the published one.
    #[error(
        "{}: {difference}; this is not the published archive. A mirror may have packed the same \
         tracks anew: if you trust it, `--unverified` takes it, and holds it to the index alone",
        .path.display()
    )]
    NotPublished {
        /// The archive.
        path: PathBuf,
        /// What is said of the published one, and what was found.
        difference: String,
    },
    /// An archive cannot be unpacked, or must not be.
    #[error("{}: {reason}", .path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it, and with which entry.
        reason: String,
    },
    /// A file cannot be written.
    #[error("cannot write {}{hint}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What to do, after a semicolon; may be empty.
        hint: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process is at it.
    #[error("another `data fetch` is writing to {}; wait for it", .folder.display())]
    Busy {
        /// The folder of the data set.
        folder: PathBuf,
    },
    /// A table is not what the published one is, or has no place.
    #[error("{}: {reason}", .path.display())]
    Table {
        /// The table.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// Data that is there is damaged.
    #[error(transparent)]
    Data(#[from] crate::dataset::Error),
    /// The watcher asked to stop.
    #[error("stopped")]
    Stopped,
}

impl Error {
    /// A file that cannot be written, with the remedy where its disk is full.
    pub(super) fn write(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        let full = source.kind() == std::io::ErrorKind::StorageFull;
        let hint = if full {
            "; make room, or name a folder on another disk with `--data DIR`; the same command then \
             goes on from what was finished"
        } else {
            ""
        };
        Self::Write { path: path.into(), hint: hint.to_owned(), source }
    }
}
