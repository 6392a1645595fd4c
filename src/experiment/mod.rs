//! A question, read from YAML and answered by a record.
//!
//! `parse` reads the file, `plan` joins it with the data and lists the cells, `run` answers them,
//! and the `record` is what stays.

use std::path::PathBuf;

mod cell;
mod cells;
pub mod check;
mod contender;
mod describe;
mod described;
mod expect;
mod feature_set;
mod forecast;
mod leak;
mod node;
mod parse;
mod plan;
mod predictions;
mod problem;
mod protocol;
mod provenance;
mod recipe_file;
mod record;
mod run;
mod schema;
mod starter;
mod store;
mod tracks;
mod trained;
mod tune;
mod twins;
mod typed;
pub mod wording;

pub use cells::Cells;
pub use contender::{Contender, Entry};
pub use described::{FORMAT, described};
pub use expect::{Verdict, verdicts};
pub use feature_set::{Columns, FeatureSet, MadeOf, Name, Piece, PieceOf};
pub use forecast::{Cost, Forecast, KnownFrom, forecast};
pub use leak::{Leak, NEAREST, SplitRun, leak};
pub use parse::{Experiment, File, Importance, Source};
pub use plan::{Cell, Place, Plan};
pub use protocol::{Folds, Protocol, Repeats, Split};
pub use provenance::now;
pub use recipe_file::frame_recipe;
pub use record::{
    CellFacts, ContenderFacts, DatasetFacts, ExperimentFacts, FailureFacts, FamilyFacts, FoldFacts,
    Machine, PointFacts, ProtocolFacts, Provenance, Record, TrialFacts, TuneFacts, TuningFacts,
    UnitFacts,
};
pub use run::{Manner, answer, collect, run};
pub use schema::schema;
pub use starter::{Starter, StarterData};
pub use trained::{Card, GenreFacts, Opinion, Similar, TimelinePart, Trained};
pub use tune::{Candidate, Search, Tune};
pub use twins::{Pair, SUSPICIOUS, Twins};

/// Why an experiment cannot be read, run or kept.
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
    /// The experiment file says something that cannot be meant: the message, the line and a caret.
    #[error("{0}")]
    Mistake(String),
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] crate::dataset::Error),
    /// The data cannot be split as asked.
    #[error(transparent)]
    Split(#[from] crate::split::Error),
    /// Features cannot be computed.
    #[error(transparent)]
    Features(#[from] crate::features::Error),
    /// A cell failed.
    #[error("{cell}")]
    Cell {
        /// The cell's name.
        cell: String,
        /// Why.
        source: crate::models::Error,
    },
    /// An ensemble lacks one of its contenders.
    #[error("{cell}: its contender {member} failed on the same fold")]
    Member {
        /// The cell's name.
        cell: String,
        /// The contender.
        member: String,
    },
    /// A leak cannot be measured.
    #[error("the leak of this experiment cannot be measured: {0}")]
    Leak(String),
    /// A finished cell is not where it was kept.
    #[error(
        "{cell} is not in {} (was the folder moved or removed while the run went on?); \
         put it back, or begin anew with the same command",
        .folder.display()
    )]
    Gone {
        /// The folder of cells.
        folder: PathBuf,
        /// The cell's name.
        cell: String,
    },
    /// A contender cannot be trained on everything.
    #[error("the model cannot be trained: {reason}")]
    Untrainable {
        /// Why, and the remedy.
        reason: String,
    },
    /// A file is no trained model that can be used.
    #[error("{name}: {reason}")]
    Model {
        /// The file.
        name: String,
        /// What is wrong with it, and the remedy.
        reason: String,
    },
    /// A trained model cannot judge a clip.
    #[error("{reason}")]
    Deaf {
        /// Why, and the remedy.
        reason: String,
    },
    /// The run was asked to stop.
    #[error(
        "stopped before the end; finished cells are kept, and the same command goes on from them"
    )]
    Stopped,
    /// A record is damaged.
    #[error("{}: {reason}; run the experiment again", .path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// The whole chain in one line, without the cell's name.
    fn reason(&self) -> String {
        match self {
            Self::Cell { source, .. } => source.to_string(),
            Self::Member { member, .. } => {
                format!("its contender {member} failed on the same fold")
            }
            other => other.to_string(),
        }
    }
}
