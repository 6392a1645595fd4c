//! Kept predictions as a Parquet table.
//!
//! One row a prediction: `contender`, `repeat`, `fold`, `row`, `track`, `truth`, `predicted`, and a
//! column `score_GENRE` for each genre. Anything that reads Parquet can check the record's figures.

use std::collections::HashMap;

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};

use super::record::Record;
use crate::evaluation::Prediction;

/// The predictions of a record as the bytes of a Parquet file.
pub fn to_parquet(record: &Record) -> Result<Vec<u8>, String> {
    let said = &record.predictions;
    let genres = &record.dataset.genres;
    #[allow(clippy::cast_possible_truncation)]
    let numbers = |name: &str, of: &dyn Fn(&Prediction) -> usize| -> Column {
        Series::new(name.into(), said.iter().map(|one| of(one) as u32).collect::<Vec<_>>()).into()
    };
    let mut columns = vec![
        texts("contender", said.iter().map(|one| record.contenders[one.contender].name.as_str())),
        numbers("repeat", &|one| one.repeat),
        numbers("fold", &|one| one.fold),
        texts("row", said.iter().map(|one| record.units[one.unit].id.as_str())),
        texts("track", said.iter().map(|one| record.units[one.unit].track.as_str())),
        texts("truth", said.iter().map(|one| genres[one.truth].as_str())),
        texts("predicted", said.iter().map(|one| genres[one.predicted()].as_str())),
    ];
    for (genre, name) in genres.iter().enumerate() {
        let scores: Vec<f32> = said.iter().map(|one| one.scores[genre]).collect();
        columns.push(Series::new(format!("score_{name}").as_str().into(), scores).into());
    }
    let mut frame = DataFrame::new(said.len(), columns).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Reads the predictions that belong to a record.
pub fn from_parquet(record: &Record, bytes: &[u8]) -> Result<Vec<Prediction>, String> {
    let frame = crate::dataset::parquet(bytes)?;
    let genres = &record.dataset.genres;
    let contenders = record.contenders.iter().map(|known| known.name.as_str());
    let contenders = column_of(&frame, "contender", &places(contenders))?;
    let units =
        column_of(&frame, "row", &places(record.units.iter().map(|unit| unit.id.as_str())))?;
    let truths = column_of(&frame, "truth", &places(genres.iter().map(String::as_str)))?;
    let (repeats, folds) = (whole(&frame, "repeat")?, whole(&frame, "fold")?);
    let mut scores = vec![Vec::with_capacity(genres.len()); frame.height()];
    for genre in genres {
        let name = format!("score_{genre}");
        let column = frame.column(&name).map_err(|error| error.to_string())?;
        let values = column.f32().map_err(|error| error.to_string())?;
        for (row, value) in values.iter().enumerate() {
            let value = value.filter(|value| value.is_finite() && *value >= 0.0);
            scores[row].push(value.ok_or_else(|| format!("row {row} has no score in `{name}`"))?);
        }
    }
    Ok(scores
        .into_iter()
        .enumerate()
        .map(|(row, scores)| Prediction {
            contender: contenders[row],
            repeat: repeats[row],
            fold: folds[row],
            unit: units[row],
            truth: truths[row],
            scores,
        })
        .collect())
}

fn texts<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Column {
    Series::new(name.into(), values.collect::<Vec<_>>()).into()
}

fn places<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    names.enumerate().map(|(at, name)| (name, at)).collect()
}

/// A column of names as numbers.
fn column_of(
    frame: &DataFrame,
    name: &str,
    known: &HashMap<&str, usize>,
) -> Result<Vec<usize>, String> {
    let column = frame.column(name).map_err(|error| error.to_string())?;
    let texts = column.str().map_err(|error| error.to_string())?;
    texts
        .iter()
        .map(|text| {
            let text = text.unwrap_or_default();
            known
                .get(text)
                .copied()
                .ok_or_else(|| format!("`{name}` says `{text}`, which record.json does not know"))
        })
        .collect()
}

fn whole(frame: &DataFrame, name: &str) -> Result<Vec<usize>, String> {
    let column = frame.column(name).map_err(|error| error.to_string())?;
    let numbers = column.u32().map_err(|error| error.to_string())?;
    numbers
        .iter()
        .map(|number| number.map(|number| number as usize).ok_or(format!("`{name}` has a hole")))
        .collect()
}
