//! How the loss changes with each weight, by register tiles.
//!
//! For six taps times two registers of filters, products of values and slopes are summed over all
//! pixels of some rows at once.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::frame::Framed;
use super::tile::REGISTERS;

/// Taps of a tile.
const TAPS: usize = 6;
/// Numbers of both images worked on at a time: half of the second cache.
const NEAR: usize = 40_000;

/// Adds what one image has to say.
pub(super) struct WeightSlopes<'a> {
    pub(super) image: &'a Framed,
    /// How the loss changes with each sum of a window; framed like the image.
    pub(super) slopes: &'a Framed,
    pub(super) kernel: [usize; 2],
    /// `[taps, filters]`, added to.
    pub(super) out: &'a mut [f32],
}

impl WithSimd for WeightSlopes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { image, slopes, kernel, out } = self;
        let (run, filters) = (kernel[1] * image.channels, slopes.channels);
        let tile = REGISTERS * S::F32_LANES;
        let near = (NEAR / (image.stride + slopes.stride)).max(1);
        for top in (0..image.rows).step_by(near) {
            let rows = top..(top + near).min(image.rows);
            for first in (0..filters).step_by(tile) {
                let used = tile.min(filters - first);
                for row in 0..kernel[0] {
                    let mut tap = 0;
                    while tap < run {
                        // Taps of one row lie beside each other; the last tile reaches back.
                        let from = if run < TAPS { tap } else { tap.min(run - TAPS) };
                        let place = Place { offset: row * image.stride + from, first };
                        let out = &mut out[(row * run + from) * filters + first..];
                        let rows = rows.clone();
                        if run < TAPS {
                            let sums = products::<S, 1>(simd, image, slopes, rows, place);
                            add(simd, &sums, out, filters, used);
                            tap += 1;
                        } else {
                            let sums = products::<S, TAPS>(simd, image, slopes, rows, place);
                            let done = tap - from;
                            add(simd, &sums[done..], &mut out[done * filters..], filters, used);
                            tap += TAPS;
                        }
                    }
                }
            }
        }
    }
}

/// Which tile.
#[derive(Clone, Copy)]
struct Place {
    /// Where the first tap stands behind the start of a window.
    offset: usize,
    /// The first filter.
    first: usize,
}

/// Sums over the pixels of some rows.
#[inline(always)]
fn products<S: Simd, const T: usize>(
    simd: S,
    image: &Framed,
    slopes: &Framed,
    rows: Range<usize>,
    place: Place,
) -> [[S::f32s; REGISTERS]; T] {
    let mut sums = [[simd.splat_f32s(0.0); REGISTERS]; T];
    let (channels, filters, columns) = (image.channels, slopes.channels, image.columns);
    let tile = REGISTERS * S::F32_LANES;
    for row in rows {
        let values = &image.values()[row * image.stride + place.offset..];
        let values = &values[..(columns - 1) * channels + T];
        let slopes = &slopes.values()[slopes.start(row) + place.first..];
        let slopes = &slopes[..(columns - 1) * filters + tile];
        for column in 0..columns {
            let (slopes, _) = S::as_simd_f32s(&slopes[column * filters..][..tile]);
            let values = &values[column * channels..][..T];
            for t in 0..T {
                let value = simd.splat_f32s(values[t]);
                for r in 0..REGISTERS {
                    sums[t][r] = simd.mul_add_e_f32s(value, slopes[r], sums[t][r]);
                }
            }
        }
    }
    sums
}

/// Adds the sums of taps that follow each other.
#[inline(always)]
fn add<S: Simd>(
    simd: S,
    sums: &[[S::f32s; REGISTERS]],
    out: &mut [f32],
    filters: usize,
    used: usize,
) {
    for (sums, out) in sums.iter().zip(out.chunks_mut(filters)) {
        for (out, sum) in out[..used].chunks_mut(S::F32_LANES).zip(sums) {
            let so_far = simd.partial_load_f32s(out);
            simd.partial_store_f32s(out, simd.add_f32s(so_far, *sum));
        }
    }
}
