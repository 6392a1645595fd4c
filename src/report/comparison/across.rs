//! The same contenders over several data sets, by ranks.

use super::agree::same_version;
use super::pair::LEVEL;
use super::{Error, Settings, Source};
use crate::evaluation::{Friedman, Wilcoxon, friedman, nemenyi_difference, wilcoxon};
use crate::report::Table;
use crate::report::format::{counted, probability, short_hash, signed};
use crate::report::grid::{Grid, Line};

/// Contenders held against each other over several data sets.
#[derive(Clone, Debug, PartialEq)]
pub struct Across {
    /// Folder and title of each data set's record.
    pub data_sets: Vec<(String, String)>,
    /// Contenders that every record has.
    pub names: Vec<String>,
    /// A list for each data set: the accuracy of each contender.
    pub accuracies: Vec<Vec<f64>>,
    /// What the test says.
    pub verdict: Verdict,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

/// What a test over data sets says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Of two contenders: Wilcoxon's signed-rank test, first minus second.
    Two(Wilcoxon),
    /// Of more: Friedman's test, and the difference of mean ranks that is more than chance.
    Several {
        /// The test.
        test: Friedman,
        /// Nemenyi's critical difference at 0.05.
        critical: f64,
    },
}

impl Across {
    /// Ranks contenders of records on different data sets.
    ///
    /// # Errors
    /// When two records are of one data set, when versions of the program differ, or when no two
    /// contenders are in every record.
    pub fn of(sources: &[Source], settings: &Settings) -> Result<Self, Error> {
        several(sources)?;
        for other in sources.iter().skip(1) {
            same_version(&sources[0], other, settings)?;
        }
        let tables = sources
            .iter()
            .map(|source| Table::of(&source.record))
            .collect::<Result<Vec<Table>, _>>()?;
        let accuracy = |table: &Table, name: &str| {
            let row = table.rows.iter().find(|row| row.name == name)?;
            row.scores.as_ref().filter(|it| it.folds.len() == table.folds).map(|it| it.accuracy)
        };
        let everywhere = |name: &str| tables.iter().all(|table| accuracy(table, name).is_some());
        let (names, left_out): (Vec<String>, Vec<String>) =
            tables[0].rows.iter().map(|row| row.name.clone()).partition(|name| everywhere(name));
        if names.len() < 2 {
            let names = match names.as_slice() {
                [] => "they share none".to_owned(),
                names => format!("they share only `{}`", names[0]),
            };
            return Err(Error::NotShared { names });
        }
        let accuracies: Vec<Vec<f64>> = tables
            .iter()
            .map(|table| names.iter().filter_map(|name| accuracy(table, name)).collect())
            .collect();
        let verdict = if names.len() == 2 {
            let differences: Vec<f64> = accuracies.iter().map(|row| row[0] - row[1]).collect();
            Verdict::Two(wilcoxon(&differences))
        } else {
            let critical = nemenyi_difference(names.len(), sources.len(), LEVEL);
            Verdict::Several { test: friedman(&accuracies)?, critical: critical.unwrap_or(0.0) }
        };
        let mut notes = Vec::new();
        if !left_out.is_empty() {
            notes.push(format!("Not in every record, so left out: {}.", left_out.join(", ")));
        }
        let data_sets = sources
            .iter()
            .map(|source| (source.folder.clone(), source.record.dataset.title.clone()))
            .collect();
        Ok(Self { data_sets, names, accuracies, verdict, notes })
    }

    /// Accuracies by contender and data set, and the mean ranks.
    pub fn grid(&self) -> Grid {
        let titles: Vec<String> =
            self.data_sets.iter().map(|(_, title)| format!("{title} %")).collect();
        let mut titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        if matches!(self.verdict, Verdict::Several { .. }) {
            titles.push("mean rank");
        }
        let mut grid = super::grids::grid("contender", &titles);
        for (number, name) in self.names.iter().enumerate() {
            let mut cells = vec![name.clone()];
            let of = |row: &Vec<f64>| crate::report::format::percent(row[number]);
            cells.extend(self.accuracies.iter().map(of));
            let mut emphasised = false;
            if let Verdict::Several { test, critical } = &self.verdict {
                cells.push(format!("{:.2}", test.ranks[number]));
                let first = test.ranks.iter().copied().fold(f64::INFINITY, f64::min);
                emphasised = test.ranks[number] - first <= *critical;
            }
            grid.rows.push(Line { cells, emphasised });
        }
        grid
    }

    /// What came out, in words; `called` dresses a contender's name.
    pub fn sentences(&self, called: fn(&str) -> String) -> Vec<String> {
        let sets = counted(self.data_sets.len(), "data set", "data sets");
        match &self.verdict {
            Verdict::Two(test) => {
                let differences: f64 = self.accuracies.iter().map(|row| row[0] - row[1]).sum();
                #[allow(clippy::cast_precision_loss)]
                let mean = differences / self.accuracies.len() as f64;
                let found =
                    if test.p <= LEVEL { "more than chance" } else { "no more than chance" };
                #[allow(clippy::cast_precision_loss)]
                let least = 2.0_f64.powf(1.0 - test.used as f64).min(1.0);
                vec![format!(
                    "{} minus {}: {} points on average over {sets}, {found} (Wilcoxon's signed-rank \
                     test, exact p {}; {} that differ cannot give less than {}).",
                    called(&self.names[0]),
                    called(&self.names[1]),
                    signed(mean),
                    probability(test.p),
                    counted(test.used, "data set", "data sets"),
                    probability(least)
                )]
            }
            Verdict::Several { test, critical } => {
                let found = if test.f_p <= LEVEL { "differ" } else { "do not differ" };
                let f =
                    if test.f.is_finite() { format!("{:.2}", test.f) } else { "∞".to_owned() };
                let mut all = vec![format!(
                    "Over {sets} the contenders {found} by more than chance (Friedman's test: \
                     chi-square {:.2}, p {}; Iman and Davenport's F {f}, p {}).",
                    test.chi_square,
                    probability(test.chi_square_p),
                    probability(test.f_p)
                )];
                all.push(format!(
                    "Two mean ranks differ by more than chance if they lie {critical:.2} or more \
                     apart (Nemenyi, 0.05)."
                ));
                for (first, one) in self.names.iter().enumerate() {
                    for (second, other) in self.names.iter().enumerate() {
                        let behind = test.ranks[second] - test.ranks[first];
                        if behind >= *critical {
                            all.push(format!(
                                "{} ranks higher than {} by {behind:.2}: more than chance.",
                                called(one),
                                called(other)
                            ));
                        }
                    }
                }
                all
            }
        }
    }
}

/// Refuses records of which two are of one data set, and a record alone.
fn several(sources: &[Source]) -> Result<(), Error> {
    let refuse = |first: &Source, folders: String| {
        let data = &first.record.dataset;
        let (title, hash) = (data.title.clone(), short_hash(&data.hash));
        Err(Error::OneDataSet { folders, title, hash })
    };
    if let [only] = sources {
        return refuse(only, format!("{} is", only.folder));
    }
    for (at, first) in sources.iter().enumerate() {
        for second in &sources[at + 1..] {
            if first.record.dataset.hash == second.record.dataset.hash {
                return refuse(first, format!("{} and {} are", first.folder, second.folder));
            }
        }
    }
    Ok(())
}
