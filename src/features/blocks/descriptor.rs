//! What every block is, learned or not.

use super::LogMel;
use crate::features::Error;
use crate::seed::Seed;

/// Parameters of a block.
pub trait Descriptor {
    /// What describes tracks; the parameters themselves where nothing is learned.
    type Encoder: Encode;

    /// Whether [`Descriptor::learn`] looks at the training tracks.
    const LEARNED: bool = false;

    /// Refuses log-mels that are too short or too narrow.
    fn accepts(&self, frames: usize, bands: usize) -> Result<(), Error>;

    /// Names of the values, for log-mels of `bands` bands.
    fn columns(&self, bands: usize) -> Vec<String>;

    /// Learns the dictionary from tracks that were accepted, at least one.
    fn learn(&self, train: &[LogMel<'_>], seed: Seed) -> Result<Self::Encoder, Error>;
}

/// What turns an accepted track into a vector.
pub trait Encode {
    /// Finite values, as many as there are columns.
    fn describe(&self, log_mel: &LogMel<'_>) -> Vec<f32>;

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
