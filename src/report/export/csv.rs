//! Tables for spreadsheets and scripts: a line for each fold, and a line for each prediction.

use super::folds::METRICS;
use super::{File, Material};
use crate::evaluation::Prediction;
use crate::report::Error;
use crate::report::csv::line;

/// `scores.csv` and `predictions.csv`; repeats and folds count from 0, as in JSON.
#[allow(clippy::unnecessary_wraps)] // as every format's
pub(super) fn files(material: &Material<'_>) -> Result<Vec<File>, Error> {
    let all = material.record.predictions.iter();
    Ok(vec![
        File::new("scores.csv", scores(material)),
        File::new("predictions.csv", predictions(material, all)),
    ])
}

/// One line for each contender and fold; empty where it failed.
fn scores(material: &Material<'_>) -> String {
    let mut head = words(&["contender", "model", "features", "repeat", "fold", "units"]);
    head.extend(METRICS.iter().map(|(name, _)| (*name).to_owned()));
    head.extend(words(&["fit_seconds", "predict_seconds", "parameters"]));
    let mut text = line(&head);
    for (at, facts) in material.record.contenders.iter().enumerate() {
        for fold in material.folds(at) {
            let mut cells = vec![
                facts.name.clone(),
                facts.model.clone(),
                facts.features.clone(),
                fold.repeat.to_string(),
                fold.fold.to_string(),
                fold.units.to_string(),
            ];
            for metric in 0..METRICS.len() {
                cells.push(fold.metrics.map_or(String::new(), |it| it[metric].to_string()));
            }
            let cost = fold.cell.map(|cell| {
                [
                    cell.fit_seconds.to_string(),
                    cell.predict_seconds.to_string(),
                    cell.parameters.to_string(),
                ]
            });
            cells.extend(cost.unwrap_or_default());
            text += &line(&cells);
        }
    }
    text
}

/// One line for each prediction, with the score of every genre.
pub(super) fn predictions<'a>(
    material: &Material<'_>,
    predictions: impl Iterator<Item = &'a Prediction>,
) -> String {
    let genres = &material.record.dataset.genres;
    let mut head = words(&["contender", "repeat", "fold", "unit", "track", "truth", "predicted"]);
    head.extend(genres.iter().map(|genre| format!("score_{genre}")));
    let mut text = line(&head);
    for said in predictions {
        let unit = &material.record.units[said.unit];
        let mut cells = vec![
            material.record.contenders[said.contender].name.clone(),
            said.repeat.to_string(),
            said.fold.to_string(),
            unit.id.clone(),
            unit.track.clone(),
            genres[said.truth].clone(),
            genres[said.predicted()].clone(),
        ];
        cells.extend(said.scores.iter().map(ToString::to_string));
        text += &line(&cells);
    }
    text
}

fn words(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
