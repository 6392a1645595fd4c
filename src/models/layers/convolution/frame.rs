//! An image with a margin of zeros, so that no window needs a case of its own.

/// Room behind the last number, because whole registers are read.
const ROOM: usize = 64;

/// One image and the zeros around it.
pub(super) struct Framed {
    values: Vec<f32>,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) channels: usize,
    margin: [usize; 2],
    /// Numbers from a row to the next.
    pub(super) stride: usize,
}

impl Framed {
    /// A black image with the margin that a kernel of this extent needs.
    pub(super) fn new(rows: usize, columns: usize, channels: usize, kernel: [usize; 2]) -> Self {
        let margin = kernel.map(|extent| extent / 2);
        let stride = (columns + 2 * margin[1]) * channels;
        let values = vec![0.0; stride * (rows + 2 * margin[0]) + ROOM];
        Self { values, rows, columns, channels, margin, stride }
    }

    /// Everything from the first number of the margin on; the window of a pixel starts at
    /// `row * stride + column * channels`.
    #[inline(always)]
    pub(super) fn values(&self) -> &[f32] {
        &self.values
    }

    /// The same, to be changed.
    pub(super) fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// Where the first pixel of a row stands.
    #[inline(always)]
    pub(super) fn start(&self, row: usize) -> usize {
        (row + self.margin[0]) * self.stride + self.margin[1] * self.channels
    }

    /// A row without its margin.
    #[inline(always)]
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let start = self.start(row);
        &mut self.values[start..start + self.columns * self.channels]
    }

    /// Takes an image.
    pub(super) fn fill(&mut self, image: &[f32]) {
        for (row, values) in image.chunks_exact(self.columns * self.channels).enumerate() {
            self.row_mut(row).copy_from_slice(values);
        }
    }
}
