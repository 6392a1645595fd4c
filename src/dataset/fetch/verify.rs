//! What of a data set is missing, altered, or there without being listed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::listing::Listing;
use super::place::Place;
use super::{Error, Manifest};
use crate::dataset::{Table, clips, locate};
use crate::watch::{Event, Watch};
use crate::workers::{self, Then};

/// What was found of a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// What was looked at: the sound's folder, or a table.
    pub of: PathBuf,
    /// Files, or rows of a table, that are as they should be.
    pub right: usize,
    /// Listed, and not there.
    pub missing: Vec<String>,
    /// There, with another content than is listed.
    pub altered: Vec<String>,
    /// There, and not listed.
    pub unlisted: Vec<String>,
    /// What could not be told, and why; empty where everything could.
    pub untold: String,
}

impl Verified {
    /// Whether all is as listed.
    pub fn holds(&self) -> bool {
        self.missing.is_empty() && self.altered.is_empty() && self.unlisted.is_empty()
    }
}

/// Holds what is here of a data set to its listing, content by content.
///
/// Sound that was fetched is held to the hashes written when it was unpacked; sound from elsewhere to
/// the names of the index. Gives nothing where nothing of the set is here.
///
/// # Errors
/// When a listing or table cannot be read, or the watcher asks to stop.
pub fn verify(
    manifest: &Manifest,
    data: &Path,
    jobs: usize,
    watch: &dyn Watch,
) -> Result<Vec<Verified>, Error> {
    let mut found = Vec::new();
    let place = Place::of(data, &manifest.name);
    if let Some(sound) = super::status::sound(manifest, data) {
        found.push(match Listing::read(&sound)? {
            Some(listing) => listed(&sound, &listing, jobs, watch)?,
            None => named(&sound, manifest)?,
        });
    }
    if manifest.table.is_some()
        && let Ok(path) = locate::gtzan_table(data)
        && !locate::is_extracted(&path)
    {
        found.push(published(manifest, &path)?);
    }
    if place.table().is_file() {
        found.push(extracted(manifest, &place)?);
    }
    Ok(found)
}

fn under(folder: &Path) -> Result<BTreeSet<String>, Error> {
    let files = match clips::find(&[folder.to_owned()]) {
        Ok(files) => files,
        Err(crate::dataset::Error::NoClips { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let name = |file: PathBuf| {
        let under = file.strip_prefix(folder).unwrap_or(&file);
        under.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    };
    Ok(files.into_iter().map(name).collect())
}

fn listed(
    folder: &Path,
    listing: &Listing,
    jobs: usize,
    watch: &dyn Watch,
) -> Result<Verified, Error> {
    let files: Vec<_> = listing.files.iter().collect();
    watch.event(&Event::StageStarted { what: "files", total: files.len() });
    let hashes = workers::answers(
        files.len(),
        jobs,
        || watch.stop(),
        |at| {
            let hash = std::fs::read(folder.join(files[at].0)).map(|it| blake3::hash(&it));
            watch.event(&Event::StageAdvanced);
            (hash, Then::GoOn)
        },
    );
    watch.event(&Event::StageEnded);
    let mut verified = Verified { of: folder.to_owned(), ..Verified::default() };
    for ((path, file), hash) in files.iter().zip(hashes) {
        match hash {
            None => return Err(Error::Stopped),
            Some(Ok(hash)) if hash.to_hex().as_str() == file.blake3 => verified.right += 1,
            Some(Ok(_)) => verified.altered.push((*path).clone()),
            Some(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                verified.missing.push((*path).clone());
            }
            Some(Err(source)) => return Err(Error::Read { path: folder.join(path), source }),
        }
    }
    let there = under(folder)?;
    verified.unlisted = there.into_iter().filter(|it| !listing.files.contains_key(it)).collect();
    Ok(verified)
}

/// Sound that nobody listed: names alone can be told.
fn named(folder: &Path, manifest: &Manifest) -> Result<Verified, Error> {
    let index = manifest.index()?;
    let mut verified = Verified {
        of: folder.to_owned(),
        untold:
            "it was not fetched by this program, so names alone were held to the index; whether a \
                 file is altered cannot be told"
                .to_owned(),
        ..Verified::default()
    };
    let mut seen = BTreeSet::new();
    for file in under(folder)? {
        let track = clips::name(Path::new(&file));
        if index.tracks.contains_key(&track) && seen.insert(track) {
            verified.right += 1;
        } else {
            verified.unlisted.push(file);
        }
    }
    verified.missing = index.tracks.into_keys().filter(|track| !seen.contains(track)).collect();
    Ok(verified)
}

fn published(manifest: &Manifest, path: &Path) -> Result<Verified, Error> {
    let table = Table::read(path)?;
    let mut verified = rows(manifest, &table, path)?;
    let is_csv = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("csv"));
    match &manifest.table {
        Some(known) if is_csv && known.blake3 != table.hash => {
            verified.altered.push(format!(
                "the whole file: it is not the published table byte for byte (BLAKE3 {:.12}… for \
                 {:.12}…)",
                table.hash, known.blake3
            ));
        }
        Some(_) if is_csv => {}
        _ => {
            let untold =
                "there is no published hash of a Parquet file; its rows were held to the index";
            untold.clone_into(&mut verified.untold);
        }
    }
    Ok(verified)
}

fn extracted(manifest: &Manifest, place: &Place) -> Result<Verified, Error> {
    let path = place.table();
    let mut verified = rows(manifest, &Table::read(&path)?, &path)?;
    // Of a copy that lacks tracks the table lacks them too, which its listing says already.
    if let Some(listing) = Listing::read(&place.sound())? {
        let tracks: BTreeSet<&str> = listing.files.values().map(|it| it.track.as_str()).collect();
        verified.missing.retain(|track| tracks.contains(track.as_str()));
    }
    Ok(verified)
}

/// Rows of a table held to the index.
fn rows(manifest: &Manifest, table: &Table, path: &Path) -> Result<Verified, Error> {
    let index = manifest.index()?;
    let ids: BTreeSet<&String> = table.ids.iter().collect();
    let (right, unlisted): (Vec<_>, Vec<_>) =
        ids.iter().partition(|id| index.tracks.contains_key(id.as_str()));
    let missing = index.tracks.keys().filter(|track| !ids.contains(track)).cloned();
    Ok(Verified {
        of: path.to_owned(),
        right: right.len(),
        missing: missing.collect(),
        unlisted: unlisted.into_iter().cloned().collect(),
        ..Verified::default()
    })
}
