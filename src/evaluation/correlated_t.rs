//! How probable is it that one contender is better, or that the two are as good as equal?

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{corrected_error, spread};

/// What is believed of a difference after seeing the folds; the three sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// Probability that the first is better by more than the region of equivalence.
    pub better: f64,
    /// Probability that the two differ by no more than it.
    pub equal: f64,
    /// Probability that the first is worse by more than it.
    pub worse: f64,
}

/// Bayesian correlated t-test over the differences of single folds.
///
/// The posterior of the mean difference is a t distribution with n − 1 degrees of freedom around
/// the mean, of scale s · √(1/n + ρ/(1 − ρ)); the correlation of two folds is taken to be
/// ρ = n_test / (n_test + n_train), which makes ρ/(1 − ρ) the `test_to_train` of
/// [`corrected_error`]. `equivalence` is the region of practical equivalence: differences in
/// −`equivalence`..`equivalence` matter to nobody; 0.01 is one point of accuracy. Unlike a p it can
/// say that two contenders *are* equal. `None` for fewer than two folds. Corani & Benavoli 2015;
/// Benavoli, Corani, Demšar & Zaffalon 2017, section 4.1.
///
/// Where all folds differ by the same, all belief lies at that difference.
#[allow(clippy::cast_precision_loss)]
pub fn correlated_t(differences: &[f64], test_to_train: f64, equivalence: f64) -> Option<Belief> {
    if differences.len() < 2 {
        return None;
    }
    let mean = spread(differences).mean;
    let scale = corrected_error(differences, test_to_train);
    if scale == 0.0 {
        let certain = |holds: bool| if holds { 1.0 } else { 0.0 };
        return Some(Belief {
            better: certain(mean > equivalence),
            equal: certain(mean.abs() <= equivalence),
            worse: certain(mean < -equivalence),
        });
    }
    let freedom = (differences.len() - 1) as f64;
    let t = StudentsT::new(0.0, 1.0, freedom).expect("at least one degree of freedom");
    // Tails are asked for as tails: one minus a probability near 1 keeps few digits.
    let better = t.cdf((mean - equivalence) / scale);
    let worse = t.cdf((-equivalence - mean) / scale);
    Some(Belief { better, equal: (1.0 - better - worse).max(0.0), worse })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use proptest::test_runner::Config;

    use super::{Belief, correlated_t};
    use crate::evaluation::known::{A, B, differences};

    #[test]
    fn known_answer_for_ten_folds() {
        let belief = correlated_t(&differences(&A, &B), 1.0 / 9.0, 0.01).unwrap();
        assert!((belief.better - 0.95018).abs() < 5e-6, "{belief:?}");
        assert!((belief.equal - 0.04854).abs() < 5e-6, "{belief:?}");
        assert!((belief.worse - 0.00128).abs() < 5e-6, "{belief:?}");
    }

    #[test]
    fn without_spread_all_belief_lies_on_one_side() {
        let certain = |difference: f64| correlated_t(&[difference; 4], 0.1, 0.01).unwrap();
        assert_eq!(certain(0.25), Belief { better: 1.0, equal: 0.0, worse: 0.0 });
        assert_eq!(certain(0.0), Belief { better: 0.0, equal: 1.0, worse: 0.0 });
        assert_eq!(certain(-0.25), Belief { better: 0.0, equal: 0.0, worse: 1.0 });
        assert_eq!(correlated_t(&[0.25], 0.1, 0.01), None);
    }

    proptest! {
        #![proptest_config(Config { failure_persistence: None, ..Config::default() })]
        #[test]
        fn swapping_the_contenders_swaps_better_and_worse(
            counts in proptest::collection::vec(-20_i32..20, 2..30), rope in 0.0..0.1_f64,
        ) {
            let forth: Vec<f64> = counts.iter().map(|&count| f64::from(count) / 100.0).collect();
            let back: Vec<f64> = forth.iter().map(|difference| -difference).collect();
            let forth = correlated_t(&forth, 0.1, rope).unwrap();
            let back = correlated_t(&back, 0.1, rope).unwrap();
            prop_assert!((forth.better - back.worse).abs() < 1e-9);
            prop_assert!((forth.equal - back.equal).abs() < 1e-9);
            prop_assert!((forth.better + forth.equal + forth.worse - 1.0).abs() < 1e-9);
        }
    }
}
