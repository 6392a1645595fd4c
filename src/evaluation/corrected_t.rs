//! Do two contenders differ by more than chance? The t-test that allows for shared training rows.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{Interval, corrected_error, corrected_interval, spread};

/// What the corrected resampled t-test says of paired differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CorrectedT {
    /// Mean difference, first minus second.
    pub difference: f64,
    /// The difference over its [`corrected_error`]; infinite where all folds differ by the same.
    pub t: f64,
    /// Probability of such a t or one further from 0 if there were no difference, in 0..1.
    pub p: f64,
    /// Interval for the difference.
    pub interval: Interval,
}

/// Corrected resampled t-test over the differences of single folds.
///
/// t = mean / (s · √(1/n + n_test/n_train)) with n − 1 degrees of freedom, two-sided. Without the
/// second term under the root it is the paired t-test, which finds differences where there are
/// none, because folds share training rows. `test_to_train` is the number of test rows over the
/// number of training rows; `confidence` is that of the interval, as in 0.95. `None` for fewer than
/// two folds. Nadeau & Bengio 2003; for repeated cross-validation Bouckaert & Frank 2004.
///
/// Where all folds differ by the same the spread is 0: p is then 0, and 1 if they do not differ.
#[allow(clippy::cast_precision_loss)]
pub fn corrected_t(differences: &[f64], test_to_train: f64, confidence: f64) -> Option<CorrectedT> {
    let interval = corrected_interval(differences, test_to_train, confidence)?;
    let difference = spread(differences).mean;
    let error = corrected_error(differences, test_to_train);
    let t = if error > 0.0 {
        difference / error
    } else if difference == 0.0 {
        0.0
    } else {
        f64::INFINITY.copysign(difference)
    };
    let freedom = (differences.len() - 1) as f64;
    let beyond = if t.is_finite() {
        StudentsT::new(0.0, 1.0, freedom).expect("at least one degree of freedom").cdf(-t.abs())
    } else {
        0.0
    };
    Some(CorrectedT { difference, t, p: (2.0 * beyond).min(1.0), interval })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use proptest::test_runner::Config;

    use super::corrected_t;
    use crate::evaluation::known::{A, B, differences};

    #[test]
    fn known_answer_for_ten_folds() {
        let test = corrected_t(&differences(&A, &B), 1.0 / 9.0, 0.95).unwrap();
        assert!((test.difference - 0.0260).abs() < 1e-12);
        assert!((test.t - 2.9824).abs() < 5e-5, "{test:?}");
        assert!((test.p - 0.01539).abs() < 5e-6, "{test:?}");
        assert!((test.interval.low - 0.0063).abs() < 5e-5, "{test:?}");
        assert!((test.interval.high - 0.0457).abs() < 5e-5, "{test:?}");
    }

    #[test]
    fn without_the_correction_it_is_the_paired_t_test() {
        let test = corrected_t(&differences(&A, &B), 0.0, 0.95).unwrap();
        assert!((test.t - 4.3333).abs() < 5e-5 && (test.p - 0.001_896).abs() < 5e-7, "{test:?}");
    }

    #[test]
    fn folds_that_all_differ_by_the_same_are_certain_and_equal_contenders_are_equal() {
        let apart = corrected_t(&[0.25; 5], 0.25, 0.95).unwrap();
        assert_eq!((apart.t, apart.p), (f64::INFINITY, 0.0));
        let equal = corrected_t(&[0.0; 5], 0.25, 0.95).unwrap();
        assert_eq!((equal.t, equal.p), (0.0, 1.0));
        assert_eq!(corrected_t(&[0.25], 0.25, 0.95), None);
    }

    proptest! {
        #![proptest_config(Config { failure_persistence: None, ..Config::default() })]
        #[test]
        fn swapping_the_contenders_turns_the_sign_and_keeps_p(
            counts in proptest::collection::vec(-20_i32..20, 2..30), ratio in 0.01..1.0_f64,
        ) {
            let forth: Vec<f64> = counts.iter().map(|&count| f64::from(count) / 100.0).collect();
            let back: Vec<f64> = forth.iter().map(|difference| -difference).collect();
            let forth = corrected_t(&forth, ratio, 0.95).unwrap();
            let back = corrected_t(&back, ratio, 0.95).unwrap();
            prop_assert!((forth.difference + back.difference).abs() < 1e-12);
            prop_assert!(forth.t == -back.t || (forth.t + back.t).abs() < 1e-9);
            prop_assert!((forth.p - back.p).abs() < 1e-12 && (0.0..=1.0).contains(&forth.p));
            prop_assert!((forth.interval.low + back.interval.high).abs() < 1e-12);
            // The interval leaves out 0 exactly where p is below what it leaves out.
            let outside = forth.interval.low > 0.0 || forth.interval.high < 0.0;
            prop_assert!(outside == (forth.p < 0.05) || (forth.p - 0.05).abs() < 1e-9);
        }
    }
}
