//! How far apart mean ranks must lie to differ by more than chance.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// Nemenyi's critical difference of mean ranks: q · √(k(k + 1)/6N) / √2.
///
/// `contenders` k and `data_sets` N are those of [`friedman`](super::friedman()); q is the value that
/// the range of k independent standard normal numbers exceeds with probability `level`, as in
/// 0.05. `None` for fewer than two contenders or no data set. Nemenyi 1963; Demšar 2006, section
/// 3.2.2, whose table 5 gives q/√2.
#[allow(clippy::cast_precision_loss)]
pub fn nemenyi_difference(contenders: usize, data_sets: usize, level: f64) -> Option<f64> {
    if contenders < 2 || data_sets == 0 {
        return None;
    }
    let (k, n) = (contenders as f64, data_sets as f64);
    Some(
        range_quantile(contenders, 1.0 - level) / 2.0_f64.sqrt()
            * (k * (k + 1.0) / (6.0 * n)).sqrt(),
    )
}

/// The range of `count` standard normal numbers that is not exceeded with probability `share`.
fn range_quantile(count: usize, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 20.0);
    // Sixty halvings of twenty leave nothing of a double.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if range_probability(count, middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Probability that `count` standard normal numbers lie within a range of `q`:
/// k ∫ φ(z) (Φ(z) − Φ(z − q))^(k − 1) dz, z being the largest of them.
fn range_probability(count: usize, q: f64) -> f64 {
    const STEPS: u32 = 400;
    const END: f64 = 8.5; // beyond it the bell holds less than 1e-16
    let normal = Normal::standard();
    let step = 2.0 * END / f64::from(STEPS);
    let exponent = i32::try_from(count - 1).unwrap_or(i32::MAX);
    // The sum of a smooth bell that ends in nothing is its integral to all digits.
    let sum: f64 = (0..=STEPS)
        .map(|at| f64::from(at) * step - END)
        .map(|z| normal.pdf(z) * (normal.cdf(z) - normal.cdf(z - q)).powi(exponent))
        .sum();
    f64::from(exponent + 1) * sum * step
}

#[cfg(test)]
mod tests {
    use super::{nemenyi_difference, range_quantile};

    #[test]
    fn the_constants_are_those_of_the_published_table() {
        let five = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164];
        let ten = [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920];
        for (share, table) in [(0.95, five), (0.90, ten)] {
            for (place, published) in table.into_iter().enumerate() {
                let q = range_quantile(place + 2, share) / 2.0_f64.sqrt();
                // The table was made from values cut after three digits.
                assert!((q - published).abs() < 1.5e-3, "{} at {share}: {q}", place + 2);
            }
        }
    }

    #[test]
    fn known_answer_of_demsar() {
        assert!((nemenyi_difference(4, 14, 0.05).unwrap() - 1.25).abs() < 5e-3);
        assert!((nemenyi_difference(4, 14, 0.10).unwrap() - 1.12).abs() < 5e-3);
        assert_eq!(nemenyi_difference(1, 14, 0.05), None);
    }
}
