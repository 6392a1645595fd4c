//! The log-mel spectrograms of a data set, wherever they come from.
//!
//! Blocks and sequences are made of them. They are read or extracted only when an experiment asks,
//! and tracks that the experiment does not have are passed over.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::prepare::{Effort, Extraction, prepare};
use super::stack::thinned;
use super::{Cache, Error, Tensor, clips, locate};
use crate::features::FrameRecipe;
use crate::watch::Watch;

/// Frames of a clip of GTZAN: every third or fourth of its 1290 to 1320.
pub const GTZAN_FRAMES: usize = 387;

/// What `crossfold extract` makes of the hundred tracks of the mini set, and the order of its rows.
const MINI: &[u8] = include_bytes!("../../data/gtzan-mini/log-mel.npz");
const MINI_TRACKS: &str = include_str!("../../data/gtzan-mini/log-mel.tracks.txt");

/// Every how many frames one is taken of sound whose number of frames nobody gave.
pub(super) const EVERY: usize = 3;

/// Clips whose frames are held at once in full.
const AT_ONCE: usize = 32;

/// Log-mel spectrograms of all units, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct LogMels {
    /// Frames of each.
    pub frames: usize,
    /// Mel bands of a frame.
    pub bands: usize,
    /// Levels in dB, unit after unit, frame after frame.
    pub values: Arc<Vec<f32>>,
}

impl LogMels {
    /// The frames of one unit.
    pub fn of(&self, unit: usize) -> &[f32] {
        let size = self.frames * self.bands;
        &self.values[unit * size..][..size]
    }

    /// BLAKE3 of all levels, in hexadecimal.
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut bytes = [[0; 4]; 4096];
        for values in self.values.chunks(bytes.len()) {
            let bytes = &mut bytes[..values.len()];
            bytes.iter_mut().zip(values).for_each(|(place, value)| *place = value.to_le_bytes());
            hasher.update(bytes.as_flattened());
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// Where the spectrograms come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// An array whose rows are named by a list.
    Array {
        /// The `.npz` or `.npy`.
        path: PathBuf,
        /// Name of the array in an archive.
        array: Option<String>,
        /// The list, one track a line.
        tracks: PathBuf,
    },
    /// The hundred tracks that come with the program.
    Mini,
    /// Sound files of the tracks.
    Sound {
        /// The files, each with its track.
        files: Vec<(String, PathBuf)>,
        /// Frames that each clip is thinned to; without, every third frame, cut to the shortest.
        frames: Option<usize>,
    },
    /// Read already.
    Read(LogMels),
    /// Nowhere, and what to do about it.
    Absent(String),
}

impl Source {
    /// The spectrograms of GTZAN under a data folder: an array, else the sound.
    pub(super) fn gtzan(folder: &Path, tracks: &[String]) -> Self {
        if let Some((path, tracks)) = locate::gtzan_frames(folder) {
            return Self::Array { path, array: None, tracks };
        }
        let sound = locate::gtzan_sound(folder).and_then(|sound| clips::find(&[sound]).ok());
        let Some(found) = sound else {
            return Self::Absent(format!(
                "there are no log-mel spectrograms of GTZAN in {folder}; put the sound there as \
                 audio/, genres/ or genres_original/, or what `crossfold extract genres -o \
                 log-mel.npz --recipe log-mel --frames {GTZAN_FRAMES} --half` makes of it as \
                 framewise/log-mel.npz",
                folder = folder.display()
            ));
        };
        let by_name: HashMap<String, PathBuf> =
            found.into_iter().map(|path| (clips::name(&path), path)).collect();
        let files: Option<Vec<(String, PathBuf)>> = tracks
            .iter()
            .map(|track| by_name.get(track).map(|path| (track.clone(), path.clone())))
            .collect();
        match files {
            Some(files) => Self::Sound { files, frames: Some(GTZAN_FRAMES) },
            None => {
                let missing: Vec<&String> =
                    tracks.iter().filter(|track| !by_name.contains_key(*track)).collect();
                Self::Absent(format!(
                    "the sound of {} tracks is missing, that of {} first; log-mel spectrograms are \
                     made of all or none",
                    missing.len(),
                    missing[0]
                ))
            }
        }
    }

