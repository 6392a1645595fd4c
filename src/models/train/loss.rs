//! Cross-entropy of soft targets, with its gradient.
//!
//! Worked out beside the graph in double precision: on ten genres it costs nothing, the loss of a
//! sure net does not round to zero, and the graph starts at the scores.

/// What the loss says of a batch.
pub(super) struct Judged {
    /// Sum of the rows' losses, in nats.
    pub(super) loss: f64,
    /// How many rows have their highest score at their highest target.
    pub(super) right: usize,
    /// Derivative of the mean loss by each score.
    pub(super) gradient: Vec<f32>,
}

/// Compares scores (before softmax) with targets; both hold one row of `genres` for each sample.
pub(super) fn cross_entropy(scores: &[f32], targets: &[f32], genres: usize) -> Judged {
    let rows = (scores.len() / genres) as f64;
    let mut judged = Judged { loss: 0.0, right: 0, gradient: Vec::with_capacity(scores.len()) };
    for (scores, targets) in scores.chunks_exact(genres).zip(targets.chunks_exact(genres)) {
        let highest = f64::from(scores[highest(scores)]);
        let sum: f64 = scores.iter().map(|&score| (f64::from(score) - highest).exp()).sum();
        for (&score, &target) in scores.iter().zip(targets) {
            let log_share = f64::from(score) - highest - sum.ln();
            judged.loss -= f64::from(target) * log_share;
            judged.gradient.push(((log_share.exp() - f64::from(target)) / rows) as f32);
        }
        judged.right += usize::from(self::highest(scores) == self::highest(targets));
    }
    judged
}

/// Scores as shares that sum to 1.
pub(in crate::models) fn softmax(scores: &[f32]) -> Vec<f64> {
    let highest = f64::from(scores[highest(scores)]);
    let raised: Vec<f64> = scores.iter().map(|&score| (f64::from(score) - highest).exp()).collect();
    let sum: f64 = raised.iter().sum();
    raised.into_iter().map(|value| value / sum).collect()
}

/// Position of the first highest value.
fn highest(values: &[f32]) -> usize {
    let mut best = 0;
    for (at, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = at;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_cost_the_logarithm_of_the_number_of_genres() {
        let judged = cross_entropy(&[0.3; 10], &[1., 0., 0., 0., 0., 0., 0., 0., 0., 0.], 10);
        assert!((judged.loss - 10f64.ln()).abs() < 1e-12);
        assert!((judged.gradient[0] + 0.9).abs() < 1e-6);
        assert!((judged.gradient[1] - 0.1).abs() < 1e-6);
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_mean_loss() {
        let scores = [0.5f32, -1.0, 2.0, 0.1, 0.2, 0.3];
        let targets = [0.1f32, 0.8, 0.1, 0.0, 0.0, 1.0];
        let judged = cross_entropy(&scores, &targets, 3);
        for at in 0..scores.len() {
            let moved = |by: f32| {
                let mut scores = scores;
                scores[at] += by;
                cross_entropy(&scores, &targets, 3).loss / 2.0
            };
            let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
            assert!((slope - f64::from(judged.gradient[at])).abs() < 1e-4);
        }
        assert_eq!(judged.right, 1);
    }

    #[test]
    fn large_scores_do_not_overflow() {
        assert_eq!(softmax(&[1000.0, 0.0]), [1.0, 0.0]);
        assert!(cross_entropy(&[0.0, 1000.0], &[1.0, 0.0], 2).loss > 999.0);
    }
}
