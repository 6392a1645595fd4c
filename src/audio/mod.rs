//! Sound as numbers: decoding, resampling, and synthetic signals with known answers.
//!
//! Knows files and samples, never features. Whatever the file, what comes out is a [`Signal`]:
//! mono, finite, at [`RATE`] samples a second.

mod au;
mod decode;
mod error;
mod flac;
mod fragments;
mod levels;
mod load;
mod mono;
mod resample;
mod signal;
pub mod synth;

pub use error::Error;
pub use levels::Levels;
pub use load::{Clip, Limit, Source, read, read_bytes};
pub use resample::resample;
pub use signal::Signal;

/// The rate of every signal that features are computed from, in hertz: that of GTZAN and librosa.
pub const RATE: u32 = 22_050;
