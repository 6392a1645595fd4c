//! Our own solver of the problem of two sides, for speed: sequential minimal optimisation.
//!
//! The working pair is chosen by second-order information (Fan, Chen & Lin 2005), as in libsvm and
//! linfa. What takes linfa its time is the kernel matrix, computed value by value for every problem;
//! here it is computed once for a whole fit. Each step looks through all rows, so these looks are
//! written without branches, for wide registers.

use pulp::{Simd, WithSimd};

use super::gram::Gram;
use crate::vectors::vectorised;

/// The solver gives up after so many steps, as libsvm does.
const MOST_STEPS: usize = 10_000_000;

/// Two rows nearer than this count as this near, as in libsvm.
const LEAST_CURVATURE: f64 = 1e-12;

/// How many rows are looked at abreast.
const LANES: usize = 16;

/// A problem on its way to its solution.
struct Problem<'a> {
    gram: &'a Gram,
    positive: &'a [bool],
    c: f64,
    /// Kernel of each row with itself.
    diagonal: Vec<f64>,
    /// Weight of each row, 0 to `c`.
    weights: Vec<f64>,
    /// Slope of the objective in each weight, times the row's side (1 or −1).
    slopes: Vec<f64>,
    /// Added to a slope: nothing where weight times side can grow, else infinity.
    cannot_rise: Vec<f64>,
    /// Added to a slope: nothing where weight times side can shrink, else minus infinity.
    cannot_fall: Vec<f64>,
}

/// Signed weights and offset of the widest margin, violations of `c` priced, up to `tolerance`.
pub(super) fn solve(gram: &Gram, positive: &[bool], c: f64, tolerance: f64) -> (Vec<f64>, f64) {
    let mut problem = Problem::new(gram, positive, c);
    vectorised(Descent { problem: &mut problem, tolerance });
    let offset = problem.offset();
    let signed = |(weight, &positive): (f64, &bool)| if positive { weight } else { -weight };
    (problem.weights.into_iter().zip(positive).map(signed).collect(), offset)
}

/// All steps down to the solution.
struct Descent<'a, 'b> {
    problem: &'a mut Problem<'b>,
    tolerance: f64,
}

impl WithSimd for Descent<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for _ in 0..MOST_STEPS {
            let Some((rising, falling)) = self.problem.working_pair(self.tolerance) else { break };
            self.problem.step(rising, falling);
        }
    }
}

/// The largest of the values, one for each place in slices of equal length.
///
/// Which of the lanes is looked at first does not matter to a maximum, so it is the same everywhere.
#[inline(always)]
fn largest<const N: usize>(slices: [&[f64]; N], value: impl Fn([f64; N]) -> f64) -> f64 {
    let chunked = slices.map(<[f64]>::as_chunks::<LANES>);
    let mut best = [f64::NEG_INFINITY; LANES];
    for at in 0..chunked[0].0.len() {
        let chunks = chunked.map(|(chunks, _)| &chunks[at]);
        for lane in 0..LANES {
            let value = value(chunks.map(|chunk| chunk[lane]));
            best[lane] = if value > best[lane] { value } else { best[lane] };
        }
    }
    let mut largest = f64::NEG_INFINITY;
    let rest = (0..chunked[0].1.len()).map(|at| value(chunked.map(|(_, rest)| rest[at])));
    for value in best.into_iter().chain(rest) {
        largest = if value > largest { value } else { largest };
    }
    largest
}

impl<'a> Problem<'a> {
    fn new(gram: &'a Gram, positive: &'a [bool], c: f64) -> Self {
        let size = gram.size();
        let mut problem = Self {
            gram,
            positive,
            c,
            diagonal: (0..size).map(|i| gram.row(i)[i]).collect(),
            weights: vec![0.0; size],
            slopes: positive.iter().map(|&positive| if positive { -1.0 } else { 1.0 }).collect(),
            cannot_rise: vec![0.0; size],
            cannot_fall: vec![0.0; size],
        };
        (0..size).for_each(|i| problem.bound(i));
        problem
    }

    /// Says anew which way a weight can go.
    fn bound(&mut self, i: usize) {
        let (full, empty) = (self.weights[i] >= self.c, self.weights[i] <= 0.0);
        let (top, bottom) = if self.positive[i] { (full, empty) } else { (empty, full) };
        self.cannot_rise[i] = if top { f64::INFINITY } else { 0.0 };
        self.cannot_fall[i] = if bottom { f64::NEG_INFINITY } else { 0.0 };
    }

