//! Our own solver of the problem of two sides, for speed: sequential minimal optimisation.
//!
//! The working pair is chosen by second-order information (Fan, Chen & Lin 2005), as in libsvm and
//! linfa. What takes linfa its time is the kernel matrix, computed value by value for every problem;
//! here it is computed eight values abreast, for one half, and once where problems share their rows.

use super::machines::KernelFunction;

/// The solver gives up after so many steps, as libsvm does.
const MOST_STEPS: usize = 10_000_000;

/// Two rows nearer than this count as this near, as in libsvm.
const LEAST_CURVATURE: f64 = 1e-12;

/// Kernel values between all of some rows.
pub(super) struct Gram {
    size: usize,
    values: Vec<f64>,
}

impl Gram {
    pub(super) fn of(kernel: KernelFunction, rows: &[&[f32]]) -> Self {
        let size = rows.len();
        let mut values = vec![0.0; size * size];
        for (i, first) in rows.iter().enumerate() {
            for (j, second) in rows[..=i].iter().enumerate() {
                let value = kernel.between(first, second);
                values[i * size + j] = value;
                values[j * size + i] = value;
            }
        }
        Self { size, values }
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.size..(i + 1) * self.size]
    }

    fn diagonal(&self, i: usize) -> f64 {
        self.values[i * self.size + i]
    }
}

/// A problem on its way to its solution.
struct Problem<'a> {
    gram: &'a Gram,
    positive: &'a [bool],
    c: f64,
    /// Weight of each row, 0 to `c`.
    weights: Vec<f64>,
    /// Slope of the objective in each weight, times the row's side (1 or −1).
    slopes: Vec<f64>,
}

/// Signed weights and offset of the widest margin, violations of `c` priced, up to `tolerance`.
pub(super) fn solve(gram: &Gram, positive: &[bool], c: f64, tolerance: f64) -> (Vec<f64>, f64) {
    let slopes = positive.iter().map(|&positive| if positive { -1.0 } else { 1.0 }).collect();
    let weights = vec![0.0; gram.size];
    let mut problem = Problem { gram, positive, c, weights, slopes };
    for _ in 0..MOST_STEPS {
        let Some((rising, falling)) = problem.working_pair(tolerance) else { break };
        problem.step(rising, falling);
    }
    let offset = problem.offset();
    let signed = |(weight, &positive): (f64, &bool)| if positive { weight } else { -weight };
    (problem.weights.into_iter().zip(positive).map(signed).collect(), offset)
}

impl Problem<'_> {
    /// Whether weight times side can grow.
    fn can_rise(&self, i: usize) -> bool {
        if self.positive[i] { self.weights[i] < self.c } else { self.weights[i] > 0.0 }
    }

    /// Whether weight times side can shrink.
    fn can_fall(&self, i: usize) -> bool {
        if self.positive[i] { self.weights[i] > 0.0 } else { self.weights[i] < self.c }
    }

    /// The row that violates optimality most, and the partner that gains most with it.
    fn working_pair(&self, tolerance: f64) -> Option<(usize, usize)> {
        let mut rising = None;
        for i in (0..self.gram.size).filter(|&i| self.can_rise(i)) {
            if rising.is_none_or(|(slope, _)| self.slopes[i] < slope) {
                rising = Some((self.slopes[i], i));
            }
        }
        let (lowest, rising) = rising?;
        let kernel = self.gram.row(rising);
        let (mut highest, mut best) = (f64::NEG_INFINITY, None);
        for j in (0..self.gram.size).filter(|&j| self.can_fall(j)) {
            highest = highest.max(self.slopes[j]);
            let difference = self.slopes[j] - lowest;
            if difference > 0.0 {
                let curvature = self.curvature(rising, j, kernel[j]);
                let gain = difference * difference / curvature;
                if best.is_none_or(|(known, _)| gain > known) {
                    best = Some((gain, j));
                }
            }
        }
        if highest - lowest < tolerance { None } else { best.map(|(_, j)| (rising, j)) }
    }

    fn curvature(&self, i: usize, j: usize, kernel: f64) -> f64 {
        let squared = self.gram.diagonal(i) + self.gram.diagonal(j) - 2.0 * kernel;
        squared.max(LEAST_CURVATURE)
    }

    /// Moves both weights as far as gains and their bounds permit.
    fn step(&mut self, rising: usize, falling: usize) {
        let gram = self.gram;
        let (up, down) = (gram.row(rising), gram.row(falling));
        let curvature = self.curvature(rising, falling, up[falling]);
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
    }

    /// Mean slope of the rows on their margin; the middle of what is possible where there is none.
    #[allow(clippy::cast_precision_loss)]
    fn offset(&self) -> f64 {
        let both = |i: &usize| self.can_rise(*i) && self.can_fall(*i);
        let free: Vec<f64> = (0..self.gram.size).filter(both).map(|i| self.slopes[i]).collect();
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
