//! Feature tables: CSV and Parquet in the published conventions, through polars.
//!
//! A table has a `filename`, a `label`, and any number of numeric columns. `length`, which is not
//! a property of the music, is left out, and so are unnamed columns (row numbers left behind by
//! other tools), which would tell the genre from the order of the file.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::panic::catch_unwind;
use std::path::Path;

use polars::prelude::{
    Column, CsvReadOptions, DataFrame, DataType, ParquetReader, SerReader, StringChunked,
};

use super::Error;
use crate::audio::RATE;

/// A feature table as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// One name a row, from `filename`, without the extension of a sound file.
    pub ids: Vec<String>,
    /// One genre a row, from `label`.
    pub labels: Vec<String>,
    /// One track a row, from `track`, where the table has such a column.
    pub tracks: Option<Vec<String>>,
    /// Names of the features.
    pub columns: Vec<String>,
    /// The features, row after row.
    pub values: Vec<f32>,
    /// Median seconds of sound that a row was made of, from `length` in samples at [`RATE`], where the
    /// table has such a column.
    pub seconds: Option<f64>,
    /// BLAKE3 of the file, in hexadecimal.
    pub hash: String,
}

/// The median of lengths in samples, in seconds.
#[allow(clippy::cast_precision_loss)]
pub(super) fn median_seconds(lengths: &[usize]) -> Option<f64> {
    let mut lengths = lengths.to_vec();
    lengths.sort_unstable();
    let middle = *lengths.get(lengths.len() / 2)?;
    (middle > 0).then(|| middle as f64 / f64::from(RATE))
}

/// Columns that describe a row but are no features.
const NOT_FEATURES: [&str; 4] = ["filename", "length", "label", "track"];

impl Table {
    /// Reads a table; the kind is told by the extension.
    ///
    /// # Errors
    /// When the file cannot be read, or holds anything but what a table may hold: the message names
    /// row and column.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes =
            std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes, path)
    }

    /// As [`Table::read`], from the bytes of the file that `path` names.
    ///
    /// # Errors
    /// As for [`Table::read`].
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let mistake = |reason: String| Error::Table { path: path.to_owned(), reason };
        let is_parquet =
            path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"));
        let frame = if is_parquet { parquet(bytes) } else { csv(bytes) }.map_err(mistake)?;
        let hash = blake3::hash(bytes).to_hex().to_string();
        Self::from_frame(&frame, hash, if is_parquet { 1 } else { 2 }).map_err(mistake)
    }

    /// `first` is the number users give the first row: CSV files have a header line above it.
    fn from_frame(frame: &DataFrame, hash: String, first: usize) -> Result<Self, String> {
        let text = |name: &str| texts(frame, name, first);
        let names = text("filename")?.ok_or("there is no column `filename`")?;
        let labels = text("label")?.ok_or("there is no column `label`")?;
        if names.is_empty() {
            return Err("there are no rows".to_owned());
        }
        let columns: Vec<&Column> = frame
            .columns()
            .iter()
            .filter(|column| {
                let name = column.name().as_str();
                !NOT_FEATURES.contains(&name) && !is_row_number(name)
            })
            .collect();
        if columns.is_empty() {
            return Err("there is no feature column".to_owned());
        }
        let mut values = vec![0.0; names.len() * columns.len()];
        for (at, column) in columns.iter().enumerate() {
            for (row, value) in numbers(column, first)?.into_iter().enumerate() {
                values[row * columns.len() + at] = value;
            }
        }
        Ok(Self {
            ids: names.iter().map(|name| stem(name).to_owned()).collect(),
            labels,
            tracks: text("track")?,
            columns: columns.iter().map(|column| column.name().to_string()).collect(),
            values,
            seconds: frame.column("length").ok().and_then(|lengths| {
                // It is no feature, so a table whose lengths are no numbers is none the worse.
                let lengths = numbers(lengths, first).ok()?;
                median_seconds(&lengths.into_iter().map(|it| it as usize).collect::<Vec<_>>())
            }),
            hash,
        })
    }

    /// The features of one row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.columns.len()..(row + 1) * self.columns.len()]
    }
}

/// Every cell as text, so that what is wrong with it can be said.
fn csv(bytes: &[u8]) -> Result<DataFrame, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    check_lines(bytes)?;
    CsvReadOptions::default()
        .with_has_header(true)
        .with_infer_schema_length(Some(0))
        .into_reader_with_file_handle(Cursor::new(bytes.to_vec()))
        .finish()
        .map_err(|error| error.to_string())
}

/// Finds what polars would repair in silence: ragged rows, columns of one name, broken UTF-8.
fn check_lines(bytes: &[u8]) -> Result<(), String> {
    let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    if header.is_empty() {
        return Err("the file is empty".to_owned());
    }
    let mut names = BTreeSet::new();
    if let Some(name) = header.iter().find(|name| !names.insert(*name)) {
        return Err(format!("two columns are called `{name}`"));
    }
    for record in reader.byte_records() {
        record.map_err(|error| match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => format!(
                "line {} has {len} values where the header names {expected_len}",
                pos.as_ref().map_or(0, csv::Position::line)
            ),
            _ => error.to_string(),
        })?;
    }
    Ok(())
}

