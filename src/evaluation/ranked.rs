//! Whether the truth is among the first genres named.

use super::Prediction;

/// Share of units whose truth is among the `k` genres with the highest scores, 0..1.
///
/// `k` = 1 is the accuracy; naming blindly reaches `k` over the number of genres. On a tie the genre
/// that comes first in the record counts as the higher one, as in [`Prediction::predicted`].
#[allow(clippy::cast_precision_loss)]
pub fn top_accuracy(k: usize, predictions: &[&Prediction]) -> f64 {
    let found = predictions.iter().filter(|prediction| rank(prediction) < k).count();
    found as f64 / predictions.len() as f64
}

/// How many genres stand before the truth.
fn rank(prediction: &Prediction) -> usize {
    let truth = prediction.truth;
    let its = prediction.scores[truth];
    let before = |(genre, score): (usize, &f32)| *score > its || (*score == its && genre < truth);
    prediction.scores.iter().enumerate().filter(|&each| before(each)).count()
}

#[cfg(test)]
mod tests {
    use super::top_accuracy;
    use crate::evaluation::Prediction;

    fn of(truth: usize, scores: [f32; 4]) -> Prediction {
        let scores = scores.to_vec();
        Prediction { contender: 0, repeat: 0, fold: 0, unit: 0, truth, scores }
    }

    #[test]
    fn known_answers() {
        let said = [
            of(0, [0.4, 0.3, 0.2, 0.1]),
            of(1, [0.4, 0.3, 0.2, 0.1]),
            of(2, [0.4, 0.3, 0.2, 0.1]),
            of(3, [0.4, 0.3, 0.2, 0.1]),
        ];
        let all: Vec<&Prediction> = said.iter().collect();
        let shares: Vec<f64> = (1..=4).map(|k| top_accuracy(k, &all)).collect();
        assert_eq!(shares, [0.25, 0.5, 0.75, 1.0]);
    }

    #[test]
    fn on_a_tie_the_first_genres_count_so_that_the_first_place_is_the_accuracy() {
        let said: Vec<Prediction> = (0..4).map(|truth| of(truth, [0.0, 0.5, 0.5, 0.0])).collect();
        let all: Vec<&Prediction> = said.iter().collect();
        assert_eq!(crate::evaluation::accuracy(&all), top_accuracy(1, &all));
        let shares: Vec<f64> = (1..=4).map(|k| top_accuracy(k, &all)).collect();
        assert_eq!(shares, [0.25, 0.5, 0.75, 1.0]);
    }
}
