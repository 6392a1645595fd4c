//! Extracted blocks as tables that others read: CSV and Parquet.

use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};

use super::cache::Block;
use super::clips;
use super::prepare::Extraction;
use crate::audio::RATE;
use crate::features;

/// Blocks of many clips as one table in the published conventions.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// File names; a segment's has its number before the extension.
    pub filenames: Vec<String>,
    /// Samples of each row's part of the clip.
    pub lengths: Vec<usize>,
    /// Names of the clips' folders, which are their genres.
    pub labels: Vec<String>,
    /// Number of the clip that each row comes from.
    pub rows_of_clip: Vec<usize>,
    /// Names of the features.
    pub columns: Vec<String>,
    /// The features, row after row.
    pub values: Vec<f64>,
}

impl Sheet {
    /// Lays out the blocks of the clips that have one.
    pub fn new(clips: &[PathBuf], blocks: &[Option<Block>], extraction: &Extraction) -> Self {
        let columns = match extraction {
            Extraction::Rows(_) => {
                features::columns().iter().map(|&name| name.to_owned()).collect()
            }
            Extraction::Frames(recipe) => features::frame_columns(recipe),
        };
        let mut sheet = Self {
            filenames: Vec::new(),
            lengths: Vec::new(),
            labels: Vec::new(),
            rows_of_clip: Vec::new(),
            columns,
            values: Vec::new(),
        };
        for (clip, (path, block)) in clips.iter().zip(blocks).enumerate() {
            let Some(block) = block else { continue };
            sheet.add(path, block, extraction);
            sheet.rows_of_clip.resize(sheet.filenames.len(), clip);
        }
        sheet
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn add(&mut self, path: &Path, block: &Block, extraction: &Extraction) {
        let name = path.file_name().map_or_else(String::new, |it| it.to_string_lossy().into());
        let seconds = match extraction {
            Extraction::Rows(recipe) => recipe.segment_seconds(),
            Extraction::Frames(_) => None,
        };
        for row in 0..block.values.len() / block.width {
            let (filename, length) = match seconds {
                None => (name.clone(), block.length),
                Some(seconds) => {
                    let ending = path.extension().map_or_else(String::new, |ending| {
                        format!(".{}", ending.to_string_lossy())
                    });
                    let step = (seconds * f64::from(RATE)).round() as usize;
                    (format!("{}.{row}{ending}", clips::name(path)), step - 1)
                }
            };
            self.filenames.push(filename);
            self.lengths.push(length);
            self.labels.push(clips::genre(path).unwrap_or_default());
        }
        self.values.extend(&block.values);
    }

    /// The table as CSV: shortest decimals that give the same double again.
    pub fn csv(&self) -> Vec<u8> {
        let mut text = format!("filename,length,{},label\n", self.columns.join(","));
        for (row, values) in self.values.chunks_exact(self.columns.len()).enumerate() {
            text += &format!("{},{},", quoted(&self.filenames[row]), self.lengths[row]);
            for value in values {
                // Debug writes the shortest decimals too, and the very small with an exponent.
                text += &format!("{value:?},");
            }
            text += &quoted(&self.labels[row]);
            text.push('\n');
        }
        text.into_bytes()
    }

    /// The table as Parquet.
    ///
    /// # Errors
    /// When two columns have one name, in words.
    pub fn parquet(&self) -> Result<Vec<u8>, String> {
        let width = self.columns.len();
        let lengths: Vec<u64> = self.lengths.iter().map(|&length| length as u64).collect();
        let mut columns: Vec<Column> = vec![
            Series::new("filename".into(), &self.filenames).into(),
            Series::new("length".into(), lengths).into(),
        ];
        for (at, name) in self.columns.iter().enumerate() {
            let values: Vec<f64> = self.values.iter().skip(at).step_by(width).copied().collect();
            columns.push(Series::new(name.as_str().into(), values).into());
        }
        columns.push(Series::new("label".into(), &self.labels).into());
        let mut frame =
            DataFrame::new(self.filenames.len(), columns).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut frame).map_err(|error| error.to_string())?;
        Ok(bytes)
    }
}

/// A field of CSV, in quotes where it needs them.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Sheet;
    use crate::dataset::{Block, Extraction, Table};
    use crate::features::Recipe;

    fn block(rows: usize, width: usize) -> Block {
        let values = (0..rows * width).map(|i| i as f64 / 3.0).collect();
        Block { length: 661_794, width, values }
    }

    #[test]
    fn a_sheet_is_read_again_as_the_table_it_is() {
        let clips = [PathBuf::from("rock/rock.00000.au"), PathBuf::from("pop/a, b.wav")];
        let recipe = Recipe::KAGGLE.with_segments(3.0).unwrap();
        let blocks = [Some(block(2, 57)), Some(block(1, 57))];
        let sheet = Sheet::new(&clips, &blocks, &Extraction::Rows(recipe));
        assert_eq!(sheet.filenames, ["rock.00000.0.au", "rock.00000.1.au", "a, b.0.wav"]);
        assert_eq!(sheet.lengths, [66_149; 3]);
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [("t.csv", sheet.csv()), ("t.parquet", sheet.parquet().unwrap())] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let table = Table::read(&path).unwrap();
            assert_eq!(table.labels, ["rock", "rock", "pop"]);
            assert_eq!(table.ids[2], "a, b.0");
            assert_eq!(table.columns.len(), 57);
            assert!((f64::from(table.row(1)[0]) - 19.0).abs() < 1e-6);
        }
    }
}
