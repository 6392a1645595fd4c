//! A grid of shaded cells with their numbers in them.

use super::canvas::{Anchor, Canvas, NOTE, PLAIN, SMALL, Stroke, TEXT, Type};
use super::colour::{SOFT, on_sequential, sequential};

/// A cell: how dark, and what stands in it.
pub(super) struct Cell {
    /// 0 to 1; absent where there is nothing to show.
    pub(super) share: Option<f64>,
    /// The first line.
    pub(super) text: String,
    /// A smaller second line; empty for none.
    pub(super) detail: String,
}

/// How names of columns look.
const COLUMN: Type = Type { size: SMALL, ..PLAIN };

/// Where cells lie.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    /// Upper left corner of the first cell.
    pub(super) origin: [f64; 2],
    /// Width and height of a cell.
    pub(super) cell: [f64; 2],
}

impl Grid {
    /// Centre of a cell, by column and row.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn centre(&self, column: usize, row: usize) -> [f64; 2] {
        [
            self.origin[0] + (column as f64 + 0.5) * self.cell[0],
            self.origin[1] + (row as f64 + 0.5) * self.cell[1],
        ]
    }

    /// Draws one cell.
    pub(super) fn fill(&self, canvas: &Canvas<'_>, column: usize, row: usize, cell: &Cell) {
        let [x, y] = self.centre(column, row);
        let (across, up) = (self.cell[0] / 2.0, self.cell[1] / 2.0);
        let Some(share) = cell.share else {
            canvas.centred([x, y], &cell.text, NOTE.anchored(Anchor::Middle));
            return;
        };
        // A hair of paper between cells keeps like shades apart.
        let (across, up) = (across - 0.3, up - 0.3);
        canvas.rectangle([x - across, y - up], [x + across, y + up], sequential(share));
        let ink = on_sequential(share);
        let style = Type { size: self.size(), ..PLAIN }.coloured(ink).anchored(Anchor::Middle);
        if cell.detail.is_empty() {
            canvas.centred([x, y], &cell.text, style);
        } else {
            canvas.centred([x, y - 0.5 * style.size], &cell.text, style);
            let small = Type { size: 0.78 * style.size, ..style };
            canvas.centred([x, y + 0.72 * style.size], &cell.detail, small);
        }
    }

    /// Size of the text in cells: `100` fits with room to spare.
    fn size(&self) -> f64 {
        (self.cell[0] / 3.2).min(self.cell[1] / 1.7).min(TEXT)
    }

    /// Names under the columns, level where all fit and upwards where not.
    pub(super) fn names_below(&self, canvas: &Canvas<'_>, names: &[String], rows: usize) {
        let bottom = self.centre(0, rows)[1] - self.cell[1] / 2.0;
        for (column, name) in names.iter().enumerate() {
            let x = self.centre(column, 0)[0];
            if self.level(names) {
                canvas.text([x, bottom + 5.0 + SMALL], name, COLUMN.anchored(Anchor::Middle));
            } else {
                canvas.upwards([x, bottom + 7.0], name, COLUMN.anchored(Anchor::End));
            }
        }
    }

    /// Height that [`Grid::names_below`] takes.
    pub(super) fn height_of_names(&self, names: &[String]) -> f64 {
        if self.level(names) { 8.0 + SMALL } else { 12.0 + widest(names, COLUMN) }
    }

    fn level(&self, names: &[String]) -> bool {
        widest(names, COLUMN) < self.cell[0] - 3.0
    }
}

/// Width of cells under which names stand: `side`, or more where that lets the names lie level and
/// all columns still fit into `most`.
#[allow(clippy::cast_precision_loss)]
pub(super) fn width_for(names: &[String], side: f64, most: f64) -> f64 {
    let level = (widest(names, COLUMN) + 6.0).ceil();
    if level > side && level * names.len() as f64 <= most { level } else { side }
}

/// Width of the widest name.
pub(super) fn widest(names: &[String], style: Type) -> f64 {
    names.iter().map(|name| style.width(name)).fold(0.0, f64::max)
}

/// Width that [`scale`] takes, numbers included.
pub(super) const SCALE_WIDTH: f64 = 56.0;

/// An upright bar that says which shade means what, from 0 to 100 %.
pub(super) fn scale(canvas: &Canvas<'_>, [x, top]: [f64; 2], height: f64) {
    // Slices of whole points from a whole point on: no seam shows between them.
    let mut y = 0.0;
    while y < height {
        let end = (y + 2.0_f64).min(height);
        let share = 1.0 - f64::midpoint(y, end) / height;
        canvas.rectangle([x, top + y], [x + 12.0, top + end], sequential(share));
        y = end;
    }
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let y = top + height * (1.0 - tick);
        canvas.line(&[[x + 12.0, y], [x + 15.0, y]], Stroke::solid(SOFT, 0.8));
        let number = format!("{:.0} %", 100.0 * tick);
        // The outer numbers stay beside the bar.
        let inside = y.clamp(top + 0.4 * SMALL, top + height - 0.4 * SMALL);
        canvas.centred([x + 18.0, inside], &number, NOTE);
    }
}
