//! Splits that were laid down before: published ones, so that figures compare, and the user's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use super::{Error, Fold, Grouping, groups};
use crate::dataset::{Dataset, parts};

/// Where it is laid down who trains and who is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predefined {
    /// Kereliuk, Sturm & Larsen 2015: GTZAN without repeated and distorted tracks, artists apart.
    /// Trained on its training and validation parts together, tested on its test part once.
    FaultFiltered,
    /// Foleis & Tavares: three folds of GTZAN. Some artists stand in several of them.
    Foleis,
    /// A column of the data set's index.
    Column(String),
    /// A column of a CSV.
    File {
        /// The CSV.
        path: PathBuf,
        /// The column.
        column: String,
    },
}

/// Words for the two sides of a single fold, and for the part of the training side that choices are
/// made on.
const TRAIN: &str = "train";
const TEST: &str = "test";
const VALID: [&str; 4] = ["valid", "validation", "val", "dev"];

/// Folds more than this are a mistake: some column of names, not of folds.
const MOST_FOLDS: usize = 100;

impl fmt::Display for Predefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FaultFiltered => f.write_str("fault-filtered"),
            Self::Foleis => f.write_str("foleis"),
            Self::Column(column) => write!(f, "column {column}"),
            Self::File { path, column } => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                write!(f, "{} of {}", column, name.display())
            }
        }
    }
}

