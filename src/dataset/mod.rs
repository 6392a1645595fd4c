//! Labelled tracks as files, then as samples.
//!
//! Knows features and where data lies, never splits or models.

mod samples;

pub use samples::{Samples, Shape, Unit, Units};
