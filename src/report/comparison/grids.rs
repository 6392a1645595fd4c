//! The comparison in cells of text.

use super::{Comparison, Entrant};
use crate::evaluation::{Agreement, Interval};
use crate::report::format::{MISSING, percent, probability, signed};
use crate::report::grid::{Column, Grid, Line};

/// A grid whose first column holds words and whose others hold numbers.
pub(super) fn grid(word: &str, numbers: &[&str]) -> Grid {
    let words = [Column { title: word.to_owned(), number: false }];
    let numbers = numbers.iter().map(|title| Column { title: (*title).to_owned(), number: true });
    Grid { columns: words.into_iter().chain(numbers).collect(), rows: Vec::new() }
}

/// Every contender with its accuracy, held against the baseline.
pub(super) fn differences(comparison: &Comparison) -> Grid {
    let mut grid = grid(
        "contender",
        &[
            "accuracy %",
            "95 % interval",
            "difference",
            "95 % interval",
            "p",
            "adjusted p",
            "better",
            "equal",
            "worse",
        ],
    );
    for (number, entrant) in comparison.entrants.iter().enumerate() {
        let baseline = number == comparison.baseline;
        let name =
            if baseline { format!("{} (baseline)", entrant.name) } else { entrant.name.clone() };
        let mut cells = vec![name];
        cells.extend(accuracy(entrant));
        if let Some(pair) = comparison.against_baseline(number) {
            cells.push(signed(pair.difference));
            cells.push(pair.interval.map_or(MISSING.to_owned(), |it| {
                format!("{} to {}", signed(it.low), signed(it.high))
            }));
            cells.extend([probability(pair.p), probability(pair.adjusted)]);
            cells.extend(match pair.belief {
                Some(it) => [it.better, it.equal, it.worse].map(probability),
                None => [MISSING; 3].map(str::to_owned),
            });
        }
        cells.resize(grid.columns.len(), MISSING.to_owned());
        grid.rows.push(Line { cells, emphasised: entrant.best });
    }
    grid
}

fn accuracy(entrant: &Entrant) -> [String; 2] {
    let scores = entrant.row.scores.as_ref();
    let interval = |it: Interval| format!("{} to {}", percent(it.low), percent(it.high));
    [
        scores.map_or(MISSING.to_owned(), |scores| percent(scores.accuracy)),
        scores.and_then(|scores| scores.interval).map_or(MISSING.to_owned(), interval),
    ]
}

/// Every tested pair.
pub(super) fn pairs(comparison: &Comparison) -> Grid {
    let mut grid = grid(
        "contender",
        &["difference", "95 % interval", "p", "adjusted p", "better", "equal", "worse"],
    );
    grid.columns.insert(1, Column { title: "against".to_owned(), number: false });
    let name = |entrant: usize| comparison.entrants[entrant].name.clone();
    for pair in &comparison.pairs {
        let interval = pair
            .interval
            .map_or(MISSING.to_owned(), |it| format!("{} to {}", signed(it.low), signed(it.high)));
        let mut cells = vec![
            name(pair.first),
            name(pair.second),
            signed(pair.difference),
            interval,
            probability(pair.p),
            probability(pair.adjusted),
        ];
        cells.extend(match pair.belief {
            Some(it) => [it.better, it.equal, it.worse].map(probability),
            None => [MISSING; 3].map(str::to_owned),
        });
        grid.rows.push(Line { cells, emphasised: false });
    }
    grid
}

/// McNemar's test of every tested pair.
pub(super) fn mcnemar(comparison: &Comparison) -> Grid {
    let numbers = ["right alone", "other alone", "exact p", "adjusted p", "chi-square", "its p"];
    let mut grid = grid("contender", &numbers);
    grid.columns.insert(1, Column { title: "against".to_owned(), number: false });
    let name = |entrant: usize| comparison.entrants[entrant].name.clone();
    for pair in &comparison.pairs {
        let test = &pair.mcnemar;
        let cells = vec![
            name(pair.first),
            name(pair.second),
            test.only_first.to_string(),
            test.only_second.to_string(),
            probability(test.exact),
            probability(pair.mcnemar_adjusted),
            format!("{:.2}", test.chi_square),
            probability(test.chi_square_p),
        ];
        grid.rows.push(Line { cells, emphasised: false });
    }
    grid
}

/// Units that each contender names rightly, and alone.
pub(super) fn hits(comparison: &Comparison) -> Grid {
    let mut grid = grid("contender", &["right", "right alone"]);
    for (number, entrant) in comparison.entrants.iter().enumerate() {
        let hits = &comparison.hits;
        let only = if hits.asked.contains(&number) {
            hits.only[number].len().to_string()
        } else {
            MISSING.to_owned()
        };
        let cells = vec![entrant.name.clone(), hits.right[number].to_string(), only];
        grid.rows.push(Line { cells, emphasised: entrant.best });
    }
    grid
}

/// How far every two contenders give the same names: a share above the diagonal, kappa below.
pub(super) fn agreement(comparison: &Comparison) -> Grid {
    let names: Vec<&str> = comparison.entrants.iter().map(|it| it.name.as_str()).collect();
    let mut grid = grid("contender", &names);
    for (row, name) in names.iter().enumerate() {
        let mut cells = vec![(*name).to_owned()];
        cells.extend((0..names.len()).map(|column| {
            let said = comparison.hits.agreement[row][column];
            let text = |of: fn(Agreement) -> String| said.map_or(MISSING.to_owned(), of);
            match row.cmp(&column) {
                std::cmp::Ordering::Less => text(|it| percent(it.share)),
                std::cmp::Ordering::Equal => MISSING.to_owned(),
                std::cmp::Ordering::Greater => text(|it| format!("{:.2}", it.kappa)),
            }
        }));
        grid.rows.push(Line { cells, emphasised: false });
    }
    grid
}