    /// Whether weight times side can grow.
    fn can_rise(&self, i: usize) -> bool {
        self.cannot_rise[i] == 0.0
    }

    /// Whether weight times side can shrink.
    fn can_fall(&self, i: usize) -> bool {
        self.cannot_fall[i] == 0.0
    }

    /// The row that violates optimality most, and the partner that gains most with it.
    #[inline(always)]
    fn working_pair(&self, tolerance: f64) -> Option<(usize, usize)> {
        let rise = |[slope, cannot]: [f64; 2]| -(slope + cannot);
        let rising = [&self.slopes[..], &self.cannot_rise];
        let lowest = -largest(rising, rise);
        let highest = largest([&self.slopes, &self.cannot_fall], |[slope, cannot]| slope + cannot);
        // Also where one side has no row that can move, and where slopes are no numbers.
        if !(highest - lowest >= tolerance && lowest.is_finite() && highest.is_finite()) {
            return None;
        }
        let rising = (0..self.slopes.len())
            .find(|&i| self.slopes[i] + self.cannot_rise[i] == lowest)
            .expect("the lowest slope is one of them");
        let own = self.diagonal[rising];
        let gain = |[slope, cannot, diagonal, kernel]: [f64; 4]| {
            let difference = slope + cannot - lowest;
            let difference = if difference > 0.0 { difference } else { 0.0 };
            difference * difference / curvature(own, diagonal, kernel)
        };
        let slices = [&self.slopes[..], &self.cannot_fall, &self.diagonal, self.gram.row(rising)];
        let best = largest(slices, gain);
        let falling = (0..self.slopes.len()).find(|&j| gain(slices.map(|slice| slice[j])) == best);
        (best > 0.0).then_some(rising).zip(falling)
    }

    /// Moves both weights as far as gains and their bounds permit.
    #[inline(always)]
    fn step(&mut self, rising: usize, falling: usize) {
        let gram = self.gram;
        let (up, down) = (gram.row(rising), gram.row(falling));
        let curvature = curvature(self.diagonal[rising], self.diagonal[falling], up[falling]);
        let wanted = (self.slopes[falling] - self.slopes[rising]) / curvature;
        let room = |i: usize, grows: bool| {
            if grows { self.c - self.weights[i] } else { self.weights[i] }
        };
        let (first, second) = (self.positive[rising], !self.positive[falling]);
        let length = wanted.min(room(rising, first)).min(room(falling, second));
        self.shift(rising, first, length);
        self.shift(falling, second, length);
        for (slope, (up, down)) in self.slopes.iter_mut().zip(up.iter().zip(down)) {
            *slope += length * (up - down);
        }
    }

    /// Changes a weight; what would stop a rounding error short of a bound stops at it.
    fn shift(&mut self, i: usize, grows: bool, length: f64) {
        let weight = self.weights[i] + if grows { length } else { -length };
        let near = self.c * 1e-14;
        self.weights[i] = match weight {
            low if low <= near => 0.0,
            high if high >= self.c - near => self.c,
            between => between,
        };
        self.bound(i);
    }

    /// Mean slope of the rows on their margin; the middle of what is possible where there is none.
    #[allow(clippy::cast_precision_loss)]
    fn offset(&self) -> f64 {
        let both = |i: &usize| self.can_rise(*i) && self.can_fall(*i);
        let free: Vec<f64> = (0..self.slopes.len()).filter(both).map(|i| self.slopes[i]).collect();
        if !free.is_empty() {
            return free.iter().sum::<f64>() / free.len() as f64;
        }
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (i, &slope) in self.slopes.iter().enumerate() {
            if self.can_rise(i) {
                high = high.min(slope);
            } else {
                low = low.max(slope);
            }
        }
        f64::midpoint(low, high)
    }
}

/// How fast the slopes of two rows meet, from their kernels with themselves and each other.
#[inline(always)]
fn curvature(first: f64, second: f64, between: f64) -> f64 {
    let squared = first + second - 2.0 * between;
    if squared > LEAST_CURVATURE { squared } else { LEAST_CURVATURE }
}
