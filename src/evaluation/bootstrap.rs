//! An interval for any metric of one test set, by drawing groups of rows anew.

use rand::RngExt;

use super::Interval;
use crate::seed::Seed;

/// How often rows are drawn anew: enough for the second digit of an interval's ends.
pub const DRAWS: usize = 2000;

/// Percentile interval of `metric` over [`DRAWS`] samples of whole groups, drawn with replacement.
///
/// `groups` names the group of each row (a track, an artist); `metric` is given row numbers, a row
/// as often as its group was drawn. Rows of a group vary together, so they are drawn together; with
/// every row a group of its own it is the plain bootstrap. It tells how the figure would vary over
/// other test sets, the fitted models being what they are. `None` for fewer than two groups. Ends
/// between two sample values are interpolated. Efron 1979; for groups Davison & Hinkley 1997,
/// section 3.8.
#[allow(clippy::cast_precision_loss)]
pub fn bootstrap_interval(
    groups: &[usize],
    confidence: f64,
    seed: Seed,
    metric: impl Fn(&[usize]) -> f64,
) -> Option<Interval> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut place = std::collections::BTreeMap::new();
    for (row, group) in groups.iter().enumerate() {
        let at = *place.entry(*group).or_insert(rows.len());
        if at == rows.len() {
            rows.push(Vec::new());
        }
        rows[at].push(row);
    }
    if rows.len() < 2 {
        return None;
    }
    let mut stream = seed.derive("bootstrap").stream();
    let mut drawn = Vec::with_capacity(groups.len());
    let mut values: Vec<f64> = (0..DRAWS)
        .map(|_| {
            drawn.clear();
            for _ in 0..rows.len() {
                drawn.extend_from_slice(&rows[stream.random_range(0..rows.len())]);
            }
            metric(&drawn)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let outside = (1.0 - confidence) / 2.0;
    Some(Interval { low: quantile(&values, outside), high: quantile(&values, 1.0 - outside) })
}

/// The value below which `share` of the sorted values lie.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + part * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use proptest::test_runner::Config;

    use super::{bootstrap_interval, quantile};
    use crate::evaluation::wilson_interval;
    use crate::seed::Seed;

    fn share(right: &[bool]) -> impl Fn(&[usize]) -> f64 + '_ {
        |rows| rows.iter().filter(|&&row| right[row]).count() as f64 / rows.len() as f64
    }

    #[test]
    fn rows_of_their_own_give_about_the_interval_of_a_share() {
        let right: Vec<bool> = (0..290).map(|row| row % 5 < 3).collect();
        let groups: Vec<usize> = (0..290).collect();
        let drawn = bootstrap_interval(&groups, 0.95, Seed::new(1), share(&right)).unwrap();
        let wilson = wilson_interval(0.6, 290, 0.95).unwrap();
        assert!((drawn.low - wilson.low).abs() < 0.01, "{drawn:?} {wilson:?}");
        assert!((drawn.high - wilson.high).abs() < 0.01, "{drawn:?} {wilson:?}");
        assert_eq!(bootstrap_interval(&groups, 0.95, Seed::new(1), share(&right)), Some(drawn));
    }

    #[test]
    fn rows_that_vary_together_say_less() {
        // Ten rows a group, all alike: as uncertain as 29 rows.
        let right: Vec<bool> = (0..290).map(|row| row / 10 % 5 < 3).collect();
        let alone: Vec<usize> = (0..290).collect();
        let together: Vec<usize> = (0..290).map(|row| row / 10).collect();
        let width = |groups: &[usize]| {
            let it = bootstrap_interval(groups, 0.95, Seed::new(1), share(&right)).unwrap();
            it.high - it.low
        };
        let ratio = width(&together) / width(&alone);
        assert!((ratio - 10.0_f64.sqrt()).abs() < 0.3, "{ratio}");
        assert_eq!(bootstrap_interval(&[4; 290], 0.95, Seed::new(1), share(&right)), None);
    }

    #[test]
    fn quantiles_are_interpolated() {
        assert!((quantile(&[1.0, 2.0, 4.0], 0.75) - 3.0).abs() < 1e-12);
        assert!((quantile(&[1.0, 2.0, 4.0], 1.0) - 4.0).abs() < 1e-12);
    }

    proptest! {
        #![proptest_config(Config { failure_persistence: None, cases: 40, ..Config::default() })]
        #[test]
        fn the_interval_holds_what_was_measured(
            right in proptest::collection::vec(proptest::bool::weighted(0.6), 20..200),
            a_group in 1_usize..4,
        ) {
            let groups: Vec<usize> = (0..right.len()).map(|row| row / a_group).collect();
            let rows: Vec<usize> = (0..right.len()).collect();
            let measured = share(&right)(&rows);
            let it = bootstrap_interval(&groups, 0.95, Seed::new(3), share(&right)).unwrap();
            prop_assert!(it.low <= measured && measured <= it.high, "{it:?} {measured}");
        }
    }
}
