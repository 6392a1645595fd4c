//! An archive to a folder of sound, trusting nothing in it.
//!
//! Only tracks of the index are written, as `GENRE/TRACK.EXTENSION` whatever lies above them, and
//! only as plain files. A path that leads out of its folder, a link or a special file ends it: an
//! archive of music has no use for them. What unpacks to more than the set can need ends it too.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::listing::{Listed, Listing};
use super::{Error, tarball, zipped};
use crate::dataset::{Index, clips};
use crate::watch::{Event, Watch};

/// The largest clip, in bytes: twelve minutes of GTZAN's format.
const CLIP: u64 = 32 << 20;
/// Entries of an archive at most; Kaggle's has three thousand.
pub(super) const ENTRIES: usize = 50_000;

/// What an archive may unpack to, in bytes: three times the usual clip for each track.
fn most(tracks: usize) -> u64 {
    (tracks as u64 * (4 << 20)) + (32 << 20)
}

/// Unpacks an archive, `.tar.gz` or `.zip` by its content, into an empty folder.
///
/// # Errors
/// When it is no such archive, is damaged, or holds what it must not; entry and reason are named. What
/// was written by then stays for the caller to remove.
pub(super) fn unpack(
    archive: &Path,
    folder: &Path,
    known: &Index,
    tracks: usize,
    watch: &dyn Watch,
) -> Result<Listing, Error> {
    let unreadable = |source| Error::Read { path: archive.to_owned(), source };
    let mut file = File::open(archive).map_err(unreadable)?;
    let mut magic = Vec::new();
    (&file).take(4).read_to_end(&mut magic).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut sink = Sink {
        archive,
        folder,
        known,
        watch,
        listing: Listing::default(),
        entries: 0,
        left: most(tracks),
        most: most(tracks),
    };
    let total = file.metadata().map_err(unreadable)?.len();
    watch.event(&Event::BytesStarted { what: "unpacking", done: 0, total: Some(total) });
    let done = match magic.as_slice() {
        [0x1f, 0x8b, ..] => tarball::unpack(file, &mut sink),
        [b'P', b'K', ..] => zipped::unpack(file, &mut sink),
        _ => Err(sink.wrong("it is neither a .tar.gz nor a .zip")),
    };
    watch.event(&Event::StageEnded);
    done?;
    if sink.listing.files.is_empty() {
        return Err(sink.wrong("it holds no track of the index; tracks are GENRE/GENRE.000NN.wav"));
    }
    Ok(sink.listing)
}

/// Where entries go.
pub(super) struct Sink<'a> {
    archive: &'a Path,
    folder: &'a Path,
    known: &'a Index,
    pub(super) watch: &'a dyn Watch,
    listing: Listing,
    entries: usize,
    left: u64,
    most: u64,
}

/// A wanted entry.
pub(super) struct Wanted {
    track: String,
    genre: String,
    file: String,
}

impl Sink<'_> {
    /// Something is wrong with the archive.
    pub(super) fn wrong(&self, reason: &str) -> Error {
        Error::Archive { path: self.archive.to_owned(), reason: reason.to_owned() }
    }

    /// Something is wrong with an entry.
    pub(super) fn wrong_entry(&self, name: &str, reason: &str) -> Error {
        // A name may hold anything, escapes for the terminal too.
        self.wrong(&format!("entry {name:?} {reason}; nothing of it was kept"))
    }

    /// What the decompressed data may still amount to.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// The message of an archive that unpacks to too much.
    pub(super) fn bomb(&self) -> Error {
        let most = super::download::megabytes(self.most);
        self.wrong(&format!("it unpacks to more than {most}, which no copy of this set does"))
    }

    /// Judges the name of an entry: `None` where it is not wanted.
    pub(super) fn judge(&mut self, name: &str) -> Result<Option<Wanted>, Error> {
        self.entries += 1;
        if self.entries > ENTRIES {
            return Err(self.wrong(&format!("it has more than {ENTRIES} entries")));
        }
        if self.watch.stop() {
            return Err(Error::Stopped);
        }
        let pieces: Vec<&str> = name.split(['/', '\\']).filter(|it| *it != ".").collect();
        let drive = pieces[..pieces.len().min(1)].iter().any(|first| first.ends_with(':'));
        if name.starts_with(['/', '\\']) || drive || pieces.contains(&"..") {
            return Err(self.wrong_entry(name, "leads out of its folder"));
        }
        let [.., genre, file] = pieces.as_slice() else { return Ok(None) };
        let track = clips::name(Path::new(file));
        let is_track = self.known.tracks.get(&track).is_some_and(|it| it.genre == *genre);
        if file.starts_with('.') || !clips::is_clip(Path::new(file)) || !is_track {
            return Ok(None);
        }
        let twice = |listed: &Listed| listed.track == track;
        if self.listing.files.values().any(twice) {
            return Err(self.wrong_entry(name, "is the second of that track"));
        }
        Ok(Some(Wanted { track, genre: (*genre).to_owned(), file: (*file).to_owned() }))
    }

    /// Writes a wanted entry.
    pub(super) fn take(&mut self, wanted: Wanted, content: &mut dyn Read) -> Result<(), Error> {
        let name = format!("{}/{}", wanted.genre, wanted.file);
        let path = self.folder.join(&wanted.genre).join(&wanted.file);
        let unwritten = |source| Error::write(&path, source);
        std::fs::create_dir_all(self.folder.join(&wanted.genre)).map_err(unwritten)?;
        let mut file = File::create_new(&path).map_err(unwritten)?;
        let mut hasher = blake3::Hasher::new();
        let (mut bytes, mut piece) = (0, vec![0; 1 << 16]);
        loop {
            if self.watch.stop() {
                return Err(Error::Stopped);
            }
            let count = match content.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.damaged(&error)),
            };
            bytes += count as u64;
            if bytes > CLIP {
                let reason = format!("unpacks to more than {} MiB", CLIP >> 20);
                return Err(self.wrong_entry(&name, &reason));
            }
            if count as u64 > self.left {
                return Err(self.bomb());
            }
            self.left -= count as u64;
            hasher.update(&piece[..count]);
            file.write_all(&piece[..count]).map_err(unwritten)?;
        }
        let blake3 = hasher.finalize().to_hex().to_string();
        self.listing.files.insert(name, Listed { track: wanted.track, bytes, blake3 });
        Ok(())
    }

    /// The message of an archive that cannot be read to its end.
    pub(super) fn damaged(&self, error: &std::io::Error) -> Error {
        if matches!(error.get_ref(), Some(inner) if inner.is::<TooMuch>()) {
            return self.bomb();
        }
        self.wrong(&format!("it is damaged or cut off: {error}; fetch it again"))
    }
}

/// Said by a reader that has given as much as it may.
#[derive(Debug, thiserror::Error)]
#[error("too much")]
pub(super) struct TooMuch;

/// A reader that gives so many bytes and then an error.
pub(super) struct Bounded<R> {
    pub(super) from: R,
    pub(super) left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, piece: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(piece)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(std::io::Error::other(TooMuch)),
        }
        Ok(count)
    }
}

/// A reader that tells how far it is.
pub(super) struct Told<'a, R> {
    pub(super) from: R,
    pub(super) watch: &'a dyn Watch,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, piece: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(piece)?;
        self.watch.event(&Event::BytesAdvanced(count as u64));
        Ok(count)
    }
}
