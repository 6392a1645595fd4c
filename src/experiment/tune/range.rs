//! A range of numbers to choose from, as in `log(1e-4..1)`.

use super::Value;

/// How a range is written.
pub(super) const FORMS: &str = "`log(1e-4..1)`, `linear(0..0.5)` or `whole(1..20)`, with the number of steps behind it for a \
     grid, as in `log(1e-4..1, 5)`";

/// From where to where, and how evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    scale: Scale,
    low: f64,
    high: f64,
    steps: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// Even in the logarithm.
    Log,
    /// Even.
    Linear,
    /// Even, whole numbers only, both ends included.
    Whole,
}

impl Range {
    /// Reads one of [`FORMS`].
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is no range; a range is written {FORMS}");
        let (scale, rest) = text.trim().split_once('(').ok_or_else(fault)?;
        let scale = match scale.trim() {
            "log" => Scale::Log,
            "linear" => Scale::Linear,
            "whole" => Scale::Whole,
            _ => return Err(fault()),
        };
        let inside = rest.trim().strip_suffix(')').ok_or_else(fault)?;
        let (ends, steps) = match inside.split_once(',') {
            Some((ends, steps)) => (ends, Some(steps.trim().parse().map_err(|_| fault())?)),
            None => (inside, None),
        };
        let (low, high) = ends.split_once("..").ok_or_else(fault)?;
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| fault());
        let (low, high) = (number(low)?, number(high)?);
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(format!("the range `{text}` must rise from one finite number to another"));
        }
        if scale == Scale::Log && low <= 0.0 {
            return Err(format!("the range `{text}` must lie above 0, where logarithms are"));
        }
        if scale == Scale::Whole && (low.fract() != 0.0 || high.fract() != 0.0) {
            return Err(format!("the range `{text}` must have whole ends"));
        }
        if steps.is_some_and(|steps| !(2..=1000).contains(&steps)) {
            return Err(format!("the range `{text}` must have 2 to 1000 steps"));
        }
        Ok(Self { scale, low, high, steps })
    }

    /// Its steps, ends included; `None` where it has none.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn steps(self) -> Option<Vec<Value>> {
        let steps = self.steps?;
        let mut values: Vec<Value> =
            (0..steps).map(|step| self.on(step as f64 / (steps - 1) as f64)).collect();
        values.dedup();
        Some(values)
    }

    /// The value under a share of 0..1, each value being as likely as its part of the range.
    pub(super) fn at(self, share: f64) -> Value {
        match self.scale {
            // Each whole number has a cell of its own, the ends too.
            Scale::Whole => {
                whole((self.low + share * (self.high - self.low + 1.0)).floor().min(self.high))
            }
            Scale::Log | Scale::Linear => self.on(share),
        }
    }

    fn on(self, share: f64) -> Value {
        let between = |low: f64, high: f64| low + share * (high - low);
        match self.scale {
            Scale::Log => short(between(self.low.ln(), self.high.ln()).exp()),
            Scale::Linear => short(between(self.low, self.high)),
            Scale::Whole => whole(between(self.low, self.high).round()),
        }
    }
}

#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> Value {
    Value::Integer(value as i64)
}

/// Four digits: more say nothing, and are hard to read.
fn short(value: f64) -> Value {
    Value::Number(format!("{value:.3e}").parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::{Range, Value};

    #[test]
    fn steps_are_even_on_their_scale_and_hold_both_ends() {
        let steps = |text: &str| Range::read(text).unwrap().steps().unwrap();
        let numbers =
            |values: &[f64]| values.iter().copied().map(Value::Number).collect::<Vec<_>>();
        assert_eq!(steps("log(1e-4..1, 5)"), numbers(&[1e-4, 1e-3, 1e-2, 1e-1, 1.0]));
        assert_eq!(steps("linear(0..0.5, 3)"), numbers(&[0.0, 0.25, 0.5]));
        assert_eq!(steps("whole(1..3, 9)"), [1, 2, 3].map(Value::Integer));
        assert_eq!(Range::read("log(1e-4..1)").unwrap().steps(), None);
    }

    #[test]
    fn draws_stay_inside_and_reach_both_ends() {
        let range = Range::read("whole(1..3)").unwrap();
        assert_eq!(
            [0.0, 0.34, 0.999, 1.0].map(|at| range.at(at)),
            [1, 2, 3, 3].map(Value::Integer)
        );
        assert_eq!(Range::read("log(1e-2..1)").unwrap().at(0.5), Value::Number(0.1));
    }

    #[test]
    fn what_is_no_range_is_refused_with_the_forms_there_are() {
        for wrong in ["1..2", "lgo(1..2)", "log(1..2", "log(1-2)", "log(a..2)", "log(1..2, x)"] {
            assert!(Range::read(wrong).unwrap_err().contains("is no range"), "{wrong}");
        }
        let refused = |text: &str| Range::read(text).unwrap_err();
        assert!(refused("log(0..1)").contains("must lie above 0"));
        assert!(refused("linear(2..1)").contains("must rise"));
        assert!(refused("whole(1..2.5)").contains("whole ends"));
        assert!(refused("linear(0..1, 1)").contains("2 to 1000 steps"));
    }
}
