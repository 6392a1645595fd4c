//! Sound as numbers: decoding, resampling, and synthetic signals with known answers.
//!
//! Knows files and samples, never features.
