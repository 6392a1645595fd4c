//! A feature table joined with what is known of its tracks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::index::{Index, Track};
use super::log_mel::{self, LogMels, Source};
use super::table::Table;
use super::{Cache, Effort, Error, Samples, Shape, Unit, Units, locate};
use crate::features::Recipe;
use crate::watch::Watch;

/// What `crossfold extract` makes of the hundred tracks of the mini set.
const GTZAN_MINI: &[u8] = include_bytes!("../../data/gtzan-mini/features_30_sec.csv");

/// A data set ready to be split and learned from.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its name, as in `gtzan`.
    pub name: String,
    /// Its name for titles, as in `GTZAN, 1000 tracks`.
    pub title: String,
    /// What is classified.
    pub units: Arc<Units>,
    /// Names of the tracks, by the track numbers of the units.
    pub tracks: Vec<String>,
    /// What the index knows of each track, where there is an index.
    pub known: Vec<Option<Track>>,
    /// For each unit, the first unit that is its exact duplicate (itself where there is none).
    pub duplicates: Vec<usize>,
    /// What the user should know of this data, in sentences.
    pub notices: Vec<String>,
    /// The set that was asked for, where this one stands in for it.
    pub substitute_for: Option<String>,
    /// BLAKE3 of the index, in hexadecimal; empty where there is none.
    pub index_hash: String,
    /// How the columns were computed, or are taken to have been.
    pub recipe: Recipe,
    table: Table,
    log_mels: Source,
}

/// Seconds of a clip where the table does not say: GTZAN's.
const SECONDS: f64 = 30.0;

impl Dataset {
    /// GTZAN's published table under a data folder, joined with the index of the program.
    ///
    /// # Errors
    /// When the table is not there, is damaged, or disagrees with the index.
    pub fn gtzan(folder: &Path) -> Result<Self, Error> {
        let path = locate::gtzan_table(folder)?;
        let mut set =
            Self::join("gtzan", "GTZAN", Table::read(&path)?, Some(&Index::gtzan()?), &path)?;
        set.log_mels = Source::gtzan(folder, &set.tracks);
        if locate::is_extracted(&path) {
            let extracted =
                "the features are those that this program extracted, not the published table";
            set.notices.push(extracted.to_owned());
        }
        Ok(set)
    }

    /// The hundred tracks of GTZAN whose features come with the program.
    ///
    /// # Errors
    /// Never, unless the sample was damaged before the program was built.
    pub fn gtzan_mini() -> Result<Self, Error> {
        let path = Path::new("data/gtzan-mini/features_30_sec.csv");
        let table = Table::from_bytes(GTZAN_MINI, path)?;
        let mut index = Index::gtzan()?;
        index.tracks.retain(|name, _| table.ids.contains(name));
        let set = Self::join("gtzan-mini", "GTZAN-mini", table, Some(&index), path)?;
        Ok(Self { log_mels: Source::Mini, ..set })
    }

