//! A record as figures: one file a figure, one line in the list below; a clip as figures in
//! [`clip`].
//!
//! A figure is drawn once, as SVG; its PNG is a picture of that SVG. Sizes, fonts and colours live
//! in [`canvas`], [`font`] and [`colour`], so that all figures of a report look alike. plotters and
//! resvg are known here alone.

mod accuracy;
mod canvas;
pub mod clip;
mod colour;
mod confusion;
mod critical;
mod curves;
mod differences;
mod font;
mod heatmap;
mod importance;
mod layers;
mod leak;
mod learning_curve;
mod panel;
mod picture;
mod raster;
mod recall;
mod reliability;
#[cfg(test)]
mod tests;
mod ticks;

pub(super) use critical::critical_differences;
pub(super) use differences::differences;

use super::Error;
use super::file_name::file_names;
use super::table::Table;
use crate::experiment::Record;

pub(super) use leak::draw as leak;

/// What figures are drawn from.
struct Material<'a> {
    record: &'a Record,
    table: &'a Table,
}

/// What a figure's file gives.
struct Drawing {
    /// Name of the contender shown; empty where all are.
    name: String,
    /// What it shows and how it was made, in Markdown.
    caption: String,
    /// What it shows, for who cannot see it.
    alt: String,
    /// The drawing.
    svg: String,
}

/// A figure of the list: the first part of its files' names, and its hand.
struct Kind {
    name: &'static str,
    draw: fn(&Material<'_>) -> Vec<Drawing>,
}

/// Every figure, in the order of the report.
const KINDS: &[Kind] = &[
    Kind { name: "accuracy", draw: accuracy::draw },
    Kind { name: "reliability", draw: reliability::draw },
    Kind { name: "recall", draw: recall::draw },
    Kind { name: "confusion", draw: confusion::draw },
    Kind { name: "curves", draw: curves::draw },
    Kind { name: "learning-curve", draw: learning_curve::draw },
    Kind { name: "importance", draw: importance::draw },
    Kind { name: "layers", draw: layers::draw },
];

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its file's name without ending, as in `confusion-dense`.
    pub name: String,
    /// Which figure of the list it is, as in `confusion`.
    pub kind: &'static str,
    /// What it shows and how it was made, in Markdown.
    pub caption: String,
    /// What it shows, for who cannot see it.
    pub alt: String,
    /// The drawing.
    pub svg: String,
}

impl Figure {
    /// The drawing as PNG, two dots a point.
    ///
    /// # Errors
    /// [`Error::Picture`] when the drawing cannot be read.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        picture::draw(&self.svg)
            .map_err(|reason| Error::Picture { figure: self.name.clone(), reason })
    }
}

/// Draws every figure of a record.
pub fn figures(record: &Record, table: &Table) -> Vec<Figure> {
    let material = Material { record, table };
    let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    let files = file_names(&names);
    let file = |name: &str| names.iter().position(|it| *it == name).map(|at| files[at].as_str());
    let mut figures = Vec::new();
    for kind in KINDS {
        figures.extend((kind.draw)(&material).into_iter().map(|drawing| {
            Figure {
                name: file(&drawing.name)
                    .map_or(kind.name.to_owned(), |file| format!("{}-{file}", kind.name)),
                kind: kind.name,
                caption: drawing.caption,
                alt: drawing.alt,
                svg: drawing.svg,
            }
        }));
    }
    figures
}

/// Whether a file of this name (without ending) is one that [`figures`] may have drawn.
pub(super) fn is_ours(name: &str) -> bool {
    KINDS.iter().any(|kind| {
        name == kind.name || name.strip_prefix(kind.name).is_some_and(|rest| rest.starts_with('-'))
    })
}

impl Material<'_> {
    /// The data set's name for titles.
    fn dataset(&self) -> &str {
        &self.record.dataset.title
    }

    /// What is classified, in a word.
    fn units(&self) -> &'static str {
        if self.record.dataset.rows == self.record.dataset.tracks { "tracks" } else { "rows" }
    }
}
