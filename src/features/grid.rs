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

    /// Every n-th row of grids with the same frames, side by side.
    pub(crate) fn beside(grids: &[Self], every: usize) -> Self {
        let frames = grids[0].frames();
        let width = grids.iter().map(Self::width).sum();
        let mut all = Self::zeros(frames.div_ceil(every), width);
        for (row, t) in all.rows_mut().zip((0..frames).step_by(every)) {
            let mut rest = row;
            for grid in grids {
                let (part, others) = rest.split_at_mut(grid.width());
                part.copy_from_slice(grid.row(t));
                rest = others;
            }
        }
        all
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