    /// Log-mel spectrograms in an array (tracks × frames × bands) whose rows a list names.
    ///
    /// Genres and artists come from `index`, a CSV of `track,genre` and, where known, `artist`; else
    /// the tracks are looked up in the index of GTZAN.
    ///
    /// # Errors
    /// When a file is not there or does not fit the others; the message names row and track.
    pub fn tensor(
        path: &Path,
        array: Option<&str>,
        tracks: &Path,
        index: Option<&Path>,
    ) -> Result<Self, Error> {
        let read = |path: &Path| {
            std::fs::read_to_string(path)
                .map_err(|source| Error::Read { path: path.to_owned(), source })
        };
        let text = read(tracks)?;
        let names: Vec<&str> = log_mel::lines(&text).collect();
        let known = match index {
            Some(path) => Index::of_files(&read(path)?, &path.display().to_string())?,
            None => Index::gtzan()?,
        };
        let genre = |(row, name): (usize, &&str)| {
            let found = known.tracks.get(*name).map(|track| track.genre.clone());
            found.ok_or_else(|| Error::Index {
                place: tracks.display().to_string(),
                reason: match index {
                    Some(index) => {
                        format!("line {}: {} does not list `{name}`", row + 1, index.display())
                    }
                    None => format!(
                        "line {}: `{name}` is no track of GTZAN; name its genre in a CSV of \
                         track,genre,artist and that file as `index`",
                        row + 1
                    ),
                },
            })
        };
        let labels = names.iter().enumerate().map(genre).collect::<Result<_, _>>()?;
        let source = Source::Array {
            path: path.to_owned(),
            array: array.map(str::to_owned),
            tracks: tracks.to_owned(),
        };
        let silent = &crate::watch::Silent;
        let effort = Effort { jobs: 1, strict: true, limit: crate::audio::Limit::default() };
        let log_mels = source.read(&names, &Cache::none(), effort, silent)?;
        let ids: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let table = Table {
            tracks: Some(ids.clone()),
            ids,
            labels,
            seconds: None,
            columns: Vec::new(),
            values: Vec::new(),
            hash: log_mels.hash(),
        };
        // Without a single known artist nobody can keep artists apart.
        let artists = known.tracks.values().any(|track| !track.artist.is_empty());
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into());
        let mut set = Self::join(&name, &name, table, artists.then_some(&known), path)?;
        set.duplicates = same_values(&set.duplicates, |unit| log_mels.of(unit));
        set.log_mels = Source::Read(log_mels);
        Ok(set)
    }

    /// Sound files under a folder, as they were extracted.
    pub(super) fn audio(
        name: &str,
        table: Table,
        index: Option<&Index>,
        files: Vec<(String, std::path::PathBuf)>,
        path: &Path,
        recipe: Recipe,
    ) -> Result<Self, Error> {
        let set = Self::join(name, name, table, index, path)?;
        Ok(Self { recipe, log_mels: Source::Sound { files, frames: None }, ..set })
    }

    /// Clips that nobody has labelled, to be described as a data set's tracks were: one row of these
    /// columns and one spectrogram each, where there are any. All are counted to the first genre.
    pub fn of_clips(
        genres: Vec<String>,
        columns: Vec<String>,
        values: Vec<f32>,
        clips: usize,
        log_mels: Option<LogMels>,
    ) -> Self {
        let tracks: Vec<String> = (1..=clips).map(|clip| format!("clip {clip}")).collect();
        let unit =
            |(track, id): (usize, &String)| Unit { id: id.clone(), track, genre: 0, group: track };
        let units = Units { units: tracks.iter().enumerate().map(unit).collect(), genres };
        let labels = vec![units.genres[0].clone(); clips];
        let absent = || Source::Absent("the model was trained without spectrograms".to_owned());
        Self {
            name: "clips".to_owned(),
            title: "clips".to_owned(),
            known: vec![None; clips],
            duplicates: (0..clips).collect(),
            notices: Vec::new(),
            substitute_for: None,
            index_hash: String::new(),
            recipe: Recipe::KAGGLE,
            table: Table {
                ids: tracks.clone(),
                labels,
                tracks: None,
                columns,
                values,
                seconds: None,
                hash: String::new(),
            },
            log_mels: log_mels.map_or_else(absent, Source::Read),
            units: Arc::new(units),
            tracks,
        }
    }

    /// Seconds of sound that a row was made of.
    pub fn seconds(&self) -> f64 {
        self.table.seconds.unwrap_or(SECONDS)
    }

    /// Every how many frames of a clip one became part of its spectrogram; 1 where they were spread
    /// over the clip.
    pub fn every(&self) -> usize {
        match self.log_mels {
            Source::Sound { frames: None, .. } => log_mel::EVERY,
            _ => 1,
        }
    }

    /// A table of the user's own, and an index of its tracks where there is one.
    ///
    /// # Errors
    /// When a file is not there, is damaged, or disagrees with the other.
    pub fn table(path: &Path, index: Option<&Path>) -> Result<Self, Error> {
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into());
        let index = match index {
            None => None,
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| Error::Read { path: path.to_owned(), source })?;
                Some(Index::of_files(&text, &path.display().to_string())?)
            }
        };
        Self::join(&name, &name, Table::read(path)?, index.as_ref(), path)
    }

    fn join(
        name: &str,
        title: &str,
        table: Table,
        index: Option<&Index>,
        path: &Path,
    ) -> Result<Self, Error> {
        let mistake = |reason: String| Error::Table { path: path.to_owned(), reason };
        let genres: BTreeSet<&String> = table.labels.iter().collect();
        let genres: Vec<String> = genres.into_iter().cloned().collect();
        if genres.len() < 2 {
            let only = &genres[0];
            return Err(mistake(format!(
                "all rows are labelled `{only}`; at least two genres are needed"
            )));
        }
        let mut seen = HashMap::new();
        let mut numbers = BTreeMap::new();
        let mut tracks: Vec<(String, usize)> = Vec::new();
        let mut units = Vec::new();
        for (row, id) in table.ids.iter().enumerate() {
            if let Some(first) = seen.insert(id.as_str(), row) {
                let (first, row) = (first + 2, row + 2);
                return Err(mistake(format!("rows {first} and {row} are both called `{id}`")));
            }
            let track = match &table.tracks {
                Some(tracks) => tracks[row].as_str(),
                None => track_of(id, index),
            };
            let genre = genres.binary_search(&table.labels[row]).expect("genres come from labels");
            let number = *numbers.entry(track.to_owned()).or_insert_with(|| {
                tracks.push((track.to_owned(), row));
                tracks.len() - 1
            });
            let first = tracks[number].1;
            if table.labels[first] != table.labels[row] {
                return Err(mistake(format!(
                    "track `{track}` is labelled `{}` in row {} and `{}` in row {}",
                    table.labels[first],
                    first + 2,
                    table.labels[row],
                    row + 2
                )));
            }
            units.push(Unit { id: id.clone(), track: number, genre, group: number });
        }
        let known = look_up(&tracks, &table, index).map_err(mistake)?;
        let first = duplicates(&units, &tracks, &known, &numbers);
        let duplicates = same_values(&first, |unit| table.row(unit));
        let mut notices = Vec::new();
        let copies = duplicates.iter().enumerate().filter(|(unit, first)| unit != *first).count();
        if copies > 0 {
            notices.push(format!(
                "{copies} of {} rows repeat another exactly; each pair is kept on one side of every split",
                units.len()
            ));
        }
        if let Some(index) = index.filter(|index| index.tracks.len() != tracks.len()) {
            notices.push(format!(
                "the table holds {} of the {} tracks that the index lists",
                tracks.len(),
                index.tracks.len()
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            title: format!("{title}, {} tracks", tracks.len()),
            units: Arc::new(Units { genres, units }),
            tracks: tracks.into_iter().map(|(track, _)| track).collect(),
            known,
            duplicates,
            notices,
            substitute_for: None,
            index_hash: index.map(|index| index.hash.clone()).unwrap_or_default(),
            recipe: Recipe::KAGGLE,
            table,
            log_mels: Source::Absent(
                "this data set has no log-mel spectrograms; `frames` and `blocks` need gtzan, \
                 `{ audio: PATH }` or `{ tensor: PATH }`"
                    .to_owned(),
            ),
        })
    }

    /// Names of all feature columns.
    pub fn columns(&self) -> &[String] {
        &self.table.columns
    }

    /// BLAKE3 of the data file, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.table.hash
    }

    /// All units described by some of the columns, given by their numbers.
    pub fn samples(&self, columns: &[usize]) -> Samples {
        let rows = 0..self.units.units.len();
        let values = rows.flat_map(|row| columns.iter().map(move |&at| self.table.row(row)[at]));
        let names = columns.iter().map(|&at| self.table.columns[at].clone()).collect();
        let shape = Shape::Row { width: columns.len() };
        Samples::new(Arc::clone(&self.units), Arc::new(names), shape, values.collect())
    }

    /// The log-mel spectrograms of all units.
    ///
    /// # Errors
    /// When there are none, they do not fit the units, or a clip cannot be used.
    pub fn log_mels(
        &self,
        cache: &Cache,
        effort: Effort,
        watch: &dyn Watch,
    ) -> Result<LogMels, Error> {
        if self.units.units.len() != self.tracks.len() {
            let reason = "rows are segments of tracks, and spectrograms are of whole tracks; leave \
                          `segments` out";
            return Err(Error::NoFrames { reason: reason.to_owned() });
        }
        let tracks: Vec<&str> =
            self.units.units.iter().map(|unit| self.tracks[unit.track].as_str()).collect();
        self.log_mels.read(&tracks, cache, effort, watch)
    }
}