/// The frame of a Parquet file.
///
/// # Errors
/// When the bytes are none, in words.
pub(crate) fn parquet(bytes: &[u8]) -> Result<DataFrame, String> {
    // Polars trusts the headers of pages: where one is damaged it panics, which is no reason for
    // the whole program to end.
    catch_unwind(|| ParquetReader::new(Cursor::new(bytes.to_vec())).finish())
        .map_err(|_| "the Parquet file is damaged; write it again".to_owned())?
        .map_err(|error| error.to_string())
}

fn is_row_number(name: &str) -> bool {
    name.is_empty() || name.starts_with("Unnamed:") || name.starts_with("__index_level_")
}

/// A column of texts, every one of them there.
fn texts(frame: &DataFrame, name: &str, first: usize) -> Result<Option<Vec<String>>, String> {
    let Ok(column) = frame.column(name) else { return Ok(None) };
    let column = column.cast(&DataType::String).map_err(|error| error.to_string())?;
    let texts: &StringChunked = column.str().map_err(|error| error.to_string())?;
    texts
        .iter()
        .enumerate()
        .map(|(row, text)| match text.map(str::trim) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(format!("row {} has no `{name}`", row + first)),
        })
        .collect::<Result<_, _>>()
        .map(Some)
}

/// A column of finite numbers.
#[allow(clippy::cast_possible_truncation)]
fn numbers(column: &Column, first: usize) -> Result<Vec<f32>, String> {
    let name = column.name();
    let wrong = |row: usize, value: &str| {
        format!(
            "row {}, column `{name}`: {value}; every feature must be a finite number",
            row + first
        )
    };
    let finite = |row: usize, value: f64, said: &str| {
        let value = value as f32;
        if value.is_finite() { Ok(value) } else { Err(wrong(row, &format!("`{said}`"))) }
    };
    if column.dtype() == &DataType::String {
        let texts: &StringChunked = column.str().map_err(|error| error.to_string())?;
        return texts
            .iter()
            .enumerate()
            .map(|(row, text)| {
                let text = text.map_or("", str::trim);
                if text.is_empty() {
                    return Err(wrong(row, "no value"));
                }
                let value: f64 = text.parse().map_err(|_| wrong(row, &format!("`{text}`")))?;
                finite(row, value, text)
            })
            .collect();
    }
    if !column.dtype().is_primitive_numeric() {
        return Err(format!("column `{name}` holds {}, not numbers", column.dtype()));
    }
    let cast = column.cast(&DataType::Float64).map_err(|error| error.to_string())?;
    let values = cast.f64().map_err(|error| error.to_string())?;
    values
        .iter()
        .enumerate()
        .map(|(row, value)| match value {
            Some(value) => finite(row, value, &value.to_string()),
            None => Err(wrong(row, "no value")),
        })
        .collect()
}

/// A file name without the extension of a sound file.
pub(super) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, "wav" | "wave" | "au" | "flac" | "mp3" | "ogg" | "oga" | "m4a" | "aac")) => {
            stem
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Table;

    fn read(name: &str, bytes: &[u8]) -> Result<Table, String> {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Table::read(&path)
            .map_err(|error| error.to_string().replace(&path.display().to_string(), name))
    }

    #[test]
    fn the_published_conventions_are_read_with_bom_and_crlf() {
        let text = "\u{feff}filename,length,a,b,label\r\nrock.00001.wav,9,1,2.5,rock\r\n\
                    pop.00002.wav,9,-1e3,0,pop\r\n";
        let table = read("table.csv", text.as_bytes()).unwrap();
        assert_eq!(table.ids, ["rock.00001", "pop.00002"]);
        assert_eq!(table.labels, ["rock", "pop"]);
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(table.row(1), [-1000.0, 0.0]);
    }

    #[test]
    fn every_fault_of_a_table_is_named_with_its_place() {
        let message = |text: &str| read("table.csv", text.as_bytes()).unwrap_err();
        insta::assert_snapshot!(
            [
                message(""),
                message("filename,a,label\n"),
                message("name,a,label\nx,1,pop\n"),
                message("filename,a\nx,1\n"),
                message("filename,label\nx,pop\n"),
                message("filename,a,label\nx,NaN,pop\n"),
                message("filename,a,label\nx,1,pop\ny,inf,pop\n"),
                message("filename,a,label\nx,fast,pop\n"),
                message("filename,a,label\nx,,pop\n"),
                message("filename,a,label\nx,1,\n"),
                message("filename,a,label\nx,1,pop\ny,1\n"),
                message("filename,a,a,label\nx,1,2,pop\n"),
            ]
            .join("\n")
        );
    }

    #[test]
    fn a_row_number_left_by_another_tool_is_no_feature() {
        let table = read("table.csv", b",filename,a,label\n0,x,1,pop\n1,y,2,rock\n").unwrap();
        assert_eq!(table.columns, ["a"]);
    }

    #[test]
    fn garbage_called_parquet_is_refused() {
        assert!(read("table.parquet", b"PAR1 nonsense").is_err());
        assert!(read("table.parquet", b"").is_err());
    }
}
