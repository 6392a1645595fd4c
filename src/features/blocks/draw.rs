//! Which frames or patches of the training tracks a dictionary looks at.

use rand::seq::SliceRandom;

use super::LogMel;
use crate::seed::Seed;

/// `wanted` different places, evenly likely, of tracks that have `counts` places each: of each track
/// its own, rising. All places where there are not as many.
pub(super) fn places(counts: &[usize], wanted: usize, seed: Seed) -> Vec<Vec<usize>> {
    let total = counts.iter().sum::<usize>();
    let mut all: Vec<usize> = (0..total).collect();
    let (drawn, _) = all.partial_shuffle(&mut seed.stream(), wanted.min(total));
    drawn.sort_unstable();
    let (mut first, mut rest) = (0, &*drawn);
    let mut of_tracks = Vec::with_capacity(counts.len());
    for count in counts {
        let (own, others) = rest.split_at(rest.partition_point(|&place| place < first + count));
        of_tracks.push(own.iter().map(|place| place - first).collect());
        (first, rest) = (first + count, others);
    }
    of_tracks
}

/// The `size` numbers at each place that was drawn; places of a track are `step` numbers apart.
pub(super) fn of_tracks<'a>(
    tracks: &'a [LogMel<'a>],
    drawn: &'a [Vec<usize>],
    step: usize,
    size: usize,
) -> impl Iterator<Item = &'a [f32]> + Clone {
    let each = tracks.iter().zip(drawn);
    each.flat_map(move |(track, places)| {
        places.iter().map(move |place| &track.values()[place * step..][..size])
    })
}

#[cfg(test)]
mod tests {
    use super::places;
    use crate::seed::Seed;

    #[test]
    fn places_are_different_and_of_the_right_track() {
        let counts = [10, 0, 5, 100];
        let drawn = places(&counts, 60, Seed::new(1));
        assert_eq!(drawn.iter().map(Vec::len).sum::<usize>(), 60);
        for (places, count) in drawn.iter().zip(counts) {
            assert!(places.is_sorted_by(|a, b| a < b));
            assert!(places.iter().all(|&place| place < count));
        }
        assert!(drawn[0].len() < 10 && drawn[3].len() < 60);
        assert_eq!(places(&[2, 1], 9, Seed::new(1)), [vec![0, 1], vec![0]]);
    }
}
