//! What was chosen inside the training parts, and how stable the choice was.

use std::collections::BTreeMap;

use super::format::{counted, decimal, percent};
use super::grid::{Column, Grid, Line};
use super::markdown::code;
use super::sections::Section;
use crate::evaluation::spread;
use crate::experiment::{ContenderFacts, Record, TuneFacts, TuningFacts};

/// How many combinations a table shows.
const SHOWN: usize = 8;

/// One section for each contender that chose; none where nothing was tuned.
pub(super) fn sections(record: &Record) -> Vec<Section> {
    let of = |(number, contender): (usize, &ContenderFacts)| {
        let cells: Vec<&TuningFacts> = record
            .cells
            .iter()
            .filter(|cell| cell.contender == number)
            .filter_map(|cell| cell.tuning.as_ref())
            .collect();
        let tune = contender.tune.as_ref().filter(|_| !cells.is_empty())?;
        let title = format!("What {} chose", contender.name);
        Some(Section::new(title, said(contender, tune, &cells), grid(tune, &cells)))
    };
    record.contenders.iter().enumerate().filter_map(of).collect()
}

fn said(contender: &ContenderFacts, tune: &TuneFacts, cells: &[&TuningFacts]) -> String {
    let chosen = times(cells);
    let over: Vec<String> =
        tune.over.iter().map(|(name, tried)| code(&format!("{name}: {tried}"))).collect();
    let folds = counted(cells.len(), "fold", "folds");
    let most = chosen.values().copied().max().unwrap_or(0);
    let stable = match chosen.len() {
        1 if cells.len() == 1 => "The first below was chosen".to_owned(),
        1 => format!("The same one was chosen in all {folds}"),
        several if most == 1 => {
            format!("{several} different ones were chosen, each in one of {folds}")
        }
        several => {
            format!("{several} different ones were chosen in {folds}, the most frequent in {most}")
        }
    };
    format!(
        "{} tried {} ({} over {}) in each fold on training rows alone, by accuracy, then log loss, on \
         {}. {stable}.",
        code(&contender.name),
        counted(tune.candidates.len(), "combination", "combinations"),
        tune.search,
        over.join(", "),
        tune.judged_on,
    )
}

/// How often each combination was chosen.
fn times(cells: &[&TuningFacts]) -> BTreeMap<usize, usize> {
    let mut times = BTreeMap::new();
    for cell in cells {
        *times.entry(cell.chosen).or_insert(0) += 1;
    }
    times
}

/// Combinations, most often chosen first, then by what they reached inside.
fn grid(tune: &TuneFacts, cells: &[&TuningFacts]) -> Grid {
    let times = times(cells);
    let reached: Vec<_> = (0..tune.candidates.len())
        .map(|at| {
            let of = |value: fn(&crate::experiment::TrialFacts) -> f64| {
                spread(&cells.iter().map(|cell| value(&cell.trials[at])).collect::<Vec<_>>())
            };
            (of(|trial| trial.accuracy), of(|trial| trial.log_loss))
        })
        .collect();
    let chosen = |at: usize| times.get(&at).copied().unwrap_or(0);
    let mut order: Vec<usize> = (0..tune.candidates.len()).collect();
    order.sort_by(|&a, &b| {
        chosen(b).cmp(&chosen(a)).then(reached[b].0.mean.total_cmp(&reached[a].0.mean))
    });
    let mut columns: Vec<Column> =
        tune.over.iter().map(|(name, _)| Column { title: name.clone(), number: true }).collect();
    columns.extend(
        ["chosen in folds", "inner accuracy %", "sd folds", "inner log loss"]
            .map(|title| Column { title: title.to_owned(), number: true }),
    );
    let rows = order.into_iter().take(SHOWN).map(|at| {
        let value = |(name, _): &(String, String)| match &tune.candidates[at][name] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (accuracy, log_loss) = reached[at];
        let mut line: Vec<String> = tune.over.iter().map(value).collect();
        line.extend([
            chosen(at).to_string(),
            percent(accuracy.mean),
            percent(accuracy.sd),
            decimal(log_loss.mean),
        ]);
        Line { cells: line, emphasised: false }
    });
    Grid { rows: rows.collect(), columns }
}

#[cfg(test)]
mod tests {
    use super::sections;
    use crate::report::sample;

    #[test]
    fn a_choice_is_shown_with_how_often_it_was_made() {
        let mut record = sample::record();
        assert!(sections(&record).is_empty());
        sample::ask_for_more(&mut record);
        let found = sections(&record);
        let [section] = found.as_slice() else { panic!("one contender chose") };
        let text = &section.text;
        assert!(
            text.contains("`forest` tried 3 combinations (grid over `trees: [1,2,4]`"),
            "{text}"
        );
        assert!(
            text.contains("2 different ones were chosen in 6 folds, the most frequent in 4"),
            "{text}"
        );
        let first = &section.grid.as_ref().unwrap().rows[0];
        assert_eq!(first.cells[..2], ["2", "4"]);
    }
}
