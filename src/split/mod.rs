//! Who trains and who is tested.
//!
//! Knows labels and groups, never features or models. A split is drawn once and used for every
//! model, so that differences between models are differences between models.

mod grouping;
mod leak;
mod predefined;
mod stratified;

pub use grouping::{Grouping, groups, numbered};
pub use leak::check;
pub use predefined::Predefined;
pub use stratified::folds;

/// One division of the units into those that train and those that are tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Which repeat, from 0.
    pub repeat: usize,
    /// Which fold of the repeat, from 0.
    pub fold: usize,
    /// Numbers of the units that train, rising.
    pub train: Vec<usize>,
    /// Numbers of the units that are tested, rising.
    pub test: Vec<usize>,
    /// Those of the training units that a predefined split sets apart for choices; mostly none.
    pub valid: Vec<usize>,
}

/// Why the units cannot be split as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A genre cannot reach every fold.
    #[error(
        "cannot make {folds} folds: genre `{genre}` has {rows} rows; lower `folds` to at most {rows} or add rows"
    )]
    TooFewRows {
        /// How many folds were asked for.
        folds: usize,
        /// The genre.
        genre: String,
        /// How many rows it has.
        rows: usize,
    },
    /// There are fewer groups than folds.
    #[error("cannot make {folds} folds from {groups} groups; lower `folds` or add groups")]
    TooFewGroups {
        /// How many folds were asked for.
        folds: usize,
        /// How many groups there are.
        groups: usize,
    },
    /// A genre cannot be trained and tested.
    #[error(
        "genre `{genre}` is one group only, so it could never be both trained and tested; add tracks of other artists or use `group: track`"
    )]
    OneGroup {
        /// The genre.
        genre: String,
    },
    /// Nobody knows who plays.
    #[error(
        "`group: artist` needs to know who plays, but {unknown} of {tracks} tracks have no artist; use `group: track` or a data set with an index"
    )]
    NoArtists {
        /// How many tracks have no known artist group.
        unknown: usize,
        /// How many tracks there are.
        tracks: usize,
    },
    /// The parts of a predefined split make no folds.
    #[error("the split `{split}` cannot be run: {reason}")]
    Parts {
        /// The split.
        split: String,
        /// What is wrong with its parts.
        reason: String,
    },
    /// A predefined split is not of this data.
    #[error(
        "the split `{split}` needs a column `{column}` in the data set's index, but that of {data} has \
         {}; name a CSV by `split: {{ file: PATH }}` or draw `folds`",
        if columns.is_empty() { "none".to_owned() } else { format!("`{}`", columns.join("`, `")) }
    )]
    NoColumn {
        /// The split.
        split: String,
        /// The column.
        column: String,
        /// The data set.
        data: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// The file of a split cannot be used.
    #[error(transparent)]
    Data(#[from] crate::dataset::Error),
    /// A fold breaks its promise.
    #[error("fold {fold} of repeat {repeat} leaks: {reason}")]
    Leak {
        /// The repeat, from 0.
        repeat: usize,
        /// The fold, from 0.
        fold: usize,
        /// What stands on both sides.
        reason: String,
    },
}
