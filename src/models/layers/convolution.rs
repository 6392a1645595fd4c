//! Convolution, batch normalisation, rectification and pooling: one block, one operation.
//!
//! Numbers lie as `[image, row, column, channel]`, the channel running fastest, so that a window's
//! values and a pixel's results lie beside each other. Convolution over time alone is the same with
//! one row. Sums run over register tiles straight from the image (`tile`, `slopes`); no window is
//! ever copied into a matrix.
//!
//! Normalising keeps the order of a filter's values, or turns it round where its scale is negative.
//! So the value a pool lets through is picked before the batch's mean and variance are known, while
//! the values are still in the cache, and everything behind works on pooled numbers only.

mod back;
mod elsewhere;
mod forth;
mod frame;
mod layer;
mod measure;
mod parameters;
mod pool;
mod score;
mod slopes;
#[cfg(test)]
mod tests;
mod tile;

use serde::{Deserialize, Serialize};

use crate::models::Layer;
use crate::vectors::vectorised;

pub(in crate::models) use layer::Convolution;
pub use parameters::{Block, Dimensions, Pool, PoolExtent};
pub(in crate::models) use score::{Folded, Scorer};

/// Added to variances, so that a filter that is always the same can be divided by its spread.
const EPSILON: f64 = 1e-5;

/// Sizes of one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::models) struct Form {
    /// Rows of an image; one where there is only time.
    pub(in crate::models) rows: usize,
    /// Columns of an image.
    pub(in crate::models) columns: usize,
    /// Values of a pixel that comes in.
    pub(in crate::models) channels: usize,
    /// Values of a pixel that comes out.
    pub(in crate::models) filters: usize,
    /// Extent of the window in rows and columns, both odd; half of it lies on each side.
    pub(in crate::models) kernel: [usize; 2],
    /// Rows and columns of which the largest value is kept; what does not fill a pool is dropped.
    pub(in crate::models) pool: [usize; 2],
}

impl Form {
    /// Numbers of an image that comes in.
    pub(in crate::models) fn input(&self) -> usize {
        self.rows * self.columns * self.channels
    }

    /// Rows and columns after pooling.
    pub(in crate::models) fn pooled(&self) -> [usize; 2] {
        [self.rows / self.pool[0], self.columns / self.pool[1]]
    }

    /// Numbers of an image that comes out.
    pub(in crate::models) fn output(&self) -> usize {
        self.pooled().iter().product::<usize>() * self.filters
    }

    /// The block as a diagram tells it.
    pub(in crate::models) fn outline(&self) -> Layer {
        let [rows, columns] = self.pooled();
        let ([high, wide], [pool_high, pool_wide]) = (self.kernel, self.pool);
        let filters = self.filters;
        // Where there is one row, columns are frames; else rows are, and columns are bands.
        let (kernel, pool, output) = if self.rows == 1 && high == 1 {
            let output = format!("{columns} frames × {filters}");
            (wide.to_string(), pool_wide.to_string(), output)
        } else {
            let output = format!("{columns} bands × {rows} frames × {filters}");
            (format!("{wide} × {high}"), format!("{pool_wide} × {pool_high}"), output)
        };
        let pooling = if self.pool == [1, 1] { String::new() } else { format!(", max of {pool}") };
        let name = format!("{filters} patterns of {kernel}, batch norm, ReLU{pooling}");
        Layer::new(name, output, filters * (self.taps() + 2))
    }

    /// Numbers that come out at one step of time: a row where rows are frames, a pixel where there is
    /// only time.
    pub(in crate::models) fn step(&self) -> usize {
        if self.rows == 1 { self.filters } else { self.pooled()[1] * self.filters }
    }

    /// Weights of one filter.
    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1] * self.channels
    }

    /// Numbers of an image before pooling.
    fn raw(&self) -> usize {
        self.rows * self.columns * self.filters
    }

    /// Rows to work on at a time: whole pools, about half of the first cache.
    fn band(&self) -> usize {
        let pools = 16_384 / (self.columns * self.filters * self.pool[0]);
        pools.max(1) * self.pool[0]
    }

    /// Whether sums are worked out again on the way back. With few taps that takes no longer than
    /// writing and reading them, and saves the largest piece of memory.
    fn forgets(&self) -> bool {
        self.taps() <= 16
    }
}
