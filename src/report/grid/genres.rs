//! Tables of genres.

use super::{Column, Grid};
use crate::evaluation::Confusion;
use crate::report::format::{MISSING, count, percent};
use crate::report::table::{Row, Table};

/// Recall of each genre, in per cent.
pub fn recalls(table: &Table) -> Grid {
    let titles: Vec<String> = table.genres.iter().map(|genre| format!("{genre} %")).collect();
    let mut grid = Grid::new(&["contender"], titles);
    for row in &table.rows {
        let mut cells = vec![row.name.clone()];
        match &row.scores {
            Some(scores) => cells.extend(scores.recall.iter().map(|it| share(*it))),
            None => cells.extend(std::iter::repeat_n(MISSING.to_owned(), table.genres.len())),
        }
        grid.push(cells, false);
    }
    grid
}

/// Precision, recall and F1 of each genre, of one contender, and their means below.
pub fn of_genres(table: &Table, row: &Row) -> Grid {
    let titles = ["predictions", "precision %", "recall %", "F1 %"];
    let mut grid = Grid::new(&["genre"], titles);
    grid.columns.push(Column { title: "most often called instead".to_owned(), number: false });
    let Some(scores) = &row.scores else { return grid };
    for (genre, name) in table.genres.iter().enumerate() {
        let instead = mistakes(&scores.confusion).into_iter().find(|&(truth, _, _)| truth == genre);
        let instead = instead.map_or(MISSING.to_owned(), |(_, named, often)| {
            format!("{} {} %", table.genres[named], percent(often))
        });
        let cells = vec![
            name.clone(),
            count(scores.confusion.of_truth(genre)),
            share(scores.precision[genre]),
            share(scores.recall[genre]),
            share(scores.f1[genre]),
            instead,
        ];
        grid.push(cells, false);
    }
    let all: usize = (0..table.genres.len()).map(|it| scores.confusion.of_truth(it)).sum();
    grid.push(
        vec![
            "(mean)".to_owned(),
            count(all),
            share(mean(&scores.confusion, &scores.precision)),
            share(mean(&scores.confusion, &scores.recall)),
            share(mean(&scores.confusion, &scores.f1)),
            MISSING.to_owned(),
        ],
        false,
    );
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
        grid.push(cells, false);
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

fn share(value: Option<f64>) -> String {
    value.map_or(MISSING.to_owned(), percent)
}

/// Mean over the genres that units have; none where one of them has no value.
#[allow(clippy::cast_precision_loss)]
fn mean(confusion: &Confusion, values: &[Option<f64>]) -> Option<f64> {
    let genres = (0..values.len()).filter(|&genre| confusion.of_truth(genre) > 0);
    let there: Option<Vec<f64>> = genres.map(|genre| values[genre]).collect();
    there.map(|there| there.iter().sum::<f64>() / there.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::of_genres;
    use crate::report::{Table, pipes, sample};

    #[test]
    fn a_genre_that_was_never_named_has_no_precision() {
        let mut record = sample::record();
        for prediction in &mut record.predictions {
            prediction.scores = vec![0.7, 0.1, 0.1, 0.1];
        }
        let table = Table::of(&record).unwrap();
        insta::assert_snapshot!(pipes(&of_genres(&table, &table.rows[2])), @r"
    | genre     | predictions | precision % | recall % | F1 % | most often called instead |
    | :-------- | ----------: | ----------: | -------: | ---: | :------------------------ |
    | blues     |          12 |        25.0 |    100.0 | 40.0 | –                         |
    | classical |          12 |           – |      0.0 |  0.0 | blues 100.0 %             |
    | metal     |          12 |           – |      0.0 |  0.0 | blues 100.0 %             |
    | rock      |          12 |           – |      0.0 |  0.0 | blues 100.0 %             |
    | (mean)    |          48 |           – |     25.0 | 10.0 | –                         |
    ");
    }
}
