//! Tracks that are suspiciously alike: exact copies, and rows much nearer than neighbours are.

use std::collections::BTreeMap;

use super::Error;
use super::plan::Plan;
use crate::dataset::{Samples, Shape};
use crate::seed::Seed;
use crate::workers::{self, Then};

/// A row is suspicious when its nearest neighbour in another track is nearer than this share of the
/// median distance to a nearest neighbour. On GTZAN's 57 columns the known copies lie below it and
/// next to nothing else does.
pub const SUSPICIOUS: f64 = 0.25;

/// Pairs of tracks that are alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Twins {
    /// The pairs, nearest first.
    pub pairs: Vec<Pair>,
}

/// Two tracks.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Names of the tracks.
    pub tracks: [String; 2],
    /// Names of their genres.
    pub genres: [String; 2],
    /// Distance of their nearest rows over the median distance to a nearest neighbour; 0 for copies.
    pub distance: f64,
    /// How many rows of the one have a suspiciously near neighbour in the other.
    pub rows: usize,
}

/// Looks for them in the features of the plan's first contender, scaled by all rows: this describes
/// the data and trains nothing.
///
/// # Errors
/// When the features cannot be learned or computed. Sequences have no distance, and give no pairs.
pub(super) fn twins(plan: &Plan) -> Result<Twins, Error> {
    let everything: Vec<usize> = (0..plan.dataset.units.units.len()).collect();
    let (_, samples) = plan.features[plan.features_of(0)]
        .learn(&everything, Seed::new(0))
        .map_err(|source| Error::Cell { cell: "alike tracks".to_owned(), source })?;
    if !matches!(samples.shape(), Shape::Row { .. }) {
        return Ok(Twins::default());
    }
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let nearest: Vec<(f64, usize)> =
        workers::answers(samples.len(), jobs, || false, |row| (nearest(&samples, row), Then::GoOn))
            .into_iter()
            .flatten()
            .collect();
    let mut distances: Vec<f64> = nearest.iter().map(|(distance, _)| *distance).collect();
    distances.sort_by(f64::total_cmp);
    let Some(&median) = distances.get(distances.len() / 2).filter(|median| median.is_finite())
    else {
        return Ok(Twins::default());
    };
    let mut pairs: BTreeMap<[usize; 2], (f64, usize)> = BTreeMap::new();
    for (row, &(distance, other)) in nearest.iter().enumerate() {
        let share = if median > 0.0 { distance / median } else { 0.0 };
        if share < SUSPICIOUS {
            let (one, other) = (samples.unit(row).track, samples.unit(other).track);
            let pair = pairs.entry([one.min(other), one.max(other)]).or_insert((share, 0));
            *pair = (pair.0.min(share), pair.1 + usize::from(one < other));
        }
    }
    let genre = |track: usize| {
        let unit = plan.dataset.units.units.iter().find(|unit| unit.track == track);
        unit.map_or_else(String::new, |unit| plan.dataset.units.genres[unit.genre].clone())
    };
    let mut pairs: Vec<Pair> = pairs
        .into_iter()
        .map(|(tracks, (distance, rows))| Pair {
            tracks: tracks.map(|track| plan.dataset.tracks[track].clone()),
            genres: tracks.map(genre),
            distance,
            rows: rows.max(1),
        })
        .collect();
    pairs.sort_by(|a, b| a.distance.total_cmp(&b.distance).then_with(|| a.tracks.cmp(&b.tracks)));
    Ok(Twins { pairs })
}

/// Euclidean distance to the nearest row of another track, and that row.
fn nearest(samples: &Samples, row: usize) -> (f64, usize) {
    let (track, values) = (samples.unit(row).track, samples.values(row));
    let mut best = (f64::INFINITY, row);
    for other in (0..samples.len()).filter(|&other| samples.unit(other).track != track) {
        let squares = values.iter().zip(samples.values(other));
        let distance: f64 = squares.map(|(a, b)| f64::from(a - b).powi(2)).sum();
        if distance < best.0 {
            best = (distance, other);
        }
    }
    (best.0.sqrt(), best.1)
}
