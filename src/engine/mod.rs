//! Where cells run: on threads of this process, or as tasks of a cluster.
//!
//! Threads are [`crate::experiment::run`]. A cluster needs a shared folder and nothing else: the run is
//! written down beside its record ([`Ticket`]), workers on any machine read it, run the cells of a
//! [`Range`], and leave each beside the others; whoever waits for them reads only those files.

mod range;
mod slurm;
mod ticket;

use std::path::PathBuf;

pub use range::Range;
pub use slurm::Slurm;
pub use ticket::Ticket;

/// Why cells cannot be run elsewhere.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder holds no run, or not this one.
    #[error("{}: {reason}", .path.display())]
    Ticket {
        /// The file that says which run it is.
        path: PathBuf,
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// A command of the cluster is missing or failed.
    #[error("{command}: {reason}")]
    Queue {
        /// The command.
        command: String,
        /// What it said, and the remedy.
        reason: String,
    },
    /// The experiment cannot be read, run or kept.
    #[error(transparent)]
    Experiment(#[from] crate::experiment::Error),
}
