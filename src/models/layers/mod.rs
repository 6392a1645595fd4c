//! Layers of nets whose inner loops are our own.
//!
//! Kernels are plain functions over slices of numbers, forward and backward. A [`node`] makes them
//! one step of the net in training; a trained net calls them as they are.

pub(super) mod convolution;
pub(super) mod node;
pub(super) mod recurrence;
mod squash;
