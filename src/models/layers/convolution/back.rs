//! The way back through a block.
//!
//! Of each pool one value has a slope of its own. Normalising by the batch spreads slopes over all
//! values: with raw sums x, their mean m and spread s, scale g and N values a filter,
//! dx = g/s · (d − Σd/N − (x − m)/s² · Σd(x − m)/N), which for all but the picked ones is a straight
//! line in x (Ioffe & Szegedy 2015, section 3).

use pulp::{Simd, WithSimd};

use super::forth::{Kept, Line};
use super::frame::Framed;
use super::slopes::WeightSlopes;
use super::tile::{Convolve, Packed};
use super::{EPSILON, Form, vectorised};

/// How the loss changes with images, weights, scale and shift.
pub(super) fn backward(
    form: &Form,
    [images, weights, scale, shift]: [&[f32]; 4],
    kept: &Kept,
    slope: &[f32],
    wanted: [bool; 4],
) -> [Option<Vec<f32>>; 4] {
    let live = Live::through(kept, scale, shift, slope);
    let count = images.len() / form.input();
    let raw_slopes = RawSlopes::new(form, kept, scale, &live, count);

    let forth = Packed::forth(form, weights);
    let back = wanted[0].then(|| Packed::back(form, weights));
    let mut image_slopes = vec![0.0; if wanted[0] { images.len() } else { 0 }];
    let mut weight_slopes = vec![0.0; weights.len()];
    let mut framed = Framed::new(form.rows, form.columns, form.channels, form.kernel);
    let mut slopes = Framed::new(form.rows, form.columns, form.filters, form.kernel);
    let mut again = vec![0.0; if form.forgets() { form.raw() } else { 0 }];
    for at in 0..count {
        framed.fill(&images[at * form.input()..][..form.input()]);
        let raw = if form.forgets() {
            let (weights, rows) = (&forth, 0..form.rows);
            vectorised(Convolve { image: &framed, weights, rows, out: &mut again });
            &again
        } else {
            &kept.raw[at * form.raw()..][..form.raw()]
        };
        let pooled = at * form.output()..(at + 1) * form.output();
        raw_slopes.fill(&mut slopes, raw, &live.slopes[pooled.clone()], &kept.picked[pooled]);
        let out = &mut weight_slopes;
        vectorised(WeightSlopes { image: &framed, slopes: &slopes, kernel: form.kernel, out });
        if let Some(weights) = &back {
            let out = &mut image_slopes[at * form.input()..][..form.input()];
            vectorised(Convolve { image: &slopes, weights, rows: 0..form.rows, out });
        }
    }
    [
        wanted[0].then_some(image_slopes),
        wanted[1].then_some(weight_slopes),
        wanted[2].then(|| live.scale.iter().map(|sum| *sum as f32).collect()),
        wanted[3].then(|| live.shift.iter().map(|sum| *sum as f32).collect()),
    ]
}

/// Slopes that came through rectification, and their sums.
struct Live {
    /// Of each pool.
    slopes: Vec<f32>,
    /// For each filter Σ d (x − m) / s, which is the scale's slope.
    scale: Vec<f64>,
    /// For each filter Σ d, which is the shift's slope.
    shift: Vec<f64>,
}

impl Live {
    fn through(kept: &Kept, scale: &[f32], shift: &[f32], slope: &[f32]) -> Self {
        let filters = scale.len();
        let measured = &kept.measured;
        let unit =
            Line::of(&measured.mean, &measured.variance, &vec![1.0; filters], &vec![0.0; filters]);
        let line = Line::normalising(measured, scale, shift);
        let mut live = Self {
            slopes: vec![0.0; slope.len()],
            scale: vec![0.0; filters],
            shift: vec![0.0; filters],
        };
        // Sums of single precision stay short, so that they stay exact.
        let part = 64 * filters;
        let parts =
            slope.chunks(part).zip(kept.best.chunks(part)).zip(live.slopes.chunks_mut(part));
        let mut sums = [vec![0.0; filters], vec![0.0; filters]];
        for ((slope, best), live_slopes) in parts {
            let lines = [&line, &unit];
            vectorised(Rectified { lines, slope, best, live: live_slopes, sums: &mut sums });
            for (total, part) in [&mut live.scale, &mut live.shift].into_iter().zip(&sums) {
                total.iter_mut().zip(part).for_each(|(total, part)| *total += f64::from(*part));
            }
        }
        live
    }
}

