//! The tested pairs for spreadsheets and scripts: unrounded numbers, RFC 4180.

use super::{Across, Comparison};
use crate::report::csv::line;

/// One line a pair; shares in 0..1, empty where there is no number.
pub(super) fn csv(comparison: &Comparison) -> String {
    let head = [
        "contender",
        "against",
        "accuracy",
        "accuracy_against",
        "difference",
        "difference_low",
        "difference_high",
        "p",
        "p_holm",
        "better",
        "equal",
        "worse",
        "right_alone",
        "against_right_alone",
        "mcnemar_exact_p",
        "mcnemar_exact_p_holm",
        "mcnemar_chi_square",
        "mcnemar_chi_square_p",
    ];
    let mut text = line(&head.map(str::to_owned));
    for pair in &comparison.pairs {
        let (first, second) = (&comparison.entrants[pair.first], &comparison.entrants[pair.second]);
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        text += &line(&[
            first.name.clone(),
            second.name.clone(),
            number(first.row.scores.as_ref().map(|it| it.accuracy)),
            number(second.row.scores.as_ref().map(|it| it.accuracy)),
            pair.difference.to_string(),
            number(pair.interval.map(|it| it.low)),
            number(pair.interval.map(|it| it.high)),
            pair.p.to_string(),
            pair.adjusted.to_string(),
            number(pair.belief.map(|it| it.better)),
            number(pair.belief.map(|it| it.equal)),
            number(pair.belief.map(|it| it.worse)),
            pair.mcnemar.only_first.to_string(),
            pair.mcnemar.only_second.to_string(),
            pair.mcnemar.exact.to_string(),
            pair.mcnemar_adjusted.to_string(),
            pair.mcnemar.chi_square.to_string(),
            pair.mcnemar.chi_square_p.to_string(),
        ]);
    }
    text
}

/// One line a contender, one column a data set.
pub(super) fn across(across: &Across) -> String {
    let titles = across.data_sets.iter().map(|(_, title)| title.clone());
    let mut text = line(&["contender".to_owned()].into_iter().chain(titles).collect::<Vec<_>>());
    for (number, name) in across.names.iter().enumerate() {
        let accuracies = across.accuracies.iter().map(|row| row[number].to_string());
        text += &line(&[name.clone()].into_iter().chain(accuracies).collect::<Vec<_>>());
    }
    text
}