/// The track that a row belongs to: `blues.00000.3` is a segment of `blues.00000`.
fn track_of<'a>(id: &'a str, index: Option<&Index>) -> &'a str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match id.rsplit_once('.') {
        Some((track, segment)) if digits(segment) => {
            let is_track = match index {
                Some(index) => index.tracks.contains_key(track),
                None => track.rsplit_once('.').is_some_and(|(_, number)| digits(number)),
            };
            if is_track { track } else { id }
        }
        _ => id,
    }
}

fn look_up(
    tracks: &[(String, usize)],
    table: &Table,
    index: Option<&Index>,
) -> Result<Vec<Option<Track>>, String> {
    let Some(index) = index else { return Ok(vec![None; tracks.len()]) };
    tracks
        .iter()
        .map(|(name, row)| {
            let track = index.tracks.get(name).ok_or_else(|| {
                format!(
                    "row {} is called `{name}`, which the index does not list; \
                     for a table of your own write `dataset: {{ table: PATH }}`",
                    row + 2
                )
            })?;
            if track.genre != table.labels[*row] {
                let (label, genre) = (&table.labels[*row], &track.genre);
                return Err(format!(
                    "row {} ({name}) is labelled `{label}`, but the index says `{genre}`",
                    row + 2
                ));
            }
            Ok(Some(track.clone()))
        })
        .collect()
}

