//! From values of genres to scores: a softmax, and the one number that says how sharp it is.

/// The range searched for the sharpness.
const RANGE: (f64, f64) = (0.01, 100.0);

/// exp(sharpness · value), normalised.
pub(super) fn softmax(values: &[f64], sharpness: f64) -> Vec<f64> {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> =
        values.iter().map(|value| (sharpness * (value - largest)).exp()).collect();
    let total: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / total).collect()
}

/// The sharpness under which the truths of these values (logarithms of shares, say) are most likely: one
/// over the temperature that others scale by. 0.01..100.
#[allow(clippy::needless_pass_by_value)] // an iterator is handed over as a rule
pub fn likeliest<'a>(judged: impl Iterator<Item = (&'a [f64], usize)> + Clone) -> f64 {
    lowest(RANGE, |sharpness| {
        judged
            .clone()
            .map(|(values, truth)| -softmax(values, sharpness)[truth].max(f64::MIN_POSITIVE).ln())
            .sum()
    })
}

/// Golden-section search over the logarithm of the argument; the loss has one valley.
fn lowest((from, to): (f64, f64), loss: impl Fn(f64) -> f64) -> f64 {
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (from.ln(), to.ln());
    while high - low > 1e-3 {
        let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
        if loss(left.exp()) <= loss(right.exp()) { high = right } else { low = left }
    }
    f64::midpoint(low, high).exp()
}

#[cfg(test)]
mod tests {
    use super::{likeliest, lowest, softmax};

    #[test]
    fn the_valley_is_found() {
        assert!((lowest((0.01, 100.0), |x| (x.ln() - 1.5).powi(2)) - 1.5_f64.exp()).abs() < 0.01);
    }

    #[test]
    fn sharper_scores_are_further_apart() {
        let [soft, sharp] = [1.0, 2.0].map(|sharpness| softmax(&[1.0, 0.0], sharpness)[0]);
        assert!((soft - 1.0 / (1.0 + (-1.0_f64).exp())).abs() < 1e-12);
        assert!(sharp > soft && (softmax(&[1e9, -1e9], 100.0)[0] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn values_that_are_right_three_times_of_four_give_scores_of_three_quarters() {
        let (up, down) = ([1.0, 0.0], [0.0, 1.0]);
        let judged = [(&up[..], 0), (&up[..], 0), (&down[..], 1), (&down[..], 0)];
        let sharpness = likeliest(judged.into_iter());
        assert!((softmax(&up, sharpness)[0] - 0.75).abs() < 1e-3);
    }
}
