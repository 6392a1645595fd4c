//! What an experiment is held to.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Record;
use crate::bounds::bounded;
use crate::evaluation::accuracy;

bounded! {
    /// A share of rightly named units.
    Share: f64, at_least 0.0, at_most 1.0
}

/// What one contender is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expectation {
    /// Number of the contender.
    pub contender: usize,
    /// The accuracy and how far from it the run may be.
    pub bounds: Bounds,
}

/// An accuracy and how far from it a run may be.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The accuracy, 0 to 1.
    pub accuracy: Share,
    /// The distance allowed on either side; 0.02 where nothing is said.
    #[serde(default = "default_distance")]
    pub within: Share,
}

fn default_distance() -> Share {
    Share::literal(0.02)
}

/// An expectation held against a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The contender's name.
    pub contender: String,
    /// The accuracy expected.
    pub expected: f64,
    /// The distance allowed.
    pub within: f64,
    /// The accuracy found.
    pub found: f64,
}

impl Verdict {
    /// Whether the accuracy found is near enough. A rounding error of 1e-9 is forgiven.
    pub fn holds(&self) -> bool {
        (self.found - self.expected).abs() <= self.within + 1e-9
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contender, expected, within, found } = self;
        write!(f, "{contender} has accuracy {found:.4}, expected {expected:.4} ± {within:.4}")
    }
}

/// Holds a record to the expectations of its experiment.
pub fn verdicts(expectations: &[Expectation], record: &Record) -> Vec<Verdict> {
    expectations
        .iter()
        .map(|expectation| Verdict {
            contender: record.contenders[expectation.contender].name.clone(),
            expected: expectation.bounds.accuracy.get(),
            within: expectation.bounds.within.get(),
            found: accuracy(&record.predictions_of(expectation.contender)),
        })
        .collect()
}
