//! The log-mel spectrum of one track, borrowed.

/// Levels in dB of mel bands, frame after frame; or rows of what a learned block sees in them.
#[derive(Clone, Copy, Debug)]
pub struct LogMel<'a> {
    values: &'a [f32],
    bands: usize,
}

impl<'a> LogMel<'a> {
    /// Frames of `bands` levels each, in dB, one after another.
    ///
    /// # Panics
    /// When the last frame is not whole, which is a mistake of the caller.
    pub fn new(values: &'a [f32], bands: usize) -> Self {
        assert!(bands > 0 && values.len().is_multiple_of(bands), "whole frames of {bands} bands");
        Self { values, bands }
    }

    /// How many bands a frame has.
    pub fn bands(&self) -> usize {
        self.bands
    }

    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.values.len() / self.bands
    }

    /// All levels, frame after frame.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// The frames in order of time.
    pub fn rows(&self) -> std::slice::ChunksExact<'a, f32> {
        self.values.chunks_exact(self.bands)
    }
}
