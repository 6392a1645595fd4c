//! From a signal to frames, and from frames to one row.
//!
//! Knows signals and recipes, never labels. A [`Feature`] is one file here and one line in
//! [`FEATURES`]; [`row()`] runs them all over one shared spectrum.

mod analysis;
mod bandwidth;
pub mod blocks;
mod buffer;
mod centroid;
mod chroma;
mod contrast;
mod cosines;
mod delta;
mod error;
mod frame_recipe;
mod framewise;
mod from_mel;
mod grid;
mod hpss;
mod median;
mod mel;
mod mfcc;
mod onset;
mod padding;
mod powers;
mod product;
mod recipe;
mod rms;
mod rolloff;
mod row;
mod spectrum;
mod summary;
mod tempo;
mod tuning;
mod window;
mod zero_crossings;

pub use analysis::Analysis;
pub use error::Error;
pub use frame_recipe::{FrameRecipe, FrameSettings};
pub use framewise::{FRAME_FEATURES, FrameFeature, Frames, frame_columns, framewise};
pub use from_mel::{FromMel, from_mel, from_mel_columns};
pub use grid::Grid;
pub use hpss::Parts;
pub(crate) use mel::{hertz, mel};
pub use padding::Padding;
pub use recipe::{Recipe, Tail, segments};
pub use row::{columns, row};
pub(crate) use spectrum::Detail;
pub use spectrum::Spectrum;

/// What a feature hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Pitch classes.
    Chroma,
    /// Loudness, and shape of the spectrum in a number.
    Spectral,
    /// The harmonic and the percussive part.
    Harmonic,
    /// Time between beats.
    Rhythm,
    /// The spectrum's envelope: timbre.
    Mfcc,
}

/// One feature of a row.
pub struct Feature {
    /// Its name, which its columns begin with.
    pub name: &'static str,
    /// What it hears.
    pub family: Family,
    /// Its columns, as in the published table.
    pub columns: &'static [&'static str],
    /// The unit of its values before they are summarised.
    pub unit: &'static str,
    /// What it measures, in one line.
    pub doc: &'static str,
    /// Its values for a clip, one for each column: finite for every signal, silence included, and
    /// the same for the same signal.
    pub values: fn(&Analysis) -> Vec<f64>,
}

/// Every feature, in the order of the published table. Adding one is adding a line.
pub static FEATURES: [Feature; 10] = [
    chroma::FEATURE,
    rms::FEATURE,
    centroid::FEATURE,
    bandwidth::FEATURE,
    rolloff::FEATURE,
    zero_crossings::FEATURE,
    hpss::HARMONY,
    hpss::PERCEPTR,
    tempo::FEATURE,
    mfcc::FEATURE,
];

impl Family {
    /// All families, in the order of the table.
    pub const ALL: [Self; 5] =
        [Self::Chroma, Self::Spectral, Self::Harmonic, Self::Rhythm, Self::Mfcc];

    /// The name in experiments.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chroma => "chroma",
            Self::Spectral => "spectral",
            Self::Harmonic => "harmonic",
            Self::Rhythm => "rhythm",
            Self::Mfcc => "mfcc",
        }
    }
}

/// Names of the families, as experiments write them.
pub const FAMILIES: [&str; 5] = {
    let mut names = [""; 5];
    let mut at = 0;
    while at < names.len() {
        names[at] = Family::ALL[at].name();
        at += 1;
    }
    names
};

/// The family of a column, if it is one of the published ones.
pub fn family_of(column: &str) -> Option<&'static str> {
    let feature = FEATURES.iter().find(|feature| feature.columns.contains(&column))?;
    Some(feature.family.name())
}
