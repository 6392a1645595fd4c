//! The published feature table, brought by its owner: checked, and put where it is looked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::place::Place;
use super::{Error, Manifest};
use crate::atomic;
use crate::dataset::{Index, Table, locate};
use crate::features;

/// A table that was put into its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where it lies now.
    pub path: PathBuf,
    /// Whether it is the published one byte for byte, so that committed records hold for it.
    pub published: bool,
    /// How many rows it has.
    pub rows: usize,
}

/// Checks a copy of the published table and puts it into its place under the data folder.
///
/// # Errors
/// When the set has no published table, the file is not what that is (row and column are named), or
/// another table would be found in its stead.
pub fn place(manifest: &Manifest, data: &Path, file: &Path) -> Result<Placed, Error> {
    let mistake = |reason: String| Error::Table { path: file.to_owned(), reason };
    let Some(published) = &manifest.table else {
        let name = &manifest.name;
        return Err(mistake(format!(
            "{name} has no published table; its features come with the program"
        )));
    };
    let bytes =
        std::fs::read(file).map_err(|source| Error::Read { path: file.to_owned(), source })?;
    let table = Table::from_bytes(&bytes, file)?;
    check(&table, &manifest.index()?).map_err(mistake)?;
    let ending = file.extension().is_some_and(|it| it.eq_ignore_ascii_case("parquet"));
    let name = Path::new(&published.file);
    let name = if ending { name.with_extension("parquet") } else { name.to_owned() };
    let there = Place::of(data, &manifest.name);
    let path = there.folder.join(name);
    let placed = Placed { published: table.hash == published.blake3, rows: table.ids.len(), path };
    // A table that lies there is not replaced: nobody knows what was made with it.
    let found = locate::gtzan_table(data).ok();
    if let Some(found) = found.filter(|found| !locate::is_extracted(found)) {
        let same = std::fs::read(&found).is_ok_and(|other| other == bytes);
        if same {
            return Ok(Placed { path: found, ..placed });
        }
        let found = found.display();
        return Err(mistake(format!(
            "{found} is another table, and is found before this one; move it away first"
        )));
    }
    let _lock = there.lock()?;
    atomic::write(&placed.path, &bytes).map_err(|source| Error::write(&placed.path, source))?;
    Ok(placed)
}

/// Whether a table has every track of the index with its genre, and the published columns.
fn check(table: &Table, index: &Index) -> Result<(), String> {
    let columns: BTreeSet<&str> = table.columns.iter().map(String::as_str).collect();
    let wanted: BTreeSet<&str> = features::columns().iter().copied().collect();
    if let Some(missing) = wanted.difference(&columns).next() {
        let count = wanted.difference(&columns).count();
        return Err(format!("{count} of the 57 columns are missing, `{missing}` first"));
    }
    if let Some(more) = columns.difference(&wanted).next() {
        return Err(format!("column `{more}` is none of the 57 published ones; leave it out"));
    }
    let mut seen = BTreeSet::new();
    for (row, (id, label)) in table.ids.iter().zip(&table.labels).enumerate() {
        let line = row + 2;
        let Some(track) = index.tracks.get(id) else {
            return Err(format!(
                "row {line}: `{id}` is no track of GTZAN; file names are GENRE.000NN.wav, and the \
                 table is that of whole clips, not of 3 s segments"
            ));
        };
        if track.genre != *label {
            return Err(format!("row {line}: `{id}` is labelled `{label}`, not `{}`", track.genre));
        }
        if !seen.insert(id.as_str()) {
            return Err(format!("row {line}: `{id}` is there a second time"));
        }
    }
    let missing: Vec<&String> =
        index.tracks.keys().filter(|track| !seen.contains(track.as_str())).collect();
    match missing.first() {
        None => Ok(()),
        Some(first) => {
            let (rows, all) = (seen.len(), index.tracks.len());
            Err(format!("it has {rows} of {all} rows; {first} is the first that is missing"))
        }
    }
}
