//! A rerun held against the record that was reported.
//!
//! *Rule.* A model that is no net gives the same scores on the same processor, so it must. Nets, and
//! everything on another processor, may differ by chance: they hold while the new accuracy lies inside
//! the interval that the record's own folds give, and the paired difference on the same folds is not
//! more than chance ([`LEVEL`], adjusted by Holm for all contenders that are tested). A rise counts as
//! a fall does: in both cases the number that was reported is no longer what the program finds.

use super::expect::{self, Expectation};
use super::record::{CONFIDENCE, Record};
use crate::evaluation::{Interval, Prediction, accuracy, corrected_t, holm, mcnemar};

/// Adjusted p at or below which a difference is more than chance.
pub const LEVEL: f64 = 0.01;
/// Scores nearer than this are the same but for the order of a sum.
const ROUNDING: f32 = 1e-6;

/// How a contender stands to its record.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// The same scores for every unit.
    Same,
    /// The same genres, and scores that differ by no more than a rounding.
    Rounding,
    /// Another accuracy, which chance explains.
    Chance {
        /// The p of the paired difference, adjusted.
        p: f64,
    },
    /// A model that must give the same scores does not.
    NotTheSame {
        /// Predictions that name another genre.
        renamed: usize,
        /// The largest difference of a score.
        furthest: f32,
    },
    /// Further away than chance explains.
    Apart {
        /// The p of the paired difference, adjusted.
        p: f64,
        /// Where the record's own folds say the accuracy lies.
        interval: Option<Interval>,
    },
    /// It failed on a fold on which it did not.
    Failed {
        /// Why.
        reason: String,
    },
    /// The record does not know it.
    New,
    /// The experiment no longer has it.
    Missing,
}

/// One contender held against its record.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Its name.
    pub contender: String,
    /// The accuracy of the record.
    pub before: Option<f64>,
    /// The accuracy now.
    pub after: Option<f64>,
    /// What that means.
    pub standing: Standing,
}

impl Held {
    /// Whether the reported number still holds.
    pub fn holds(&self) -> bool {
        matches!(self.standing, Standing::Same | Standing::Rounding | Standing::Chance { .. })
    }
}

/// What of the question or the data is no longer that of the record, each in a sentence; `planned` is
/// what running it now would say before the first cell.
pub fn differences(before: &Record, planned: &Record) -> Vec<String> {
    let mut found = Vec::new();
    let (was, is) = (&before.dataset, &planned.dataset);
    if was.name != is.name {
        found.push(format!("the record is of {}, and the data is {}", was.title, is.title));
    }
    for (what, was, is) in [
        ("the data", Some(&was.hash), Some(&is.hash)),
        ("the index", Some(&was.index_hash), Some(&is.index_hash)),
        ("the log-mel spectrograms", was.frames_hash.as_ref(), is.frames_hash.as_ref()),
        ("the folds", Some(&before.protocol.hash), Some(&planned.protocol.hash)),
    ] {
        if was != is {
            let short = |hash: Option<&String>| {
                hash.map_or("none".to_owned(), |hash| hash.chars().take(12).collect())
            };
            let (was, is) = (short(was), short(is));
            found.push(format!("{what} changed: BLAKE3 {was} in the record, {is} now"));
        }
    }
    found
}

/// Holds every contender of a rerun to its record, which is of the same folds.
pub fn held(before: &Record, after: &Record) -> Vec<Held> {
    // A repeated contender's name is refused by the reader, so names are enough.
    let number = |record: &Record, name: &str| {
        record.contenders.iter().position(|contender| contender.name == name)
    };
    let alike = before.provenance.machine.processor == after.provenance.machine.processor;
    let mut found: Vec<Held> = after
        .contenders
        .iter()
        .enumerate()
        .map(|(at, contender)| match number(before, &contender.name) {
            Some(was) => one([before, after], [was, at], alike && !is_net(after, at)),
            None => Held {
                contender: contender.name.clone(),
                before: None,
                after: accuracy_of(after, at),
                standing: Standing::New,
            },
        })
        .collect();
    let chance = |held: &Held| match held.standing {
        Standing::Chance { p } | Standing::Apart { p, .. } => Some(p),
        _ => None,
    };
    let adjusted = holm(&found.iter().filter_map(chance).collect::<Vec<_>>());
    let tested = found.iter_mut().filter(|held| chance(held).is_some());
    for (held, adjusted) in tested.zip(adjusted) {
        held.standing = match std::mem::replace(&mut held.standing, Standing::New) {
            Standing::Apart { interval, .. } => {
                let inside =
                    |after: f64| interval.is_none_or(|it| it.low <= after && after <= it.high);
                if held.after.is_some_and(inside) && adjusted > LEVEL {
                    Standing::Chance { p: adjusted }
                } else {
                    Standing::Apart { p: adjusted, interval }
                }
            }
            other => other,
        };
    }
    for (at, contender) in before.contenders.iter().enumerate() {
        if number(after, &contender.name).is_none() {
            found.push(Held {
                contender: contender.name.clone(),
                before: accuracy_of(before, at),
                after: None,
                standing: Standing::Missing,
            });
        }
    }
    found
}

