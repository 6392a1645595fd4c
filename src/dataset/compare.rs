//! An extracted table held against another of the same clips.

use std::collections::HashMap;
use std::path::Path;

use super::Error;
use super::export::Sheet;
use super::table::{self, Table};

/// For each column the largest difference, as it is and in standard deviations of the other table's
/// column over the rows that both have.
///
/// # Errors
/// When the other table cannot be read, or shares no row with this one.
#[allow(clippy::cast_precision_loss)]
pub fn compare(sheet: &Sheet, path: &Path) -> Result<String, Error> {
    let other = Table::read(path)?;
    let rows: HashMap<&str, usize> =
        other.ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
    let pairs: Vec<(usize, usize)> = sheet
        .filenames
        .iter()
        .enumerate()
        .filter_map(|(row, name)| Some((row, *rows.get(table::stem(name))?)))
        .collect();
    if pairs.is_empty() {
        let reason = "it shares no file name with the extracted clips".to_owned();
        return Err(Error::Table { path: path.to_owned(), reason });
    }
    let width = sheet.columns.len();
    let mut text = format!(
        "{} rows in common\n{:26} {:>12} {:>16}\n",
        pairs.len(),
        "column",
        "largest |Δ|",
        "in sd of column"
    );
    for (at, name) in sheet.columns.iter().enumerate() {
        let Some(column) = other.columns.iter().position(|known| known == name) else {
            text += &format!("{name:26} {:>12}\n", "absent");
            continue;
        };
        let theirs: Vec<f64> =
            (0..other.ids.len()).map(|row| f64::from(other.row(row)[column])).collect();
        let mean = theirs.iter().sum::<f64>() / theirs.len() as f64;
        let variance =
            theirs.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / theirs.len() as f64;
        let largest = pairs
            .iter()
            // The other table was read in single precision, so ours is compared in it.
            .map(|&(row, other)| {
                (f64::from(sheet.values[row * width + at] as f32) - theirs[other]).abs()
            })
            .fold(0.0, f64::max);
        text += &format!("{name:26} {largest:>12.2e} {:>16.2e}\n", largest / variance.sqrt());
    }
    Ok(text)
}
