//! A record of segments as a record of tracks.

use std::collections::BTreeMap;

use super::record::{FoldFacts, Record, UnitFacts};
use crate::evaluation::join;

impl Record {
    /// The same run with one prediction a track, joined from its segments as the protocol says.
    ///
    /// `None` where rows are whole tracks already, and where segments of a track stand on both sides
    /// of a split: there no track was ever unknown.
    pub fn by_track(&self) -> Option<Self> {
        let how = self.protocol.tracks?;
        let mut numbers = BTreeMap::new();
        let mut units: Vec<UnitFacts> = Vec::new();
        let mut track_of = Vec::with_capacity(self.units.len());
        for unit in &self.units {
            let next = units.len();
            let number = *numbers.entry(unit.track.as_str()).or_insert(next);
            if number == next {
                units.push(UnitFacts { id: unit.track.clone(), ..unit.clone() });
            }
            track_of.push(number);
        }
        let tracks = |side: &[usize]| -> Vec<usize> {
            let found: std::collections::BTreeSet<usize> =
                side.iter().map(|&unit| track_of[unit]).collect();
            found.into_iter().collect()
        };
        let mut folds = Vec::new();
        for fold in &self.folds {
            let (train, test) = (tracks(&fold.train), tracks(&fold.test));
            if test.iter().any(|track| train.binary_search(track).is_ok()) {
                return None;
            }
            folds.push(FoldFacts { train, test, ..fold.clone() });
        }
        let mut record = Self {
            predictions: join(&self.predictions, how, |unit| track_of[unit]),
            units,
            folds,
            ..self.clone()
        };
        record.dataset.rows = record.units.len();
        record.protocol.tracks = None;
        Some(record)
    }
}
