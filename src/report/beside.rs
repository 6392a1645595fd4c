//! The same contenders under several protocols, side by side.
//!
//! Not a comparison: different folds allow no paired test. It shows what an accuracy owes to the
//! protocol it was had under.

use super::format::{MISSING, percent};
use super::grid::{Column, Grid, Line};
use super::{Error, Table};
use crate::experiment::Record;

/// A record under a protocol, as one column.
#[derive(Debug)]
pub struct Side {
    /// What stands above the column.
    pub title: String,
    record: Record,
    table: Table,
}

impl Side {
    /// Scores a record.
    ///
    /// # Errors
    /// When the record contradicts itself.
    pub fn of(record: Record) -> Result<Self, Error> {
        let title = match (record.protocol.group.as_str(), record.protocol.name.as_str()) {
            (_, name) if name.contains("fault-filtered") => "fault-filtered",
            (_, name) if name.contains("foleis") => "foleis",
            ("artist", _) => "artists apart",
            ("none", _) => "rows at random",
            (_, name) if name.starts_with("predefined") => "predefined split",
            _ => "tracks at random",
        };
        Ok(Self { title: format!("{title} %"), table: Table::of(&record)?, record })
    }

    fn accuracy(&self, name: &str) -> Option<f64> {
        let row = self.table.rows.iter().find(|row| row.name == name)?;
        row.scores.as_ref().map(|scores| scores.accuracy)
    }

    fn cell(&self, name: &str) -> String {
        let row = self.table.rows.iter().find(|row| row.name == name);
        let Some(scores) = row.and_then(|row| row.scores.as_ref()) else {
            return MISSING.to_owned();
        };
        let interval = scores
            .interval
            .map_or(String::new(), |it| format!(" ({} to {})", percent(it.low), percent(it.high)));
        percent(scores.accuracy) + &interval
    }
}

/// Accuracies with their 95 % intervals, one row a contender of the first side, one column a side;
/// last what the second side loses against the first, in points.
///
/// # Errors
/// When there is one side only, or the sides are not of one data set.
pub fn beside(sides: &[Side]) -> Result<Grid, Error> {
    let [first, second, ..] = sides else {
        let what = "one record alone stands beside nothing; name two".to_owned();
        return Err(Error::Beside { what });
    };
    for side in &sides[1..] {
        let (one, other) = (&first.record.dataset, &side.record.dataset);
        if (&one.hash, &one.genres) != (&other.hash, &other.genres) {
            let names = [&first.record.experiment.name, &side.record.experiment.name];
            return Err(Error::Beside {
                what: format!(
                    "results of `{}` are on {} and those of `{}` on {}; only the same data stands side \
                     by side",
                    names[0], one.title, names[1], other.title
                ),
            });
        }
    }
    let mut columns = vec![Column { title: "contender".to_owned(), number: false }];
    columns.extend(sides.iter().map(|side| Column { title: side.title.clone(), number: true }));
    columns.push(Column { title: "lost, points".to_owned(), number: true });
    let rows = first.table.rows.iter().map(|row| {
        let mut cells = vec![row.name.clone()];
        cells.extend(sides.iter().map(|side| side.cell(&row.name)));
        let lost = first.accuracy(&row.name).zip(second.accuracy(&row.name));
        cells.push(lost.map_or(MISSING.to_owned(), |(one, other)| {
            format!("{:.1}", 100.0 * (one - other)).replace('-', "−")
        }));
        Line { cells, emphasised: false }
    });
    let mut grid = Grid { rows: rows.collect(), columns };
    let mut chance = vec![MISSING.to_owned(); grid.columns.len()];
    chance[0] = "(chance)".to_owned();
    let chances = sides.iter().map(|side| percent(side.table.chance));
    chance[1..=sides.len()].iter_mut().zip(chances).for_each(|(cell, chance)| *cell = chance);
    grid.rows.push(Line { cells: chance, emphasised: false });
    Ok(grid)
}

/// What the second side costs against the first, in words; nothing where no contender is on both.
pub fn cost_in_words(sides: &[Side]) -> String {
    let [first, second, ..] = sides else { return String::new() };
    // What names one genre throughout has nothing to lose.
    let chance = first.table.chance + 0.02;
    let mut lost: Vec<(&str, f64, f64)> = first
        .table
        .rows
        .iter()
        .filter_map(|row| {
            let (one, other) = (first.accuracy(&row.name)?, second.accuracy(&row.name)?);
            (one > chance).then_some((row.name.as_str(), one, other))
        })
        .collect();
    let name = |side: &Side| side.title.trim_end_matches(" %").to_owned();
    lost.sort_by(|a, b| (a.1 - a.2).total_cmp(&(b.1 - b.2)));
    let (Some(least), Some(most)) = (lost.first(), lost.last()) else { return String::new() };
    let points = |it: &(&str, f64, f64)| format!("{:.1}", 100.0 * (it.1 - it.2)).replace('-', "−");
    let best = |of: fn(&(&str, f64, f64)) -> f64| {
        lost.iter().fold(lost[0], |best, it| if of(it) > of(&best) { *it } else { best })
    };
    let (best_first, best_second) = (best(|it| it.1), best(|it| it.2));
    let mut text = format!(
        "With {} instead of {} contenders lose {} points ({}) to {} ({}). {} has the highest accuracy \
         with {}, {} %, and keeps {} %",
        name(second),
        name(first),
        points(least),
        least.0,
        points(most),
        most.0,
        best_first.0,
        name(first),
        percent(best_first.1),
        percent(best_first.2),
    );
    if best_second.0 != best_first.0 {
        text += &format!("; then {} has, {} %", best_second.0, percent(best_second.2));
    }
    text + "."
}

#[cfg(test)]
mod tests {
    use super::{Side, beside, cost_in_words};
    use crate::report::sample;

    #[test]
    fn contenders_stand_beside_themselves_under_another_protocol() {
        let one = sample::record();
        let mut other = sample::record();
        other.protocol.group = "artist".into();
        other.predictions.retain(|prediction| prediction.contender != 1);
        let sides = [one, other].map(|record| Side::of(record).unwrap());
        let grid = beside(&sides).unwrap();
        let titles: Vec<&str> = grid.columns.iter().map(|column| column.title.as_str()).collect();
        let expected = ["contender", "tracks at random %", "artists apart %", "lost, points"];
        assert_eq!(titles, expected);
        assert_eq!(grid.rows[1].cells[2..], ["–", "–"]);
        assert_eq!(grid.rows[2].cells[3], "0.0");
        assert_eq!(grid.rows[3].cells[1], "25.0");
        assert_eq!(
            cost_in_words(&sides),
            "With artists apart instead of tracks at random contenders lose 0.0 points (majority) to 0.0 \
             (forest). forest has the highest accuracy with tracks at random, 93.8 %, and keeps 93.8 %."
        );
    }

    #[test]
    fn what_does_not_stand_side_by_side_is_refused() {
        let side = |record| Side::of(record).unwrap();
        assert!(beside(&[side(sample::record())]).is_err());
        let mut other = sample::record();
        other.dataset.hash = "0".repeat(64);
        let refused = beside(&[side(sample::record()), side(other)]).unwrap_err();
        assert!(refused.to_string().contains("only the same data stands side by side"));
    }
}
