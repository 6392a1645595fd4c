//! Why records cannot be compared.

use crate::report::Error as ReportError;

/// Why records cannot be compared; each says which, what differs, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folds differ.
    #[error(
        "{first} and {second} were tested on different folds ({ours}; {theirs}), and a difference \
         must be taken on the same tracks: run both with the same `dataset`, `protocol` and `seed`"
    )]
    Folds {
        /// A folder.
        first: String,
        /// Another folder.
        second: String,
        /// Protocol of the first, and the hash of its folds.
        ours: String,
        /// Protocol of the second, and the hash of its folds.
        theirs: String,
    },
    /// The data differ.
    #[error(
        "{first} and {second} are of different data ({what} {ours} and {theirs}): run both on the \
         same data, or say `--across` to compare over several data sets"
    )]
    Data {
        /// A folder.
        first: String,
        /// Another folder.
        second: String,
        /// What differs.
        what: &'static str,
        /// What the first has.
        ours: String,
        /// What the second has.
        theirs: String,
    },
    /// The program changed in between.
    #[error(
        "{first} was made by crossfold {ours} and {second} by {theirs}, which may train \
         differently: run the older one again, or say `--allow-versions` to compare them all the same"
    )]
    Versions {
        /// A folder.
        first: String,
        /// Another folder.
        second: String,
        /// The version of the first.
        ours: String,
        /// The version of the second.
        theirs: String,
    },
    /// A contender comes twice.
    #[error(
        "contender `{name}` of experiment `{experiment}` comes from both {first} and {second}: name \
         one of the folders only, or give one experiment another name and run it again"
    )]
    Twice {
        /// The contender.
        name: String,
        /// Its experiment.
        experiment: String,
        /// A folder.
        first: String,
        /// Another folder.
        second: String,
    },
    /// There is nothing to compare.
    #[error(
        "a comparison takes two contenders with predictions for every fold, but {folders} {verb} \
         {found}; name another folder"
    )]
    TooFew {
        /// The folders.
        folders: String,
        /// Has or have.
        verb: &'static str,
        /// How many there are.
        found: usize,
    },
    /// The baseline is not there.
    #[error("no contender is called `{name}`; {expected}")]
    Baseline {
        /// What was asked for.
        name: String,
        /// What is there.
        expected: String,
    },
    /// The baseline has not been tested on every fold.
    #[error(
        "the baseline `{name}` of {folder} lacks predictions: run its experiment again, or name \
         another by `--baseline`"
    )]
    Incomplete {
        /// Its name.
        name: String,
        /// Its folder.
        folder: String,
    },
    /// All records are of one data set, but several were asked for.
    #[error(
        "`--across` compares over several data sets, but {folders} of one ({title}, data hash \
         {hash}); folds and protocols of one data set share training tracks and do not \
         count as several: compare them without `--across`, or name results on other data sets"
    )]
    OneDataSet {
        /// The folders, and is or are.
        folders: String,
        /// The data set.
        title: String,
        /// Its hash.
        hash: String,
    },
    /// No two contenders are in every record.
    #[error(
        "ranks over data sets need two contenders that every record has, but {names}; give the \
         same contenders the same names in each experiment"
    )]
    NotShared {
        /// What is shared.
        names: String,
    },
    /// A record contradicts itself, or a file cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A test does not hold for these numbers.
    #[error(transparent)]
    Ranks(#[from] crate::evaluation::FriedmanError),
}
