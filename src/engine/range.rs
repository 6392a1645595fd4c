//! Which cells a worker runs.

use std::fmt;
use std::str::FromStr;

/// Numbers of cells from 0: `7`, `0-9`, or every 20th of them, `3-299:20`, as SLURM writes arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    first: usize,
    last: usize,
    step: usize,
}

impl Range {
    /// The numbers that are cells of a plan of so many; a last number beyond the end is no fault, so
    /// that scripts need not know the length of their last piece.
    pub fn numbers(self, count: usize) -> Vec<usize> {
        (self.first..count.min(self.last.saturating_add(1))).step_by(self.step).collect()
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no range of cells; write one as in `7`, `0-9` or `3-299:20`");
        let number = |text: &str| text.parse::<usize>().map_err(|_| wrong());
        let (range, step) = match text.split_once(':') {
            Some((range, step)) => (range, number(step)?),
            None => (text, 1),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(range)?, number(range)?),
        };
        if first > last || step == 0 {
            return Err(wrong());
        }
        Ok(Self { first, last, step })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}:{}", self.first, self.last, self.step)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::Range;

    #[test]
    fn ranges_name_their_cells() {
        let numbers = |text: &str| text.parse::<Range>().unwrap().numbers(10);
        assert_eq!(numbers("7"), [7]);
        assert_eq!(numbers("8-12"), [8, 9]);
        assert_eq!(numbers("1-9:4"), [1, 5, 9]);
        assert!(numbers("10").is_empty());
        for wrong in ["", "a", "3-1", "0-9:0", "-1", "1-", "1:2:3", "99999999999999999999"] {
            assert!(wrong.parse::<Range>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn tasks_share_the_cells_and_leave_none(count in 1_usize..400, tasks in 1_usize..50) {
            let of = |task: usize| -> Vec<usize> {
                format!("{task}-{}:{tasks}", count.max(task + 1) - 1).parse::<Range>().unwrap().numbers(count)
            };
            let mut all: Vec<usize> = (0..tasks).flat_map(of).collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}
