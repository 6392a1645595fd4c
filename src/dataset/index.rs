//! What is known of the tracks of a data set besides their sound.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Error;

/// The index of GTZAN; its sources are named in `data/gtzan/README.md`.
const GTZAN: &str = include_str!("../../data/gtzan/index.csv");

/// One line of an index.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Track {
    /// Its name, as in `blues.00000`.
    pub track: String,
    /// Its genre.
    pub genre: String,
    /// Who plays; empty where nobody knows.
    pub artist: String,
    /// Number of the group of tracks by one artist; an unknown artist is a group alone.
    pub artist_group: usize,
    /// The earlier track that this one repeats exactly; empty where there is none.
    pub duplicate_of: String,
    /// Its part in the fault-filtered split: `train`, `valid`, `test`, or empty.
    pub fault_filtered_split: String,
    /// Its fold among the three of Foleis and Tavares: `1` to `3`, or empty.
    pub foleis_fold: String,
    /// Its tempo in beats a minute, as a person tapped it.
    pub tempo_bpm: Option<f64>,
}

/// One line of a user's index of sound files.
#[derive(Deserialize)]
struct FileLine {
    #[serde(alias = "track")]
    path: String,
    genre: String,
    #[serde(default)]
    artist: String,
}

/// All tracks of a data set, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// The tracks.
    pub tracks: BTreeMap<String, Track>,
    /// BLAKE3 of the text it was read from, in hexadecimal.
    pub hash: String,
}

impl Index {
    /// The index of GTZAN that comes with the program.
    ///
    /// # Errors
    /// Never, unless the index itself was damaged before the program was built.
    pub fn gtzan() -> Result<Self, Error> {
        Self::read(GTZAN, "data/gtzan/index.csv")
    }

    /// Reads a user's index of sound files: columns `path` (or `track`), `genre`, and `artist` where it
    /// is known.
    /// Tracks are named by their paths.
    ///
    /// # Errors
    /// When a line cannot be read, or a path is listed twice.
    pub fn of_files(text: &str, place: &str) -> Result<Self, Error> {
        let mistake = |reason: String| Error::Index { place: place.to_owned(), reason };
        let mut groups = BTreeMap::new();
        let mut tracks = BTreeMap::new();
        for (number, line) in csv::Reader::from_reader(text.as_bytes()).deserialize().enumerate() {
            let file: FileLine = line.map_err(|error| mistake(error.to_string()))?;
            // An unknown artist is a group alone: whether two unknowns are one, nobody knows.
            let key =
                if file.artist.is_empty() { format!("\0{number}") } else { file.artist.clone() };
            let next = groups.len();
            let track = Track {
                track: file.path.clone(),
                genre: file.genre,
                artist_group: *groups.entry(key).or_insert(next),
                artist: file.artist,
                duplicate_of: String::new(),
                fault_filtered_split: String::new(),
                foleis_fold: String::new(),
                tempo_bpm: None,
            };
            if tracks.insert(file.path.clone(), track).is_some() {
                return Err(mistake(format!("{} is listed twice", file.path)));
            }
        }
        Ok(Self { tracks, hash: blake3::hash(text.as_bytes()).to_hex().to_string() })
    }

    /// Reads an index; `place` names it in messages.
    ///
    /// # Errors
    /// When a line cannot be read, a track is listed twice, or a duplicate names an unknown track.
    pub fn read(text: &str, place: &str) -> Result<Self, Error> {
        let mistake = |reason: String| Error::Index { place: place.to_owned(), reason };
        let mut tracks = BTreeMap::new();
        for line in csv::Reader::from_reader(text.as_bytes()).deserialize() {
            let track: Track = line.map_err(|error| mistake(error.to_string()))?;
            if let Some(twice) = tracks.insert(track.track.clone(), track) {
                return Err(mistake(format!("track {} is listed twice", twice.track)));
            }
        }
        let stray = tracks.values().find(|track| {
            !track.duplicate_of.is_empty() && !tracks.contains_key(&track.duplicate_of)
        });
        if let Some(track) = stray {
            let (track, of) = (&track.track, &track.duplicate_of);
            return Err(mistake(format!("{track} repeats {of}, which is not listed")));
        }
        Ok(Self { tracks, hash: blake3::hash(text.as_bytes()).to_hex().to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn gtzan_has_a_hundred_tracks_a_genre() {
        let index = Index::gtzan().unwrap();
        assert_eq!(index.tracks.len(), 1000);
        let mut counts = std::collections::BTreeMap::<&str, usize>::new();
        for track in index.tracks.values() {
            *counts.entry(&track.genre).or_default() += 1;
            assert!(track.track.starts_with(&track.genre));
        }
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|count| *count == 100));
        let part = |name: &str| {
            index.tracks.values().filter(|track| track.fault_filtered_split == name).count()
        };
        assert_eq!((part("train"), part("valid"), part("test")), (443, 197, 290));
    }

    #[test]
    fn exact_duplicates_share_an_artist_group() {
        let index = Index::gtzan().unwrap();
        for track in index.tracks.values().filter(|track| !track.duplicate_of.is_empty()) {
            let first = &index.tracks[&track.duplicate_of];
            assert_eq!(first.artist_group, track.artist_group, "{}", track.track);
        }
    }
}