/// Exact duplicates as the index knows them: for each unit, the first that it repeats.
fn duplicates(
    units: &[Unit],
    tracks: &[(String, usize)],
    known: &[Option<Track>],
    numbers: &BTreeMap<String, usize>,
) -> Vec<usize> {
    let mut by_place: HashMap<(usize, &str), usize> = HashMap::new();
    let mut first = Vec::with_capacity(units.len());
    for (unit, facts) in units.iter().enumerate() {
        let name = tracks[facts.track].0.as_str();
        let segment = facts.id.strip_prefix(name).unwrap_or("");
        let original = known[facts.track]
            .as_ref()
            .and_then(|track| numbers.get(&track.duplicate_of))
            .copied()
            .unwrap_or(facts.track);
        let place = *by_place.entry((original, segment)).or_insert(unit);
        by_place.entry((facts.track, segment)).or_insert(unit);
        first.push(first.get(place).copied().unwrap_or(unit));
    }
    first
}

/// Exact duplicates: those known already, and units whose values are all equal (where they have any).
fn same_values<'a>(known: &[usize], values: impl Fn(usize) -> &'a [f32]) -> Vec<usize> {
    let mut by_values: HashMap<blake3::Hash, usize> = HashMap::new();
    let mut first: Vec<usize> = Vec::with_capacity(known.len());
    for (unit, &known) in known.iter().enumerate() {
        let bytes: Vec<u8> = values(unit).iter().flat_map(|value| value.to_le_bytes()).collect();
        let same = if bytes.is_empty() {
            unit
        } else {
            *by_values.entry(blake3::hash(&bytes)).or_insert(unit)
        };
        first.push(first.get(same.min(known)).copied().unwrap_or(unit));
    }
    first
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Dataset;
    use crate::dataset::Table;

    fn join(text: &str) -> Result<Dataset, String> {
        let table = Table::from_bytes(text.as_bytes(), Path::new("t.csv")).unwrap();
        Dataset::join("t", "t", table, None, Path::new("t.csv")).map_err(|error| error.to_string())
    }

    #[test]
    fn segments_of_a_track_and_equal_rows_belong_together() {
        let dataset = join(
            "filename,a,label\nrock.00000.0.wav,1,rock\nrock.00000.1.wav,2,rock\n\
             pop.00000.0.wav,2,pop\npop.00001.0.wav,4,pop\n",
        )
        .unwrap();
        assert_eq!(dataset.tracks, ["rock.00000", "pop.00000", "pop.00001"]);
        assert_eq!(dataset.duplicates, [0, 1, 1, 3]);
        assert_eq!(dataset.notices.len(), 1);
    }

    #[test]
    fn rows_that_contradict_each_other_are_refused_with_their_numbers() {
        let message = |text: &str| join(text).unwrap_err();
        insta::assert_snapshot!([
            message("filename,a,label\nx,1,pop\ny,2,pop\n"),
            message("filename,a,label\nx,1,pop\ny,2,rock\nx,3,rock\n"),
            message("filename,a,track,label\nx,1,t,pop\ny,2,t,rock\n"),
        ].join("\n"), @r"
        t.csv: all rows are labelled `pop`; at least two genres are needed
        t.csv: rows 2 and 4 are both called `x`
        t.csv: track `t` is labelled `pop` in row 2 and `rock` in row 3
        ");
    }

    #[test]
    fn the_sample_is_ten_tracks_of_each_genre() {
        let mini = Dataset::gtzan_mini().unwrap();
        assert_eq!((mini.tracks.len(), mini.units.genres.len()), (100, 10));
        assert_eq!(mini.title, "GTZAN-mini, 100 tracks");
        for genre in 0..10 {
            let count = mini.units.units.iter().filter(|unit| unit.genre == genre).count();
            assert_eq!(count, 10, "{}", mini.units.genres[genre]);
        }
        assert!(mini.known.iter().all(Option::is_some));
    }
}
