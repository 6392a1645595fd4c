//! Intervals for means over folds that share training data.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::spread;

/// Two ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Standard error of a mean over folds: `s · √(1/n + n_test/n_train)`.
///
/// Folds share training rows, so their results vary together and the usual s/√n is too small;
/// `test_to_train` is the number of test rows over the number of training rows, 1/9 for ten folds.
/// Nadeau & Bengio 2003, section 3.1, for cross-validation as in Bouckaert & Frank 2004.
#[allow(clippy::cast_precision_loss)]
pub fn corrected_error(values: &[f64], test_to_train: f64) -> f64 {
    spread(values).sd * (1.0 / values.len() as f64 + test_to_train).sqrt()
}

/// Interval for a mean over folds: mean ± t · [`corrected_error`], t with n − 1 degrees of freedom.
///
/// `confidence` lies between 0 and 1, as in 0.95. `None` for fewer than two values, which say
/// nothing of their spread.
#[allow(clippy::cast_precision_loss)]
pub fn corrected_interval(values: &[f64], test_to_train: f64, confidence: f64) -> Option<Interval> {
    if values.len() < 2 {
        return None;
    }
    let freedom = (values.len() - 1) as f64;
    let t = StudentsT::new(0.0, 1.0, freedom)
        .expect("at least one degree of freedom")
        .inverse_cdf(f64::midpoint(1.0, confidence));
    let half = t * corrected_error(values, test_to_train);
    let mean = spread(values).mean;
    Some(Interval { low: mean - half, high: mean + half })
}

#[cfg(test)]
mod tests {
    use super::{corrected_error, corrected_interval};
    use crate::evaluation::known::{A, B, differences};
    use crate::evaluation::spread;

    #[test]
    fn known_answer_for_ten_folds() {
        let differences = differences(&A, &B);
        let mean = spread(&differences).mean;
        assert!((mean - 0.026).abs() < 1e-12);
        let t = mean / corrected_error(&differences, 1.0 / 9.0);
        assert!((t - 2.9824).abs() < 5e-5, "{t}");
        let interval = corrected_interval(&differences, 1.0 / 9.0, 0.95).unwrap();
        assert!((interval.low - 0.0063).abs() < 5e-5, "{interval:?}");
        assert!((interval.high - 0.0457).abs() < 5e-5, "{interval:?}");
    }

    #[test]
    fn without_the_correction_it_is_the_plain_t() {
        let differences = differences(&A, &B);
        let t = spread(&differences).mean / corrected_error(&differences, 0.0);
        assert!((t - 4.3333).abs() < 5e-5, "{t}");
    }

    #[test]
    fn one_fold_has_no_interval() {
        assert_eq!(corrected_interval(&[0.5], 1.0 / 9.0, 0.95), None);
    }
}
