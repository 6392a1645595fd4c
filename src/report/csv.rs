//! The comparison as CSV, for spreadsheets and scripts: unrounded numbers, RFC 4180.

use super::scores::Scores;
use super::table::{Row, Table};

/// A metric's name, and its value for each genre.
type OfGenres = (&'static str, fn(&Scores) -> &[Option<f64>]);

/// What has a column for each genre.
const OF_GENRES: [OfGenres; 3] = [
    ("precision", |scores| &scores.precision),
    ("recall", |scores| &scores.recall),
    ("f1", |scores| &scores.f1),
];

/// One line a contender; shares in 0..1, empty where there is no number.
pub fn csv(table: &Table) -> String {
    let mut head: Vec<String> = [
        "contender",
        "model",
        "features",
        "width",
        "baseline",
        "reproducible",
        "accuracy",
        "accuracy_low",
        "accuracy_high",
        "accuracy_of_segments",
        "accuracy_sd",
        "accuracy_sd_repeats",
        "macro_f1",
        "balanced_accuracy",
        "top_3",
        "kappa",
        "log_loss",
        "brier",
        "calibration_error",
        "fit_seconds",
        "predict_seconds",
        "parameters",
    ]
    .map(str::to_owned)
    .to_vec();
    for (metric, _) in OF_GENRES {
        head.extend(table.genres.iter().map(|genre| format!("{metric}_{genre}")));
    }
    let lines = std::iter::once(head).chain(table.rows.iter().map(|row| cells(row, table)));
    lines.map(|cells| line(&cells)).collect()
}

/// Cells as a line of CSV.
pub(super) fn line(cells: &[String]) -> String {
    cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n"
}

fn cells(row: &Row, table: &Table) -> Vec<String> {
    let scores = row.scores.as_ref();
    let interval = scores.and_then(|scores| scores.interval);
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let mut cells = vec![
        row.name.clone(),
        row.model.clone(),
        row.features.clone(),
        row.width.to_string(),
        row.baseline.to_string(),
        row.not_reproducible.is_none().to_string(),
        number(scores.map(|scores| scores.accuracy)),
        number(interval.map(|interval| interval.low)),
        number(interval.map(|interval| interval.high)),
        number(row.of_rows.as_ref().map(|scores| scores.accuracy)),
        number(scores.and_then(|scores| scores.fold_sd)),
        number(scores.and_then(|scores| scores.repeat_sd)),
        number(scores.map(|scores| scores.macro_f1)),
        number(scores.map(|scores| scores.balanced_accuracy)),
        number(scores.map(|scores| scores.top_3)),
        number(scores.map(|scores| scores.kappa)),
        number(scores.map(|scores| scores.log_loss)),
        number(scores.map(|scores| scores.brier)),
        number(scores.map(|scores| scores.calibration_error)),
        number(row.cost.map(|cost| cost.fit_seconds)),
        number(row.cost.map(|cost| cost.predict_seconds)),
        row.cost.map_or(String::new(), |cost| cost.parameters.to_string()),
    ];
    for (_, of) in OF_GENRES {
        let values = (0..table.genres.len()).map(|genre| scores.and_then(|it| of(it)[genre]));
        cells.extend(values.map(number));
    }
    cells
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::csv;
    use crate::report::{Table, sample};

    #[test]
    fn numbers_are_whole_and_names_are_quoted_where_they_must_be() {
        let mut record = sample::record();
        record.contenders[2].name = "forest, \"large\"".into();
        let table = Table::of(&record).unwrap();
        let text = csv(&table);
        let line = text.lines().nth(3).unwrap();
        assert!(line.starts_with("\"forest, \"\"large\"\"\",forest,kaggle57,57,false,true,"));
        let accuracy = table.rows[2].scores.as_ref().unwrap().accuracy;
        assert!(line.contains(&format!(",{accuracy},")));
        assert_eq!(text.lines().count(), 4);
        let head = text.lines().next().unwrap();
        assert!(head.contains(",brier,calibration_error,") && head.ends_with(",f1_metal,f1_rock"));
        assert!(
            text.lines().skip(1).all(|line| line.matches(',').count() >= head.matches(',').count())
        );
    }
}
