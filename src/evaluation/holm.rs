//! Probabilities of several tests at once, adjusted so that together they keep their promise.

/// Holm's step-down adjustment of `p`, in the order given.
///
/// With the p sorted upwards, the i-th of m becomes max over j ≤ i of min(1, (m − j + 1) · p_j).
/// Rejecting what then lies below 0.05 finds one or more differences that are not there in at most
/// 5 % of comparisons, however the tests depend on each other. Never below the raw p. Holm 1979.
#[allow(clippy::cast_precision_loss)]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 0.0_f64;
    for (rank, test) in order.into_iter().enumerate() {
        least = least.max(((p.len() - rank) as f64 * p[test]).min(1.0));
        adjusted[test] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use proptest::test_runner::Config;

    use super::holm;

    #[test]
    fn known_answer() {
        // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") of R.
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (adjusted, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((adjusted - expected).abs() < 1e-12, "{adjusted}");
        }
        assert_eq!(holm(&[]), Vec::<f64>::new());
        assert_eq!(holm(&[0.04]), [0.04]);
    }

    proptest! {
        #![proptest_config(Config { failure_persistence: None, ..Config::default() })]
        #[test]
        fn no_p_falls_and_their_order_stays(p in proptest::collection::vec(0.0..=1.0_f64, 0..40)) {
            let adjusted = holm(&p);
            for (one, raw) in adjusted.iter().zip(&p) {
                prop_assert!(one >= raw && *one <= 1.0);
                for (other, other_raw) in adjusted.iter().zip(&p) {
                    prop_assert!(raw > other_raw || one <= other);
                }
            }
        }
    }
}
