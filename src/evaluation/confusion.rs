//! Counts of truth against prediction, with named axes.

use super::Prediction;

/// How often each genre was called what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    genres: usize,
    counts: Vec<usize>,
}

impl Confusion {
    /// Counts the predictions; `genres` is how many genres there are.
    pub fn of<'a>(genres: usize, predictions: impl IntoIterator<Item = &'a Prediction>) -> Self {
        let mut confusion = Self { genres, counts: vec![0; genres * genres] };
        for prediction in predictions {
            confusion.counts[prediction.truth * genres + prediction.predicted()] += 1;
        }
        confusion
    }

    /// How many genres there are.
    pub fn genres(&self) -> usize {
        self.genres
    }

    /// How often units of genre `truth` were called `predicted`.
    pub fn count(&self, truth: usize, predicted: usize) -> usize {
        self.counts[truth * self.genres + predicted]
    }

    /// How many units are of genre `truth`.
    pub fn of_truth(&self, truth: usize) -> usize {
        (0..self.genres).map(|predicted| self.count(truth, predicted)).sum()
    }

    /// How many units were called `predicted`.
    pub fn called(&self, predicted: usize) -> usize {
        (0..self.genres).map(|truth| self.count(truth, predicted)).sum()
    }

    /// Share of the units of `truth` that were called `predicted`; 0 where there are none.
    pub fn share(&self, truth: usize, predicted: usize) -> f64 {
        ratio(self.count(truth, predicted), self.of_truth(truth))
    }

    /// Share of the units of `genre` that were named rightly; `None` where there are none.
    pub fn recall(&self, genre: usize) -> Option<f64> {
        (self.of_truth(genre) > 0).then(|| self.share(genre, genre))
    }

    /// Share of the units called `genre` that are of it; `None` where none was called so.
    pub fn precision(&self, genre: usize) -> Option<f64> {
        (self.called(genre) > 0).then(|| ratio(self.count(genre, genre), self.called(genre)))
    }

    /// Harmonic mean of precision and recall; 0 where none was named rightly.
    pub fn f1(&self, genre: usize) -> f64 {
        ratio(2 * self.count(genre, genre), self.of_truth(genre) + self.called(genre))
    }
}

#[allow(clippy::cast_precision_loss)]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::Confusion;
    use crate::evaluation::Prediction;

    #[test]
    fn rows_are_truth_and_columns_are_predictions() {
        let of = |truth: usize, scores: [f32; 2]| Prediction {
            contender: 0,
            repeat: 0,
            fold: 0,
            unit: 0,
            truth,
            scores: scores.to_vec(),
        };
        let predictions =
            [of(0, [0.9, 0.1]), of(0, [0.2, 0.8]), of(0, [0.5, 0.5]), of(1, [0.1, 0.9])];
        let confusion = Confusion::of(2, &predictions);
        assert_eq!(confusion.count(0, 1), 1);
        assert_eq!(confusion.count(1, 0), 0);
        assert_eq!(confusion.recall(0), Some(2.0 / 3.0));
        assert_eq!(confusion.precision(1), Some(0.5));
        assert!((confusion.f1(0) - 0.8).abs() < 1e-12);
    }
}
