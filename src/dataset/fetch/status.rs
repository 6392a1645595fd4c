//! Which data sets are on this machine, and what of each.

use std::path::{Path, PathBuf};

use super::download;
use super::listing::Listing;
use super::place::Place;
use super::{Error, Manifest};
use crate::dataset::{clips, locate};

/// What of a data set is on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The data set.
    pub name: String,
    /// How many tracks the index of the program lists.
    pub tracks: usize,
    /// The table that an experiment would read; `None` where there is none, or it comes with the program.
    pub table: Option<PathBuf>,
    /// Whether that table was extracted by this program.
    pub extracted: bool,
    /// Whether the set's features come with the program.
    pub embedded: bool,
    /// The folder of its sound.
    pub sound: Option<PathBuf>,
    /// How many sound files are in it.
    pub clips: usize,
    /// How many files its listing has, where it was fetched.
    pub listed: Option<usize>,
    /// An array of log-mel spectrograms.
    pub frames: Option<PathBuf>,
    /// A download that broke off, and how many bytes of how many it has.
    pub begun: Option<(PathBuf, u64, Option<u64>)>,
}

/// The folder of a set's sound under a data folder.
pub(super) fn sound(manifest: &Manifest, data: &Path) -> Option<PathBuf> {
    let fetched = Place::of(data, &manifest.name).sound();
    if fetched.is_dir() {
        return Some(fetched);
    }
    if manifest.name == "gtzan" { locate::gtzan_sound(data) } else { None }
}

/// What of a data set is under a data folder; contents are not read.
///
/// # Errors
/// When a listing cannot be read.
pub fn status(manifest: &Manifest, data: &Path) -> Result<Status, Error> {
    let place = Place::of(data, &manifest.name);
    let embedded = manifest.name == "gtzan-mini";
    let table = if embedded {
        Some(place.table()).filter(|path| path.is_file())
    } else {
        locate::gtzan_table(data).ok()
    };
    let sound = sound(manifest, data);
    let listing = match &sound {
        Some(folder) => Listing::read(folder)?,
        None => None,
    };
    let part = download::part(&place.folder.join(&manifest.archive));
    let begun = std::fs::metadata(&part).ok().map(|facts| (part, facts.len(), manifest.bytes));
    Ok(Status {
        name: manifest.name.clone(),
        tracks: manifest.index()?.tracks.len(),
        extracted: table.as_deref().is_some_and(locate::is_extracted),
        table,
        embedded,
        clips: sound
            .iter()
            .filter_map(|it| clips::find(std::slice::from_ref(it)).ok())
            .flatten()
            .count(),
        listed: listing.map(|listing| listing.files.len()),
        sound,
        frames: locate::gtzan_frames(data).map(|(array, _)| array).filter(|_| !embedded),
        begun,
    })
}
