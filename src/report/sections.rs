//! The tables of a report, in its order, each with what a reader must know of it.
//!
//! Markdown and HTML show the same sections. To add one: a function here and its line in the list.

use std::fmt::Write as _;

use super::choices;
use super::errors::{Errors, FEWEST_TRACKS, Missed};
use super::format::{count, counted};
use super::grid::{self, Grid};
use super::markdown::{code, escape};
use super::scores::IntervalMethod;
use super::table::{Row, Table};
use crate::evaluation::{BINS, Join};
use crate::experiment::Record;

/// How many pairs of genres are listed for each contender.
const PAIRS: usize = 3;
/// How many tracks are listed that nobody names rightly.
const NEVER: usize = 30;

/// A heading, what stands below it in Markdown, and a table where there is one.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) grid: Option<Grid>,
}

impl Section {
    pub(super) fn new(title: impl Into<String>, text: impl Into<String>, grid: Grid) -> Self {
        let grid = (!grid.rows.is_empty()).then_some(grid);
        Self { title: title.into(), text: text.into(), grid }
    }
}

/// That another data set stood in for the one asked for, where one did.
pub(super) fn stand_in(record: &Record) -> Option<String> {
    let wanted = record.dataset.substitute_for.as_ref()?;
    Some(format!(
        "**These are not the figures of {}**: it was not on the machine, so {} stood in for it. They \
         show that the program works and compare with nothing.",
        escape(wanted),
        escape(&record.dataset.title)
    ))
}

/// What a reader must know of single contenders.
pub(super) fn notices(record: &Record, table: &Table) -> Vec<String> {
    let mut notices = Vec::new();
    for row in &table.rows {
        let name = code(&row.name);
        if let Some(reason) = &row.not_reproducible {
            notices.push(format!(
                "{name} is not reproducible: {}. Another run of the same seed can give other figures.",
                escape(reason.trim_end_matches('.'))
            ));
        }
        let scored = row.scores.as_ref().map_or(0, |scores| scores.folds.len());
        let of_row = record.contenders.iter().position(|known| known.name == row.name);
        for failure in record.failures.iter().filter(|it| Some(it.contender) == of_row) {
            notices.push(format!(
                "{name} failed on fold {} of repeat {}: {}.",
                failure.fold + 1,
                failure.repeat + 1,
                escape(failure.reason.trim_end_matches('.'))
            ));
        }
        if scored == 0 {
            notices.push(format!("{name} has no predictions in this record."));
        } else if scored < table.folds {
            notices.push(format!(
                "{name} has predictions for {scored} of {} only: do not compare it with the others.",
                counted(record.folds.len(), "fold", "folds")
            ));
        }
    }
    notices
}

/// The comparison: what every contender reached, what its scores are worth and what it took.
pub(super) fn comparison(record: &Record, table: &Table) -> Vec<Section> {
    let mut sections = vec![result(table), calibration(table)];
    sections.extend(segments(record, table));
    sections
}

/// Where contenders are right and wrong: by genre, by artist, by track.
pub(super) fn details(record: &Record, table: &Table) -> Vec<Section> {
    let mut sections = vec![Section::new(
        "Recall of each genre",
        "Share of the units of a genre that were named rightly.",
        grid::recalls(table),
    )];
    let best = best(table);
    sections.extend(best.map(|(_, row)| of_genres(table, row)));
    sections.push(Section::new(
        "Genres confused most",
        "True genre → genre named, and how often, in per cent of the true genre.",
        grid::confused(table, PAIRS),
    ));
    sections.extend(choices::sections(record));
    let errors = Errors::of(record);
    if let Some((number, row)) = best
        && let Some(missed) = &errors.contenders[number]
    {
        if errors.artists_known {
            sections.push(always_missed(table, row, missed));
            sections.push(most_missed(table, row, missed));
        }
        sections.push(surest(table, row, &errors, missed));
    }
    // Of one contender it would be the list before, once more.
    sections.extend((errors.judges > 1).then(|| never(table, &errors)));
    sections
}

/// The contender with the highest accuracy.
fn best(table: &Table) -> Option<(usize, &Row)> {
    let number = *table.ranking().first()?;
    let row = &table.rows[number];
    row.scores.is_some().then_some((number, row))
}

fn result(table: &Table) -> Section {
    let wilson = table
        .rows
        .iter()
        .filter_map(|row| row.scores.as_ref())
        .any(|scores| scores.method == IntervalMethod::Wilson);
    let interval = if wilson {
        "Interval: Wilson's, for a single test set."
    } else {
        "Interval: corrected resampled t over all folds (Nadeau and Bengio), which allows for \
         training rows that folds share."
    };
    let text = format!(
        "Metrics are taken over all out-of-fold predictions of a repeat together, then averaged \
         over repeats. Bold: the highest accuracy, and what a paired test cannot tell from it \
         (corrected over folds, McNemar's on a single test set; 0.05 after Holm). {interval} sd folds, sd repeats: standard deviation of the accuracies of \
         single folds and of whole repeats, in points. Macro F1 and balanced accuracy: means over \
         genres of F1 and of recall. Kappa: Cohen's, agreement of truth and prediction beyond \
         chance, 1 at most. Top-3: the truth is among the three genres with the highest scores. \
         (chance): every genre scored alike."
    );
    Section::new("Result", text, grid::comparison(table))
}

