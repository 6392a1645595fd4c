//! A folder of sound files as a data set.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::cache::Cache;
use super::export::Sheet;
use super::index::{Index, Track};
use super::labelled::Dataset;
use super::prepare::{Effort, Extraction, prepare};
use super::table::median_seconds;
use super::table::{Table, stem};
use super::{Error, clips};
use crate::features::Recipe;
use crate::watch::{Event, Watch};

/// Where the sound is and what is made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    /// The folder; clips lie as `genre/clip.wav` unless there is an index.
    pub path: PathBuf,
    /// A CSV of `path,genre` and, where known, `artist`; paths are relative to the folder.
    pub index: Option<PathBuf>,
    /// What is computed of each clip.
    pub recipe: Recipe,
}

impl Folder {
    /// Extracts every clip, or takes it from the cache.
    ///
    /// # Errors
    /// When a listed file is missing, a clip cannot be used (all of them are named), or there are
    /// fewer than two genres.
    pub fn dataset(
        &self,
        cache: &Cache,
        effort: Effort,
        watch: &dyn Watch,
    ) -> Result<Dataset, Error> {
        let (index, files) = self.index()?;
        let prepared = prepare(&files, &Extraction::Rows(self.recipe), cache, effort, watch);
        if watch.stop() {
            return Err(Error::Stopped);
        }
        if !prepared.failed.is_empty() {
            let reasons: Vec<&str> = prepared.failed.iter().map(|it| it.reason.as_str()).collect();
            return Err(Error::Clips {
                failed: reasons.len(),
                clips: files.len(),
                reasons: reasons.join("\n  - "),
            });
        }
        if prepared.found > 0 {
            let found = prepared.found;
            watch.event(&Event::Notice(&format!("{found} of {} clips were cached", files.len())));
        }
        let sheet = Sheet::new(&files, &prepared.blocks, &Extraction::Rows(self.recipe));
        let name = self.path.file_name().map_or_else(String::new, |it| it.to_string_lossy().into());
        // Without a single known artist nobody can keep artists apart: better to say so than to take
        // every track for an artist.
        let artists = index.tracks.values().any(|track| !track.artist.is_empty());
        let known = artists.then_some(&index);
        let table = self.table(&sheet, &index, &files);
        let files = files.into_iter().map(|file| (self.name_of(&file), file)).collect();
        Dataset::audio(&name, table, known, files, &self.path, self.recipe)
    }

    /// The listed files, or those that are found.
    fn index(&self) -> Result<(Index, Vec<PathBuf>), Error> {
        if let Some(path) = &self.index {
            let text = std::fs::read_to_string(path)
                .map_err(|source| Error::Read { path: path.clone(), source })?;
            let index = Index::of_files(&text, &path.display().to_string())?;
            let files: Vec<PathBuf> =
                index.tracks.keys().map(|track| self.path.join(track)).collect();
            if let Some(missing) = files.iter().find(|file| !file.is_file()) {
                return Err(Error::Index {
                    place: path.display().to_string(),
                    reason: format!("it lists {}, which is not there", missing.display()),
                });
            }
            return Ok((index, files));
        }
        let files = clips::find(std::slice::from_ref(&self.path))?;
        let mut text = String::new();
        let mut tracks = BTreeMap::new();
        for (number, file) in files.iter().enumerate() {
            let track = self.name_of(file);
            text += &format!("{track}\n");
            let facts = Track {
                track: track.clone(),
                genre: clips::genre(file).unwrap_or_default(),
                artist: String::new(),
                artist_group: number,
                duplicate_of: String::new(),
                parts: BTreeMap::new(),
            };
            tracks.insert(track, facts);
        }
        let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
        Ok((Index { tracks, hash }, files))
    }

    /// A file's path under the folder, with forward slashes.
    fn name_of(&self, file: &Path) -> String {
        let under = file.strip_prefix(&self.path).unwrap_or(file);
        under.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    }

    #[allow(clippy::cast_possible_truncation)]
    fn table(&self, sheet: &Sheet, index: &Index, files: &[PathBuf]) -> Table {
        let rows_of_clip = sheet.rows_of_clip.iter();
        let tracks: Vec<String> = rows_of_clip.map(|&clip| self.name_of(&files[clip])).collect();
        let ids = tracks.iter().zip(&sheet.filenames).map(|(track, name)| {
            let folder = track.rsplit_once('/').map_or(String::new(), |(it, _)| format!("{it}/"));
            format!("{folder}{}", stem(name))
        });
        let mut hasher = blake3::Hasher::new();
        for value in &sheet.values {
            hasher.update(&value.to_le_bytes());
        }
        Table {
            ids: ids.collect(),
            labels: tracks.iter().map(|track| index.tracks[track].genre.clone()).collect(),
            columns: sheet.columns.clone(),
            values: sheet.values.iter().map(|&value| value as f32).collect(),
            hash: hasher.finalize().to_hex().to_string(),
            seconds: median_seconds(&sheet.lengths),
            tracks: Some(tracks),
        }
    }
}
