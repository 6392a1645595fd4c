//! Interval for a share counted once, on a single test set.

use statrs::distribution::{ContinuousCDF, Normal};

use super::Interval;

/// Wilson's score interval for a share seen on `units` independent units.
///
/// (p + z²/2n ± z · √(p(1 − p)/n + z²/4n²)) / (1 + z²/n). It never leaves 0..1 and holds for small
/// n and for shares near the ends, where p ± z · √(p(1 − p)/n) does not. `confidence` lies between
/// 0 and 1, as in 0.95. `None` without units. Wilson 1927.
#[allow(clippy::cast_precision_loss)]
pub fn wilson_interval(share: f64, units: usize, confidence: f64) -> Option<Interval> {
    if units == 0 {
        return None;
    }
    let n = units as f64;
    let z = Normal::new(0.0, 1.0)
        .expect("the standard deviation is positive")
        .inverse_cdf(f64::midpoint(1.0, confidence));
    let centre = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    Some(Interval {
        low: ((centre - half) / scale).clamp(0.0, 1.0),
        high: ((centre + half) / scale).clamp(0.0, 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::wilson_interval;

    #[test]
    fn known_answers() {
        for (units, low, high) in [(1000, 0.5814, 0.6417), (290, 0.5548, 0.6663)] {
            let interval = wilson_interval(0.612, units, 0.95).unwrap();
            assert!((interval.low - low).abs() < 5e-5, "{units}: {interval:?}");
            assert!((interval.high - high).abs() < 5e-5, "{units}: {interval:?}");
        }
    }

    #[test]
    fn the_ends_stay_within_reach() {
        let none = wilson_interval(0.0, 20, 0.95).unwrap();
        assert!(none.low.abs() < 1e-12 && none.high > 0.1);
        let all = wilson_interval(1.0, 20, 0.95).unwrap();
        assert!((all.high - 1.0).abs() < 1e-12 && all.low < 0.9);
        assert_eq!(wilson_interval(0.5, 0, 0.95), None);
    }
}
