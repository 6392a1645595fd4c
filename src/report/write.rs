//! A report as files in the folder of its record.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::figures::{self, Figure, figures};
use super::{Error, Table, csv, document, grid, html, latex};
use crate::atomic;
use crate::experiment::Record;

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `report.md` and `figures/`, each figure as SVG and PNG.
    Markdown,
    /// `report.html`, which needs no other file.
    Html,
    /// `table.tex` and `calibration.tex`, to be put into a paper.
    Latex,
    /// `table.csv`, with every number unrounded.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Markdown, Self::Html, Self::Latex, Self::Csv];

    /// The file by which a folder is seen to have this format.
    const fn file(self) -> &'static str {
        match self {
            Self::Markdown => "report.md",
            Self::Html => "report.html",
            Self::Latex => "table.tex",
            Self::Csv => "table.csv",
        }
    }
}

/// Writes a report into a folder, each file whole or not at all, and removes figures of contenders
/// that are no more; gives the files written.
///
/// Formats that the folder already has are written too, so that none tells of another run.
///
/// # Errors
/// When the record contradicts itself, or a file cannot be written or removed.
pub fn write(record: &Record, folder: &Path, formats: &[Format]) -> Result<Vec<PathBuf>, Error> {
    let table = Table::of(record)?;
    let figures = figures(record, &table);
    let wanted = |it: &Format| formats.contains(it) || folder.join(it.file()).is_file();
    let mut files = Vec::new();
    for format in Format::ALL.into_iter().filter(wanted) {
        let mut text = vec![(
            format.file(),
            match format {
                Format::Markdown => document(record, &table, &figures),
                Format::Html => html(record, &table, &figures),
                Format::Latex => latex(&grid::comparison(&table)),
                Format::Csv => csv(&table),
            },
        )];
        if format == Format::Latex {
            text.push(("calibration.tex", latex(&grid::calibration_and_cost(&table))));
        }
        // Figures come first: no report shows pictures that are not there yet.
        if format == Format::Markdown {
            files.extend(pictures(&figures, &folder.join("figures"))?);
        }
        for (name, text) in text {
            let file = folder.join(name);
            save(&file, text.as_bytes())?;
            files.push(file);
        }
    }
    Ok(files)
}

/// Writes every figure as SVG and PNG; a drawing that is there already with its picture is left, for
/// the same drawing gives the same picture.
fn pictures(figures: &[Figure], folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let files = |figure: &Figure| {
        ["svg", "png"].map(|ending| folder.join(format!("{}.{ending}", figure.name)))
    };
    let drawn = figures
        .par_iter()
        .filter(|figure| !is_drawn(figure, &files(figure)))
        .map(|figure| Ok((figure, figure.png()?)))
        .collect::<Result<Vec<_>, Error>>()?;
    for (figure, picture) in &drawn {
        let [svg, png] = files(figure);
        // The picture first: a drawing that is there says that its picture is, too.
        save(&png, picture)?;
        save(&svg, figure.svg.as_bytes())?;
    }
    let files: Vec<PathBuf> = figures.iter().flat_map(files).collect();
    remove_stale(folder, &files)?;
    Ok(files)
}

/// Whether these files are this drawing and a whole picture.
fn is_drawn(figure: &Figure, [svg, png]: &[PathBuf; 2]) -> bool {
    /// The last chunk of every PNG file: no bytes, its name, its checksum.
    const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";
    fs::read(svg).is_ok_and(|there| there == figure.svg.as_bytes())
        && fs::read(png).is_ok_and(|there| there.starts_with(b"\x89PNG") && there.ends_with(END))
}

pub(super) fn save(file: &Path, content: &[u8]) -> Result<(), Error> {
    atomic::write(file, content).map_err(|cause| Error::Write { file: file.to_owned(), cause })
}

/// Removes pictures that an earlier report drew and this one did not; what others put there stays.
fn remove_stale(folder: &Path, written: &[PathBuf]) -> Result<(), Error> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for file in entries.flatten().map(|entry| entry.path()) {
        let drawn = file.extension().is_some_and(|ending| ending == "svg" || ending == "png");
        let ours = file.file_stem().and_then(|name| name.to_str()).is_some_and(figures::is_ours);
        if drawn && ours && !written.contains(&file) {
            fs::remove_file(&file).map_err(|cause| Error::Remove { file, cause })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Format, write};
    use crate::report::sample;

    #[test]
    fn a_format_writes_its_own_files_and_those_that_are_there_are_renewed() {
        let folder = tempfile::tempdir().unwrap();
        let mut record = sample::record();
        let names = |files: Vec<std::path::PathBuf>| -> Vec<String> {
            files.iter().map(|it| it.file_name().unwrap().to_string_lossy().into_owned()).collect()
        };
        let written = write(&record, folder.path(), &[Format::Csv, Format::Latex]).unwrap();
        assert_eq!(names(written), ["table.tex", "calibration.tex", "table.csv"]);
        record.contenders[2].name = "woods".into();
        let written = write(&record, folder.path(), &[Format::Html]).unwrap();
        assert_eq!(names(written), ["report.html", "table.tex", "calibration.tex", "table.csv"]);
        assert!(fs::read_to_string(folder.path().join("table.csv")).unwrap().contains("woods"));
        assert!(!folder.path().join("figures").exists());
    }
}
