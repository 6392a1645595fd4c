//! The panel of every figure of a clip: seconds across, and what is measured upwards.

use crate::report::figures::canvas::{Anchor, Canvas, MARGIN, NOTE, PLAIN, SMALL, Stroke};
use crate::report::figures::colour::{GRID, PAPER, SOFT};
use crate::report::figures::panel::Panel;
use crate::report::figures::ticks::{label, ticks};

/// Width of a sheet.
pub(super) const WIDTH: f64 = 740.0;
/// Where panels begin: numbers of six characters fit left of them.
pub(super) const LEFT: f64 = MARGIN + 46.0;
/// Where panels end: a scale of shades with its numbers fits right of them.
pub(super) const RIGHT: f64 = LEFT + 600.0;
/// Height above a panel, for what it measures.
pub(super) const HEAD: f64 = 20.0;
/// Height below a panel, for seconds.
pub(super) const FOOT: f64 = 36.0;
/// Length of the marks at numbers.
const MARK: f64 = 4.0;

/// A panel of the usual width over `seconds`.
pub(super) fn panel((top, height): (f64, f64), seconds: (f64, f64), up: (f64, f64)) -> Panel {
    Panel { left: LEFT, top, right: RIGHT, bottom: top + height, across: seconds, up }
}

impl Panel {
    /// The lower edge with seconds.
    pub(super) fn time_axis(&self, canvas: &Canvas<'_>) {
        let ticks = ticks(self.across.0, self.across.1, 8);
        let line = Stroke::solid(SOFT, 0.9);
        for &tick in &ticks {
            let x = self.x(tick);
            canvas.line(&[[x, self.bottom], [x, self.bottom + MARK]], line);
            let place = [x, self.bottom + MARK + 2.0 + SMALL];
            canvas.text(place, &label(tick, &ticks), NOTE.anchored(Anchor::Middle));
        }
        canvas.line(&[[self.left, self.bottom], [self.right, self.bottom]], line);
        let middle = f64::midpoint(self.left, self.right);
        let place = [middle, self.bottom + 31.0];
        canvas.text(place, "time, s", PLAIN.anchored(Anchor::Middle));
    }

    /// Numbers beside the left edge with marks, and what they measure above them.
    pub(super) fn marked_axis(&self, canvas: &Canvas<'_>, marks: &[(f64, String)], title: &str) {
        for (value, text) in marks {
            let y = self.y(*value);
            let line = [[self.left - MARK, y], [self.left, y]];
            canvas.line(&line, Stroke::solid(SOFT, 0.9));
            canvas.centred([self.left - MARK - 3.0, y], text, NOTE.anchored(Anchor::End));
        }
        canvas.text([self.left, self.top - 8.0], title, PLAIN);
    }

    /// Level lines with numbers beside them, and what they measure above them.
    pub(super) fn ruled_axis(&self, canvas: &Canvas<'_>, title: &str) {
        let ticks = ticks(self.up.0, self.up.1, 6);
        for &tick in &ticks {
            let y = self.y(tick);
            canvas.line(&[[self.left, y], [self.right, y]], Stroke::solid(GRID, 0.8));
        }
        let text = |&tick: &f64| (tick, number(tick, &ticks));
        self.marked_axis(canvas, &ticks.iter().map(text).collect::<Vec<_>>(), title);
    }

    /// A line around it.
    pub(super) fn border(&self, canvas: &Canvas<'_>) {
        let [left, top, right, bottom] = [self.left, self.top, self.right, self.bottom];
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
        canvas.line(&corners, Stroke::solid(SOFT, 0.9));
    }

    /// A line through pairs of seconds and values; a lone pair is a dot.
    pub(super) fn curve(&self, canvas: &Canvas<'_>, pairs: &[(f64, f64)], stroke: Stroke) {
        let places: Vec<[f64; 2]> = pairs.iter().map(|&(x, y)| self.place(x, y)).collect();
        match places.as_slice() {
            [] => {}
            [only] => canvas.dot(*only, 2.0 * stroke.width, stroke.colour),
            places => canvas.line(places, stroke),
        }
    }

    /// As [`Panel::curve`], with paper along both sides: to be seen on light and dark.
    pub(super) fn haloed(&self, canvas: &Canvas<'_>, pairs: &[(f64, f64)], stroke: Stroke) {
        self.curve(canvas, pairs, Stroke::solid(PAPER, stroke.width + 1.8));
        self.curve(canvas, pairs, stroke);
    }
}

/// A tick's number; in powers of ten where it would be long.
fn number(tick: f64, ticks: &[f64]) -> String {
    if ticks.iter().any(|tick| tick.abs() >= 1e5) {
        format!("{tick:e}")
    } else {
        label(tick, ticks)
    }
}
