//! Splits that somebody published, so that figures compare.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Error, Fold};
use crate::dataset::{Dataset, Track};

/// A published split of GTZAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Published {
    /// Kereliuk, Sturm & Larsen 2015: without repeated and distorted tracks, artists apart. Trained
    /// on its training and validation parts together, tested on its test part once.
    FaultFiltered,
}

impl Published {
    /// Its name in experiment files.
    pub fn name(self) -> &'static str {
        match self {
            Self::FaultFiltered => "fault-filtered",
        }
    }

    /// The part of a track: whether it trains or is tested; `None` where it takes no part.
    fn tests(self, track: &Track) -> Option<bool> {
        match self {
            Self::FaultFiltered => match track.fault_filtered_split.as_str() {
                "train" | "valid" => Some(false),
                "test" => Some(true),
                _ => None,
            },
        }
    }

    /// Its folds: rows of tracks that it leaves out stand on neither side.
    ///
    /// # Errors
    /// When the data set has no index that tells the parts, or one side is empty.
    pub fn folds(self, dataset: &Dataset) -> Result<Vec<Fold>, Error> {
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for (row, unit) in dataset.units.units.iter().enumerate() {
            let known = dataset.known[unit.track].as_ref();
            match known.and_then(|track| self.tests(track)) {
                Some(true) => test.push(row),
                Some(false) => train.push(row),
                None => {}
            }
        }
        if train.is_empty() || test.is_empty() {
            return Err(Error::NotSplit { split: self.name(), data: dataset.title.clone() });
        }
        Ok(vec![Fold { repeat: 0, fold: 0, train, test }])
    }

    /// A sentence on groups that stand on both sides of its folds, if any do.
    pub fn shared(self, folds: &[Fold], groups: &[usize]) -> Option<String> {
        let (mut shared, mut tested) = (BTreeSet::new(), 0);
        for fold in folds {
            let trained: BTreeSet<usize> = fold.train.iter().map(|&unit| groups[unit]).collect();
            for &unit in fold.test.iter().filter(|&&unit| trained.contains(&groups[unit])) {
                shared.insert(groups[unit]);
                tested += 1;
            }
        }
        let (name, count) = (self.name(), shared.len());
        (count > 0).then(|| {
            format!(
                "{count} artist groups of the index stand on both sides of the published split \
                 `{name}`, with {tested} of the tested tracks; it is run as published"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Published;
    use crate::dataset::{Dataset, Index};
    use crate::split::{Grouping, check, groups};

    #[test]
    fn the_fault_filtered_parts_are_those_of_the_index_and_what_they_share_is_told() {
        let mini = Dataset::gtzan_mini().unwrap();
        let folds = Published::FaultFiltered.folds(&mini).unwrap();
        check(&folds, &groups(&mini, Grouping::Track).unwrap()).unwrap();
        assert_eq!(Published::FaultFiltered.shared(&folds, &(0..100).collect::<Vec<_>>()), None);
        let told = Published::FaultFiltered.shared(&folds, &[7; 100]).unwrap();
        assert!(told.starts_with("1 artist groups of the index stand on both sides"), "{told}");
        let index = Index::gtzan().unwrap();
        let trained = |row: &usize| {
            let track = &mini.tracks[mini.units.units[*row].track];
            index.tracks[track].fault_filtered_split != "test"
        };
        assert!(folds[0].train.iter().all(trained) && !folds[0].test.iter().any(trained));
    }
}
