//! How often each contender is right against how sure it is: one panel a contender.

use super::canvas::{
    Anchor, Canvas, LEADING, MARGIN, NOTE, PLAIN, SMALL, Sheet, Stroke, TEXT, Type,
};
use super::colour::{BLUE, GRID, INK, SOFT};
use super::panel::Panel;
use super::{Drawing, Material, font};
use crate::evaluation::{Bin, wilson_interval};
use crate::report::format::percent;
use crate::report::scores::{CONFIDENCE, Scores};
use crate::report::table::Row;

/// Side of a panel.
const SIDE: f64 = 132.0;
/// Room for the numbers left of a panel, and for white right of it.
const NUMBERS: f64 = 36.0;
/// Room for what the heights measure, left of all panels.
const TITLE: f64 = 18.0;
/// Height of the bars that count, and what parts them from the panel.
const COUNTS: f64 = 24.0;
const APART: f64 = 5.0;
/// Room below a panel: its counts, their numbers, white.
const BELOW: f64 = APART + COUNTS + SMALL + 24.0;
/// Most panels side by side.
const ACROSS: usize = 4;
/// Radius of the dot of a bin that holds everything.
const LARGEST: f64 = 7.5;
const BOLD: Type = Type { bold: true, ..PLAIN };

pub(super) fn draw(material: &Material<'_>) -> Vec<Drawing> {
    let table = material.table;
    let ranking = table.ranking().into_iter().map(|row| &table.rows[row]);
    let scored: Vec<(&Row, &Scores)> =
        ranking.filter_map(|row| Some((row, row.scores.as_ref()?))).collect();
    if scored.is_empty() { Vec::new() } else { vec![all(material, &scored)] }
}

#[allow(clippy::cast_precision_loss)]
fn all(material: &Material<'_>, scored: &[(&Row, &Scores)]) -> Drawing {
    let across = columns(scored.len());
    let names: Vec<Vec<String>> =
        scored.iter().map(|(row, _)| font::wrap(&row.name, SIDE + 8.0, TEXT, true)).collect();
    let heads: Vec<f64> = names
        .chunks(across)
        .map(|row| row.iter().map(Vec::len).max().unwrap_or(1) as f64 * TEXT * LEADING + 20.0)
        .collect();
    let wide = NUMBERS + SIDE;
    let width = (2.0 * MARGIN + TITLE + across as f64 * wide + 8.0).max(560.0).ceil();
    let small_print = [material.record.protocol.name.clone(), READING.to_owned()];
    let sheet = Sheet {
        width,
        title: "Reliability of the scores",
        dataset: material.dataset(),
        small_print: &small_print,
    };
    let height: f64 = heads.iter().map(|head| head + SIDE + BELOW).sum();
    let svg = sheet.draw(height + 14.0, |canvas, top| {
        let mut y = top;
        for ((scored, names), head) in scored.chunks(across).zip(names.chunks(across)).zip(&heads) {
            for (place, ((_, scores), name)) in scored.iter().zip(names).enumerate() {
                let left = MARGIN + TITLE + NUMBERS + place as f64 * wide;
                header(canvas, [left, y + head], name, scores);
                panel(canvas, [left, y + head], &scores.reliability, material.table.repeats);
            }
            y += head + SIDE + BELOW;
        }
        let middle = PLAIN.anchored(Anchor::Middle);
        canvas.upwards([MARGIN + 6.0, f64::midpoint(top, y)], "accuracy, %", middle);
        let centre = MARGIN + TITLE + NUMBERS + (across as f64 * wide - NUMBERS) / 2.0;
        canvas.text([centre, y + 4.0], "confidence (highest score), %", middle);
    });
    Drawing {
        name: String::new(),
        caption: format!("Whether the scores can be read as probabilities. {READING}"),
        alt: alt(scored),
        svg,
    }
}

const READING: &str = "Dots: predictions in bins of equal confidence, the larger the more, at their \
                       mean confidence and accuracy; upright lines: Wilson's 95 % interval. Dashed: \
                       as often right as the scores say; below it a contender is too sure, above it \
                       too modest. Bars below: how many predictions a bin holds. ECE: expected \
                       calibration error.";

/// As few rows as need be, and rows of like length.
fn columns(panels: usize) -> usize {
    panels.div_ceil(panels.div_ceil(ACROSS))
}

/// The contender's name and its calibration error, ending above the panel.
fn header(canvas: &Canvas<'_>, [left, bottom]: [f64; 2], name: &[String], scores: &Scores) {
    let note = format!("ECE {} %", percent(scores.calibration_error));
    canvas.text([left, bottom - 7.0], &note, NOTE);
    let mut y = bottom - 7.0 - SMALL * LEADING;
    for line in name.iter().rev() {
        canvas.text([left, y], line, BOLD);
        y -= TEXT * LEADING;
    }
}

