//! A comparison as files: Markdown, HTML, LaTeX, CSV, and its figure.

use std::path::{Path, PathBuf};

use super::{Across, Comparison, csv, grids, html, markdown};
use crate::report::figures::{critical_differences, differences};
use crate::report::write::save;
use crate::report::{Error, Figure, latex};

/// Writes `compare.md`, `compare.html`, `compare.tex`, `compare.csv` and the figure into a folder,
/// each file whole or not at all; gives the files written.
///
/// # Errors
/// When a file cannot be written.
pub fn write(comparison: &Comparison, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let figures = [differences(comparison)];
    let texts = [
        ("compare.md", markdown::markdown(comparison, &figures)),
        ("compare.html", html::html(comparison, &figures)),
        ("compare.tex", latex(&grids::differences(comparison))),
        ("compare.csv", csv::csv(comparison)),
    ];
    keep(folder, &texts, &figures)
}

/// The same for a comparison over data sets.
///
/// # Errors
/// When a file cannot be written.
pub fn write_across(across: &Across, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let figures: Vec<Figure> = critical_differences(across).into_iter().collect();
    let texts = [
        ("compare.md", markdown::across(across, &figures)),
        ("compare.html", html::across(across, &figures)),
        ("compare.tex", latex(&across.grid())),
        ("compare.csv", csv::across(across)),
    ];
    keep(folder, &texts, &figures)
}

fn keep(
    folder: &Path,
    texts: &[(&str, String)],
    figures: &[Figure],
) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for (name, text) in texts {
        files.push((folder.join(name), text.clone().into_bytes()));
    }
    for figure in figures {
        files.push((folder.join(format!("{}.png", figure.name)), figure.png()?));
        let svg = figure.svg.clone().into_bytes();
        files.push((folder.join(format!("{}.svg", figure.name)), svg));
    }
    for (file, content) in &files {
        save(file, content)?;
    }
    Ok(files.into_iter().map(|(file, _)| file).collect())
}