/// Lets slopes pass where the output is above zero.
struct Rectified<'a> {
    /// What the output was of, and the same without scale and shift.
    lines: [&'a Line; 2],
    slope: &'a [f32],
    best: &'a [f32],
    live: &'a mut [f32],
    /// Overwritten.
    sums: &'a mut [Vec<f32>; 2],
}

impl WithSimd for Rectified<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { lines: [line, unit], slope, best, live, sums: [scales, shifts] } = self;
        let filters = scales.len();
        let (scales, shifts) = (&mut scales[..filters], &mut shifts[..filters]);
        let (line_slope, line_offset) = (&line.slope[..filters], &line.offset[..filters]);
        let (unit_slope, unit_offset) = (&unit.slope[..filters], &unit.offset[..filters]);
        scales.fill(0.0);
        shifts.fill(0.0);
        let pools = slope.chunks_exact(filters).zip(best.chunks_exact(filters));
        for ((slope, best), live) in pools.zip(live.chunks_exact_mut(filters)) {
            for f in 0..filters {
                let passes = line_slope[f] * best[f] + line_offset[f] > 0.0;
                live[f] = if passes { slope[f] } else { 0.0 };
                scales[f] += live[f] * (unit_slope[f] * best[f] + unit_offset[f]);
                shifts[f] += live[f];
            }
        }
    }
}

/// How slopes of pools become slopes of raw sums.
struct RawSlopes<'a> {
    form: &'a Form,
    /// What a picked sum gets of its own, for each number of a row of pools.
    own: Vec<f32>,
    /// The straight line that every sum gets, for each number of a row.
    tilt: Vec<f32>,
    base: Vec<f32>,
}

impl<'a> RawSlopes<'a> {
    fn new(form: &'a Form, kept: &Kept, scale: &[f32], live: &Live, count: usize) -> Self {
        let pixels = (count * form.rows * form.columns) as f64;
        let (mut own, mut tilt, mut base) = (Vec::new(), Vec::new(), Vec::new());
        for (f, scale) in scale.iter().enumerate().take(form.filters) {
            let per_spread = 1.0 / (kept.measured.variance[f] + EPSILON).sqrt();
            let factor = f64::from(*scale) * per_spread;
            let tilted = -factor * per_spread * live.scale[f] / pixels;
            own.push(factor as f32);
            tilt.push(tilted as f32);
            base.push((-factor * live.shift[f] / pixels - tilted * kept.measured.mean[f]) as f32);
        }
        // A row at a time is a longer loop than a pixel.
        Self {
            form,
            own: own.repeat(form.pooled()[1]),
            tilt: tilt.repeat(form.columns),
            base: base.repeat(form.columns),
        }
    }

    /// The slopes of one image's sums.
    fn fill(&self, slopes: &mut Framed, raw: &[f32], live: &[f32], picked: &[u32]) {
        vectorised(Straight { raw, tilt: &self.tilt, base: &self.base, slopes });
        let (form, filters) = (self.form, self.form.filters);
        let [height, width] = form.pool;
        let steps: Vec<usize> = (0..height * width)
            .map(|place| place / width * slopes.stride + place % width * filters)
            .collect();
        let row = self.own.len();
        let rows = live.chunks_exact(row).zip(picked.chunks_exact(row)).enumerate();
        for (at, (live, picked)) in rows {
            let start = slopes.start(at * height);
            let values = &mut slopes.values_mut()[start..];
            let pixels = live.chunks_exact(filters).zip(picked.chunks_exact(filters));
            for (column, (live, picked)) in pixels.enumerate() {
                let start = column * width * filters;
                for f in 0..filters {
                    values[start + steps[picked[f] as usize] + f] += self.own[f] * live[f];
                }
            }
        }
    }
}

/// A straight line of each raw sum.
struct Straight<'a> {
    raw: &'a [f32],
    tilt: &'a [f32],
    base: &'a [f32],
    slopes: &'a mut Framed,
}

impl WithSimd for Straight<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (row, raw) in self.raw.chunks_exact(self.tilt.len()).enumerate() {
            let slopes = self.slopes.row_mut(row).iter_mut().zip(raw);
            for ((slope, raw), (tilt, base)) in slopes.zip(self.tilt.iter().zip(self.base)) {
                *slope = tilt * raw + base;
            }
        }
    }
}
