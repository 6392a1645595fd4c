//! Mean ranks over data sets on a line, those joined by a bar that cannot be told apart.

use super::canvas::{Anchor, Canvas, MARGIN, NOTE, PLAIN, SMALL, Sheet, Stroke};
use super::colour::{INK, SOFT};
use super::panel::Panel;
use super::{Figure, font};
use crate::report::comparison::{Across, Verdict};

const WIDTH: f64 = 720.0;
/// Height of a contender's line, and distance of two bars.
const STEP: f64 = 20.0;
const BAR: f64 = 9.0;
/// From the end of the axis to a name: room for a rank above its line.
const ASIDE: f64 = 40.0;
/// Room for a name.
const NAME: f64 = 180.0;

/// The critical-difference diagram of Demšar 2006; none for two contenders, whom no ranks tell apart.
pub(in crate::report) fn critical_differences(across: &Across) -> Option<Figure> {
    let Verdict::Several { test, critical } = &across.verdict else { return None };
    let mut order: Vec<usize> = (0..across.names.len()).collect();
    order.sort_by(|&a, &b| test.ranks[a].total_cmp(&test.ranks[b]));
    let ranks: Vec<f64> = order.iter().map(|&it| test.ranks[it]).collect();
    let bars = bars(&ranks, *critical);
    let half = order.len().div_ceil(2);
    let names: Vec<String> = across.names.iter().map(|name| short(name)).collect();
    let reading = "Mean rank of each contender, 1 being the most accurate everywhere. A thick bar \
                   joins contenders whose ranks lie closer than Nemenyi's critical difference at \
                   0.05: they cannot be told apart.";
    #[allow(clippy::cast_precision_loss)]
    let (up, down) = (bars.len() as f64 * BAR, half as f64 * STEP);
    let dataset = format!("{} data sets", across.data_sets.len());
    let small_print = [reading.to_owned()];
    let sheet =
        Sheet { width: WIDTH, title: "Mean ranks", dataset: &dataset, small_print: &small_print };
    let svg = sheet.draw(64.0 + up + down, |canvas, top| {
        let widest = names.iter().map(|name| PLAIN.width(name)).fold(60.0, f64::max);
        #[allow(clippy::cast_precision_loss)]
        let across_ranks = (1.0, across.names.len() as f64);
        let line = top + 46.0;
        let panel = Panel {
            left: MARGIN + widest + ASIDE + 8.0,
            top: line,
            right: WIDTH - MARGIN - widest - ASIDE - 8.0,
            bottom: line,
            across: across_ranks,
            up: (0.0, 1.0),
        };
        axis(canvas, &panel, across.names.len(), *critical, top);
        for (number, (from, to)) in bars.iter().enumerate() {
            #[allow(clippy::cast_precision_loss)]
            let y = line + 8.0 + number as f64 * BAR;
            let ends = [[panel.x(ranks[*from]) - 3.0, y], [panel.x(ranks[*to]) + 3.0, y]];
            canvas.line(&ends, Stroke::solid(INK, 3.6));
        }
        for (place, &contender) in order.iter().enumerate() {
            let left = place < half;
            let row = if left { place } else { order.len() - 1 - place };
            #[allow(clippy::cast_precision_loss)]
            let y = line + up + 20.0 + row as f64 * STEP;
            let x = panel.x(ranks[place]);
            let (end, anchor) = if left {
                (panel.left - ASIDE, Anchor::End)
            } else {
                (panel.right + ASIDE, Anchor::Start)
            };
            canvas.line(&[[x, line], [x, y], [end, y]], Stroke::solid(SOFT, 0.9));
            let aside = if left { -6.0 } else { 6.0 };
            let name = &names[contender];
            canvas.centred([end + aside, y], name, PLAIN.anchored(anchor));
            let rank = format!("{:.2}", ranks[place]);
            let inner = if left { Anchor::Start } else { Anchor::End };
            canvas.text([end - aside / 6.0, y - 2.5], &rank, NOTE.anchored(inner));
        }
    });
    let found = order.iter().map(|&it| format!("{} {:.2}", across.names[it], test.ranks[it]));
    Some(Figure {
        name: "ranks".to_owned(),
        kind: "ranks",
        caption: format!("{reading} Critical difference: {critical:.2}."),
        alt: format!("Mean ranks: {}", found.collect::<Vec<_>>().join(", ")),
        svg,
    })
}

/// As much of a name as there is room for.
fn short(name: &str) -> String {
    match font::wrap(name, NAME, PLAIN.size, false).as_slice() {
        [first, _, ..] => format!("{}…", first.trim_end()),
        _ => name.to_owned(),
    }
}

fn axis(canvas: &Canvas<'_>, panel: &Panel, contenders: usize, critical: f64, top: f64) {
    let ink = Stroke::solid(INK, 1.1);
    canvas.line(&[[panel.left, panel.top], [panel.right, panel.top]], ink);
    for rank in 1..=contenders {
        #[allow(clippy::cast_precision_loss)]
        let x = panel.x(rank as f64);
        canvas.line(&[[x, panel.top - 5.0], [x, panel.top]], ink);
        let style = NOTE.anchored(Anchor::Middle);
        canvas.text([x, panel.top - 9.0], &rank.to_string(), style);
    }
    let length = (panel.x(1.0 + critical) - panel.left).min(WIDTH - MARGIN - panel.left);
    let y = top + 14.0;
    canvas.line(&[[panel.left, y], [panel.left + length, y]], ink);
    for x in [panel.left, panel.left + length] {
        canvas.line(&[[x, y - 4.0], [x, y + 4.0]], ink);
    }
    let words = format!("critical difference {critical:.2}");
    canvas.text([panel.left, y - SMALL + 1.0], &words, NOTE);
}

/// First and last place of every longest run of sorted ranks closer than `critical`.
fn bars(ranks: &[f64], critical: f64) -> Vec<(usize, usize)> {
    let mut bars: Vec<(usize, usize)> = Vec::new();
    for from in 0..ranks.len() {
        let within = ranks[from..].iter().take_while(|&&rank| rank - ranks[from] < critical);
        let to = from + within.count().max(1) - 1;
        if to > from && bars.last().is_none_or(|&(_, last)| to > last) {
            bars.push((from, to));
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::bars;

    #[test]
    fn a_bar_joins_the_longest_runs_only() {
        assert_eq!(bars(&[1.0, 1.5, 2.2, 4.0], 1.0), [(0, 1), (1, 2)]);
        assert_eq!(bars(&[1.0, 1.2, 1.4], 1.0), [(0, 2)]);
        assert_eq!(bars(&[1.0, 3.0], 1.0), []);
    }
}
