//! Accuracy of every contender: each fold a point, the mean with its interval, chance.

use rand::RngExt;

use super::canvas::{
    Anchor, Canvas, LEADING, MARGIN, NOTE, PLAIN, SMALL, Sheet, Stroke, TEXT, Type,
};
use super::colour::{BLUE, Colour, GRID, INK, PAPER, VERMILION};
use super::panel::Panel;
use super::ticks::{ticks, widened};
use super::{Drawing, Material, font};
use crate::report::format::{MISSING, percent};
use crate::report::scores::{IntervalMethod, Scores};
use crate::report::table::Row;
use crate::seed::Seed;

const WIDTH: f64 = 720.0;
const NAMES: f64 = 200.0;
const NOTHING: &str = "no predictions";
const POINT: Colour = BLUE.thin(0.32);

pub(super) fn draw(material: &Material<'_>) -> Vec<Drawing> {
    let table = material.table;
    let rows: Vec<&Row> = table.ranking().into_iter().map(|row| &table.rows[row]).collect();
    let names: Vec<Vec<String>> =
        rows.iter().map(|row| font::wrap(&row.name, NAMES, TEXT, false)).collect();
    let heights: Vec<f64> =
        names.iter().zip(&rows).map(|(lines, row)| height(lines, row)).collect();
    let title = "Accuracy";
    let small_print = [material.record.protocol.name.clone(), reading(&rows)];
    let sheet =
        Sheet { width: WIDTH, title, dataset: material.dataset(), small_print: &small_print };
    let whole: f64 = heights.iter().sum();
    let svg = sheet.draw(18.0 + whole + 32.0, |canvas, top| {
        let panel = panel(material, &rows, &names, top + 18.0, whole);
        axes(canvas, &panel, table.chance);
        let mut y = panel.top;
        for ((row, lines), height) in rows.iter().zip(&names).zip(&heights) {
            let middle = y + height / 2.0;
            let across = [[panel.left, middle], [panel.right, middle]];
            canvas.line(&across, Stroke::solid(GRID, 0.5));
            name(canvas, &panel, lines, row, y + height / 2.0);
            result(canvas, &panel, row, y + height / 2.0, *height);
            y += height;
        }
    });
    vec![Drawing {
        name: String::new(),
        caption: format!(
            "Accuracy of {} contenders, highest first. {}",
            rows.len(),
            reading(&rows)
        ),
        alt: alt(&rows),
        svg,
    }]
}

fn height(lines: &[String], row: &Row) -> f64 {
    let lines = lines.len() + usize::from(row.baseline);
    #[allow(clippy::cast_precision_loss)]
    (lines as f64 * TEXT * LEADING + 8.0).max(34.0)
}

fn reading(rows: &[&Row]) -> String {
    let wilson = rows
        .iter()
        .filter_map(|row| row.scores.as_ref())
        .any(|scores| scores.method == IntervalMethod::Wilson);
    if wilson {
        "Dot and bar: accuracy on the test set with Wilson's 95 % interval. Dashed: naming genres \
         blindly."
            .to_owned()
    } else {
        "Light points: single folds. Dot and bar: mean with corrected 95 % interval (Nadeau-Bengio). \
         Dashed: naming genres blindly."
            .to_owned()
    }
}

fn alt(rows: &[&Row]) -> String {
    let parts: Vec<String> = rows
        .iter()
        .map(|row| match &row.scores {
            Some(scores) => format!("{} {} %", row.name, percent(scores.accuracy)),
            None => format!("{} without predictions", row.name),
        })
        .collect();
    format!("Accuracy per contender with interval and single folds: {}", parts.join(", "))
}

fn panel(
    material: &Material<'_>,
    rows: &[&Row],
    names: &[Vec<String>],
    top: f64,
    height: f64,
) -> Panel {
    let seen = rows.iter().filter_map(|row| row.scores.as_ref()).flat_map(|scores| {
        let ends = scores.interval.map(|it| [it.low, it.high]).into_iter().flatten();
        ends.chain(scores.folds.iter().map(|fold| fold.accuracy)).chain([scores.accuracy])
    });
    let (low, high) = seen
        .fold((material.table.chance, material.table.chance), |(low, high), it| {
            (low.min(it), high.max(it))
        });
    let across = widened(100.0 * low - 1.0, 100.0 * high + 1.0, 9);
    let label = names.iter().flatten().map(|line| PLAIN.width(line)).fold(60.0, f64::max);
    Panel {
        left: MARGIN + label + 14.0,
        top,
        right: WIDTH - MARGIN - NOTE.width("100.0 [100.0, 100.0]") - 14.0,
        bottom: top + height,
        across: (across.0.max(0.0), across.1.min(100.0)),
        up: (0.0, 1.0),
    }
}

