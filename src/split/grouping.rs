//! What must stay on one side of a split.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::dataset::Dataset;

/// What must stay on one side of a split; exact duplicates do too, but where nothing is kept together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grouping {
    /// Nothing: segments of one track, and copies of one, may stand on both sides. For showing the
    /// leak only.
    None,
    /// All segments of a track.
    #[default]
    Track,
    /// All tracks of an artist.
    Artist,
}

impl fmt::Display for Grouping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Track => "track",
            Self::Artist => "artist",
        })
    }
}

/// The group of each unit: numbers from 0 in order of first appearance.
///
/// # Errors
/// When artists are to be kept apart and are not known.
pub fn groups(dataset: &Dataset, grouping: Grouping) -> Result<Vec<usize>, Error> {
    let units = &dataset.units.units;
    let mut parents: Vec<usize> = (0..units.len()).collect();
    if grouping == Grouping::None {
        return Ok(parents);
    }
    for (unit, &first) in dataset.duplicates.iter().enumerate() {
        join(&mut parents, unit, first);
    }
    let keys: Vec<usize> = match grouping {
        Grouping::None | Grouping::Track => units.iter().map(|unit| unit.track).collect(),
        Grouping::Artist => {
            let unknown = dataset.known.iter().filter(|track| track.is_none()).count();
            let artist = |unit: &crate::dataset::Unit| {
                dataset.known[unit.track].as_ref().map(|track| track.artist_group)
            };
            units
                .iter()
                .map(artist)
                .collect::<Option<_>>()
                .ok_or(Error::NoArtists { unknown, tracks: dataset.tracks.len() })?
        }
    };
    let mut first_of_key = BTreeMap::new();
    for (unit, key) in keys.into_iter().enumerate() {
        let first = *first_of_key.entry(key).or_insert(unit);
        join(&mut parents, unit, first);
    }
    let roots: Vec<usize> = (0..units.len()).map(|unit| root(&mut parents, unit)).collect();
    Ok(numbered(&roots))
}

/// The same groups under numbers from 0 in order of first appearance.
pub fn numbered(groups: &[usize]) -> Vec<usize> {
    let mut numbers = BTreeMap::new();
    groups
        .iter()
        .map(|&group| {
            let next = numbers.len();
            *numbers.entry(group).or_insert(next)
        })
        .collect()
}

fn root(parents: &mut [usize], mut unit: usize) -> usize {
    while parents[unit] != unit {
        parents[unit] = parents[parents[unit]];
        unit = parents[unit];
    }
    unit
}

fn join(parents: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    parents[one.max(other)] = one.min(other);
}
