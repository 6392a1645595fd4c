//! What is known of the tracks of a data set besides their sound.

use std::collections::BTreeMap;

use super::Error;

/// The index of GTZAN; its sources are named in `data/gtzan/README.md`.
const GTZAN: &str = include_str!("../../data/gtzan/index.csv");

/// One line of an index.
#[derive(Clone, Debug, PartialEq)]
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
    /// What the other columns say, by their names: parts of published splits, for one.
    pub parts: BTreeMap<String, String>,
}

/// All tracks of a data set, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// The tracks.
    pub tracks: BTreeMap<String, Track>,
    /// BLAKE3 of the text it was read from, in hexadecimal.
    pub hash: String,
}

/// Columns that say what every index says; the rest are [`Track::parts`].
const KNOWN: [&str; 6] = ["track", "path", "genre", "artist", "artist_group", "duplicate_of"];

impl Index {
    /// The index of GTZAN that comes with the program.
    ///
    /// # Errors
    /// Never, unless the index itself was damaged before the program was built.
    pub fn gtzan() -> Result<Self, Error> {
        let index = Self::of_files(GTZAN, "data/gtzan/index.csv")?;
        let stray = index.tracks.values().find(|track| {
            !track.duplicate_of.is_empty() && !index.tracks.contains_key(&track.duplicate_of)
        });
        match stray {
            None => Ok(index),
            Some(Track { track, duplicate_of, .. }) => Err(Error::Index {
                place: "data/gtzan/index.csv".to_owned(),
                reason: format!("{track} repeats {duplicate_of}, which is not listed"),
            }),
        }
    }

    /// Reads an index: columns `track` (or `path`), `genre`, and where they are known `artist`,
    /// `artist_group` and `duplicate_of`; `place` names it in messages. What other columns say is
    /// kept as it is.
    ///
    /// # Errors
    /// When a line cannot be read, or a track is listed twice.
    pub fn of_files(text: &str, place: &str) -> Result<Self, Error> {
        let mistake = |reason: String| Error::Index { place: place.to_owned(), reason };
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let heads = reader.headers().map_err(|error| mistake(error.to_string()))?.clone();
        let at = |name: &str| heads.iter().position(|head| head == name);
        let needed = |found: Option<usize>, name: &str| {
            found.ok_or_else(|| mistake(format!("there is no column `{name}`")))
        };
        let name_at = needed(at("track").or_else(|| at("path")), "track")?;
        let genre_at = needed(at("genre"), "genre")?;
        let mut groups = BTreeMap::new();
        let mut tracks = BTreeMap::new();
        for (number, line) in reader.records().enumerate() {
            let line = line.map_err(|error| mistake(error.to_string()))?;
            let said = |name: &str| at(name).and_then(|at| line.get(at)).unwrap_or("").to_owned();
            let name = line[name_at].to_owned();
            let artist = said("artist");
            // An unknown artist is a group alone: whether two unknowns are one, nobody knows.
            let key = match (said("artist_group"), &artist) {
                (group, _) if !group.is_empty() => group,
                (_, artist) if !artist.is_empty() => artist.clone(),
                _ => format!("\0{number}"),
            };
            let next = groups.len();
            let parts = heads.iter().zip(&line).filter(|(head, _)| !KNOWN.contains(head));
            let track = Track {
                track: name.clone(),
                genre: line[genre_at].to_owned(),
                artist_group: *groups.entry(key).or_insert(next),
                artist,
                duplicate_of: said("duplicate_of"),
                parts: parts.map(|(head, part)| (head.to_owned(), part.to_owned())).collect(),
            };
            if tracks.insert(name.clone(), track).is_some() {
                return Err(mistake(format!("{name} is listed twice")));
            }
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
            index
                .tracks
                .values()
                .filter(|track| track.parts["fault_filtered_split"] == name)
                .count()
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
