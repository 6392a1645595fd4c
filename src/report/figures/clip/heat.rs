//! A heat map under a time axis, and the bar that says which shade means what.

use super::panel::RIGHT;
use crate::report::figures::canvas::{Canvas, NOTE, Stroke};
use crate::report::figures::colour::SOFT;
use crate::report::figures::panel::Panel;
use crate::report::figures::raster::Raster;

/// Points of a cell across: three dots of the picture.
pub(super) const CELL: f64 = 1.5;

/// How many columns a panel has.
pub(super) fn columns(panel: &Panel) -> usize {
    ((panel.right - panel.left) / CELL).round() as usize
}

/// Fills a panel with shades and draws its edges and seconds.
pub(super) fn fill(canvas: &Canvas<'_>, panel: &Panel, raster: &Raster) {
    canvas.raster([panel.left, panel.top], [panel.right, panel.bottom], raster);
    panel.border(canvas);
    panel.time_axis(canvas);
}

/// The bar right of a panel: shares of the full shade with their numbers, and the unit above.
pub(super) fn scale(canvas: &Canvas<'_>, panel: &Panel, numbers: &[(f64, &str)], unit: &str) {
    let (x, height) = (RIGHT + 14.0, panel.bottom - panel.top);
    let bar = Panel { left: x, right: x + 12.0, across: (0.0, 1.0), up: (0.0, 1.0), ..*panel };
    let rows = 2 * height.round() as usize;
    let share = |_, row: usize| 1.0 - (row as f64 + 0.5) / rows as f64;
    canvas.raster([bar.left, bar.top], [bar.right, bar.bottom], &Raster::new((1, rows), share));
    bar.border(canvas);
    for &(share, text) in numbers {
        let y = bar.y(share);
        canvas.line(&[[bar.right, y], [bar.right + 3.0, y]], Stroke::solid(SOFT, 0.8));
        canvas.centred([bar.right + 6.0, y], text, NOTE);
    }
    canvas.text([bar.left, bar.top - 8.0], unit, NOTE);
}