impl Predefined {
    /// Names of those that were published.
    pub const NAMES: [&'static str; 2] = ["fault-filtered", "foleis"];

    /// The published split of a name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "fault-filtered" => Some(Self::FaultFiltered),
            "foleis" => Some(Self::Foleis),
            _ => None,
        }
    }

    /// Its folds: rows of tracks that it leaves out stand on neither side.
    ///
    /// Parts called `train` and `test` are one fold, trained with the part called `valid` if there is
    /// one; any other names are folds, each tested once by a model trained on the others.
    ///
    /// # Errors
    /// When the data set has no such column or the file cannot be read, one side is empty, or the
    /// parts can be neither of the two.
    pub fn folds(&self, dataset: &Dataset) -> Result<Vec<Fold>, Error> {
        let mut units: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let of_track = self.parts(dataset)?;
        for (row, unit) in dataset.units.units.iter().enumerate() {
            let part = of_track[unit.track].as_deref().unwrap_or("");
            if !part.is_empty() {
                units.entry(part.to_owned()).or_default().push(row);
            }
        }
        let refuse = |reason: String| Error::Parts { split: self.to_string(), reason };
        let names: Vec<&str> = units.keys().map(String::as_str).collect();
        let valid = |name: &str| VALID.contains(&name);
        let one_fold = names.iter().any(|name| [TRAIN, TEST].contains(name) || valid(name));
        if one_fold {
            if let Some(other) =
                names.iter().find(|name| ![TRAIN, TEST].contains(*name) && !valid(name))
            {
                return Err(refuse(format!(
                    "parts are called `train`, `valid` and `test`, or are folds of any other names, but \
                     `{other}` stands among `{}`",
                    names.join("`, `")
                )));
            }
            let (mut train, mut held) = (Vec::new(), Vec::new());
            for (name, rows) in &units {
                match name.as_str() {
                    TEST => {}
                    TRAIN => train.extend_from_slice(rows),
                    _ => held.extend_from_slice(rows),
                }
            }
            train.extend_from_slice(&held);
            train.sort_unstable();
            held.sort_unstable();
            let test = units.remove(TEST).unwrap_or_default();
            if train.is_empty() || test.is_empty() || held.len() == train.len() {
                let missing = if test.is_empty() { TEST } else { TRAIN };
                let title = &dataset.title;
                return Err(refuse(format!("no track of {title} is in its part `{missing}`")));
            }
            return Ok(vec![Fold { repeat: 0, fold: 0, train, test, valid: held }]);
        }
        if !(2..=MOST_FOLDS).contains(&names.len()) {
            let (title, count) = (&dataset.title, names.len());
            return Err(refuse(format!(
                "it puts {title} into {count} parts, and 2 to {MOST_FOLDS} can be folds"
            )));
        }
        let mut folds = Vec::new();
        for (fold, test) in units.values().enumerate() {
            let others = units.values().enumerate().filter(|(other, _)| *other != fold);
            let mut train: Vec<usize> = others.flat_map(|(_, rows)| rows).copied().collect();
            train.sort_unstable();
            folds.push(Fold { repeat: 0, fold, train, test: test.clone(), valid: Vec::new() });
        }
        Ok(folds)
    }

    /// The part of each track; `None` where nothing is said of it.
    fn parts(&self, dataset: &Dataset) -> Result<Vec<Option<String>>, Error> {
        let column = match self {
            Self::FaultFiltered => "fault_filtered_split",
            Self::Foleis => "foleis_fold",
            Self::Column(column) => column,
            Self::File { path, column } => {
                let found = parts(path, column)?;
                return Ok(dataset.tracks.iter().map(|track| found.get(track).cloned()).collect());
            }
        };
        let known = dataset.known.iter().flatten().next().map(|track| &track.parts);
        if known.is_some_and(|parts| parts.contains_key(column)) {
            let said = |track: &crate::dataset::Track| track.parts.get(column).cloned();
            return Ok(dataset.known.iter().map(|track| track.as_ref().and_then(said)).collect());
        }
        let columns = known.map_or_else(Vec::new, |parts| parts.keys().cloned().collect());
        Err(Error::NoColumn {
            split: self.to_string(),
            column: column.to_owned(),
            data: dataset.title.clone(),
            columns,
        })
    }

    /// A sentence on artists that stand on both sides of its folds, if any do.
    pub fn shared(&self, dataset: &Dataset, folds: &[Fold]) -> Option<String> {
        let groups = groups(dataset, Grouping::Artist).ok()?;
        let (mut shared, mut tested) = (BTreeSet::new(), BTreeSet::new());
        for fold in folds {
            let trained: BTreeSet<usize> = fold.train.iter().map(|&unit| groups[unit]).collect();
            for &unit in fold.test.iter().filter(|&&unit| trained.contains(&groups[unit])) {
                shared.insert(groups[unit]);
                tested.insert(dataset.units.units[unit].track);
            }
        }
        (!shared.is_empty()).then(|| {
            format!(
                "{} artist groups of the index stand on both sides of the split `{self}`, with {} of \
                 the tested tracks; it is run as it was laid down",
                shared.len(),
                tested.len()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::Predefined;
    use crate::dataset::{Dataset, Index};
    use crate::split::{Grouping, check, groups};

    #[test]
    fn the_fault_filtered_parts_are_those_of_the_index() {
        let mini = Dataset::gtzan_mini().unwrap();
        let folds = Predefined::FaultFiltered.folds(&mini).unwrap();
        check(&folds, &groups(&mini, Grouping::Track).unwrap()).unwrap();
        let index = Index::gtzan().unwrap();
        let part = |row: &usize| {
            let track = &mini.tracks[mini.units.units[*row].track];
            index.tracks[track].parts["fault_filtered_split"].as_str()
        };
        let [fold] = folds.as_slice() else { panic!("one fold") };
        assert!(fold.test.iter().all(|row| part(row) == "test"));
        assert!(fold.valid.iter().all(|row| part(row) == "valid" && fold.train.contains(row)));
        assert!(fold.train.iter().all(|row| ["train", "valid"].contains(&part(row))));
    }

    #[test]
    fn published_folds_are_each_tested_once() {
        let mini = Dataset::gtzan_mini().unwrap();
        let folds = Predefined::Foleis.folds(&mini).unwrap();
        assert_eq!(folds.len(), 2, "the tracks of the sample stand in two of the three");
        check(&folds, &groups(&mini, Grouping::Track).unwrap()).unwrap();
        let mut tested: Vec<usize> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
        tested.sort_unstable();
        assert!(tested.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Predefined::Foleis.shared(&mini, &folds), None);
        assert_eq!(Predefined::Column("foleis_fold".to_owned()).folds(&mini).unwrap(), folds);
    }

    #[test]
    fn a_split_of_ones_own_is_read_and_its_mistakes_are_named() {
        let mini = Dataset::gtzan_mini().unwrap();
        let folds = |part: &dyn Fn(usize) -> String, column: &str| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            writeln!(file, "filename,split").unwrap();
            for (at, track) in mini.tracks.iter().enumerate() {
                writeln!(file, "{track}.wav,{}", part(at)).unwrap();
            }
            let split = Predefined::File { path: file.path().into(), column: column.to_owned() };
            let place = file.path().file_name().unwrap().to_string_lossy().into_owned();
            split.folds(&mini).map_err(|error| error.to_string().replace(&place, "s.csv"))
        };
        let halves = folds(&|at| ["a", "b"][at % 2].to_owned(), "split").unwrap();
        assert_eq!(halves[0].test, (0..100).step_by(2).collect::<Vec<_>>());
        let told = Predefined::Foleis.shared(&mini, &halves).unwrap();
        assert!(told.contains("artist groups of the index stand on both sides"), "{told}");
        let named = folds(&|at| ["train", "val", "test"][at % 3].to_owned(), "split").unwrap();
        assert_eq!((named[0].train.len(), named[0].valid.len(), named[0].test.len()), (67, 33, 33));
        insta::assert_snapshot!([
            folds(&|at| ["train", "test", "3"][at % 3].to_owned(), "split"),
            folds(&|_| "train".to_owned(), "split"),
            folds(&|_| "one".to_owned(), "split"),
            folds(&|_| String::new(), "split"),
            Predefined::Column("mine".to_owned()).folds(&mini).map_err(|error| error.to_string()),
        ].map(|found| found.unwrap_err()).join("\n"), @r"
        the split `split of s.csv` cannot be run: parts are called `train`, `valid` and `test`, or are folds of any other names, but `3` stands among `3`, `test`, `train`
        the split `split of s.csv` cannot be run: no track of GTZAN-mini, 100 tracks is in its part `test`
        the split `split of s.csv` cannot be run: it puts GTZAN-mini, 100 tracks into 1 parts, and 2 to 100 can be folds
        the split `split of s.csv` cannot be run: it puts GTZAN-mini, 100 tracks into 0 parts, and 2 to 100 can be folds
        the split `column mine` needs a column `mine` in the data set's index, but that of GTZAN-mini, 100 tracks has `fault_filtered_split`, `foleis_fold`, `tempo_bpm`; name a CSV by `split: { file: PATH }` or draw `folds`
        ");
    }
}