fn axes(canvas: &Canvas<'_>, panel: &Panel, chance: f64) {
    let ticks = ticks(panel.across.0, panel.across.1, 9);
    panel.across_axis(canvas, &ticks, "accuracy, %");
    let x = panel.x(100.0 * chance);
    canvas.line(&[[x, panel.top - 4.0], [x, panel.bottom]], Stroke::dashed(VERMILION, 1.1));
    let words = format!("chance {} %", percent(chance));
    let style = NOTE.coloured(VERMILION).anchored(Anchor::Middle);
    let half = style.width(&words) / 2.0;
    let middle = x.clamp(panel.left + half - 20.0, panel.right - half);
    canvas.text([middle, panel.top - 8.0], &words, style);
    canvas.text(
        [WIDTH - MARGIN, panel.top - 8.0],
        "accuracy [95 % interval]",
        NOTE.anchored(Anchor::End),
    );
}

fn name(canvas: &Canvas<'_>, panel: &Panel, lines: &[String], row: &Row, middle: f64) {
    let step = TEXT * LEADING;
    #[allow(clippy::cast_precision_loss)]
    let count = (lines.len() + usize::from(row.baseline)) as f64;
    let mut y = middle - (count - 1.0) / 2.0 * step;
    for line in lines {
        canvas.centred([panel.left - 12.0, y], line, PLAIN.anchored(Anchor::End));
        y += step;
    }
    if row.baseline {
        canvas.centred([panel.left - 12.0, y], "baseline", NOTE.anchored(Anchor::End));
    }
}

fn result(canvas: &Canvas<'_>, panel: &Panel, row: &Row, y: f64, height: f64) {
    let Some(scores) = &row.scores else {
        let middle = f64::midpoint(panel.left, panel.right);
        let half = NOTE.width(NOTHING) / 2.0 + 4.0;
        canvas.rectangle([middle - half, y - SMALL], [middle + half, y + SMALL], PAPER);
        canvas.centred([middle, y], NOTHING, NOTE.anchored(Anchor::Middle));
        canvas.centred([WIDTH - MARGIN, y], MISSING, NOTE.anchored(Anchor::End));
        return;
    };
    points(canvas, panel, scores, &row.name, y, height);
    let bar = Stroke::solid(INK, 1.6);
    if let Some(interval) = scores.interval {
        let (low, high) = (panel.x(100.0 * interval.low), panel.x(100.0 * interval.high));
        canvas.line(&[[low, y], [high, y]], bar);
        for end in [low, high] {
            canvas.line(&[[end, y - 4.0], [end, y + 4.0]], bar);
        }
    }
    canvas.dot([panel.x(100.0 * scores.accuracy), y], 4.0, INK);
    let interval = scores.interval.map_or(String::new(), |interval| {
        format!(" [{}, {}]", percent(interval.low), percent(interval.high))
    });
    let style = Type { size: SMALL, ..PLAIN }.anchored(Anchor::End);
    canvas.centred([WIDTH - MARGIN, y], &(percent(scores.accuracy) + &interval), style);
}

/// Folds of equal accuracy would hide each other, so each is moved up or down by a little that
/// depends on its name alone.
fn points(canvas: &Canvas<'_>, panel: &Panel, scores: &Scores, name: &str, y: f64, height: f64) {
    if scores.folds.len() < 2 {
        return;
    }
    for fold in &scores.folds {
        let seed = Seed::new(0).derive(name).derive(fold.repeat).derive(fold.fold);
        let aside = (seed.stream().random::<f64>() - 0.5) * (height.min(40.0) - 12.0);
        canvas.dot([panel.x(100.0 * fold.accuracy), y + aside], 2.6, POINT);
    }
}