/// Expectations of the experiment that a record does not meet, each in a sentence.
pub fn disappointed(expectations: &[Expectation], record: &Record) -> Vec<String> {
    let verdicts = expect::verdicts(expectations, record);
    let failed = verdicts.iter().filter(|verdict| !verdict.holds());
    failed.map(ToString::to_string).collect()
}

fn accuracy_of(record: &Record, contender: usize) -> Option<f64> {
    let said = record.predictions_of(contender);
    (!said.is_empty()).then(|| accuracy(&said))
}

fn one(records: [&Record; 2], numbers: [usize; 2], exact: bool) -> Held {
    let [before, after] = records;
    let of = |side: usize| records[side].predictions_of(numbers[side]);
    let sides = [of(0), of(1)];
    let accuracies = [0, 1].map(|side| accuracy_of(records[side], numbers[side]));
    let failures = |record: &Record, number: usize| {
        record.failures.iter().filter(|it| it.contender == number).count()
    };
    let failed = failures(after, numbers[1]) > failures(before, numbers[0]);
    let standing = if failed {
        let first = after.failures.iter().find(|it| it.contender == numbers[1]);
        Standing::Failed { reason: first.map_or_else(String::new, |it| it.reason.clone()) }
    } else {
        standing(records, numbers, &sides, exact)
    };
    Held {
        contender: after.contenders[numbers[1]].name.clone(),
        before: accuracies[0],
        after: accuracies[1],
        standing,
    }
}

/// The p is not yet adjusted, nor is it decided whether chance explains the difference.
fn standing(
    records: [&Record; 2],
    numbers: [usize; 2],
    [before, after]: &[Vec<&Prediction>; 2],
    exact: bool,
) -> Standing {
    let place = |it: &Prediction| (it.repeat, it.fold, it.unit);
    let same_units = before.len() == after.len()
        && before.iter().zip(after).all(|(one, other)| place(one) == place(other));
    let renamed = before.iter().zip(after).filter(|(a, b)| a.predicted() != b.predicted()).count();
    let furthest = before
        .iter()
        .zip(after)
        .flat_map(|(one, other)| one.scores.iter().zip(&other.scores))
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    if same_units && furthest == 0.0 {
        return Standing::Same;
    }
    if same_units && renamed == 0 && furthest <= ROUNDING {
        return Standing::Rounding;
    }
    if exact || !same_units {
        return Standing::NotTheSame { renamed, furthest };
    }
    apart(records, numbers, before, after)
}

fn apart(
    records: [&Record; 2],
    numbers: [usize; 2],
    before: &[&Prediction],
    after: &[&Prediction],
) -> Standing {
    let (was, is) =
        (records[0].fold_accuracies(numbers[0]), records[1].fold_accuracies(numbers[1]));
    let (ratio, interval) = (records[0].test_to_train(), records[0].interval(numbers[0]));
    let differences: Vec<f64> = is.iter().zip(&was).map(|(after, before)| after - before).collect();
    if let Some(t) = corrected_t(&differences, ratio, CONFIDENCE) {
        return Standing::Apart { p: t.p, interval };
    }
    // One test set: its units are the pairs.
    let right = |it: &&Prediction| it.predicted() == it.truth;
    let only = |one: &[&Prediction], other: &[&Prediction]| {
        one.iter().zip(other).filter(|(a, b)| right(a) && !right(b)).count()
    };
    let p = mcnemar(only(before, after), only(after, before)).exact;
    Standing::Apart { p, interval }
}

/// Whether a contender is a net, or joins what nets say.
fn is_net(record: &Record, at: usize) -> bool {
    let contender = &record.contenders[at];
    let members = contender.parameters.get("of").and_then(|of| of.as_array());
    let joins_nets = members.is_some_and(|members| {
        members.iter().filter_map(|name| name.as_str()).any(|name| {
            record
                .contenders
                .iter()
                .position(|it| it.name == name)
                .is_some_and(|member| member != at && is_net(record, member))
        })
    });
    !contender.layers.is_empty()
        || contender.not_reproducible.is_some()
        || (contender.model == "ensemble" && joins_nets)
}
