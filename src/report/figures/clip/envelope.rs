//! Samples over time: their extremes and their root mean square in each column.

use crate::report::figures::canvas::{Canvas, Stroke};
use crate::report::figures::colour::Colour;
use crate::report::figures::panel::Panel;
use crate::report::figures::ticks::widened;

use super::Clip;

/// Columns of a panel: one for each point of its width.
const COLUMNS: usize = 600;
/// From so many samples a column on, extremes are drawn; below, the samples themselves.
const DENSE: usize = 4;
/// The least height of an axis, as a share of full scale: rounding of 16 bits stays a flat line.
const LEAST: f64 = 1e-3;

/// The axis that holds all `samples`, as far down as up.
pub(super) fn axis<'a>(samples: impl IntoIterator<Item = &'a f32>) -> (f64, f64) {
    let peak = samples.into_iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
    let peak = f64::from(peak).max(LEAST);
    widened(-peak, peak, 6)
}

/// Draws samples over all of a panel: pale from the least to the largest of a column, and strong
/// one root mean square up and down.
pub(super) fn draw(
    canvas: &Canvas<'_>,
    clip: &Clip<'_>,
    (panel, samples): (&Panel, &[f32]),
    colour: Colour,
) {
    if samples.len() < DENSE * COLUMNS {
        let rate = f64::from(clip.analysis.signal().rate());
        let pair = |(at, &x): (usize, &f32)| (at as f64 / rate, f64::from(x));
        let pairs: Vec<(f64, f64)> = samples.iter().enumerate().map(pair).collect();
        panel.curve(canvas, &pairs, Stroke::solid(colour, 1.0));
        return;
    }
    let edge = |column: usize| samples.len() * column / COLUMNS;
    let columns: Vec<&[f32]> =
        (0..COLUMNS).map(|column| &samples[edge(column)..edge(column + 1)]).collect();
    let band = |low: fn(&[f32]) -> f64, high: fn(&[f32]) -> f64| -> Vec<[f64; 2]> {
        let place = |column: usize, value: f64| {
            panel.place(clip.seconds() * (column as f64 + 0.5) / COLUMNS as f64, value)
        };
        let upper = columns.iter().enumerate().map(|(at, column)| place(at, high(column)));
        let lower = columns.iter().enumerate().map(|(at, column)| place(at, low(column)));
        upper.chain(lower.rev()).collect()
    };
    let extremes = band(least, largest);
    canvas.shape(&extremes, colour.thin(0.4));
    // Where a column has no height, a line is left.
    canvas.line(&extremes, Stroke::solid(colour.thin(0.4), 0.5));
    canvas.shape(&band(|column| -rms(column), rms), colour);
}

fn least(samples: &[f32]) -> f64 {
    samples.iter().copied().fold(f32::INFINITY, f32::min).into()
}

fn largest(samples: &[f32]) -> f64 {
    samples.iter().copied().fold(f32::NEG_INFINITY, f32::max).into()
}

fn rms(samples: &[f32]) -> f64 {
    let energy: f64 = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
    (energy / samples.len() as f64).sqrt()
}
