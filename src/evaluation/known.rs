//! Accuracies of two contenders on ten folds, for known answers.

/// The first contender.
pub(super) const A: [f64; 10] = [0.62, 0.58, 0.66, 0.61, 0.64, 0.59, 0.63, 0.60, 0.65, 0.57];
/// The second contender.
pub(super) const B: [f64; 10] = [0.58, 0.57, 0.60, 0.60, 0.61, 0.58, 0.60, 0.59, 0.60, 0.56];

/// First minus second, fold by fold.
pub(super) fn differences(first: &[f64], second: &[f64]) -> Vec<f64> {
    first.iter().zip(second).map(|(first, second)| first - second).collect()
}
