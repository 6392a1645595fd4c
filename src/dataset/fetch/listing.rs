//! The index that lies beside fetched sound: which files there are, and what each must hold.
//!
//! A CSV of `path,genre,artist,…,bytes,blake3`, so it also serves as the `index` of an experiment on
//! the folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Error;
use crate::atomic;
use crate::dataset::Index;

/// What one file must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The track.
    pub track: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

/// The files of a folder, by their path in it, with forward slashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The files.
    pub files: BTreeMap<String, Listed>,
}

/// Its name in the folder that it lists.
pub const NAME: &str = "index.csv";

impl Listing {
    /// The listing of a folder; `None` where there is none.
    ///
    /// # Errors
    /// When there is one that cannot be read; the message names the line.
    pub fn read(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(NAME);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Read { path, source }),
        };
        let index = Index::of_files(&text, &path.display().to_string())?;
        let mut files = BTreeMap::new();
        for (name, facts) in index.tracks {
            let said = |column: &str| facts.parts.get(column).map(String::as_str);
            let (Some(bytes), Some(blake3)) =
                (said("bytes").and_then(|it| it.parse().ok()), said("blake3"))
            else {
                let reason = format!("{name} has no `bytes` and `blake3`; fetch the set again");
                return Err(Error::Manifest { place: path.display().to_string(), reason });
            };
            let track = crate::dataset::clips::name(Path::new(&name));
            files.insert(name, Listed { track, bytes, blake3: blake3.to_owned() });
        }
        Ok(Some(Self { files }))
    }

    /// Writes it into the folder, with what `known` says of the tracks.
    pub(super) fn write(&self, folder: &Path, known: &Index) -> Result<(), Error> {
        let path = folder.join(NAME);
        let text = self
            .text(known)
            .map_err(|reason| Error::Manifest { place: path.display().to_string(), reason })?;
        atomic::write(&path, &text).map_err(|source| Error::write(path, source))
    }

    fn text(&self, known: &Index) -> Result<Vec<u8>, String> {
        let wrong = |error: csv::Error| error.to_string();
        let paths: BTreeMap<&str, &str> =
            self.files.iter().map(|(path, file)| (file.track.as_str(), path.as_str())).collect();
        let parts: Vec<&String> =
            known.tracks.values().next().map_or(Vec::new(), |track| track.parts.keys().collect());
        let mut table = csv::Writer::from_writer(Vec::new());
        let heads = ["path", "genre", "artist", "artist_group", "duplicate_of"];
        let heads = heads.into_iter().chain(parts.iter().map(|it| it.as_str()));
        table.write_record(heads.chain(["bytes", "blake3"])).map_err(wrong)?;
        for (path, file) in &self.files {
            let facts =
                known.tracks.get(&file.track).ok_or_else(|| format!("{path} is not known"))?;
            // Names of tracks are paths here, those of their duplicates too.
            let duplicate = paths.get(facts.duplicate_of.as_str()).copied().unwrap_or_default();
            let (group, bytes) = (facts.artist_group.to_string(), file.bytes.to_string());
            let line = [path, &facts.genre, &facts.artist, &group, duplicate];
            let line = line.into_iter().chain(parts.iter().map(|it| facts.parts[*it].as_str()));
            table.write_record(line.chain([bytes.as_str(), &file.blake3])).map_err(wrong)?;
        }
        table.into_inner().map_err(|error| error.to_string())
    }

    /// The listed files that are not there with their content.
    pub fn lacking(&self, folder: &Path) -> Vec<&str> {
        let lacks = |(path, file): (&'_ String, &Listed)| {
            let content = std::fs::read(folder.join(path));
            !content.is_ok_and(|bytes| blake3::hash(&bytes).to_hex().as_str() == file.blake3)
        };
        self.files.iter().filter(|&it| lacks(it)).map(|(path, _)| path.as_str()).collect()
    }

    /// Where the files lie.
    pub(super) fn paths(&self, folder: &Path) -> Vec<PathBuf> {
        self.files.keys().map(|path| folder.join(path)).collect()
    }
}
