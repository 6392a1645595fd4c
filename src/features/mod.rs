//! From a signal to frames, and from frames to one row.
//!
//! Knows signals and recipes, never labels.
