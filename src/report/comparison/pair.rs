//! Two contenders held against each other, in numbers and in a sentence.

use super::{Comparison, Entrant, Settings, Tested};
use crate::evaluation::{
    Belief, Interval, McNemar, bootstrap_interval, corrected_t, correlated_t, holm, mcnemar,
};
use crate::report::CONFIDENCE;
use crate::report::format::probability;
use crate::seed::Seed;

/// Adjusted p at or below which a difference is more than chance.
pub(super) const LEVEL: f64 = 0.05;
/// Probability from which two contenders are called as good as equal.
const SURE: f64 = 0.95;

/// First minus second.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Number of a contender.
    pub first: usize,
    /// Number of the one it is held against.
    pub second: usize,
    /// Mean over folds of the difference in accuracy.
    pub difference: f64,
    /// Its interval: corrected for shared training rows, or by bootstrap on a single test set.
    pub interval: Option<Interval>,
    /// The p of the corrected resampled t-test, or McNemar's exact one on a single test set.
    pub p: f64,
    /// The same, adjusted by Holm for all comparisons shown.
    pub adjusted: f64,
    /// What is believed of the difference; absent on a single test set.
    pub belief: Option<Belief>,
    /// McNemar's test on the first repeat.
    pub mcnemar: McNemar,
    /// McNemar's exact p, adjusted by Holm.
    pub mcnemar_adjusted: f64,
    /// The difference on each fold.
    pub folds: Vec<f64>,
}

/// Tests pairs of contenders as one family.
pub(super) fn test(
    pairs: impl IntoIterator<Item = (usize, usize)>,
    entrants: &[Entrant],
    tested: &[Tested],
    test_to_train: f64,
    settings: &Settings,
) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = pairs
        .into_iter()
        .map(|(first, second)| {
            let mut pair = raw([first, second], entrants, tested, test_to_train, settings);
            (pair.first, pair.second) = (first, second);
            pair
        })
        .collect();
    let adjusted = holm(&pairs.iter().map(|pair| pair.p).collect::<Vec<_>>());
    let exact = holm(&pairs.iter().map(|pair| pair.mcnemar.exact).collect::<Vec<_>>());
    for ((pair, adjusted), exact) in pairs.iter_mut().zip(adjusted).zip(exact) {
        (pair.adjusted, pair.mcnemar_adjusted) = (adjusted, exact);
    }
    pairs
}

#[allow(clippy::cast_precision_loss)]
fn raw(
    [first, second]: [usize; 2],
    entrants: &[Entrant],
    tested: &[Tested],
    test_to_train: f64,
    settings: &Settings,
) -> Pair {
    let right = |entrant: usize, unit: usize| entrants[entrant].named[unit] == tested[unit].genre;
    let alone = |one: usize, other: usize| {
        (0..tested.len()).filter(|&unit| right(one, unit) && !right(other, unit)).count()
    };
    let mcnemar = mcnemar(alone(first, second), alone(second, first));
    let folds: Vec<f64> =
        entrants[first].folds.iter().zip(&entrants[second].folds).map(|(a, b)| a - b).collect();
    let t = corrected_t(&folds, test_to_train, CONFIDENCE);
    let groups: Vec<usize> = tested.iter().map(|unit| unit.group).collect();
    let (difference, interval, p) = if let Some(t) = t {
        (t.difference, Some(t.interval), t.p)
    } else {
        let worth = |unit: usize| {
            f64::from(u8::from(right(first, unit))) - f64::from(u8::from(right(second, unit)))
        };
        let seed = Seed::new(0).derive("comparison");
        let interval = bootstrap_interval(&groups, CONFIDENCE, seed, |units| {
            units.iter().map(|&unit| worth(unit)).sum::<f64>() / units.len() as f64
        });
        (folds.first().copied().unwrap_or(0.0), interval, mcnemar.exact)
    };
    Pair {
        first,
        second,
        difference,
        interval,
        p,
        adjusted: p,
        belief: correlated_t(&folds, test_to_train, settings.equivalence),
        mcnemar,
        mcnemar_adjusted: mcnemar.exact,
        folds,
    }
}

impl Pair {
    /// Whether the two differ by more than chance.
    pub fn apart(&self) -> bool {
        self.adjusted <= LEVEL
    }

    /// What came out, in words; `called` dresses a contender's name.
    pub fn sentence(&self, comparison: &Comparison, called: fn(&str) -> String) -> String {
        let name = |entrant: usize| called(&comparison.entrants[entrant].name);
        let (first, second) = (name(self.first), name(self.second));
        let points = |share: f64| format!("{:.1}", 100.0 * share).replace('-', "−");
        let below = self.difference < 0.0;
        let turned =
            |it: Interval| if below { Interval { low: -it.high, high: -it.low } } else { it };
        let interval = self.interval.map(turned).map_or(String::new(), |it| {
            format!("95 % interval {} to {}, ", points(it.low), points(it.high))
        });
        let words = |value: f64| {
            let text = probability(value);
            text.replace('<', "below ").replace('>', "above ")
        };
        let found = format!("{interval}adjusted p {}", words(self.adjusted));
        let by = points(self.difference.abs());
        let than = if below { "less accurate" } else { "more accurate" };
        let ground = if comparison.single { "on this test set" } else { "on these folds" };
        let equal = self.belief.filter(|belief| belief.equal >= SURE);
        match equal {
            _ if self.apart() => {
                format!("{first} is {by} points {than} than {second} ({found}): more than chance.")
            }
            Some(belief) => format!(
                "{first} and {second} are as good as equal: with a probability of {} they lie \
                 within {} of each other ({found}).",
                words(belief.equal),
                comparison.equivalence_in_points()
            ),
            None if self.difference == 0.0 => format!(
                "{first} and {second} cannot be told apart {ground}: they are equally accurate \
                 ({found})."
            ),
            None => format!(
                "{first} and {second} cannot be told apart {ground}: {first} is {by} points {than} \
                 ({found})."
            ),
        }
    }
}
