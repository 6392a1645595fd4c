//! How often the signal changes its sign: some milliseconds under the glass, and the rate.

use super::columns::{course, mean};
use super::panel::{FOOT, HEAD, panel};
use super::{Clip, Drawing, envelope};
use crate::report::figures::canvas::{Canvas, Stroke};
use crate::report::figures::colour::{BLUE, SOFT, VERMILION};
use crate::report::figures::panel::Panel;
use crate::report::figures::ticks::widened;
use crate::report::format::counted;

const HEIGHT: f64 = 130.0;
const GAP: f64 = FOOT + 6.0;
/// Seconds under the glass.
const PART: f64 = 0.01;
/// Columns of the rate.
const COLUMNS: usize = 600;
/// As the feature has it: samples this small are zero, and zero is positive.
const ZERO: f32 = 1e-10;

pub(super) fn draw(clip: &Clip<'_>) -> Drawing {
    let signal = clip.analysis.signal();
    let (first, part) = loudest(clip);
    let rate = f64::from(signal.rate());
    let (from, to) = (first as f64 / rate, (first + part.len() - 1) as f64 / rate);
    let crossings = crossings(part);
    let rates: Vec<f64> = clip.analysis.zero_crossing_rate().iter().map(|it| 100.0 * it).collect();
    let small_print = [
        format!(
            "Above: {:.4} to {:.4} s, around the loudest frame: {}, each a dot.",
            from,
            to,
            counted(crossings.len(), "crossing", "crossings")
        ),
        format!(
            "Below: rate over the clip, mean {:.2} % of samples; the upright line is the part above.",
            mean(&rates)
        ),
    ];
    let height = 2.0 * (HEAD + HEIGHT) + GAP + FOOT;
    let svg = clip.sheet(("Zero crossings", &small_print), height, |canvas, top| {
        // One sample has no length to be spread over.
        let seconds = if part.len() > 1 { (from, to) } else { (from, from + 1.0 / rate) };
        let near = panel((top + HEAD, HEIGHT), seconds, envelope::axis(part));
        near.ruled_axis(canvas, "amplitude, full scale = 1");
        let second = |at: f64| from + at / rate;
        glass(canvas, &near, part, &crossings, second);
        near.time_axis(canvas);
        let high = widened(0.0, rates.iter().copied().fold(1.0, f64::max), 4).1;
        let size = (top + 2.0 * HEAD + HEIGHT + GAP, HEIGHT);
        let whole = panel(size, (0.0, clip.seconds()), (0.0, high));
        whole.ruled_axis(canvas, "zero-crossing rate, % of samples");
        let x = whole.x(from);
        canvas.line(&[[x, whole.top], [x, whole.bottom]], Stroke::solid(VERMILION, 1.0));
        let pairs = course(clip, &rates, COLUMNS, mean);
        whole.curve(canvas, &pairs, Stroke::solid(BLUE, 1.1));
        whole.time_axis(canvas);
    });
    Drawing {
        name: String::new(),
        caption: "Ten milliseconds of the waveform with its zero crossings, and their rate over \
                  the clip."
            .to_owned(),
        alt: format!("Zero crossings of {}", clip.name),
        svg,
    }
}

/// The waveform with a mark at each crossing.
fn glass(
    canvas: &Canvas<'_>,
    panel: &Panel,
    samples: &[f32],
    crossings: &[f64],
    second: impl Fn(f64) -> f64,
) {
    let y = panel.y(0.0);
    canvas.line(&[[panel.left, y], [panel.right, y]], Stroke::solid(SOFT, 0.9));
    let pair = |(at, &x): (usize, &f32)| (second(at as f64), f64::from(x));
    let pairs: Vec<(f64, f64)> = samples.iter().enumerate().map(pair).collect();
    panel.curve(canvas, &pairs, Stroke::solid(BLUE, 1.4));
    for &crossing in crossings {
        canvas.dot([panel.x(second(crossing)), y], 3.0, VERMILION);
    }
}

/// Some milliseconds around the loudest frame, and which sample they begin with.
fn loudest<'a>(clip: &'a Clip<'_>) -> (usize, &'a [f32]) {
    let signal = clip.analysis.signal();
    let samples = signal.samples();
    let levels = clip.analysis.rms();
    let frame = (0..levels.len()).max_by(|&a, &b| levels[a].total_cmp(&levels[b])).unwrap_or(0);
    let length = ((PART * f64::from(signal.rate())).round() as usize + 1).min(samples.len());
    let centre = frame * clip.analysis.spectrum().hop();
    let first = centre.saturating_sub(length / 2).min(samples.len() - length);
    (first, &samples[first..first + length])
}

/// Where the sign changes, in samples from the first, by the straight line between neighbours.
fn crossings(samples: &[f32]) -> Vec<f64> {
    let pairs = samples.windows(2).enumerate();
    let changes = pairs.filter(|(_, pair)| (pair[0] < -ZERO) != (pair[1] < -ZERO));
    changes
        .map(|(at, pair)| {
            let (before, after) = (f64::from(pair[0]), f64::from(pair[1]));
            at as f64 + (before / (before - after)).clamp(0.0, 1.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::crossings;

    #[test]
    fn crossings_lie_between_the_samples() {
        assert_eq!(crossings(&[1.0, -1.0, -1.0, 3.0]), [0.5, 2.25]);
        assert_eq!(crossings(&[0.0, 1.0, 0.0]), [0.0; 0]);
        assert_eq!(crossings(&[0.0, -1.0]), [0.0]);
    }
}
