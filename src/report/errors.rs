//! Tracks and artists that are named wrongly.
//!
//! *Conventions.* Segments are joined to tracks as the protocol says. All that a contender said of a
//! track is then taken together, repeat by repeat: the genre it names is the one with the highest mean
//! score. A track counts as never named rightly only where not one of these predictions is right.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::evaluation::Prediction;
use crate::experiment::Record;

/// Artists with fewer tracks tell of a track, not of an artist.
pub(super) const FEWEST_TRACKS: usize = 2;
/// How many artists with errors are listed.
const ARTISTS: usize = 10;
/// How many wrongly named tracks are listed.
const SUREST: usize = 15;

/// The errors of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Errors {
    /// Those of each contender, in the record's order; absent where it predicted nothing.
    pub(super) contenders: Vec<Option<Missed>>,
    /// Tracks that no contender ever names rightly, those first on whose genre most agree.
    pub(super) never: Vec<Never>,
    /// How many contenders that list is about: all that name more than one genre in a fold.
    pub(super) judges: usize,
    /// Whether the record knows who plays.
    pub(super) artists_known: bool,
}

/// The errors of one contender.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Missed {
    /// Every known artist with an error, most errors first.
    pub(super) artists: Vec<Artist>,
    /// Every track that is named wrongly, the surest first.
    pub(super) tracks: Vec<Named>,
}

/// What a contender makes of an artist.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Artist {
    pub(super) name: String,
    /// Numbers of the genres of the artist's tracks.
    pub(super) genres: Vec<usize>,
    pub(super) tracks: usize,
    /// How many of them are named wrongly, on average over repeats.
    pub(super) wrong: f64,
    /// Whether no prediction of any of them is right.
    pub(super) always: bool,
    /// The wrong genres named, with the number of predictions, most often first.
    pub(super) called: Vec<(usize, usize)>,
}

/// A track that a contender names wrongly.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    pub(super) track: String,
    /// Empty where nobody knows.
    pub(super) artist: String,
    pub(super) truth: usize,
    pub(super) named: usize,
    /// Mean score of the genre named, 0..1.
    pub(super) score: f64,
    /// Mean score of the true genre, 0..1.
    pub(super) score_of_truth: f64,
}

/// A track that every contender names wrongly.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Never {
    pub(super) track: String,
    /// Empty where nobody knows.
    pub(super) artist: String,
    pub(super) truth: usize,
    /// The genre that most contenders name.
    pub(super) named: usize,
    /// How many of them do.
    pub(super) agreed: usize,
    /// Mean score of that genre over all contenders, 0..1.
    pub(super) score: f64,
}

/// All that one contender said of one track.
struct Heard<'a> {
    artist: &'a str,
    truth: usize,
    predictions: usize,
    right: usize,
    /// Sum of scores by genre.
    scores: Vec<f64>,
    /// How often each genre was named.
    called: Vec<usize>,
}

/// By name of the track.
type Tracks<'a> = BTreeMap<&'a str, Heard<'a>>;

impl Errors {
    /// The errors of a record whose parts belong together, as [`super::Table::of`] checks.
    pub(super) fn of(record: &Record) -> Self {
        let tracks = record.by_track();
        let record = tracks.as_ref().unwrap_or(record);
        let heard: Vec<Tracks<'_>> =
            (0..record.contenders.len()).map(|contender| heard(record, contender)).collect();
        let judges: Vec<&Tracks<'_>> = heard
            .iter()
            .enumerate()
            .filter(|(contender, _)| judges(record, *contender))
            .map(|(_, tracks)| tracks)
            .collect();
        Self {
            contenders: heard
                .iter()
                .map(|tracks| (!tracks.is_empty()).then(|| Missed::of(tracks)))
                .collect(),
            never: never(&judges),
            judges: judges.len(),
            artists_known: record.units.iter().any(|unit| !unit.artist.is_empty()),
        }
    }
}

impl Missed {
    fn of(tracks: &Tracks<'_>) -> Self {
        let mut by_artist: BTreeMap<&str, Vec<&Heard<'_>>> = BTreeMap::new();
        for heard in tracks.values().filter(|heard| !heard.artist.is_empty()) {
            by_artist.entry(heard.artist).or_default().push(heard);
        }
        let mut artists: Vec<Artist> = by_artist
            .iter()
            .map(|(name, tracks)| artist(name, tracks))
            .filter(|artist| artist.wrong > 0.0)
            .collect();
        // Sorting keeps what is equal in the order of names.
        artists.sort_by(|a, b| b.wrong.total_cmp(&a.wrong));
        let mut wrong: Vec<Named> = tracks
            .iter()
            .filter(|(_, heard)| heard.named() != heard.truth)
            .map(|(track, heard)| Named {
                track: (*track).to_owned(),
                artist: heard.artist.to_owned(),
                truth: heard.truth,
                named: heard.named(),
                score: heard.score(heard.named()),
                score_of_truth: heard.score(heard.truth),
            })
            .collect();
        wrong.sort_by(|a, b| b.score.total_cmp(&a.score));
        Self { artists, tracks: wrong }
    }