    /// The spectrograms of these tracks, in this order.
    pub(super) fn read(
        &self,
        tracks: &[&str],
        cache: &Cache,
        effort: Effort,
        watch: &dyn Watch,
    ) -> Result<LogMels, Error> {
        match self {
            Self::Read(all) => Ok(all.clone()),
            Self::Absent(reason) => Err(Error::NoFrames { reason: reason.clone() }),
            Self::Array { path, array, tracks: list } => {
                let text = std::fs::read_to_string(list)
                    .map_err(|source| Error::Read { path: list.clone(), source })?;
                let names: Vec<&str> = lines(&text).collect();
                let mut gather = Gather::new(&names, tracks, &list.display().to_string(), path)?;
                let shape = Tensor::each_row(path, array.as_deref(), &mut |row, values| {
                    gather.take(row, values);
                    Ok(())
                })?;
                gather.whole(&shape)
            }
            Self::Mini => {
                let path = Path::new("data/gtzan-mini/log-mel.npz");
                let names: Vec<&str> = lines(MINI_TRACKS).collect();
                let mut gather = Gather::new(&names, tracks, "its list of tracks", path)?;
                let tensor = Tensor::from_bytes(MINI, None)
                    .map_err(|reason| Error::Table { path: path.to_owned(), reason })?;
                let stride = tensor.stride();
                for (row, values) in tensor.values.chunks_exact(stride).enumerate() {
                    gather.take(row, values);
                }
                gather.whole(&tensor.shape)
            }
            Self::Sound { files, frames } => sound(files, *frames, tracks, cache, effort, watch),
        }
    }
}

/// The tracks of a list, one a line.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Rows of an array, put in the order of an experiment's tracks.
struct Gather<'a> {
    path: &'a Path,
    listed: usize,
    /// For each row, where it goes.
    places: Vec<Vec<usize>>,
    wanted: usize,
    values: Vec<f32>,
}

impl<'a> Gather<'a> {
    fn new(names: &[&str], tracks: &[&str], list: &str, path: &'a Path) -> Result<Self, Error> {
        let mistake = |reason| Error::Table { path: path.to_owned(), reason };
        let mut rows = HashMap::new();
        for (row, name) in names.iter().enumerate() {
            if let Some(first) = rows.insert(*name, row) {
                let (first, second) = (first + 1, row + 1);
                let twice = format!("{list} names `{name}` in lines {first} and {second}");
                return Err(mistake(twice));
            }
        }
        let mut places = vec![Vec::new(); names.len()];
        for (place, track) in tracks.iter().enumerate() {
            let row = rows
                .get(track)
                .ok_or_else(|| mistake(format!("{list} does not name track `{track}`")))?;
            places[*row].push(place);
        }
        Ok(Self { path, listed: names.len(), places, wanted: tracks.len(), values: Vec::new() })
    }

    fn take(&mut self, row: usize, values: &[f32]) {
        for &place in self.places.get(row).map_or(&[][..], Vec::as_slice) {
            self.values.resize(self.wanted * values.len(), 0.0);
            self.values[place * values.len()..][..values.len()].copy_from_slice(values);
        }
    }

    fn whole(self, shape: &[usize]) -> Result<LogMels, Error> {
        let mistake = |reason| Error::Table { path: self.path.to_owned(), reason };
        let &[rows, frames, bands] = shape else {
            return Err(mistake(format!(
                "its shape is {shape:?}; tracks × frames × bands are needed"
            )));
        };
        if rows != self.listed {
            let listed = self.listed;
            return Err(mistake(format!("it has {rows} rows, but {listed} tracks are listed")));
        }
        if frames == 0 || bands == 0 {
            return Err(mistake(format!("its shape is {shape:?}; there is nothing in it")));
        }
        Ok(LogMels { frames, bands, values: Arc::new(self.values) })
    }
}

/// Log-mel spectrograms of sound files, a few clips at a time so that memory stays bounded.
fn sound(
    files: &[(String, PathBuf)],
    frames: Option<usize>,
    tracks: &[&str],
    cache: &Cache,
    effort: Effort,
    watch: &dyn Watch,
) -> Result<LogMels, Error> {
    let every = if frames.is_some() { 1 } else { EVERY };
    let recipe = FrameRecipe::of(&["log-mel"]).and_then(|recipe| recipe.with_every(every));
    let recipe = recipe.expect("the recipe is well formed");
    let bands = recipe.bands();
    let by_track: HashMap<&str, &PathBuf> =
        files.iter().map(|(track, path)| (track.as_str(), path)).collect();
    let paths: Vec<PathBuf> = tracks.iter().map(|track| by_track[track].clone()).collect();
    let mut sequences: Vec<Vec<f32>> = Vec::new();
    for paths in paths.chunks(AT_ONCE) {
        let extraction = Extraction::Frames(recipe.clone());
        let prepared = prepare(paths, &extraction, cache, effort, watch);
        if watch.stop() {
            return Err(Error::Stopped);
        }
        if !prepared.failed.is_empty() {
            let reasons: Vec<&str> = prepared.failed.iter().map(|it| it.reason.as_str()).collect();
            let (failed, clips) = (reasons.len(), paths.len());
            return Err(Error::Clips { failed, clips, reasons: reasons.join("\n  - ") });
        }
        for (path, block) in paths.iter().zip(prepared.blocks) {
            let block = block.expect("no clip failed");
            let kept = thinned(path, &block, frames);
            sequences.push(kept.map_err(|reason| Error::NoFrames { reason })?);
        }
    }
    let shortest = sequences.iter().map(|values| values.len() / bands).min().unwrap_or(0);
    let values = sequences.iter().flat_map(|values| &values[..shortest * bands]).copied();
    Ok(LogMels { frames: shortest, bands, values: Arc::new(values.collect()) })
}
