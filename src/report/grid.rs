//! Tables as text in cells, before anybody draws lines between them.
//!
//! Markdown, the terminal, LaTeX, HTML and CSV lay out the same cells, so they cannot disagree.

use super::format::{MISSING, count, loss, percent, seconds};
use super::table::{Row, Table};
use crate::evaluation::Confusion;

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
    /// Whether it is shown in bold.
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
}

/// Columns of the main table that a reader in a hurry wants.
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

/// The main table cut to what fits a terminal or a README.
pub fn summary(table: &Table) -> Grid {
    let whole = comparison(table);
    let shown: Vec<usize> = SUMMARY
        .iter()
        .filter_map(|title| whole.columns.iter().position(|column| column.title == *title))
        .collect();
    let cells = |line: &Line| shown.iter().map(|&at| line.cells[at].clone()).collect();
    Grid {
        rows: whole
            .rows
            .iter()
            .map(|line| Line { cells: cells(line), emphasised: line.emphasised })
            .collect(),
        columns: shown.iter().map(|&at| whole.columns[at].clone()).collect(),
    }
}

/// The main table: what every contender reached and took, and chance below.
pub fn comparison(table: &Table) -> Grid {
    let mut grid = Grid::new(
        &["contender", "model", "features"],
        [
            "accuracy %",
            "95 % interval",
            "sd folds",
            "sd repeats",
            "macro F1 %",
            "balanced %",
            "log loss",
            "fit s",
            "predict s",
            "parameters",
        ],
    );
    for row in &table.rows {
        grid.push(compared(row), row.emphasised);
    }
    let mut chance = vec![MISSING.to_owned(); grid.columns.len()];
    chance[0] = "(chance)".to_owned();
    chance[3] = percent(table.chance);
    chance[8] = percent(table.chance);
    chance[9] = loss(-table.chance.ln());
    grid.push(chance, false);
    grid
}

fn compared(row: &Row) -> Vec<String> {
    let name = if row.baseline { format!("{} (baseline)", row.name) } else { row.name.clone() };
    let mut cells = vec![name, row.model.clone(), row.features.clone()];
    match &row.scores {
        Some(scores) => cells.extend([
            percent(scores.accuracy),
            scores.interval.map_or(MISSING.to_owned(), |it| {
                format!("{} to {}", percent(it.low), percent(it.high))
            }),
            scores.fold_sd.map_or(MISSING.to_owned(), percent),
            scores.repeat_sd.map_or(MISSING.to_owned(), percent),
            percent(scores.macro_f1),
            percent(scores.balanced_accuracy),
            loss(scores.log_loss),
        ]),
        None => cells.extend(std::iter::repeat_n(MISSING.to_owned(), 7)),
    }
    match &row.cost {
        Some(cost) => cells.extend([
            seconds(cost.fit_seconds),
            seconds(cost.predict_seconds),
            count(cost.parameters),
        ]),
        None => cells.extend(std::iter::repeat_n(MISSING.to_owned(), 3)),
    }
    cells
}

/// Recall of each genre, in per cent.
pub fn recalls(table: &Table) -> Grid {
    let titles: Vec<String> = table.genres.iter().map(|genre| format!("{genre} %")).collect();
    let mut grid = Grid::new(&["contender"], titles);
    for row in &table.rows {
        let mut cells = vec![row.name.clone()];
        match &row.scores {
            Some(scores) => cells.extend(
                scores.recall.iter().map(|recall| recall.map_or(MISSING.to_owned(), percent)),
            ),
            None => cells.extend(std::iter::repeat_n(MISSING.to_owned(), table.genres.len())),
        }
        grid.push(cells, row.emphasised);
    }
    grid
}

/// The pairs of genres that every contender confuses most, as shares of the true genre.
pub fn confused(table: &Table, pairs: usize) -> Grid {
    let ranks = ["most often", "second", "third", "fourth", "fifth"];
    let mut grid = Grid::new(&["contender"], Vec::<String>::new());
    grid.columns.extend(
        ranks.iter().take(pairs).map(|rank| Column { title: (*rank).to_owned(), number: false }),
    );
    for row in &table.rows {
        let mut cells = vec![row.name.clone()];
        if let Some(scores) = &row.scores {
            cells.extend(mistakes(&scores.confusion).into_iter().map(|(truth, named, share)| {
                let (truth, named) = (&table.genres[truth], &table.genres[named]);
                format!("{truth} → {named} {} %", percent(share))
            }));
        }
        cells.resize(grid.columns.len(), MISSING.to_owned());
        grid.push(cells, row.emphasised);
    }
    grid
}

/// Truth, what it was called, and how often; most often first, ties in the order of the genres.
fn mistakes(confusion: &Confusion) -> Vec<(usize, usize, f64)> {
    let genres = confusion.genres();
    let mut mistakes: Vec<(usize, usize, f64)> = (0..genres)
        .flat_map(|truth| (0..genres).map(move |named| (truth, named)))
        .filter(|&(truth, named)| truth != named && confusion.count(truth, named) > 0)
        .map(|(truth, named)| (truth, named, confusion.share(truth, named)))
        .collect();
    mistakes.sort_by(|a, b| b.2.total_cmp(&a.2));
    mistakes
}

#[cfg(test)]
mod tests {
    use super::{comparison, confused, recalls};
    use crate::report::{Table, sample};

    #[test]
    fn every_row_has_a_cell_for_every_column_even_where_a_contender_failed() {
        let mut record = sample::record();
        record.predictions.retain(|prediction| prediction.contender != 1);
        record.cells.clear();
        let table = Table::of(&record).unwrap();
        for grid in [comparison(&table), recalls(&table), confused(&table, 3)] {
            assert!(grid.rows.iter().all(|row| row.cells.len() == grid.columns.len()));
        }
        assert_eq!(comparison(&table).rows[1].cells[3], "–");
    }
}
