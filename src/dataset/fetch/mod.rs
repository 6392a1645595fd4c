//! A data set from its public address to a folder that experiments can use.
//!
//! Download (going on where it broke off), verify, unpack, extract features, list every file with its
//! hash. Each step leaves its result whole or not at all, so the same call goes on after any break.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Cache, Effort, Failed, Index, Sheet};
use crate::watch::{Event, Watch};

mod connection;
mod digest;
mod download;
mod error;
mod features;
mod listing;
mod manifest;
mod place;
mod status;
mod table;
mod tarball;
mod unpack;
mod verify;
mod zipped;

pub use download::Patience;
pub use error::Error;
pub use listing::{Listed, Listing};
pub use manifest::{Manifest, Published};
pub use place::{EXTRACTED, Place};
pub use status::{Status, status};
pub use table::{Placed, place as place_table};
pub use verify::{Verified, verify};

use download::Download;

/// What is fetched, and from where.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The data set.
    pub manifest: &'a Manifest,
    /// The data folder; the set goes into a folder of its name in it.
    pub data: &'a Path,
    /// A mirror's address or a file, in place of the manifest's addresses.
    pub from: Option<&'a str>,
    /// Whether an archive is taken whose length or checksum is not the published one.
    pub unverified: bool,
    /// Whether the archive is kept after unpacking.
    pub keep: bool,
    /// How often a download is tried again.
    pub patience: Patience,
}

/// How features are extracted, and who watches.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    /// Where extracted features are kept.
    pub cache: &'a Cache,
    /// How clips are extracted.
    pub effort: Effort,
    /// Told of what happens, and asked whether to stop.
    pub watch: &'a dyn Watch,
}

/// A data set that is here.
#[derive(Debug)]
pub struct Fetched {
    /// Where it lies.
    pub place: Place,
    /// How many tracks can be used, by genre.
    pub genres: BTreeMap<String, usize>,
    /// Whether it was here already.
    pub found: bool,
    /// Clips that cannot be decoded, with the reasons.
    pub unreadable: Vec<Failed>,
    /// What is not as it is known to be, each in a sentence.
    pub faults: Vec<String>,
}

/// Fetches a data set, or what is missing of it.
///
/// # Errors
/// When the archive cannot be had, is not the published one, must not be unpacked, or the disk does
/// not take it. What was finished stays, and the same call goes on from there.
pub fn fetch(order: &Order, reach: &Reach) -> Result<Fetched, Error> {
    let place = Place::of(order.data, &order.manifest.name);
    let _lock = place.lock()?;
    let known = order.manifest.index()?;
    if let Some(fetched) = found(order, &place, reach)? {
        return Ok(fetched);
    }
    let own = place.folder.join(&order.manifest.archive);
    let archive = match order.from {
        Some(from) if !from.contains("://") => {
            check(order, Path::new(from), reach.watch)?;
            PathBuf::from(from)
        }
        _ => {
            obtain(order, &own, reach.watch)?;
            own.clone()
        }
    };
    let staging = place.staging();
    clear(&staging)?;
    let unpacked = unpack(&archive, &staging, order, &known, reach);
    let (listing, sheet, unreadable) = match unpacked {
        Ok(unpacked) => unpacked,
        Err(error) => {
            // Half of it is of no use, and may be what fills the disk.
            let _ = std::fs::remove_dir_all(&staging);
            // An archive of ours that cannot be unpacked would fail each time.
            if matches!(error, Error::Archive { .. }) && archive == own {
                let _ = std::fs::remove_file(&own);
            }
            return Err(error);
        }
    };
    install(&place, &listing, &unreadable, &known)?;
    features::write(&sheet, &place.table())?;
    if archive == own && !order.keep {
        std::fs::remove_file(&own).map_err(|source| Error::write(&own, source))?;
    }
    finished(order, place, &listing, &sheet, unreadable, false)
}

/// What is here already, whole; its table is made where it is missing.
fn found(order: &Order, place: &Place, reach: &Reach) -> Result<Option<Fetched>, Error> {
    let sound = place.sound();
    let Some(listing) = Listing::read(&sound)? else { return Ok(None) };
    let lacking = listing.lacking(&sound);
    if let Some(first) = lacking.first() {
        let notice = format!(
            "{} of {} listed files are missing or altered, {first} first; the archive is fetched again",
            lacking.len(),
            listing.files.len()
        );
        reach.watch.event(&Event::Notice(&notice));
        return Ok(None);
    }
    let (sheet, failed) = features::extract(&listing.paths(&sound), reach)?;
    if let Some(failed) = failed.first() {
        return Err(Error::Archive {
            path: sound,
            reason: format!("{}; `crossfold data verify` says what is altered", failed.reason),
        });
    }
    features::write(&sheet, &place.table())?;
    finished(order, place.clone(), &listing, &sheet, Vec::new(), true).map(Some)
}

