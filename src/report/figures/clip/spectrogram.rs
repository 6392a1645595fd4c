//! What sounds at which pitch, with the middle of the spectrum and its width.

use super::columns::{course, mean};
use super::frequency::{self, Line};
use super::{Clip, Drawing};
use crate::report::figures::canvas::Stroke;
use crate::report::figures::colour::{INK, VERMILION};

/// Points of each line: rapid changes from frame to frame would hide the picture.
const COLUMNS: usize = 200;

pub(super) fn draw(clip: &Clip<'_>) -> Drawing {
    let (centroid, bandwidth) = (clip.analysis.centroid(), clip.analysis.bandwidth());
    let edge = |sign: f64| -> Vec<(f64, f64)> {
        let pairs = centroid.iter().zip(&bandwidth);
        let values: Vec<f64> = pairs.map(|(c, b)| (c + sign * b).max(0.0)).collect();
        course(clip, &values, COLUMNS, mean)
    };
    let small_print = [
        format!(
            "Mean over the clip: centroid {:.0} Hz, bandwidth {:.0} Hz.",
            mean(&centroid),
            mean(&bandwidth)
        ),
        frequency::SMALL_PRINT.to_owned(),
    ];
    let mut band = pieces(&edge(-1.0));
    band.push(edge(1.0));
    let lines = [
        Line { name: "centroid", pieces: vec![edge(0.0)], stroke: Stroke::solid(VERMILION, 1.6) },
        Line { name: "one bandwidth off it", pieces: band, stroke: Stroke::solid(INK, 0.8) },
    ];
    let title = "Spectrogram, centroid and bandwidth";
    let svg = clip.sheet((title, &small_print), frequency::HEIGHT, |canvas, top| {
        frequency::draw(canvas, clip, top, &lines);
    });
    Drawing {
        name: String::new(),
        caption: "Power by frequency and time; the spectral centroid, and one bandwidth to either \
                  side of it."
            .to_owned(),
        alt: format!("Spectrogram of {} with centroid and bandwidth", clip.name),
        svg,
    }
}

/// The parts of a line that are above 0 Hz, with the neighbours they rise from.
fn pieces(pairs: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let positive = |at: usize| pairs.get(at).is_some_and(|pair| pair.1 > 0.0);
    let shown = |at: usize| positive(at) || positive(at + 1) || at > 0 && positive(at - 1);
    let numbers: Vec<usize> = (0..pairs.len()).filter(|&at| shown(at)).collect();
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    runs.map(|run| run.iter().map(|&at| pairs[at]).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_line_is_left_out_where_it_lies_at_zero() {
        let line: Vec<(f64, f64)> =
            [0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 2.0].into_iter().map(|value| (0.0, value)).collect();
        let lengths: Vec<usize> = pieces(&line).iter().map(Vec::len).collect();
        assert_eq!(lengths, [3, 2]);
        assert!(pieces(&line[..2]).is_empty());
    }
}