#[allow(clippy::cast_precision_loss)]
fn panel(canvas: &Canvas<'_>, [left, top]: [f64; 2], bins: &[Bin], repeats: usize) {
    let panel = Panel {
        left,
        top,
        right: left + SIDE,
        bottom: top + SIDE,
        across: (0.0, 100.0),
        up: (0.0, 100.0),
    };
    let ticks = [0.0, 50.0, 100.0];
    panel.up_axis(canvas, &ticks, "");
    for tick in ticks {
        let x = panel.x(tick);
        canvas.line(&[[x, panel.top], [x, panel.bottom]], Stroke::solid(GRID, 0.8));
    }
    let diagonal = [panel.place(0.0, 0.0), panel.place(100.0, 100.0)];
    canvas.line(&diagonal, Stroke::dashed(SOFT, 1.0));
    let filled: Vec<&Bin> = bins.iter().filter(|bin| bin.count > 0).collect();
    let all: usize = filled.iter().map(|bin| bin.count).sum();
    let place = |bin: &Bin| panel.place(100.0 * bin.confidence, 100.0 * bin.accuracy);
    for bin in &filled {
        // Repeats ask the same units again: they make an interval no narrower.
        let units = (bin.count / repeats.max(1)).max(1);
        if let Some(it) = wilson_interval(bin.accuracy, units, CONFIDENCE) {
            let end = |share: f64| panel.place(100.0 * bin.confidence, 100.0 * share);
            canvas.line(&[end(it.low), end(it.high)], Stroke::solid(BLUE.thin(0.4), 1.2));
        }
    }
    for bin in &filled {
        // The area is as the count; a single prediction is still seen.
        let radius = LARGEST * (bin.count as f64 / all as f64).sqrt();
        canvas.dot(place(bin), radius.max(1.6), BLUE);
    }
    counts(canvas, &panel, &filled);
}

/// Bars below the panel, the highest filling the room.
#[allow(clippy::cast_precision_loss)]
fn counts(canvas: &Canvas<'_>, panel: &Panel, filled: &[&Bin]) {
    let foot = panel.bottom + APART + COUNTS;
    let most = filled.iter().map(|bin| bin.count).max().unwrap_or(1) as f64;
    for bin in filled {
        let high = (COUNTS * bin.count as f64 / most).max(0.6);
        let (from, to) = (panel.x(100.0 * bin.low) + 0.4, panel.x(100.0 * bin.high) - 0.4);
        canvas.rectangle([from, foot - high], [to, foot], SOFT);
    }
    canvas.line(&[[panel.left, foot], [panel.right, foot]], Stroke::solid(INK, 0.9));
    for tick in [0.0, 50.0, 100.0] {
        let style = NOTE.anchored(Anchor::Middle);
        canvas.text([panel.x(tick), foot + 4.0 + SMALL], &format!("{tick:.0}"), style);
    }
}

fn alt(scored: &[(&Row, &Scores)]) -> String {
    let errors: Vec<String> = scored
        .iter()
        .map(|(row, scores)| format!("{} {} %", row.name, percent(scores.calibration_error)))
        .collect();
    format!("Accuracy against confidence per contender; calibration error: {}", errors.join(", "))
}

#[cfg(test)]
mod tests {
    use super::columns;
    use crate::report::{Table, figures, sample};

    #[test]
    fn rows_of_panels_are_of_like_length() {
        assert_eq!([1, 3, 4, 5, 7, 8, 9, 10, 13].map(columns), [1, 3, 4, 3, 4, 4, 3, 4, 4]);
    }

    #[test]
    fn a_contender_that_is_always_sure_of_one_genre_has_a_panel_too() {
        let mut record = sample::record();
        for prediction in record.predictions.iter_mut().filter(|it| it.contender == 0) {
            prediction.scores = vec![1.0, 0.0, 0.0, 0.0];
        }
        record.predictions.retain(|it| it.contender != 1);
        let table = Table::of(&record).unwrap();
        let drawn = figures(&record, &table);
        let figure = drawn.iter().find(|figure| figure.kind == "reliability").unwrap();
        assert!(figure.alt.contains("majority 75.0 %") && !figure.alt.contains("dense"));
        assert_eq!(figure.svg.matches("ECE").count(), 3, "two panels and the small print");
        assert!(figure.png().is_ok());
        record.predictions.clear();
        let table = Table::of(&record).unwrap();
        assert!(figures(&record, &table).iter().all(|figure| figure.kind != "reliability"));
    }
}
