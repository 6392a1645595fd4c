//! Below which frequency most of the spectrum lies.

use super::columns::{course, mean};
use super::frequency::{self, Line};
use super::{Clip, Drawing};
use crate::report::figures::canvas::Stroke;
use crate::report::figures::colour::VERMILION;

/// Points of the line.
const COLUMNS: usize = 200;

pub(super) fn draw(clip: &Clip<'_>) -> Drawing {
    let rolloff = clip.analysis.rolloff();
    let small_print = [
        format!(
            "85 % of a frame's magnitude lies below its roll-off; mean over the clip {:.0} Hz.",
            mean(&rolloff)
        ),
        frequency::SMALL_PRINT.to_owned(),
    ];
    let pairs = course(clip, &rolloff, COLUMNS, mean);
    let line =
        Line { name: "roll-off", pieces: vec![pairs], stroke: Stroke::solid(VERMILION, 1.6) };
    let title = "Spectral roll-off";
    let svg = clip.sheet((title, &small_print), frequency::HEIGHT, |canvas, top| {
        frequency::draw(canvas, clip, top, &[line]);
    });
    Drawing {
        name: String::new(),
        caption: "Power by frequency and time; 85 % of the magnitude lies below the line.".into(),
        alt: format!("Spectrogram of {} with the roll-off", clip.name),
        svg,
    }
}
