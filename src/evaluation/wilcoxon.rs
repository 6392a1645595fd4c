//! Do two contenders differ over several data sets? Ranks of differences, without a bell curve.

use super::ranks::{TIE, ranks};

/// What Wilcoxon's signed-rank test says of paired differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wilcoxon {
    /// Sum of the ranks of differences above 0.
    pub above: f64,
    /// Sum of the ranks of differences below 0.
    pub below: f64,
    /// How many differences were not 0.
    pub used: usize,
    /// Two-sided exact p.
    pub p: f64,
}

/// Wilcoxon's signed-rank test over differences of independent pairs, as of several data sets.
///
/// The sizes of the differences are ranked, and if there were no difference each rank would bear
/// either sign like a coin. The p is exact for any number of pairs, ties included: it counts, of
/// all 2ⁿ ways to set the signs, those whose smaller rank sum is no larger than the one seen. Zeros
/// are dropped, as Wilcoxon did, and ties share their mean rank. Folds of one data set are no
/// independent pairs: use [`corrected_t`](super::corrected_t()) for them. Wilcoxon 1945; for
/// classifiers Demšar 2006, section 3.1.3.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
pub fn wilcoxon(differences: &[f64]) -> Wilcoxon {
    let used: Vec<f64> =
        differences.iter().copied().filter(|difference| difference.abs() >= TIE).collect();
    let sizes: Vec<f64> = used.iter().map(|difference| difference.abs()).collect();
    let ranks = ranks(&sizes);
    let signed = |sign: f64| -> f64 {
        let of = ranks.iter().zip(&used).filter(|(_, difference)| difference.signum() == sign);
        of.map(|(rank, _)| rank).sum()
    };
    let (above, below) = (signed(1.0), signed(-1.0));
    // Mean ranks are whole or half, so twice a rank is whole.
    let doubled: Vec<usize> = ranks.iter().map(|rank| (2.0 * rank).round() as usize).collect();
    let chances = chances(&doubled);
    let smaller = (2.0 * above.min(below)).round() as usize;
    let tail: f64 = chances[..=smaller].iter().sum();
    Wilcoxon { above, below, used: used.len(), p: (2.0 * tail).min(1.0) }
}

/// Probability of each sum of the ranks that fall above 0, if each does so by a coin.
fn chances(ranks: &[usize]) -> Vec<f64> {
    let mut chances = vec![0.0; ranks.iter().sum::<usize>() + 1];
    chances[0] = 1.0;
    for &rank in ranks {
        for sum in (0..chances.len()).rev() {
            let with = if sum >= rank { chances[sum - rank] } else { 0.0 };
            chances[sum] = f64::midpoint(chances[sum], with);
        }
    }
    chances
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use proptest::test_runner::Config;

    use super::wilcoxon;
    use crate::evaluation::known::{A, B, differences};

    #[test]
    fn known_answers() {
        let test = wilcoxon(&differences(&A, &B));
        assert!((test.p - 0.00195).abs() < 5e-6, "{test:?}");
        assert_eq!((test.above, test.below, test.used), (55.0, 0.0, 10));
        // Of 8 pairs with a smaller rank sum of 3, published tables have p = 10/256.
        let test = wilcoxon(&[1.0, 2.0, -3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert!((test.p - 10.0 / 256.0).abs() < 1e-12, "{test:?}");
    }

    #[test]
    fn zeros_are_dropped_and_nothing_is_no_difference() {
        assert_eq!(wilcoxon(&[0.0, 0.1, 0.2]).used, 2);
        assert!((wilcoxon(&[0.0, 0.0]).p - 1.0).abs() < 1e-12);
        assert!((wilcoxon(&[]).p - 1.0).abs() < 1e-12);
    }

    proptest! {
        #![proptest_config(Config { failure_persistence: None, ..Config::default() })]
        #[test]
        fn it_agrees_with_setting_all_signs(counts in proptest::collection::vec(-5_i32..=5, 0..11)) {
            let values: Vec<f64> = counts.iter().map(|&count| f64::from(count)).collect();
            let test = wilcoxon(&values);
            let sizes: Vec<f64> =
                values.iter().filter(|value| **value != 0.0).map(|value| value.abs()).collect();
            let ranks = crate::evaluation::ranks::ranks(&sizes);
            let total: f64 = ranks.iter().sum();
            let ways = 1_u32 << ranks.len();
            let extreme = (0..ways).filter(|signs| {
                let above: f64 = ranks
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| signs >> at & 1 == 1)
                    .map(|(_, rank)| rank)
                    .sum();
                above.min(total - above) <= test.above.min(test.below)
            });
            let share = extreme.count() as f64 / f64::from(ways);
            prop_assert!((test.p - share).abs() < 1e-9, "{test:?} {share}");
            let back: Vec<f64> = values.iter().map(|value| -value).collect();
            let back = wilcoxon(&back);
            prop_assert!((test.p - back.p).abs() < 1e-12 && test.above == back.below);
        }
    }
}
