//! Windows summed band by band; each band is measured and pooled while it is in the cache.

use pulp::{Simd, WithSimd};

use super::frame::Framed;
use super::measure::Moments;
use super::tile::{Convolve, Packed};
use super::{Form, vectorised};

/// What comes of one image.
pub(super) struct Results<'a> {
    /// Sums of all windows, `[rows, columns, filters]`.
    pub(super) raw: &'a mut [f32],
    /// Of each pool the sum that normalising will make the largest.
    pub(super) best: &'a mut [f32],
    /// Which of its pool each was, counted row by row.
    pub(super) picked: &'a mut [u32],
}

/// Convolves, measures and pools one image.
///
/// `signs` has 1 for each filter, or −1 where the smallest of a pool is to be picked.
pub(super) fn convolve(
    form: &Form,
    image: &Framed,
    weights: &Packed,
    signs: &[f32],
    results: Results<'_>,
    mut moments: Option<&mut Moments>,
) {
    let Results { raw, best, picked } = results;
    let row = form.columns * form.filters;
    let pooled_row = form.pooled()[1] * form.filters;
    for top in (0..form.rows).step_by(form.band()) {
        let rows = top..(top + form.band()).min(form.rows);
        let pooled = top / form.pool[0] * pooled_row..rows.end / form.pool[0] * pooled_row;
        let raw = &mut raw[rows.start * row..rows.end * row];
        vectorised(Convolve { image, weights, rows, out: raw });
        vectorised(Band {
            form,
            raw,
            signs,
            best: &mut best[pooled.clone()],
            picked: &mut picked[pooled],
            moments: moments.as_deref_mut(),
        });
    }
}

/// Some rows of sums.
struct Band<'a> {
    form: &'a Form,
    raw: &'a [f32],
    signs: &'a [f32],
    best: &'a mut [f32],
    picked: &'a mut [u32],
    moments: Option<&'a mut Moments>,
}

impl WithSimd for Band<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { form, raw, signs, best, picked, moments } = self;
        if let Some(moments) = moments {
            moments.add(raw);
        }
        let filters = form.filters;
        let signs = &signs[..filters];
        let [height, width] = form.pool;
        let columns = form.pooled()[1];
        let row = form.columns * filters;
        let pools = best.chunks_exact_mut(filters).zip(picked.chunks_exact_mut(filters));
        for (pool, (best, picked)) in pools.enumerate() {
            let start = pool / columns * height * row + pool % columns * width * filters;
            best.copy_from_slice(&raw[start..start + filters]);
            picked.fill(0);
            for place in 1..height * width {
                let start = start + place / width * row + place % width * filters;
                let raw = &raw[start..start + filters];
                for f in 0..filters {
                    let better = signs[f] * raw[f] > signs[f] * best[f];
                    best[f] = if better { raw[f] } else { best[f] };
                    picked[f] = if better { place as u32 } else { picked[f] };
                }
            }
        }
    }
}
