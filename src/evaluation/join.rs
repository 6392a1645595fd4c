//! From rows of segments to tracks: what a model says of a track whose parts it heard.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Prediction;

/// How the scores of a track's segments become those of the track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Join {
    /// Their mean.
    #[default]
    Mean,
    /// The share of segments that name each genre: majority vote. A tie goes to the earlier genre.
    Vote,
}

/// One prediction a track, contender and repeat, in order of first appearance.
///
/// `track_of` gives the number of a unit's track, which the result carries as its unit. A track whose
/// segments are tested in several folds (nothing was kept together) is given to the first of them.
#[allow(clippy::cast_precision_loss)]
pub fn join(
    predictions: &[Prediction],
    join: Join,
    track_of: impl Fn(usize) -> usize,
) -> Vec<Prediction> {
    let mut places = BTreeMap::new();
    let mut joined: Vec<(Prediction, Vec<f64>)> = Vec::new();
    for segment in predictions {
        let track = track_of(segment.unit);
        let next = joined.len();
        let at = *places.entry((segment.contender, segment.repeat, track)).or_insert(next);
        if at == next {
            let sums = vec![0.0; segment.scores.len()];
            joined.push((Prediction { unit: track, ..segment.clone() }, sums));
        }
        let sums = &mut joined[at].1;
        match join {
            Join::Mean => {
                for (sum, &score) in sums.iter_mut().zip(&segment.scores) {
                    *sum += f64::from(score);
                }
            }
            Join::Vote => sums[segment.predicted()] += 1.0,
        }
    }
    joined
        .into_iter()
        .map(|(prediction, sums)| {
            let total: f64 = sums.iter().sum();
            let scores = sums.into_iter().map(|sum| (sum / total) as f32).collect();
            Prediction { scores, ..prediction }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Join, join};
    use crate::evaluation::Prediction;

    #[test]
    fn one_sure_segment_outweighs_two_unsure_ones_by_mean_and_not_by_vote() {
        let segment = |unit: usize, scores: [f32; 2]| Prediction {
            contender: 0,
            repeat: 0,
            fold: 0,
            unit,
            truth: 1,
            scores: scores.to_vec(),
        };
        let said = [
            segment(0, [0.55, 0.45]),
            segment(1, [0.55, 0.45]),
            segment(2, [0.0, 1.0]),
            segment(3, [0.2, 0.8]),
        ];
        let of = |how| join(&said, how, |unit| unit / 3);
        let mean = of(Join::Mean);
        assert_eq!(mean.len(), 2);
        assert_eq!((mean[0].unit, mean[0].predicted(), mean[1].unit), (0, 1, 1));
        assert!((mean[0].scores[1] - 1.9 / 3.0).abs() < 1e-6);
        let vote = of(Join::Vote);
        assert_eq!(vote[0].predicted(), 0);
        assert!((vote[0].scores[0] - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!(vote[1].scores, [0.0, 1.0]);
    }
}
