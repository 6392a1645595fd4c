//! The contenders of all records in one list, each with a name of its own.

use std::collections::BTreeMap;

use super::agree::alike;
use super::{Entrant, Error, Settings, Source, Tested};
use crate::evaluation::Prediction;
use crate::experiment::Record;
use crate::registry::expected;
use crate::report::Table;

/// Who is compared, on what.
pub(super) struct Field {
    pub(super) entrants: Vec<Entrant>,
    pub(super) baseline: usize,
    /// What was tested in the first repeat, by number of the unit.
    pub(super) tested: Vec<Tested>,
    pub(super) notes: Vec<String>,
}

/// Lists the contenders of records that were tested alike.
pub(super) fn field(sources: &[Source], settings: &Settings) -> Result<Field, Error> {
    alike(sources, settings)?;
    let mut notes = commits(sources);
    let data = &sources[0].record.dataset;
    if let Some(wanted) = &data.substitute_for {
        notes.push(format!(
            "{} stood in for {wanted}, which was not on the machine: these are not its figures.",
            data.title
        ));
    }
    let mut entrants: Vec<Entrant> = Vec::new();
    let mut baseline = None;
    for source in sources {
        let record = &source.record;
        let table = Table::of_rows(record)?;
        for (number, row) in table.rows.into_iter().enumerate() {
            let said = record.predictions_of(number);
            let is_baseline = entrants.iter().all(|it| it.source == source.folder)
                && settings.baseline.is_none()
                && row.baseline;
            let Some((folds, named)) = answers(record, &said) else {
                if is_baseline {
                    let (name, folder) = (row.name, source.folder.clone());
                    return Err(Error::Incomplete { name, folder });
                }
                notes.push(format!(
                    "{} of {} lacks predictions for some folds and is left out.",
                    row.name, source.folder
                ));
                continue;
            };
            let contender = &record.contenders[number];
            let twin = entrants.iter().find(|other| {
                let same = (&other.row.name, &other.row.model, &other.parameters, &other.named);
                same == (&row.name, &row.model, &contender.parameters, &named)
                    && other.folds == folds
            });
            if let Some(twin) = twin {
                notes.push(format!(
                    "{} says the same in {} and in {}, and is shown once.",
                    row.name, twin.source, source.folder
                ));
                continue;
            }
            if is_baseline {
                baseline = Some(entrants.len());
            }
            entrants.push(Entrant {
                name: row.name.clone(),
                experiment: record.experiment.name.clone(),
                source: source.folder.clone(),
                parameters: contender.parameters.clone(),
                best: false,
                row,
                folds,
                named,
            });
        }
    }
    if entrants.len() < 2 {
        let folders: Vec<&str> = sources.iter().map(|source| source.folder.as_str()).collect();
        let verb = if folders.len() == 1 { "has" } else { "have" };
        return Err(Error::TooFew { folders: folders.join(", "), verb, found: entrants.len() });
    }
    rename(&mut entrants);
    let baseline = match &settings.baseline {
        None => baseline.unwrap_or(0),
        Some(name) => entrants.iter().position(|it| it.name == *name).ok_or_else(|| {
            let names = entrants.iter().map(|it| it.name.as_str());
            Error::Baseline { name: name.clone(), expected: expected(name, names) }
        })?,
    };
    Ok(Field { entrants, baseline, tested: tested(&sources[0].record), notes })
}

/// A word on records whose program differs by a commit only.
fn commits(sources: &[Source]) -> Vec<String> {
    let made = |source: &Source| {
        let made = &source.record.provenance;
        let commit = if made.commit.is_empty() { "an unknown commit" } else { &made.commit };
        format!("{} by {} {commit}", source.folder, made.version)
    };
    let first = &sources[0].record.provenance;
    let differs = |source: &Source| {
        let other = &source.record.provenance;
        (&other.version, &other.commit) != (&first.version, &first.commit)
    };
    if sources.iter().any(differs) {
        let made: Vec<String> = sources.iter().map(made).collect();
        vec![format!("The records were made by different builds: {}.", made.join(", "))]
    } else {
        Vec::new()
    }
}

/// Accuracy on each fold, and the names given in the first repeat by number of the unit; `None`
/// where a prediction is lacking.
#[allow(clippy::cast_precision_loss)]
fn answers(record: &Record, said: &[&Prediction]) -> Option<(Vec<f64>, Vec<usize>)> {
    let by_place: BTreeMap<(usize, usize, usize), &Prediction> =
        said.iter().map(|one| ((one.repeat, one.fold, one.unit), *one)).collect();
    let mut accuracies = Vec::new();
    let mut named = BTreeMap::new();
    for fold in &record.folds {
        let mut right = 0;
        for &unit in &fold.test {
            let prediction = by_place.get(&(fold.repeat, fold.fold, unit))?;
            right += usize::from(prediction.is_right());
            if fold.repeat == 0 {
                named.insert(unit, prediction.predicted());
            }
        }
        accuracies.push(right as f64 / fold.test.len().max(1) as f64);
    }
    (!accuracies.is_empty()).then(|| (accuracies, named.into_values().collect()))
}

fn tested(record: &Record) -> Vec<Tested> {
    let first = record.folds.iter().filter(|fold| fold.repeat == 0);
    let mut units: Vec<usize> = first.flat_map(|fold| fold.test.iter().copied()).collect();
    units.sort_unstable();
    units.dedup();
    let mut groups = BTreeMap::new();
    units
        .into_iter()
        .map(|unit| {
            let facts = &record.units[unit];
            let next = groups.len();
            let group = *groups.entry(facts.group.as_str()).or_insert(next);
            Tested { id: facts.id.clone(), genre: facts.genre, group }
        })
        .collect()
}

/// Puts the experiment before names that several records use.
fn rename(entrants: &mut [Entrant]) {
    let names: Vec<String> = entrants.iter().map(|it| it.name.clone()).collect();
    for entrant in entrants {
        if names.iter().filter(|name| **name == entrant.name).count() > 1 {
            entrant.name = format!("{}/{}", entrant.experiment, entrant.name);
        }
    }
}
