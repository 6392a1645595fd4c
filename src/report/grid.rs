//! Tables as text in cells, before anybody draws lines between them.
//!
//! Markdown, the terminal, LaTeX, HTML and CSV lay out the same cells, so they cannot disagree.

mod genres;
mod listing;
mod metrics;

use super::format::MISSING;
use super::table::{Row, Table};
use metrics::{COSTS, METRICS};

pub use genres::{confused, of_genres, recalls};
pub(super) use listing::{artists, never, surest};

/// Text in rows and columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// What stands above the columns.
    pub columns: Vec<Column>,
    /// The rows, each with one text a column.
    pub rows: Vec<Line>,
}

/// Head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Whether it holds numbers, which stand at the right.
    pub number: bool,
}

/// A row of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// One text a column.
    pub cells: Vec<String>,
    /// Whether its first cell is shown in bold.
    pub emphasised: bool,
}

impl Grid {
    fn new(words: &[&str], numbers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let words = words.iter().map(|title| Column { title: (*title).to_owned(), number: false });
        let numbers = numbers.into_iter().map(|title| Column { title: title.into(), number: true });
        Self { columns: words.chain(numbers).collect(), rows: Vec::new() }
    }

    fn push(&mut self, cells: Vec<String>, emphasised: bool) {
        self.rows.push(Line { cells, emphasised });
    }

    /// The columns of these titles, in this order.
    fn cut(&self, titles: &[&str]) -> Self {
        let shown: Vec<usize> = titles
            .iter()
            .filter_map(|title| self.columns.iter().position(|column| column.title == *title))
            .collect();
        let cells = |line: &Line| shown.iter().map(|&at| line.cells[at].clone()).collect();
        Self {
            rows: self
                .rows
                .iter()
                .map(|line| Line { cells: cells(line), emphasised: line.emphasised })
                .collect(),
            columns: shown.iter().map(|&at| self.columns[at].clone()).collect(),
        }
    }
}

/// What a reader in a hurry wants, and what fits a terminal or a README.
const SUMMARY: [&str; 8] = [
    "contender",
    "accuracy %",
    "95 % interval",
    "sd folds",
    "sd repeats",
    "macro F1 %",
    "log loss",
    "fit s",
];

/// How often the genre named is right.
const RESULT: [&str; 11] = [
    "contender",
    "model",
    "features",
    "accuracy %",
    "95 % interval",
    "sd folds",
    "sd repeats",
    "macro F1 %",
    "balanced %",
    "kappa",
    "top-3 %",
];

/// What the scores are worth as probabilities, and what they cost.
const CALIBRATION_AND_COST: [&str; 7] =
    ["contender", "log loss", "Brier", "ECE %", "fit s", "predict s", "parameters"];

/// The main table cut to what fits a terminal or a README.
pub fn summary(table: &Table) -> Grid {
    whole(table).cut(&SUMMARY)
}

/// The main table: how often every contender is right, and chance below.
pub fn comparison(table: &Table) -> Grid {
    whole(table).cut(&RESULT)
}

/// The second table: calibration and cost of every contender, and chance below.
pub fn calibration_and_cost(table: &Table) -> Grid {
    let mut grid = whole(table).cut(&CALIBRATION_AND_COST);
    // Bold speaks of accuracy.
    grid.rows.iter_mut().for_each(|line| line.emphasised = false);
    grid
}

/// Every number of every contender, and what naming genres blindly gets.
fn whole(table: &Table) -> Grid {
    let titles = METRICS.iter().map(|it| it.title).chain(COSTS.iter().map(|it| it.title));
    let mut grid = Grid::new(&["contender", "model", "features"], titles);
    for row in &table.rows {
        grid.push(compared(row), row.emphasised);
    }
    let blindly = METRICS.iter().map(|it| (it.blindly)(table.chance));
    let mut chance = vec!["(chance)".to_owned(), MISSING.to_owned(), MISSING.to_owned()];
    chance.extend(blindly.chain(COSTS.iter().map(|_| MISSING.to_owned())));
    grid.push(chance, false);
    grid
}

fn compared(row: &Row) -> Vec<String> {
    let name = if row.baseline { format!("{} (baseline)", row.name) } else { row.name.clone() };
    let missing = || MISSING.to_owned();
    let mut cells = vec![name, row.model.clone(), row.features.clone()];
    cells.extend(METRICS.iter().map(|it| row.scores.as_ref().map_or_else(missing, it.of)));
    cells.extend(COSTS.iter().map(|it| row.cost.as_ref().map_or_else(missing, it.of)));
    cells
}

#[cfg(test)]
mod tests {
    use super::{
        CALIBRATION_AND_COST, RESULT, SUMMARY, calibration_and_cost, comparison, confused,
        of_genres, recalls, summary,
    };
    use crate::report::{Table, sample};

    #[test]
    fn every_row_has_a_cell_for_every_column_even_where_a_contender_failed() {
        let mut record = sample::record();
        record.predictions.retain(|prediction| prediction.contender != 1);
        record.cells.clear();
        let table = Table::of(&record).unwrap();
        for grid in [
            comparison(&table),
            calibration_and_cost(&table),
            recalls(&table),
            confused(&table, 3),
            of_genres(&table, &table.rows[2]),
        ] {
            assert!(grid.rows.iter().all(|row| row.cells.len() == grid.columns.len()));
        }
        assert_eq!(comparison(&table).rows[1].cells[3], "–");
        assert_eq!(calibration_and_cost(&table).rows[1].cells[3], "–");
    }

    #[test]
    fn every_column_that_a_table_promises_is_there() {
        let table = Table::of(&sample::record()).unwrap();
        for (grid, titles) in [
            (summary(&table), &SUMMARY[..]),
            (comparison(&table), &RESULT),
            (calibration_and_cost(&table), &CALIBRATION_AND_COST),
        ] {
            let found: Vec<&str> = grid.columns.iter().map(|it| it.title.as_str()).collect();
            assert_eq!(found, titles);
        }
    }
}
