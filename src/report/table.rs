//! A record's comparison as data: one row a contender.

use super::Error;
use super::comparison::{Comparison, Settings, Source};
use super::scores::{Scores, scores};
use crate::evaluation::Prediction;
use crate::experiment::{CellFacts, ContenderFacts, Record};

/// All contenders of a record side by side, in the order of the experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Names of the genres, in the order of every list of recalls.
    pub genres: Vec<String>,
    /// Expected accuracy of naming genres blindly.
    pub chance: f64,
    /// How many folds there are over all repeats.
    pub folds: usize,
    /// How many repeats there are.
    pub repeats: usize,
    /// One row a contender.
    pub rows: Vec<Row>,
}

/// One contender.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Name of its model.
    pub model: String,
    /// Name of its feature set.
    pub features: String,
    /// How many values a sample has.
    pub width: usize,
    /// Whether the others are held against it.
    pub baseline: bool,
    /// Why the same seed need not give the same scores; absent where it does.
    pub not_reproducible: Option<String>,
    /// Whether tables show it in bold: it has the highest accuracy, or cannot be told from what has.
    pub emphasised: bool,
    /// Its metrics; absent where it predicted nothing.
    pub scores: Option<Scores>,
    /// Metrics of single segments, where `scores` are those of the tracks they belong to.
    pub of_rows: Option<Scores>,
    /// What it took; absent where no cell ended.
    pub cost: Option<Cost>,
}

/// What a contender took, on average over its folds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Processor seconds to fit once.
    pub fit_seconds: f64,
    /// Processor seconds to score the test units of one fold.
    pub predict_seconds: f64,
    /// How many numbers the model learned or kept.
    pub parameters: usize,
}

impl Table {
    /// Scores every contender of a record: its tracks, where rows are segments of tracks that no
    /// split parts.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] when a prediction or cell points outside the record.
    pub fn of(record: &Record) -> Result<Self, Error> {
        check(record)?;
        let tracks = record.by_track();
        let mut table = Self::of_rows(tracks.as_ref().unwrap_or(record))?;
        if tracks.is_some() {
            for (row, of_rows) in table.rows.iter_mut().zip(Self::of_rows(record)?.rows) {
                row.of_rows = of_rows.scores;
            }
        }
        let source = Source { folder: String::new(), record: tracks.unwrap_or(record.clone()) };
        // Where nothing can be compared nothing is emphasised.
        if let Ok(comparison) = Comparison::of(&[source], &Settings::default()) {
            for row in &mut table.rows {
                row.emphasised =
                    comparison.entrants.iter().any(|it| it.best && it.name == row.name);
            }
        }
        Ok(table)
    }

    /// Scores every contender row by row.
    ///
    /// # Errors
    /// As [`Table::of`].
    pub fn of_rows(record: &Record) -> Result<Self, Error> {
        check(record)?;
        let mut predictions: Vec<Vec<&Prediction>> = vec![Vec::new(); record.contenders.len()];
        for prediction in &record.predictions {
            predictions[prediction.contender].push(prediction);
        }
        let rows = record
            .contenders
            .iter()
            .enumerate()
            .map(|(number, contender)| Row {
                scores: scores(record, &predictions[number]),
                cost: cost(record.cells.iter().filter(|cell| cell.contender == number)),
                ..row(contender, &record.experiment.baseline)
            })
            .collect();
        Ok(Self {
            genres: record.dataset.genres.clone(),
            chance: record.protocol.chance,
            folds: record.folds.len(),
            repeats: record.protocol.repeats,
            rows,
        })
    }

    /// Numbers of the rows, highest accuracy first, contenders without predictions last.
    pub fn ranking(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        let accuracy = |row: usize| self.rows[row].scores.as_ref().map_or(-1.0, |it| it.accuracy);
        order.sort_by(|&a, &b| accuracy(b).total_cmp(&accuracy(a)));
        order
    }
}

fn row(contender: &ContenderFacts, baseline: &str) -> Row {
    Row {
        name: contender.name.clone(),
        model: contender.model.clone(),
        features: contender.features.clone(),
        width: contender.width,
        baseline: contender.name == baseline,
        not_reproducible: contender.not_reproducible.clone(),
        emphasised: false,
        scores: None,
        of_rows: None,
        cost: None,
    }
}

#[allow(clippy::cast_precision_loss)]
fn cost<'a>(cells: impl Iterator<Item = &'a CellFacts>) -> Option<Cost> {
    let cells: Vec<&CellFacts> = cells.collect();
    let mean = |of: fn(&CellFacts) -> f64| {
        cells.iter().map(|cell| of(cell)).sum::<f64>() / cells.len() as f64
    };
    let parameters: usize = cells.iter().map(|cell| cell.parameters).sum();
    (!cells.is_empty()).then(|| Cost {
        fit_seconds: mean(|cell| cell.fit_seconds),
        predict_seconds: mean(|cell| cell.predict_seconds),
        parameters: (parameters + cells.len() / 2) / cells.len(),
    })
}

/// Refuses a record whose parts do not belong together, before anything is indexed by them.
fn check(record: &Record) -> Result<(), Error> {
    let genres = record.dataset.genres.len();
    let contenders = record.contenders.len();
    for (number, prediction) in record.predictions.iter().enumerate() {
        let fault = if prediction.contender >= contenders {
            format!("is of contender {}, but there are {contenders}", prediction.contender)
        } else if prediction.unit >= record.units.len() {
            format!("is of row {}, but there are {}", prediction.unit, record.units.len())
        } else if prediction.truth >= genres {
            format!("has genre {} as its truth, but there are {genres}", prediction.truth)
        } else if prediction.scores.len() != genres {
            format!("has {} scores for {genres} genres", prediction.scores.len())
        } else {
            continue;
        };
        return Err(Error::Inconsistent { what: format!("prediction {number} {fault}") });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::report::sample;

    #[test]
    fn rows_stand_in_the_order_of_the_experiment_and_the_ranking_by_accuracy() {
        let table = Table::of(&sample::record()).unwrap();
        let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["majority", "dense", "forest"]);
        assert_eq!(table.ranking(), [2, 1, 0]);
        assert!(table.rows[0].baseline && !table.rows[1].baseline);
    }

    #[test]
    fn a_contender_that_failed_is_there_without_scores() {
        let mut record = sample::record();
        record.predictions.retain(|prediction| prediction.contender != 1);
        record.cells.retain(|cell| cell.contender != 1);
        let table = Table::of(&record).unwrap();
        assert_eq!((table.rows[1].scores.as_ref(), table.rows[1].cost), (None, None));
        assert_eq!(table.ranking(), [2, 0, 1]);
    }

    #[test]
    fn a_prediction_from_elsewhere_is_refused() {
        let mut record = sample::record();
        record.predictions[7].truth = 9;
        assert_eq!(
            Table::of(&record).unwrap_err().to_string(),
            "prediction 7 has genre 9 as its truth, but there are 4; record.json and \
             predictions.parquet are not of one run: run the experiment again"
        );
    }
}
