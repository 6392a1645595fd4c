//! Differences to the baseline: each fold a point, the mean with its interval, and a band in which
//! differences matter to nobody.

use rand::RngExt;

use super::canvas::{
    Anchor, Canvas, LEADING, MARGIN, NOTE, PLAIN, SMALL, Sheet, Stroke, TEXT, Type,
};
use super::colour::{BLUE, Colour, GRID, INK, PAPER, SOFT};
use super::panel::Panel;
use super::ticks::{ticks, widened};
use super::{Figure, font};
use crate::report::comparison::{Comparison, Pair};
use crate::report::format::{percent, signed};
use crate::seed::Seed;

const WIDTH: f64 = 720.0;
const NAMES: f64 = 200.0;
const POINT: Colour = BLUE.thin(0.32);
const BAND: Colour = SOFT.thin(0.16);

/// The figure, the largest difference first.
pub(in crate::report) fn differences(comparison: &Comparison) -> Figure {
    let all: Vec<&Pair> = (0..comparison.entrants.len())
        .filter_map(|entrant| comparison.against_baseline(entrant))
        .collect();
    // Whoever names one genre throughout lies so far off that the others would crowd together.
    let (mut rows, far): (Vec<&Pair>, Vec<&Pair>) =
        all.iter().copied().partition(|pair| comparison.hits.asked.contains(&pair.first));
    if rows.is_empty() {
        rows = all;
    }
    rows.sort_by(|a, b| b.difference.total_cmp(&a.difference));
    let name = |pair: &Pair| comparison.entrants[pair.first].name.as_str();
    let names: Vec<Vec<String>> =
        rows.iter().map(|pair| font::wrap(name(pair), NAMES, TEXT, false)).collect();
    let heights: Vec<f64> = names.iter().map(|lines| height(lines.len())).collect();
    let whole: f64 = heights.iter().sum();
    let mut small_print = vec![comparison.protocol.name.clone(), reading(comparison)];
    if rows.len() != far.len() && !far.is_empty() {
        let far = far.iter().map(|pair| format!("{} {}", name(pair), signed(pair.difference)));
        small_print.push(format!("Not drawn: {}.", far.collect::<Vec<_>>().join(", ")));
    }
    let baseline = &comparison.entrants[comparison.baseline];
    let title = format!("Difference in accuracy to {}", baseline.name);
    let dataset = &comparison.dataset.title;
    let sheet = Sheet { width: WIDTH, title: &title, dataset, small_print: &small_print };
    let svg = sheet.draw(18.0 + whole + 32.0, |canvas, top| {
        let panel = panel(comparison, &rows, &names, top + 18.0, whole);
        axes(canvas, &panel, comparison);
        let mut y = panel.top;
        for ((pair, lines), height) in rows.iter().zip(&names).zip(&heights) {
            let middle = y + height / 2.0;
            canvas.line(&[[panel.left, middle], [panel.right, middle]], Stroke::solid(GRID, 0.5));
            #[allow(clippy::cast_precision_loss)]
            let first = middle - (lines.len() as f64 - 1.0) / 2.0 * TEXT * LEADING;
            let mut line = first;
            for text in lines {
                canvas.centred([panel.left - 12.0, line], text, PLAIN.anchored(Anchor::End));
                line += TEXT * LEADING;
            }
            points(canvas, &panel, pair, name(pair), middle, *height);
            result(canvas, &panel, pair, middle);
            y += height;
        }
    });
    let found = rows.iter().map(|pair| format!("{} {}", name(pair), signed(pair.difference)));
    Figure {
        name: "differences".to_owned(),
        kind: "differences",
        caption: reading(comparison),
        alt: format!(
            "Difference in accuracy to {}, in points: {}",
            baseline.name,
            found.collect::<Vec<_>>().join(", ")
        ),
        svg,
    }
}

fn height(lines: usize) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    (lines as f64 * TEXT * LEADING + 8.0).max(34.0)
}

fn reading(comparison: &Comparison) -> String {
    let bar = if comparison.single {
        "Dot and bar: difference on the test set with 95 % bootstrap interval."
    } else {
        "Light points: single folds. Dot and bar: mean with corrected 95 % interval (Nadeau-Bengio)."
    };
    format!(
        "{bar} Filled: more than chance (adjusted p at most 0.05). Shaded: within {} of the baseline.",
        comparison.equivalence_in_points()
    )
}

