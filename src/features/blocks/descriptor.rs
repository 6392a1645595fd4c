//! What every block is, learned or not.

use std::ops::Range;

use super::LogMel;
use crate::features::Error;
use crate::seed::Seed;

/// Parameters of a block.
pub trait Descriptor: Clone {
    /// What describes tracks; the parameters themselves where nothing is learned.
    type Encoder: Encode;

    /// Whether [`Descriptor::learn`] looks at the training tracks.
    const LEARNED: bool = false;

    /// Refuses log-mels that are too short or too narrow.
    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error>;

    /// Names of the values, for log-mels of `bands` bands.
    fn columns(&self, bands: usize) -> Vec<String>;

    /// The parameters that decide what it sees, all others at their defaults.
    fn sight(&self) -> Self {
        self.clone()
    }

    /// The parameters that decide what it learns, all others at their defaults.
    fn dictionary(&self) -> Self {
        self.clone()
    }

    /// What it learns from and describes of an accepted track, whoever trains: rows of
    /// [`Descriptor::width`] values, the frames of the log-mel themselves unless it says otherwise.
    fn see(&self, log_mel: &LogMel<'_>) -> Vec<f32> {
        log_mel.values().to_vec()
    }

    /// Values of a row that it sees of `bands` bands.
    fn width(&self, bands: usize) -> usize {
        bands
    }

    /// Which of the values that its dictionary describes a track by are its own.
    fn own(&self, described: usize) -> Range<usize> {
        0..described
    }

    /// Learns the dictionary from what it sees of tracks, at least one.
    fn learn(&self, train: &[LogMel<'_>], seed: Seed) -> Result<Self::Encoder, Error>;
}

/// What turns what is seen of a track into a vector.
pub trait Encode {
    /// Finite values, those of all columns that blocks with this dictionary have.
    fn describe(&self, seen: &LogMel<'_>) -> Vec<f32>;

    /// Whether sizes that it keeps are those of its numbers; of one that was read from a file.
    fn is_sound(&self) -> bool {
        true
    }
}

/// `name1`, `name2` … up to `count`.
pub(super) fn numbered(name: impl std::fmt::Display, count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("{name}{number}")).collect()
}

/// Refuses what there is too little of.
pub(super) fn need(
    block: &'static str,
    unit: &'static str,
    needed: usize,
    found: usize,
    remedy: &'static str,
) -> Result<(), Error> {
    if found >= needed {
        return Ok(());
    }
    Err(Error::TooLittle { block, unit, needed, found, remedy })
}
