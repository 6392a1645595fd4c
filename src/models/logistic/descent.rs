//! Our own fit of multinomial logistic regression, for speed: limited-memory BFGS (Liu & Nocedal
//! 1989), with a step that is halved until it pays (Armijo 1966).
//!
//! The loss is convex, so whoever finds the lowest place finds the same. A look at all rows is two
//! matrix products, which is what a library that works value by value takes its time for.

use std::collections::VecDeque;

use crate::dataset::Samples;
use crate::matrix::{View, product};

/// How many past steps bend the next.
const MEMORY: usize = 10;
/// The descent ends where no slope of the mean loss is steeper.
const FLAT: f64 = 1e-6;
/// The descent gives up after so many steps.
const MOST_STEPS: usize = 2000;
/// A step pays when it wins at least this share of what the slope promises.
const PAYS: f64 = 1e-4;
/// A step is halved at most so often.
const MOST_HALVINGS: usize = 40;

/// For each of the genres `present` a weight a column and, behind them, the offset.
///
/// Minimises the summed log loss + `pull` · |w|²/2. Of two genres one vector is learned, the
/// log-odds of the second.
pub(super) fn planes(train: &Samples, present: &[usize], pull: f64) -> Vec<Vec<f64>> {
    let width = train.shape().size() + 1;
    let free = if present.len() == 2 { 1 } else { present.len() };
    let loss = Loss::new(train, present, free, pull);
    let found = lowest(vec![0.0; free * width], FLAT * train.len() as f64, |at| loss.at(at));
    let fixed = std::iter::repeat_n(vec![0.0; width], present.len() - free);
    fixed.chain(found.chunks_exact(width).map(<[f64]>::to_vec)).collect()
}

/// The loss over training rows.
struct Loss {
    /// Rows, each with a one behind it for the offset.
    rows: Vec<f64>,
    width: usize,
    /// Of each row the place of its genre among those present.
    truth: Vec<usize>,
    genres: usize,
    /// How many genres have a vector; those before them have zeros.
    free: usize,
    pull: f64,
}

impl Loss {
    fn new(train: &Samples, present: &[usize], free: usize, pull: f64) -> Self {
        let row = |at: usize| train.values(at).iter().map(|&value| f64::from(value)).chain([1.0]);
        let place = |label| present.binary_search(&label).expect("rows are of genres present");
        Self {
            rows: (0..train.len()).flat_map(row).collect(),
            width: train.shape().size() + 1,
            truth: train.labels().into_iter().map(place).collect(),
            genres: present.len(),
            free,
            pull,
        }
    }

    /// Its value and its slopes at these vectors.
    fn at(&self, vectors: &[f64]) -> (f64, Vec<f64>) {
        let Self { width, free, .. } = *self;
        let rows = View::of(&self.rows, width);
        let mut levels = product(rows, View::of(vectors, width).transposed());
        let fixed = self.genres - free;
        let mut loss = 0.0;
        for (levels, &truth) in levels.chunks_exact_mut(free).zip(&self.truth) {
            let own = if truth < fixed { 0.0 } else { levels[truth - fixed] };
            let start = if fixed > 0 { 0.0 } else { f64::NEG_INFINITY };
            let top = levels.iter().fold(start, |top, &level| top.max(level));
            let mut sum = fixed as f64 * (-top).exp();
            for level in &mut *levels {
                *level = (*level - top).exp();
                sum += *level;
            }
            loss += top + sum.ln() - own;
            // The levels become the slopes: the share of each genre, less one for the true one.
            levels.iter_mut().for_each(|level| *level /= sum);
            if truth >= fixed {
                levels[truth - fixed] -= 1.0;
            }
        }
        let mut slopes = product(View::of(&levels, free).transposed(), rows);
        for (slopes, vector) in slopes.chunks_exact_mut(width).zip(vectors.chunks_exact(width)) {
            // Offsets, which stand last, are free.
            for (slope, weight) in slopes.iter_mut().zip(&vector[..width - 1]) {
                *slope += self.pull * weight;
                loss += self.pull * weight * weight / 2.0;
            }
        }
        (loss, slopes)
    }
}

