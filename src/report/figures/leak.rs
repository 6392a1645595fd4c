//! Accuracies on three splits of the same data, from the loosest to the strictest.

use super::Figure;
use super::canvas::{Anchor, MARGIN, NOTE, PLAIN, SMALL, Sheet, Stroke, Type};
use super::colour::{INK, SOFT, sequential};
use super::panel::Panel;
use super::ticks::ticks;
use crate::report::format::{MISSING, percent};
use crate::report::leak::LeakReport;

const WIDTH: f64 = 720.0;
const BAR: f64 = 20.0;
/// Between two bars of a contender, and between two contenders.
const GAPS: [f64; 2] = [5.0, 18.0];

/// Draws the bars of every contender.
pub(in crate::report) fn draw(report: &LeakReport) -> Figure {
    let splits = &report.splits;
    #[allow(clippy::cast_precision_loss)]
    let (contenders, bars) = (report.contenders.len() as f64, splits.len() as f64);
    let group = 18.0 + bars * BAR + (bars - 1.0) * GAPS[0];
    let height = contenders * group + (contenders - 1.0) * GAPS[1];
    let small_print = [
        "Share of rows named rightly when more and more is kept on one side of the split; bars with \
         95 % intervals (corrected resampled t). Dashed: naming genres blindly."
            .to_owned(),
    ];
    let title = "What of the accuracy is leak";
    let sheet = Sheet { width: WIDTH, title, dataset: &report.dataset, small_print: &small_print };
    let names = splits.iter().map(|split| PLAIN.width(split.name)).fold(60.0, f64::max);
    let svg = sheet.draw(8.0 + height + 34.0, |canvas, top| {
        let panel = Panel {
            left: MARGIN + names + 12.0,
            top: top + 8.0,
            right: WIDTH - MARGIN - 140.0,
            bottom: top + 8.0 + height,
            across: (0.0, 100.0),
            up: (0.0, 1.0),
        };
        panel.across_axis(canvas, &ticks(0.0, 100.0, 6), "accuracy, %");
        let mut y = panel.top;
        for (contender, name) in report.contenders.iter().enumerate() {
            let style = Type { bold: true, ..PLAIN };
            canvas.centred([panel.left, y + 8.0], name, style);
            y += 18.0;
            for (at, split) in splits.iter().enumerate() {
                let middle = y + BAR / 2.0;
                canvas.centred(
                    [panel.left - 10.0, middle],
                    split.name,
                    PLAIN.anchored(Anchor::End),
                );
                let place = [WIDTH - MARGIN, middle];
                let style = Type { size: SMALL, ..PLAIN }.anchored(Anchor::End);
                match split.reached.as_ref().ok().map(|reached| reached[contender]) {
                    None => canvas.centred(
                        [panel.left + 6.0, middle],
                        "cannot be run on this data",
                        NOTE,
                    ),
                    Some(reached) => {
                        #[allow(clippy::cast_precision_loss)]
                        let shade = sequential(0.22 + 0.2 * at as f64);
                        let end = panel.x(100.0 * reached.accuracy);
                        canvas.rectangle([panel.left, y], [end, y + BAR], shade);
                        let mut said = percent(reached.accuracy);
                        if let Some(interval) = reached.interval {
                            let ends = [interval.low, interval.high].map(|it| panel.x(100.0 * it));
                            let stroke = Stroke::solid(INK, 1.4);
                            canvas.line(&[[ends[0], middle], [ends[1], middle]], stroke);
                            for end in ends {
                                canvas.line(&[[end, middle - 4.0], [end, middle + 4.0]], stroke);
                            }
                            said += &format!(
                                " [{}, {}]",
                                percent(interval.low),
                                percent(interval.high)
                            );
                        }
                        canvas.centred(place, &said, style);
                    }
                }
                y += BAR + GAPS[0];
            }
            y += GAPS[1] - GAPS[0];
        }
        let chance = panel.x(100.0 * report.chance);
        let dashes = Stroke::dashed(SOFT, 1.0);
        canvas.line(&[[chance, panel.top], [chance, panel.bottom]], dashes);
    });
    let alt: Vec<String> = report
        .contenders
        .iter()
        .enumerate()
        .map(|(contender, name)| {
            let reached = splits.iter().map(|split| {
                let reached = split.reached.as_ref().ok();
                let accuracy =
                    reached.map_or(MISSING.to_owned(), |it| percent(it[contender].accuracy));
                format!("{} {accuracy} %", split.name)
            });
            format!("{name}: {}", reached.collect::<Vec<_>>().join(", "))
        })
        .collect();
    Figure {
        name: "leak".to_owned(),
        kind: "leak",
        caption: "The same contenders on the same data under three splits. What an accuracy loses \
                  from one bar to the next was never knowledge of genres."
            .to_owned(),
        alt: alt.join("; "),
        svg,
    }
}
