//! Agreement of truth and prediction beyond chance.

use super::{Prediction, agreement};

/// Cohen's kappa of truth against prediction, as [`agreement()`] has it: −1..1, higher is better.
///
/// 0 is chance, whatever the number of genres and however uneven; naming one genre of several always
/// gives 0. Cohen 1960.
pub fn kappa(genres: usize, predictions: &[&Prediction]) -> f64 {
    let truths: Vec<usize> = predictions.iter().map(|one| one.truth).collect();
    let named: Vec<usize> = predictions.iter().map(|one| one.predicted()).collect();
    agreement(genres, &truths, &named).map_or(0.0, |found| found.kappa)
}

#[cfg(test)]
mod tests {
    use super::kappa;
    use crate::evaluation::Prediction;

    /// As many predictions as `counts` says, by truth and prediction.
    fn counted(counts: &[[usize; 2]; 2]) -> Vec<Prediction> {
        let mut said = Vec::new();
        for (truth, row) in counts.iter().enumerate() {
            for (named, &count) in row.iter().enumerate() {
                let scores = if named == 0 { vec![1.0, 0.0] } else { vec![0.0, 1.0] };
                let one = Prediction { contender: 0, repeat: 0, fold: 0, unit: 0, truth, scores };
                said.extend(std::iter::repeat_n(one, count));
            }
        }
        said
    }

    fn of(counts: &[[usize; 2]; 2]) -> f64 {
        let said = counted(counts);
        kappa(2, &said.iter().collect::<Vec<_>>())
    }

    #[test]
    fn known_answers() {
        // p = 35/50, e = 25/50 · 30/50 + 25/50 · 20/50 = 1/2.
        assert!((of(&[[20, 5], [10, 15]]) - 0.4).abs() < 1e-12);
        // Uneven truth: p = 0.9 looks good, e = 0.9 · 0.8 + 0.1 · 0.2 = 0.74.
        assert!((of(&[[80, 10], [0, 10]]) - 0.16 / 0.26).abs() < 1e-12);
        assert!((of(&[[0, 10], [10, 0]]) + 1.0).abs() < 1e-12);
    }

    #[test]
    fn naming_one_genre_always_is_chance_unless_there_is_but_one() {
        assert!(of(&[[30, 0], [10, 0]]).abs() < 1e-12);
        assert!((of(&[[30, 0], [0, 0]]) - 1.0).abs() < 1e-12);
    }
}