/// Where a function is lowest whose value and slopes are given, from `place` downwards, up to slopes
/// of `flat`.
fn lowest(
    mut place: Vec<f64>,
    flat: f64,
    function: impl Fn(&[f64]) -> (f64, Vec<f64>),
) -> Vec<f64> {
    let (mut value, mut slopes) = function(&place);
    let mut past: VecDeque<Step> = VecDeque::with_capacity(MEMORY);
    for _ in 0..MOST_STEPS {
        if slopes.iter().all(|slope| slope.abs() <= flat) {
            break;
        }
        let mut way = downhill(&slopes, &past);
        let mut promised = dot(&way, &slopes);
        if promised >= 0.0 {
            // Rounding errors have spoilt the memory: straight down again.
            past.clear();
            way = downhill(&slopes, &past);
            promised = dot(&way, &slopes);
        }
        let mut length = if past.is_empty() { 1.0 / dot(&slopes, &slopes).sqrt() } else { 1.0 };
        let mut better = None;
        for _ in 0..MOST_HALVINGS {
            let there: Vec<f64> = place.iter().zip(&way).map(|(x, way)| x + length * way).collect();
            let found = function(&there);
            if found.0 <= value + PAYS * length * promised {
                better = Some((there, found));
                break;
            }
            length /= 2.0;
        }
        // As low as rounding lets it go, or no number any more.
        let Some((there, (lower, flatter))) = better else { break };
        if past.len() == MEMORY {
            past.pop_front();
        }
        past.extend(Step::between([&place, &there], [&slopes, &flatter]));
        (place, value, slopes) = (there, lower, flatter);
    }
    place
}

/// A step, what it changed in the slopes, and one over the product of both.
struct Step {
    moved: Vec<f64>,
    changed: Vec<f64>,
    scale: f64,
}

impl Step {
    /// `None` where the slopes did not rise on the way, which tells nothing of the curvature.
    fn between(places: [&[f64]; 2], slopes: [&[f64]; 2]) -> Option<Self> {
        let less = |[a, b]: [&[f64]; 2]| b.iter().zip(a).map(|(b, a)| b - a).collect::<Vec<_>>();
        let (moved, changed) = (less(places), less(slopes));
        let rise = dot(&moved, &changed);
        (rise > 0.0).then(|| Self { moved, changed, scale: 1.0 / rise })
    }
}

/// The way down: minus the slopes, bent by what past steps say of the curvature.
fn downhill(slopes: &[f64], past: &VecDeque<Step>) -> Vec<f64> {
    let mut way: Vec<f64> = slopes.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(past.len());
    for step in past.iter().rev() {
        let share = step.scale * dot(&step.moved, &way);
        add(&mut way, -share, &step.changed);
        shares.push(share);
    }
    if let Some(last) = past.back() {
        let length = 1.0 / (last.scale * dot(&last.changed, &last.changed));
        way.iter_mut().for_each(|way| *way *= length);
    }
    for (step, share) in past.iter().zip(shares.into_iter().rev()) {
        let other = step.scale * dot(&step.changed, &way);
        add(&mut way, share - other, &step.moved);
    }
    way
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

#[cfg(test)]
mod tests {
    use super::lowest;

    #[test]
    fn the_valley_of_rosenbrock_is_walked_to_its_end() {
        // (1 − x)² + 100 (y − x²)², lowest at (1, 1).
        let valley = |at: &[f64]| {
            let (x, y) = (at[0], at[1]);
            let bend = y - x * x;
            let slopes = vec![-2.0 * (1.0 - x) - 400.0 * x * bend, 200.0 * bend];
            ((1.0 - x).powi(2) + 100.0 * bend * bend, slopes)
        };
        let found = lowest(vec![-1.2, 1.0], 1e-9, valley);
        assert!((found[0] - 1.0).abs() < 1e-8 && (found[1] - 1.0).abs() < 1e-8, "{found:?}");
    }

    #[test]
    fn what_is_no_number_ends_the_descent_where_it_stood() {
        let found =
            lowest(vec![3.0], 1e-9, |at| (if at[0] < 3.0 { f64::NAN } else { 9.0 }, vec![1.0]));
        assert_eq!(found, [3.0]);
    }
}
