//! One clip as a listener wants to see it: one file a figure, one line in the list below.
//!
//! All figures but the narrower MFCCs share the place of their panels (`panel`), so that one laid
//! under another shows the same moment at the same place. What has more frames than a panel has columns
//! is summed up by column (`columns`).

mod chromagram;
mod columns;
mod envelope;
mod frequency;
mod harmonic_percussive;
mod heat;
mod mfcc;
mod onsets;
mod panel;
mod rolloff;
mod spectrogram;
#[cfg(test)]
mod tests;
mod waveform;
mod zero_crossings;

use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::canvas::{Canvas, Sheet};
use super::{Drawing, Figure};
use crate::features::Analysis;
use crate::report::{Error, write::save};

/// What the figures of a clip are drawn from.
struct Clip<'a> {
    name: &'a str,
    analysis: &'a Analysis<'a>,
}

/// A figure of the list: its file's name, and its hand.
struct Kind {
    name: &'static str,
    draw: fn(&Clip<'_>) -> Drawing,
}

/// Every figure, in the order of reading.
const KINDS: &[Kind] = &[
    Kind { name: "waveform", draw: waveform::draw },
    Kind { name: "spectrogram", draw: spectrogram::draw },
    Kind { name: "rolloff", draw: rolloff::draw },
    Kind { name: "chromagram", draw: chromagram::draw },
    Kind { name: "mfcc", draw: mfcc::draw },
    Kind { name: "harmonic-percussive", draw: harmonic_percussive::draw },
    Kind { name: "onsets", draw: onsets::draw },
    Kind { name: "zero-crossings", draw: zero_crossings::draw },
];

/// Draws every figure of the clip that shall be called `name`.
pub fn figures(name: &str, analysis: &Analysis<'_>) -> Vec<Figure> {
    let clip = Clip { name, analysis };
    let figure = |kind: &Kind| {
        let Drawing { caption, alt, svg, .. } = (kind.draw)(&clip);
        Figure { name: kind.name.to_owned(), kind: kind.name, caption, alt, svg }
    };
    KINDS.iter().map(figure).collect()
}

/// Writes the figures of a clip into `folder`, each as SVG and as PNG; gives the files written.
///
/// # Errors
/// When a file cannot be written.
pub fn write(name: &str, analysis: &Analysis<'_>, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let figures = figures(name, analysis);
    let pictures: Vec<Vec<u8>> = figures.par_iter().map(Figure::png).collect::<Result<_, _>>()?;
    let mut files = Vec::new();
    for (figure, picture) in figures.iter().zip(&pictures) {
        for (ending, content) in [("svg", figure.svg.as_bytes()), ("png", picture)] {
            let file = folder.join(format!("{}.{ending}", figure.name));
            save(&file, content)?;
            files.push(file);
        }
    }
    Ok(files)
}

impl Clip<'_> {
    /// Length in seconds.
    fn seconds(&self) -> f64 {
        self.analysis.signal().seconds()
    }

    /// A sheet with this clip's name in its title; see [`Sheet::draw`].
    fn sheet(
        &self,
        (title, small_print): (&str, &[String]),
        height: f64,
        body: impl FnOnce(&Canvas<'_>, f64),
    ) -> String {
        let sheet = Sheet { width: panel::WIDTH, title, dataset: self.name, small_print };
        sheet.draw(height, body)
    }
}
