//! A pair of axes: numbers to places on the sheet.

use super::canvas::{Anchor, Canvas, NOTE, PLAIN, SMALL, Stroke};
use super::colour::{GRID, SOFT};
use super::ticks::label;

/// A rectangle on the sheet, and what its edges stand for.
pub(super) struct Panel {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    /// Values at the left and right edge.
    pub(super) across: (f64, f64),
    /// Values at the lower and upper edge.
    pub(super) up: (f64, f64),
}

impl Panel {
    /// Where a value lies across.
    pub(super) fn x(&self, value: f64) -> f64 {
        let (low, high) = self.across;
        self.left + (self.right - self.left) * (value - low) / (high - low)
    }

    /// Where a value lies upwards.
    pub(super) fn y(&self, value: f64) -> f64 {
        let (low, high) = self.up;
        self.bottom - (self.bottom - self.top) * (value - low) / (high - low)
    }

    /// The place of a pair of values, held inside the panel.
    pub(super) fn place(&self, across: f64, up: f64) -> [f64; 2] {
        [self.x(across).clamp(self.left, self.right), self.y(up).clamp(self.top, self.bottom)]
    }

    /// Upright grid lines with their numbers, and the lower edge with what it measures.
    pub(super) fn across_axis(&self, canvas: &Canvas<'_>, ticks: &[f64], title: &str) {
        for &tick in ticks {
            let x = self.x(tick);
            canvas.line(&[[x, self.top], [x, self.bottom]], Stroke::solid(GRID, 0.8));
            let style = NOTE.anchored(Anchor::Middle);
            canvas.text([x, self.bottom + 4.0 + SMALL], &label(tick, ticks), style);
        }
        let axis = Stroke::solid(SOFT, 0.9);
        canvas.line(&[[self.left, self.bottom], [self.right, self.bottom]], axis);
        let middle = f64::midpoint(self.left, self.right);
        canvas.text([middle, self.bottom + 30.0], title, PLAIN.anchored(Anchor::Middle));
    }

    /// Level grid lines with their numbers, and what they measure above them, where that is said.
    pub(super) fn up_axis(&self, canvas: &Canvas<'_>, ticks: &[f64], title: &str) {
        for &tick in ticks {
            let y = self.y(tick);
            canvas.line(&[[self.left, y], [self.right, y]], Stroke::solid(GRID, 0.8));
            let style = NOTE.anchored(Anchor::End);
            canvas.centred([self.left - 6.0, y], &label(tick, ticks), style);
        }
        if !title.is_empty() {
            canvas.text([self.left, self.top - 9.0], title, PLAIN);
        }
    }
}
