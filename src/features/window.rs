//! The window under which every spectrum is taken.

use std::f64::consts::TAU;

/// Hann's window of `length` samples, periodic: 0.5 - 0.5 cos(2πn / length).
pub(crate) fn hann(length: usize) -> impl Iterator<Item = f64> {
    (0..length).map(move |n| 0.5 - 0.5 * (TAU * n as f64 / length as f64).cos())
}
