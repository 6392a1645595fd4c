//! Do two contenders miss different units by more than chance, on one set of predictions?

use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

/// McNemar's test of two contenders on the same units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    /// Units that the first alone named rightly.
    pub only_first: usize,
    /// Units that the second alone named rightly.
    pub only_second: usize,
    /// Two-sided exact p.
    pub exact: f64,
    /// The chi-square with continuity correction.
    pub chi_square: f64,
    /// Its p, with one degree of freedom.
    pub chi_square_p: f64,
}

/// McNemar's test from the two counts of units that one contender alone named rightly.
///
/// Units that both or neither named rightly say nothing of a difference. If there is none, each of
/// the b + c others falls to either side like a coin: the exact p is min(1, 2 · P(X ≤ min(b, c)))
/// for X binomial of b + c and ½. The chi-square is max(0, |b − c| − 1)² / (b + c). Trust the exact
/// one; the other is there for readers who know it from other papers. Units must be independent:
/// of repeated cross-validation only one repeat may be counted. McNemar 1947; continuity
/// correction, Edwards 1948.
#[allow(clippy::cast_precision_loss)]
pub fn mcnemar(only_first: usize, only_second: usize) -> McNemar {
    let apart = only_first + only_second;
    if apart == 0 {
        let (exact, chi_square, chi_square_p) = (1.0, 0.0, 1.0);
        return McNemar { only_first, only_second, exact, chi_square, chi_square_p };
    }
    let fewer = only_first.min(only_second) as u64;
    let coins = Binomial::new(0.5, apart as u64).expect("a half is a probability");
    let beyond = (only_first.abs_diff(only_second) as f64 - 1.0).max(0.0);
    let chi_square = beyond * beyond / apart as f64;
    McNemar {
        only_first,
        only_second,
        exact: (2.0 * coins.cdf(fewer)).min(1.0),
        chi_square,
        chi_square_p: ChiSquared::new(1.0).expect("one degree of freedom").sf(chi_square),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use proptest::test_runner::Config;

    use super::mcnemar;

    #[test]
    fn known_answers() {
        let test = mcnemar(58, 33);
        assert!((test.exact - 0.01146).abs() < 5e-6, "{test:?}");
        assert!((test.chi_square - 6.3297).abs() < 5e-5, "{test:?}");
        assert!((test.chi_square_p - 0.01187).abs() < 5e-6, "{test:?}");
        // All of five coins on one side: two of 32 ways.
        assert!((mcnemar(5, 0).exact - 2.0 / 32.0).abs() < 1e-12);
    }

    #[test]
    fn contenders_that_miss_the_same_units_cannot_be_told_apart() {
        for both in [0, 1, 7, 400] {
            let test = mcnemar(both, both);
            assert!((test.exact - 1.0).abs() < 1e-12 && (test.chi_square_p - 1.0).abs() < 1e-12);
        }
    }

    proptest! {
        #![proptest_config(Config { failure_persistence: None, ..Config::default() })]
        #[test]
        fn the_order_of_the_contenders_does_not_matter(first in 0_usize..500, second in 0_usize..500) {
            let (forth, back) = (mcnemar(first, second), mcnemar(second, first));
            prop_assert!((forth.exact - back.exact).abs() < 1e-12);
            prop_assert!((forth.chi_square_p - back.chi_square_p).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&forth.exact));
        }
    }
}
