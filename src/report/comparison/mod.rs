//! Contenders of one or more records held against each other, by paired tests.
//!
//! Only what was tested on the same folds of the same data is compared; everything else is refused
//! with the reason. Over several data sets see [`Across`].

mod across;
mod agree;
mod csv;
mod error;
mod field;
mod grids;
mod hits;
mod html;
mod json;
mod markdown;
mod pair;
mod sections;
#[cfg(test)]
mod tests;
mod write;

pub use across::{Across, Verdict};
pub use error::Error;
pub use hits::Hits;
pub use json::{across as json_across, json};
pub use pair::Pair;
pub use sections::{Dress, PLAIN, Section, sections};
pub use write::{write, write_across};

use crate::experiment::Record;
use crate::report::Row;
use crate::report::format::points;

/// A record and the folder it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The folder, as the user named it.
    pub folder: String,
    /// What lay there.
    pub record: Record,
}

impl Source {
    /// The same with tracks for rows, where rows are segments of tracks that no split parts.
    fn by_track(&self) -> Self {
        let record = self.record.by_track().unwrap_or_else(|| self.record.clone());
        Self { folder: self.folder.clone(), record }
    }
}

/// What a comparison may be asked for.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name of the contender the others are held against; the first record's baseline if absent.
    pub baseline: Option<String>,
    /// Differences in accuracy up to this matter to nobody: a share, 0.01 being one point.
    pub equivalence: f64,
    /// Whether every pair is tested, or only those with the baseline.
    pub all_pairs: bool,
    /// Whether records of different versions of the program may be compared.
    pub any_version: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { baseline: None, equivalence: 0.01, all_pairs: false, any_version: false }
    }
}

/// One contender of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Entrant {
    /// Its name; with the experiment before it where several records use the name.
    pub name: String,
    /// Its experiment.
    pub experiment: String,
    /// The folder of its record.
    pub source: String,
    /// Its line in the table of its record.
    pub row: Row,
    /// Whether it is the best or cannot be told from the best.
    pub best: bool,
    /// Accuracy on each fold.
    pub folds: Vec<f64>,
    /// The genre it gave each tested unit in the first repeat.
    pub named: Vec<usize>,
    parameters: serde_json::Value,
}

/// A unit that was tested in the first repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// Its name.
    pub id: String,
    /// Number of its genre.
    pub genre: usize,
    /// Number of its group.
    pub group: usize,
}

/// Contenders held against each other on one data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The data set.
    pub dataset: crate::experiment::DatasetFacts,
    /// The protocol.
    pub protocol: crate::experiment::ProtocolFacts,
    /// The contenders, in the order of the records.
    pub entrants: Vec<Entrant>,
    /// Number of the contender the others are held against.
    pub baseline: usize,
    /// Number of the contender with the highest accuracy.
    pub best: usize,
    /// The pairs that were tested as one family.
    pub pairs: Vec<Pair>,
    /// Whether there is one test set and no folds.
    pub single: bool,
    /// Differences up to this count as none.
    pub equivalence: f64,
    /// What was tested in the first repeat.
    pub tested: Vec<Tested>,
    /// Which of it is named rightly by whom.
    pub hits: Hits,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

impl Comparison {
    /// Compares the contenders of records that were tested alike; by tracks, where rows are segments
    /// of tracks that no split parts.
    ///
    /// # Errors
    /// When the records differ in data, folds or program, or hold too little to compare.
    pub fn of(sources: &[Source], settings: &Settings) -> Result<Self, Error> {
        let sources: Vec<Source> = sources.iter().map(Source::by_track).collect();
        let field::Field { mut entrants, baseline, tested, notes } =
            field::field(&sources, settings)?;
        let record = &sources[0].record;
        let ratio = record.test_to_train();
        let count = entrants.len();
        let best = (0..count).fold(0, |best, entrant| {
            if accuracy(&entrants[entrant]) > accuracy(&entrants[best]) { entrant } else { best }
        });
        let others = (0..count).filter(|&entrant| entrant != best);
        let behind =
            pair::test(others.map(|other| (best, other)), &entrants, &tested, ratio, settings);
        entrants[best].best = true;
        for pair in behind {
            entrants[pair.second].best = !pair.apart();
        }
        let wanted: Vec<(usize, usize)> = if settings.all_pairs {
            let before = |second: usize| (0..count).map(move |first| (first, second));
            // Every pair once, those with the baseline seen from the other side.
            let against = before(baseline).filter(|(first, second)| first != second);
            let rest = (0..count).flat_map(before).filter(|(first, second)| {
                first < second && *first != baseline && *second != baseline
            });
            against.chain(rest).collect()
        } else {
            let others = (0..count).filter(|&entrant| entrant != baseline);
            others.map(|entrant| (entrant, baseline)).collect()
        };
        let pairs = pair::test(wanted, &entrants, &tested, ratio, settings);
        Ok(Self {
            dataset: record.dataset.clone(),
            protocol: record.protocol.clone(),
            hits: hits::hits(record.dataset.genres.len(), &entrants, &tested),
            single: record.folds.len() == 1,
            equivalence: settings.equivalence,
            entrants,
            baseline,
            best,
            pairs,
            tested,
            notes,
        })
    }

    /// The pair in which a contender is held against the baseline; none for the baseline itself.
    pub fn against_baseline(&self, entrant: usize) -> Option<&Pair> {
        self.pairs.iter().find(|pair| (pair.first, pair.second) == (entrant, self.baseline))
    }

    /// What is classified, one and many.
    pub(super) fn units(&self) -> [&'static str; 2] {
        let tracks = self.dataset.rows == self.dataset.tracks;
        if tracks { ["track", "tracks"] } else { ["row", "rows"] }
    }

    /// The region of equivalence as in `1 point`.
    pub(super) fn equivalence_in_points(&self) -> String {
        points(self.equivalence)
    }
}

/// Accuracy over whole repeats, which counts folds of unequal size by their size.
fn accuracy(entrant: &Entrant) -> f64 {
    entrant.row.scores.as_ref().map_or(0.0, |scores| scores.accuracy)
}
