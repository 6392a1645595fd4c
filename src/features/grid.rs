//! One row of numbers for each frame.

use crate::features::buffer::Buffer;

/// Frames × width numbers, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    width: usize,
    values: Buffer,
}

impl Grid {
    /// A grid of zeros.
    pub(crate) fn zeros(frames: usize, width: usize) -> Self {
        Self { width, values: Buffer::zeros(frames * width) }
    }

    /// A grid without frames yet, with room for `frames`.
    pub(crate) fn with_room(frames: usize, width: usize) -> Self {
        Self { width, values: Buffer::with_room(frames * width) }
    }

    /// Adds a frame of `width` numbers.
    pub(crate) fn push(&mut self, row: impl ExactSizeIterator<Item = f32>) {
        debug_assert_eq!(row.len(), self.width);
        self.values.extend(row);
    }

    /// How many frames (rows) there are.
    pub fn frames(&self) -> usize {
        self.values.len() / self.width
    }

    /// How many numbers one frame has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The numbers of one frame.
    pub fn row(&self, frame: usize) -> &[f32] {
        &self.values[frame * self.width..][..self.width]
    }

    /// The frames in order of time.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.width)
    }

    /// The frames, to be written.
    pub(crate) fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, f32> {
        self.values.chunks_exact_mut(self.width)
    }

    /// All numbers, frame after frame.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All numbers, to be written.
    pub(crate) fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }
}
