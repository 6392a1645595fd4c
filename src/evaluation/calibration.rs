//! Whether scores can be read as probabilities.
//!
//! *Conventions.* Scores of a unit are divided by their sum first, as in [`super::log_loss`]. The
//! confidence of a prediction is its highest score.

use super::Prediction;

/// How many bins of equal width confidences fall into, as in Guo et al. 2017.
pub const BINS: usize = 15;

/// Scores are kept in single precision: what lies this close to an edge lies on it.
const EDGE: f64 = 1e-5;

/// Brier score: mean over units of Σ over genres of (score − truth)², truth being 1 for the true
/// genre and 0 for others.
///
/// In 0..2, lower is better: 2 where all of the score is on a wrong genre, 1 − 1/n where `n` genres
/// are scored alike. This is Brier's own sum over all genres; the form for two genres that looks at
/// one of them only is half of it. Brier 1950.
#[allow(clippy::cast_precision_loss)]
pub fn brier(predictions: &[&Prediction]) -> f64 {
    let one = |prediction: &&Prediction| -> f64 {
        shares(prediction)
            .enumerate()
            .map(|(genre, share)| (share - f64::from(u8::from(genre == prediction.truth))).powi(2))
            .sum()
    };
    predictions.iter().map(one).sum::<f64>() / predictions.len() as f64
}

/// The predictions whose confidence lies in one interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Lower end of the interval, not in it.
    pub low: f64,
    /// Upper end of the interval, in it.
    pub high: f64,
    /// How many predictions lie in it.
    pub count: usize,
    /// Mean of their confidences; 0 where there are none.
    pub confidence: f64,
    /// Share of them that is right; 0 where there are none.
    pub accuracy: f64,
}

/// The reliability diagram as data: [`BINS`] bins from 0 to 1, empty ones among them.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn reliability(predictions: &[&Prediction]) -> Vec<Bin> {
    let mut sums = [(0_usize, 0.0_f64, 0_usize); BINS];
    for prediction in predictions {
        let confidence = shares(prediction).fold(0.0, f64::max);
        let bin = (confidence * BINS as f64 - EDGE).ceil() as usize;
        let (count, total, right) = &mut sums[bin.clamp(1, BINS) - 1];
        *count += 1;
        *total += confidence;
        *right += usize::from(prediction.is_right());
    }
    let edge = |at: usize| at as f64 / BINS as f64;
    sums.iter()
        .enumerate()
        .map(|(at, &(count, total, right))| Bin {
            low: edge(at),
            high: edge(at + 1),
            count,
            confidence: total / count.max(1) as f64,
            accuracy: right as f64 / count.max(1) as f64,
        })
        .collect()
}

/// Expected calibration error: Σ over [`reliability`]'s bins of the bin's share of all predictions
/// times |accuracy − mean confidence|.
///
/// In 0..1, lower is better; 0 where in every bin as many are right as the scores say. It looks at
/// the genre named only, and a model that is never sure of anything can have a small one: read it
/// beside accuracy and [`brier`]. Naeini et al. 2015, with the bins of Guo et al. 2017.
#[allow(clippy::cast_precision_loss)]
pub fn calibration_error(predictions: &[&Prediction]) -> f64 {
    reliability(predictions)
        .iter()
        .map(|bin| bin.count as f64 * (bin.accuracy - bin.confidence).abs())
        .sum::<f64>()
        / predictions.len() as f64
}

fn shares(prediction: &Prediction) -> impl Iterator<Item = f64> + '_ {
    let total: f64 = prediction.scores.iter().map(|score| f64::from(*score)).sum();
    prediction.scores.iter().map(move |score| f64::from(*score) / total)
}

#[cfg(test)]
mod tests {
    use super::{BINS, brier, calibration_error, reliability};
    use crate::evaluation::Prediction;

    fn of(truth: usize, scores: &[f32]) -> Prediction {
        let scores = scores.to_vec();
        Prediction { contender: 0, repeat: 0, fold: 0, unit: 0, truth, scores }
    }

    #[test]
    fn known_answers_of_the_brier_score() {
        let said = [of(0, &[0.8, 0.1, 0.1]), of(0, &[0.3, 0.6, 0.1]), of(1, &[0.2, 0.7, 0.1])];
        let all: Vec<&Prediction> = said.iter().collect();
        // 0.04 + 0.01 + 0.01; 0.49 + 0.36 + 0.01; 0.04 + 0.09 + 0.01.
        assert!((brier(&all) - (0.06 + 0.86 + 0.14) / 3.0).abs() < 1e-6);
        let (worst, blind) = (of(2, &[1.0, 0.0, 0.0]), of(2, &[1.0, 1.0, 1.0]));
        assert!((brier(&[&worst]) - 2.0).abs() < 1e-12);
        assert!((brier(&[&blind]) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn known_answers_of_the_calibration_error() {
        // Sure by 0.9 and right twice in four; sure by 0.7 and right once in one.
        let mut said = vec![of(0, &[0.9, 0.1]); 2];
        said.extend([of(1, &[0.9, 0.1]), of(1, &[0.9, 0.1]), of(1, &[0.3, 0.7])]);
        let all: Vec<&Prediction> = said.iter().collect();
        assert!((calibration_error(&all) - (4.0 * 0.4 + 0.3) / 5.0).abs() < 1e-6);
        let bins = reliability(&all);
        assert_eq!(bins.len(), BINS);
        let counts: Vec<(usize, usize)> =
            bins.iter().map(|bin| bin.count).enumerate().filter(|it| it.1 > 0).collect();
        // 0.7 · 15 = 10.5 and 0.9 · 15 = 13.5.
        assert_eq!(counts, [(10, 1), (13, 4)]);
        assert!((bins[13].accuracy - 0.5).abs() < 1e-12);
        assert!((bins[13].confidence - 0.9).abs() < 1e-6);
    }

    #[test]
    fn an_edge_belongs_to_the_bin_below_it_in_single_precision_too() {
        for (score, bin) in [(0.2_f32, 2), (0.4, 5), (0.6, 8), (0.8, 11), (1.0, 14)] {
            let rest = (1.0 - score) / 9.0;
            let mut scores = vec![rest; 10];
            scores[3] = score;
            let bins = reliability(&[&of(3, &scores)]);
            assert_eq!(bins.iter().position(|it| it.count > 0), Some(bin), "{score}");
        }
    }

    #[test]
    fn sure_and_always_right_is_without_error_and_always_wrong_has_all() {
        assert!(calibration_error(&[&of(0, &[1.0, 0.0])]).abs() < 1e-12);
        assert!((calibration_error(&[&of(1, &[1.0, 0.0])]) - 1.0).abs() < 1e-12);
    }
}