    /// Artists with at least [`FEWEST_TRACKS`] tracks of which none is ever named rightly.
    pub(super) fn always(&self) -> Vec<&Artist> {
        let many = |artist: &&Artist| artist.always && artist.tracks >= FEWEST_TRACKS;
        self.artists.iter().filter(many).collect()
    }

    /// The artists with the most errors.
    pub(super) fn most(&self) -> Vec<&Artist> {
        self.artists.iter().take(ARTISTS).collect()
    }

    /// The tracks that are named wrongly most surely.
    pub(super) fn surest(&self) -> &[Named] {
        &self.tracks[..self.tracks.len().min(SUREST)]
    }
}

impl Heard<'_> {
    fn add(&mut self, prediction: &Prediction) {
        let total: f64 = prediction.scores.iter().map(|score| f64::from(*score)).sum();
        for (sum, score) in self.scores.iter_mut().zip(&prediction.scores) {
            *sum += f64::from(*score) / total;
        }
        self.predictions += 1;
        self.right += usize::from(prediction.is_right());
        self.called[prediction.predicted()] += 1;
    }

    /// The genre with the highest mean score; the first of them on a tie.
    fn named(&self) -> usize {
        let first = |best: usize, genre| {
            if self.scores[genre] > self.scores[best] { genre } else { best }
        };
        (0..self.scores.len()).fold(0, first)
    }

    #[allow(clippy::cast_precision_loss)]
    fn score(&self, genre: usize) -> f64 {
        self.scores[genre] / self.predictions as f64
    }
}

fn heard(record: &Record, contender: usize) -> Tracks<'_> {
    let genres = record.dataset.genres.len();
    let mut tracks = Tracks::new();
    for prediction in record.predictions.iter().filter(|it| it.contender == contender) {
        let unit = &record.units[prediction.unit];
        let heard = tracks.entry(&unit.track).or_insert_with(|| Heard {
            artist: &unit.artist,
            truth: prediction.truth,
            predictions: 0,
            right: 0,
            scores: vec![0.0; genres],
            called: vec![0; genres],
        });
        heard.add(prediction);
    }
    tracks
}

/// Whether a contender names more than one genre in a fold: what one that does not gets right or
/// wrong says nothing of a track.
fn judges(record: &Record, contender: usize) -> bool {
    let mut named = BTreeMap::new();
    record.predictions_of(contender).into_iter().any(|it| {
        let first = named.entry((it.repeat, it.fold)).or_insert(it.predicted());
        *first != it.predicted()
    })
}

#[allow(clippy::cast_precision_loss)]
fn artist(name: &str, tracks: &[&Heard<'_>]) -> Artist {
    let count = tracks[0].called.len();
    let genres = (0..count).filter(|&genre| tracks.iter().any(|heard| heard.truth == genre));
    let wrongly = |genre: usize| -> usize {
        tracks.iter().filter(|heard| heard.truth != genre).map(|heard| heard.called[genre]).sum()
    };
    let mut called: Vec<(usize, usize)> =
        (0..count).map(|genre| (genre, wrongly(genre))).filter(|(_, times)| *times > 0).collect();
    called.sort_by_key(|&(_, times)| std::cmp::Reverse(times));
    let share = |heard: &&Heard<'_>| 1.0 - heard.right as f64 / heard.predictions as f64;
    Artist {
        name: name.to_owned(),
        genres: genres.collect(),
        tracks: tracks.len(),
        wrong: tracks.iter().map(share).sum(),
        always: tracks.iter().all(|heard| heard.right == 0),
        called,
    }
}

#[allow(clippy::cast_precision_loss)]
fn never(judges: &[&Tracks<'_>]) -> Vec<Never> {
    let mut by_track: BTreeMap<&str, Vec<&Heard<'_>>> = BTreeMap::new();
    for (track, heard) in judges.iter().copied().flatten() {
        by_track.entry(track).or_default().push(heard);
    }
    by_track.retain(|_, heard| heard.iter().all(|one| one.right == 0));
    let mut never: Vec<Never> = by_track
        .into_iter()
        .map(|(track, heard)| {
            let agreed = |genre: usize| heard.iter().filter(|one| one.named() == genre).count();
            let score = |genre: usize| {
                heard.iter().map(|one| one.score(genre)).sum::<f64>() / heard.len() as f64
            };
            let truth = heard[0].truth;
            let named = (0..heard[0].called.len())
                .filter(|&genre| genre != truth)
                .max_by(|&a, &b| {
                    agreed(a).cmp(&agreed(b)).then(score(a).total_cmp(&score(b))).then(b.cmp(&a))
                })
                .unwrap_or(truth);
            Never {
                track: track.to_owned(),
                artist: heard[0].artist.to_owned(),
                truth,
                named,
                agreed: agreed(named),
                score: score(named),
            }
        })
        .collect();
    never.sort_by(|a, b| b.agreed.cmp(&a.agreed).then(b.score.total_cmp(&a.score)));
    never
}