fn calibration(table: &Table) -> Section {
    let text = format!(
        "Lower is better throughout. Log loss in nats. Brier: squared differences of scores and \
         truth, summed over genres, 0 to 2. ECE: expected calibration error, how far confidence (the \
         highest score) and accuracy lie apart, in {BINS} bins of equal width, in points. Seconds: \
         processor time, mean of a fold. Parameters: how many numbers a model learned or kept."
    );
    Section::new("Calibration and cost", text, grid::calibration_and_cost(table))
}

/// The first table once more for single segments, where the others are about tracks.
fn segments(record: &Record, table: &Table) -> Option<Section> {
    let how = match record.protocol.tracks? {
        Join::Mean => "by the mean of their scores",
        Join::Vote => "by majority vote",
    };
    let rows = table.rows.iter().map(|row| Row { scores: row.of_rows.clone(), ..row.clone() });
    let table = Table { rows: rows.collect(), ..table.clone() };
    table.rows.iter().any(|row| row.scores.is_some()).then(|| {
        let text = format!(
            "The same for single segments. Everywhere else in this report the segments of a track are \
             joined to one prediction, {how}."
        );
        Section::new("Result for single segments", text, grid::comparison(&table))
    })
}

fn of_genres(table: &Table, row: &Row) -> Section {
    let over = if table.repeats > 1 { ", all repeats together" } else { "" };
    let text = format!(
        "Of {}, the contender with the highest accuracy{over}. Precision: share of the units called so that \
         are so. Recall: share of the units that are so that were called so. F1: their harmonic \
         mean. (mean): over genres. For the other contenders: `crossfold report --format csv`.",
        code(&row.name)
    );
    Section::new("Precision, recall and F1 of each genre", text, grid::of_genres(table, row))
}

fn always_missed(table: &Table, row: &Row, missed: &Missed) -> Section {
    let always = missed.always();
    let text = if always.is_empty() {
        format!(
            "None: of every artist with at least {FEWEST_TRACKS} tracks, {} names one rightly at \
             least once.",
            code(&row.name)
        )
    } else {
        format!(
            "{} with at least {FEWEST_TRACKS} tracks of which {} never names one rightly. Called: the genres named \
             instead, and how often.",
            counted(always.len(), "artist", "artists"),
            code(&row.name)
        )
    };
    Section::new("Artists always missed", text, grid::artists(&table.genres, &always))
}

fn most_missed(table: &Table, row: &Row, missed: &Missed) -> Section {
    let mean = if table.repeats > 1 { ", on average over repeats" } else { "" };
    let text = format!(
        "Of {}. Wrong: how many of the artist's tracks are named wrongly{mean}.",
        code(&row.name)
    );
    Section::new("Artists with most errors", text, grid::artists(&table.genres, &missed.most()))
}

fn surest(table: &Table, row: &Row, errors: &Errors, missed: &Missed) -> Section {
    let surest = missed.surest();
    let mean = if table.repeats > 1 { " Scores are means over repeats." } else { "" };
    let (name, all) = (code(&row.name), missed.tracks.len());
    let text = match surest.len() {
        0 => format!("None: {name} names every track rightly."),
        shown if shown == all => {
            format!(
                "All {} that {name} names wrongly, the surest first.{mean}",
                counted(all, "track", "tracks")
            )
        }
        shown => format!(
            "The {shown} wrongly named tracks of which {name} is most sure, of {} that it names \
             wrongly.{mean}",
            count(all)
        ),
    };
    let grid = grid::surest(&table.genres, errors, surest);
    Section::new("Most confidently wrong", text, grid)
}

fn never(table: &Table, errors: &Errors) -> Section {
    let all = errors.never.len();
    let shown = &errors.never[..all.min(NEVER)];
    let mut text = format!(
        "{} named rightly by none of the {} contenders that name more than one genre.",
        counted(all, "track is", "tracks are"),
        errors.judges
    );
    if all > shown.len() {
        let _ = write!(
            text,
            " The {} on which most agree; `crossfold report --json` has them all.",
            shown.len()
        );
    }
    if all > 0 {
        text += " Where many agree on another genre, the label may be what is wrong.";
    }
    let title = "Tracks that no contender names rightly";
    Section::new(title, text, grid::never(&table.genres, errors, shown))
}
