//! The spectrogram under the lines drawn over it.

use super::columns::{frames, parts};
use super::panel::{FOOT, HEAD, panel};
use super::{Clip, heat};
use crate::features::{hertz, mel};
use crate::report::figures::canvas::{Canvas, NOTE, Stroke};
use crate::report::figures::panel::Panel;
use crate::report::figures::raster::Raster;

/// Rows of the picture, as high as columns are wide.
const ROWS: usize = 160;
/// How far under the loudest cell the lightest shade lies, in dB.
const RANGE: f64 = 80.0;

/// Height of the whole on a sheet.
pub(super) const HEIGHT: f64 = HEAD + ROWS as f64 * heat::CELL + FOOT;

/// How the axis is spaced: as features space their mel bands, close to how pitch is heard.
pub(super) const SMALL_PRINT: &str = "Shade: power in dB under the loudest cell. Frequency is \
                                      spaced by mel: evenly below 1000 Hz, by ratio above.";

/// A line over the spectrogram.
pub(super) struct Line {
    pub(super) name: &'static str,
    /// Seconds and hertz of each of its pieces.
    pub(super) pieces: Vec<Vec<(f64, f64)>>,
    pub(super) stroke: Stroke,
}

/// Draws spectrogram, lines, and a key to these above.
pub(super) fn draw(canvas: &Canvas<'_>, clip: &Clip<'_>, top: f64, lines: &[Line]) {
    let highest = mel(f64::from(clip.analysis.signal().rate()) / 2.0);
    let size = (top + HEAD, ROWS as f64 * heat::CELL);
    let panel = panel(size, (0.0, clip.seconds()), (0.0, highest));
    heat::fill(canvas, &panel, &raster(clip, heat::columns(&panel)));
    let marks: Vec<(f64, String)> = [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]
        .iter()
        .map(|&frequency| (mel(f64::from(frequency)), frequency.to_string()))
        .filter(|(mel, _)| *mel < highest)
        .collect();
    panel.marked_axis(canvas, &marks, "frequency, Hz");
    let numbers = [(0.0, "-80"), (0.25, "-60"), (0.5, "-40"), (0.75, "-20"), (1.0, "0")];
    heat::scale(canvas, &panel, &numbers, "dB");
    for line in lines {
        for piece in &line.pieces {
            let pairs: Vec<(f64, f64)> = piece.iter().map(|&(x, y)| (x, mel(y))).collect();
            panel.haloed(canvas, &pairs, line.stroke);
        }
    }
    // Once more: lines may have run over the edges.
    panel.border(canvas);
    key(canvas, &panel, lines);
}

/// Which line is which, beside what the axis measures.
fn key(canvas: &Canvas<'_>, panel: &Panel, lines: &[Line]) {
    let (mut x, y) = (panel.right, panel.top - 12.0);
    for line in lines.iter().rev() {
        x -= NOTE.width(line.name);
        canvas.centred([x, y], line.name, NOTE);
        canvas.line(&[[x - 32.0, y], [x - 6.0, y]], line.stroke);
        x -= 32.0 + 22.0;
    }
}

/// Mean power of the bins and frames of each cell, in decibels under the loudest cell.
fn raster(clip: &Clip<'_>, columns: usize) -> Raster {
    let spectrum = clip.analysis.spectrum();
    let (magnitude, highest) = (spectrum.magnitude(), mel(f64::from(spectrum.rate()) / 2.0));
    let frames = frames(clip, columns);
    let edge = |row: usize| hertz(highest * row as f64 / ROWS as f64) / spectrum.frequency(1);
    let bins = parts(spectrum.bins(), ROWS, edge);
    let mut powers = Vec::with_capacity(columns * ROWS);
    for frames in frames {
        for bins in &bins {
            let cells = frames.clone().flat_map(|frame| &magnitude.row(frame)[bins.clone()]);
            let power: f64 = cells.map(|&m| f64::from(m) * f64::from(m)).sum();
            powers.push(power / (frames.len() * bins.len()) as f64);
        }
    }
    let loudest = powers.iter().copied().fold(0.0, f64::max);
    Raster::new((columns, ROWS), |column, row| {
        let power = powers[column * ROWS + ROWS - 1 - row];
        if power > 0.0 { 1.0 + 10.0 * (power / loudest).log10() / RANGE } else { 0.0 }
    })
}