/// Downloads the archive, unless it is here from a call before.
fn obtain(order: &Order, to: &Path, watch: &dyn Watch) -> Result<(), Error> {
    if to.is_file() {
        // A call before verified it; what it was told to take unverified is judged anew.
        if check(order, to, watch).is_ok() {
            return Ok(());
        }
        if watch.stop() {
            return Err(Error::Stopped);
        }
        std::fs::remove_file(to).map_err(|source| Error::write(to, source))?;
    }
    let given = order.from.map(|from| vec![from.to_owned()]);
    let addresses = given.as_deref().unwrap_or(&order.manifest.addresses);
    let download = Download {
        manifest: order.manifest,
        addresses,
        verified: !order.unverified,
        to: to.to_owned(),
        patience: order.patience,
        watch,
    };
    download.run()
}

/// Holds an archive to what is published of it.
fn check(order: &Order, path: &Path, watch: &dyn Watch) -> Result<(), Error> {
    let facts = std::fs::metadata(path)
        .and_then(|facts| {
            let is_file = facts.is_file();
            if is_file { Ok(facts) } else { Err(std::io::Error::other("it is not a file")) }
        })
        .map_err(|source| Error::Read { path: path.to_owned(), source })?;
    if order.unverified {
        return Ok(());
    }
    let not_published =
        |difference: String| Error::NotPublished { path: path.to_owned(), difference };
    let (bytes, manifest) = (facts.len(), order.manifest);
    if let Some(published) = manifest.bytes.filter(|published| *published != bytes) {
        return Err(not_published(format!("it has {bytes} bytes, not {published}")));
    }
    let found = digest::md5(path, watch)?;
    if found.eq_ignore_ascii_case(&manifest.md5) {
        return Ok(());
    }
    Err(not_published(format!("its MD5 is {found}, not {}", manifest.md5)))
}

fn clear(folder: &Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::write(folder, error))
        }
        _ => Ok(()),
    }
}

/// The archive as files in the staging folder, with their listing and features.
fn unpack(
    archive: &Path,
    staging: &Path,
    order: &Order,
    known: &Index,
    reach: &Reach,
) -> Result<(Listing, Sheet, Vec<Failed>), Error> {
    std::fs::create_dir_all(staging).map_err(|source| Error::write(staging, source))?;
    let tracks = order.manifest.tracks;
    let mut listing = unpack::unpack(archive, staging, known, tracks, reach.watch)?;
    let (sheet, failed) = features::extract(&listing.paths(staging), reach)?;
    if sheet.filenames.is_empty() {
        return Err(Error::Archive {
            path: archive.to_owned(),
            reason: format!("no clip of it can be decoded; the first says: {}", failed[0].reason),
        });
    }
    listing.files.retain(|path, _| !failed.iter().any(|it| it.path == staging.join(path)));
    Ok((listing, sheet, failed))
}

/// Moves files from the staging folder to their places, and writes the listing last: without it, the
/// next call begins anew. Files of others beside them stay.
fn install(
    place: &Place,
    listing: &Listing,
    unreadable: &[Failed],
    known: &Index,
) -> Result<(), Error> {
    let (staging, sound) = (place.staging(), place.sound());
    let moved = |from: PathBuf, to: PathBuf| {
        let folder = to.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder.and_then(|()| std::fs::rename(&from, &to)).map_err(|source| Error::write(to, source))
    };
    for failed in unreadable {
        let name = failed.path.file_name().unwrap_or_default();
        moved(failed.path.clone(), place.unreadable().join(name))?;
    }
    for path in listing.files.keys() {
        moved(staging.join(path), sound.join(path))?;
    }
    listing.write(&sound, known)?;
    clear(&staging)
}

/// Holds the set to what is known of it.
fn finished(
    order: &Order,
    place: Place,
    listing: &Listing,
    sheet: &Sheet,
    unreadable: Vec<Failed>,
    found: bool,
) -> Result<Fetched, Error> {
    let mut genres = BTreeMap::new();
    for label in &sheet.labels {
        *genres.entry(label.clone()).or_insert(0) += 1;
    }
    let mut faults = Vec::new();
    let wanted = order.manifest.tracks;
    // A clip that cannot be decoded was in the archive.
    let aside = std::fs::read_dir(place.unreadable()).map_or(0, Iterator::count);
    let there = listing.files.len() + aside.max(unreadable.len());
    if there != wanted {
        let known = order.manifest.index()?;
        let have = |track: &&String| listing.files.values().any(|it| it.track == **track);
        let missing: Vec<&str> =
            known.tracks.keys().filter(|it| !have(it)).map(String::as_str).collect();
        let first = if known.tracks.len() == wanted {
            let few = missing.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            let more = if missing.len() > 5 { ", …" } else { "" };
            format!("; missing: {few}{more}")
        } else {
            String::new()
        };
        faults.push(format!("this copy has {there} of {wanted} tracks{first}"));
    }
    let (strangers, compared) = features::strangers(sheet)?;
    if let Some(first) = strangers.first() {
        faults.push(format!(
            "{} of {compared} tracks sound otherwise than those whose features come with the program, \
             {first} first: this copy is not the published recordings",
            strangers.len()
        ));
    }
    Ok(Fetched { place, genres, found, unreadable, faults })
}