fn panel(
    comparison: &Comparison,
    rows: &[&Pair],
    names: &[Vec<String>],
    top: f64,
    height: f64,
) -> Panel {
    let seen = rows.iter().flat_map(|pair| {
        let ends = pair.interval.map(|it| [it.low, it.high]).into_iter().flatten();
        ends.chain(pair.folds.iter().copied()).chain([pair.difference])
    });
    let band = comparison.equivalence;
    let (low, high) = seen.fold((-band, band), |(low, high), it| (low.min(it), high.max(it)));
    let label = names.iter().flatten().map(|line| PLAIN.width(line)).fold(60.0, f64::max);
    Panel {
        left: MARGIN + label + 14.0,
        top,
        right: WIDTH - MARGIN - NOTE.width("+00.0 [+00.0, +00.0]") - 14.0,
        bottom: top + height,
        across: widened(100.0 * low - 0.5, 100.0 * high + 0.5, 9),
        up: (0.0, 1.0),
    }
}

fn axes(canvas: &Canvas<'_>, panel: &Panel, comparison: &Comparison) {
    let band = 100.0 * comparison.equivalence;
    canvas.rectangle([panel.x(-band), panel.top], [panel.x(band), panel.bottom], BAND);
    let ticks = ticks(panel.across.0, panel.across.1, 9);
    panel.across_axis(canvas, &ticks, "difference in accuracy, percentage points");
    let x = panel.x(0.0);
    canvas.line(&[[x, panel.top - 4.0], [x, panel.bottom]], Stroke::dashed(INK, 1.1));
    let baseline = &comparison.entrants[comparison.baseline];
    let accuracy = baseline.row.scores.as_ref().map_or(f64::NAN, |scores| scores.accuracy);
    let words = format!("baseline {} %", percent(accuracy));
    let style = NOTE.anchored(Anchor::Middle);
    let half = style.width(&words) / 2.0;
    let middle = x.clamp(panel.left + half - 20.0, panel.right - half);
    canvas.text([middle, panel.top - 8.0], &words, style);
    let head = NOTE.anchored(Anchor::End);
    let place = [WIDTH - MARGIN, panel.top - 8.0];
    let long = "points [95 % interval]";
    if middle + half + 10.0 < WIDTH - MARGIN - head.width(long) {
        canvas.text(place, long, head);
    } else {
        canvas.text(place, "points", head);
    }
}

fn result(canvas: &Canvas<'_>, panel: &Panel, pair: &Pair, y: f64) {
    let bar = Stroke::solid(INK, 1.6);
    if let Some(interval) = pair.interval {
        let (low, high) = (panel.x(100.0 * interval.low), panel.x(100.0 * interval.high));
        canvas.line(&[[low, y], [high, y]], bar);
        for end in [low, high] {
            canvas.line(&[[end, y - 4.0], [end, y + 4.0]], bar);
        }
    }
    let centre = [panel.x(100.0 * pair.difference), y];
    canvas.dot(centre, 4.4, INK);
    if !pair.apart() {
        canvas.dot(centre, 2.8, PAPER);
    }
    let interval = pair.interval.map_or(String::new(), |interval| {
        format!(" [{}, {}]", signed(interval.low), signed(interval.high))
    });
    let style = Type { size: SMALL, ..PLAIN }.anchored(Anchor::End);
    canvas.centred([WIDTH - MARGIN, y], &(signed(pair.difference) + &interval), style);
}

/// Folds of equal difference would hide each other, so each is moved up or down by a little that
/// depends on its name and number alone.
fn points(canvas: &Canvas<'_>, panel: &Panel, pair: &Pair, name: &str, y: f64, height: f64) {
    if pair.folds.len() < 2 {
        return;
    }
    for (fold, difference) in pair.folds.iter().enumerate() {
        let mut stream = Seed::new(0).derive(name).derive(fold).stream();
        let aside = (stream.random::<f64>() - 0.5) * (height.min(40.0) - 12.0);
        canvas.dot([panel.x(100.0 * difference), y + aside], 2.6, POINT);
    }
}
