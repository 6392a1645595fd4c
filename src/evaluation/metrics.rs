//! Metrics of a set of predictions: how often they are right, and how sure.
//!
//! *Conventions.* All lie in 0..1 and higher is better, but for [`log_loss`] (nats, lower is
//! better). A genre that no unit has is left out of means over genres.

use super::{Confusion, Prediction};

/// Share of units named rightly.
#[allow(clippy::cast_precision_loss)]
pub fn accuracy(predictions: &[&Prediction]) -> f64 {
    let right = predictions.iter().filter(|prediction| prediction.is_right()).count();
    right as f64 / predictions.len() as f64
}

/// Mean over genres of the harmonic mean of precision and recall.
pub fn macro_f1(genres: usize, predictions: &[&Prediction]) -> f64 {
    let confusion = Confusion::of(genres, predictions.iter().copied());
    mean(present(&confusion).map(|genre| confusion.f1(genre)))
}

/// Mean over genres of the recall.
pub fn balanced_accuracy(genres: usize, predictions: &[&Prediction]) -> f64 {
    let confusion = Confusion::of(genres, predictions.iter().copied());
    mean(present(&confusion).filter_map(|genre| confusion.recall(genre)))
}

/// Recall of each genre; `None` for a genre that no unit has.
pub fn recall(genres: usize, predictions: &[&Prediction]) -> Vec<Option<f64>> {
    let confusion = Confusion::of(genres, predictions.iter().copied());
    (0..genres).map(|genre| confusion.recall(genre)).collect()
}

/// Mean of −ln(score of the truth), scores cut off below at 1e-15 as scikit-learn does for doubles.
pub fn log_loss(predictions: &[&Prediction]) -> f64 {
    mean(predictions.iter().map(|prediction| {
        let total: f64 = prediction.scores.iter().map(|score| f64::from(*score)).sum();
        let score = f64::from(prediction.scores[prediction.truth]) / total;
        -score.clamp(1e-15, 1.0).ln()
    }))
}

/// Mean and sample standard deviation (n − 1 below the line; 0 for a single value).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub sd: f64,
}

/// Mean and standard deviation of some values.
#[allow(clippy::cast_precision_loss)]
pub fn spread(values: &[f64]) -> Spread {
    let mean = mean(values.iter().copied());
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let sd = if values.len() < 2 { 0.0 } else { (squares / (values.len() - 1) as f64).sqrt() };
    Spread { mean, sd }
}

fn present(confusion: &Confusion) -> impl Iterator<Item = usize> + '_ {
    (0..confusion.genres()).filter(|&genre| confusion.of_truth(genre) > 0)
}

#[allow(clippy::cast_precision_loss)]
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = values.fold((0_usize, 0.0), |(count, sum), value| (count + 1, sum + value));
    sum / count as f64
}

#[cfg(test)]
mod tests {
    use super::{accuracy, balanced_accuracy, log_loss, macro_f1, spread};
    use crate::evaluation::Prediction;

    fn predictions() -> Vec<Prediction> {
        [(0, [0.8, 0.1, 0.1]), (0, [0.3, 0.6, 0.1]), (1, [0.2, 0.7, 0.1]), (1, [0.1, 0.8, 0.1])]
            .into_iter()
            .map(|(truth, scores)| Prediction {
                contender: 0,
                repeat: 0,
                fold: 0,
                unit: 0,
                truth,
                scores: scores.to_vec(),
            })
            .collect()
    }

    #[test]
    fn known_answers_of_scikit_learn() {
        let predictions = predictions();
        let all: Vec<&Prediction> = predictions.iter().collect();
        assert!((accuracy(&all) - 0.75).abs() < 1e-12);
        assert!((macro_f1(3, &all) - (2.0 / 3.0 + 0.8) / 2.0).abs() < 1e-12);
        assert!((balanced_accuracy(3, &all) - 0.75).abs() < 1e-12);
        let expected = -(0.8_f64.ln() + 0.3_f64.ln() + 0.7_f64.ln() + 0.8_f64.ln()) / 4.0;
        assert!((log_loss(&all) - expected).abs() < 1e-6);
    }

    #[test]
    fn the_spread_of_one_value_is_zero() {
        assert!(spread(&[0.5]).sd.abs() < 1e-12);
        assert!((spread(&[1.0, 3.0]).sd - 2.0_f64.sqrt()).abs() < 1e-12);
    }
}
