//! Accuracy against how many units train.

use super::canvas::{MARGIN, NOTE, PLAIN, Sheet, Stroke};
use super::colour::{SERIES, SOFT};
use super::panel::Panel;
use super::ticks::{ticks, widened};
use super::{Drawing, Material, font};
use crate::evaluation::{Spread, spread};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 300.0;
const NAMES: f64 = 150.0;
/// Least distance between two names at the right.
const APART: f64 = 14.0;

/// How many units trained, and accuracies in per cent over folds.
type Course = Vec<(f64, Spread)>;

pub(super) fn draw(material: &Material<'_>) -> Vec<Drawing> {
    let record = material.record;
    let courses: Vec<(String, Course)> = record
        .contenders
        .iter()
        .enumerate()
        .filter_map(|(number, contender)| Some((contender.name.clone(), course(material, number)?)))
        .collect();
    if courses.is_empty() {
        return Vec::new();
    }
    let title = "Learning curves";
    let small_print = [
        record.protocol.name.clone(),
        "Accuracy on the whole test parts against how many rows of the training parts were learned \
         from; dots: mean over folds, bars: one standard deviation over folds. Dashed: naming genres \
         blindly."
            .to_owned(),
    ];
    let sheet =
        Sheet { width: WIDTH, title, dataset: material.dataset(), small_print: &small_print };
    let seen = || courses.iter().flat_map(|(_, course)| course);
    let most = seen().map(|(trained, _)| *trained).fold(0.0, f64::max);
    let chance = 100.0 * material.table.chance;
    let low = seen().map(|(_, it)| it.mean - it.sd).fold(chance, f64::min);
    let high = seen().map(|(_, it)| it.mean + it.sd).fold(chance, f64::max);
    let svg = sheet.draw(24.0 + HEIGHT + 34.0, |canvas, top| {
        let panel = Panel {
            left: MARGIN + 40.0,
            top: top + 24.0,
            right: WIDTH - MARGIN - NAMES - 16.0,
            bottom: top + 24.0 + HEIGHT,
            across: (0.0, 1.04 * most),
            up: widened(low.max(0.0), high.min(100.0), 7),
        };
        panel.up_axis(canvas, &ticks(panel.up.0, panel.up.1, 7), "accuracy, %");
        panel.across_axis(canvas, &ticks(0.0, most, 7), &format!("training {}", material.units()));
        let level = panel.y(chance);
        canvas.line(&[[panel.left, level], [panel.right, level]], Stroke::dashed(SOFT, 1.0));
        for (at, (_, course)) in courses.iter().enumerate() {
            let colour = SERIES[at % SERIES.len()];
            // Beside each other, so that their bars can be told apart.
            #[allow(clippy::cast_precision_loss)]
            let aside = 3.0 * (at as f64 - (courses.len() - 1) as f64 / 2.0);
            let place = |trained: f64, value: f64| {
                let [x, y] = panel.place(trained, value);
                [(x + aside).clamp(panel.left, panel.right), y]
            };
            let places: Vec<[f64; 2]> =
                course.iter().map(|(trained, it)| place(*trained, it.mean)).collect();
            canvas.line(&places, Stroke { colour, width: 1.6, dashed: at >= SERIES.len() });
            for ((trained, it), dot) in course.iter().zip(places) {
                let ends = [-1.0, 1.0].map(|sign| place(*trained, it.mean + sign * it.sd));
                canvas.line(&ends, Stroke::solid(colour.thin(0.45), 1.2));
                canvas.dot(dot, 3.2, colour);
            }
        }
        let ends: Vec<f64> =
            courses.iter().map(|(_, course)| panel.y(course[course.len() - 1].1.mean)).collect();
        for (at, y) in apart(&ends, panel.top, panel.bottom).into_iter().enumerate() {
            let colour = SERIES[at % SERIES.len()];
            let (name, course) = &courses[at];
            let from = panel.place(course[course.len() - 1].0, course[course.len() - 1].1.mean);
            let start = [panel.right + 12.0, y];
            canvas
                .line(&[[panel.right - 2.0, from[1]], start], Stroke::solid(colour.thin(0.5), 0.8));
            let shown = font::wrap(name, NAMES, PLAIN.size, false);
            canvas.centred([start[0] + 4.0, y], shown.first().map_or("", String::as_str), PLAIN);
        }
        let words = "chance";
        canvas.text([panel.right - NOTE.width(words) - 4.0, level - 4.0], words, NOTE);
    });
    let alt: Vec<String> = courses
        .iter()
        .map(|(name, course)| {
            let points: Vec<String> = course
                .iter()
                .map(|(trained, it)| format!("{:.1} % of {trained:.0}", it.mean))
                .collect();
            format!("{name} {}", points.join(", "))
        })
        .collect();
    vec![Drawing {
        name: String::new(),
        caption: "Accuracy with a part of the training rows: whole groups of each fold's training \
                  part, drawn alike for all contenders. A curve that still rises asks for more music, \
                  one that is flat for another model."
            .to_owned(),
        alt: format!("Accuracy against training rows: {}", alt.join("; ")),
        svg,
    }]
}

/// The course of a contender that has one, the whole training part at its end.
#[allow(clippy::cast_precision_loss)]
fn course(material: &Material<'_>, number: usize) -> Option<Course> {
    let record = material.record;
    let cells: Vec<_> = record
        .cells
        .iter()
        .filter(|cell| cell.contender == number && !cell.learning_curve.is_empty())
        .collect();
    let points = cells.first()?.learning_curve.len();
    let mut course: Course = (0..points)
        .map(|point| {
            let of = |value: &dyn Fn(&crate::experiment::PointFacts) -> f64| -> Vec<f64> {
                cells.iter().filter_map(|cell| cell.learning_curve.get(point)).map(value).collect()
            };
            let trained = spread(&of(&|point| point.trained as f64)).mean;
            (trained, spread(&of(&|point| 100.0 * point.accuracy)))
        })
        .collect();
    let folds = &record.folds;
    let trained: Vec<f64> = folds.iter().map(|fold| fold.train.len() as f64).collect();
    let row = &material.table.rows[number];
    let scores = row.of_rows.as_ref().or(row.scores.as_ref())?;
    let whole: Vec<f64> = scores.folds.iter().map(|fold| 100.0 * fold.accuracy).collect();
    course.push((spread(&trained).mean, spread(&whole)));
    Some(course)
}

/// Heights as near to these as names may stand, in the same order.
fn apart(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut heights = wanted.to_vec();
    let mut last = top - APART;
    for &at in &order {
        heights[at] = heights[at].max(last + APART);
        last = heights[at];
    }
    let mut next = bottom + APART;
    for &at in order.iter().rev() {
        heights[at] = heights[at].min(next - APART);
        next = heights[at];
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn names_keep_their_distance_and_their_order() {
        let heights = apart(&[50.0, 52.0, 51.0, 200.0], 0.0, 210.0);
        assert_eq!(heights, [50.0, 78.0, 64.0, 200.0]);
        let crowded = apart(&[205.0, 209.0], 0.0, 210.0);
        assert_eq!(crowded, [196.0, 210.0]);
    }
}
