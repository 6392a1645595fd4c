//! Convolution of one image by register tiles.
//!
//! Six pixels times two registers of filters are summed at once; with eight numbers a register that
//! is twelve multiplications and additions for eight loads. A pixel's sum runs over its window in
//! one order, whatever stands beside it.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::frame::Framed;
use super::{Form, vectorised};

/// Pixels of a tile.
const PIXELS: usize = 6;
/// Registers of filters of a tile.
pub(super) const REGISTERS: usize = 2;

/// Weights in the order in which tiles read them.
pub(super) struct Packed {
    /// For each tile of filters, for each tap, one number a filter; zeros behind the last filter.
    values: Vec<f32>,
    /// Filters of a tile.
    tile: usize,
    filters: usize,
    /// Rows of a window.
    height: usize,
    /// Taps of a window's row, which lie beside each other.
    run: usize,
}

impl Packed {
    /// Weights of `[taps, filters]`.
    pub(super) fn forth(form: &Form, weights: &[f32]) -> Self {
        Self::new(form.kernel, form.channels, form.filters, |tap, filter| {
            weights[tap * form.filters + filter]
        })
    }

    /// The same turned round, from filters back to channels.
    pub(super) fn back(form: &Form, weights: &[f32]) -> Self {
        let last = form.kernel[0] * form.kernel[1] - 1;
        Self::new(form.kernel, form.filters, form.channels, |tap, channel| {
            let (place, filter) = (tap / form.filters, tap % form.filters);
            weights[((last - place) * form.channels + channel) * form.filters + filter]
        })
    }

    fn new(
        kernel: [usize; 2],
        channels: usize,
        filters: usize,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Self {
        let tile = REGISTERS * vectorised(Lanes);
        let (height, run) = (kernel[0], kernel[1] * channels);
        let mut values = Vec::with_capacity(height * run * filters.next_multiple_of(tile));
        for first in (0..filters).step_by(tile) {
            for tap in 0..height * run {
                let filters = (first..first + tile)
                    .map(|filter| if filter < filters { weight(tap, filter) } else { 0.0 });
                values.extend(filters);
            }
        }
        Self { values, tile, filters, height, run }
    }
}

/// How many numbers a register holds.
struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

/// Sums of all windows of some rows.
pub(super) struct Convolve<'a> {
    pub(super) image: &'a Framed,
    pub(super) weights: &'a Packed,
    pub(super) rows: Range<usize>,
    /// `[rows, columns, filters]`, overwritten.
    pub(super) out: &'a mut [f32],
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { image, weights, rows, out } = self;
        let (columns, filters) = (image.columns, weights.filters);
        let pixels = rows.len() * columns;
        let taps = weights.height * weights.run;
        for (tile, first) in
            weights.values.chunks_exact(taps * weights.tile).zip((0..).step_by(weights.tile))
        {
            let used = weights.tile.min(filters - first);
            let (tile, _) = S::as_simd_f32s(tile);
            let mut pixel = 0;
            while pixel < pixels {
                if pixels >= PIXELS {
                    // The last tile reaches back over pixels that are done, to the same result.
                    pixel = pixel.min(pixels - PIXELS);
                }
                let (mut row, mut column) = (rows.start + pixel / columns, pixel % columns);
                let mut starts = [0; PIXELS];
                for start in &mut starts {
                    *start = row * image.stride + column * image.channels;
                    column += 1;
                    if column == columns {
                        (row, column) = (row + 1, 0);
                    }
                }
                let out = &mut out[pixel * filters + first..];
                if pixels < PIXELS {
                    let sums = sums::<S, 1>(simd, image, [starts[0]], weights.run, tile);
                    store(simd, &sums, out, filters, used);
                    pixel += 1;
                } else {
                    let sums = sums::<S, PIXELS>(simd, image, starts, weights.run, tile);
                    store(simd, &sums, out, filters, used);
                    pixel += PIXELS;
                }
            }
        }
    }
}

/// Sums of the windows that start at these places, for one tile of filters.
#[inline(always)]
fn sums<S: Simd, const P: usize>(
    simd: S,
    image: &Framed,
    starts: [usize; P],
    run: usize,
    tile: &[S::f32s],
) -> [[S::f32s; REGISTERS]; P] {
    let mut sums = [[simd.splat_f32s(0.0); REGISTERS]; P];
    for (row, weights) in tile.chunks_exact(run * REGISTERS).enumerate() {
        let mut windows: [&[f32]; P] = [&[]; P];
        for p in 0..P {
            windows[p] = &image.values()[starts[p] + row * image.stride..][..run];
        }
        let (weights, _) = weights.as_chunks::<REGISTERS>();
        let weights = &weights[..run];
        for tap in 0..run {
            for p in 0..P {
                let value = simd.splat_f32s(windows[p][tap]);
                for r in 0..REGISTERS {
                    sums[p][r] = simd.mul_add_e_f32s(value, weights[tap][r], sums[p][r]);
                }
            }
        }
    }
    sums
}

/// Writes the sums of pixels that follow each other.
#[inline(always)]
fn store<S: Simd, const P: usize>(
    simd: S,
    sums: &[[S::f32s; REGISTERS]; P],
    out: &mut [f32],
    filters: usize,
    used: usize,
) {
    for p in 0..P {
        let out = &mut out[p * filters..][..used];
        for (out, sum) in out.chunks_mut(S::F32_LANES).zip(sums[p]) {
            simd.partial_store_f32s(out, sum);
        }
    }
}
