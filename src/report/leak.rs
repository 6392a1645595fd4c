//! A leak as a sentence, a table and a figure.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::figures::{self, Figure};
use super::format::{MISSING, percent};
use super::grid::{Column, Grid, Line};
use super::markdown::{code, escape, pipes};
use super::write::save;
use super::{Error, Table};
use crate::evaluation::Interval;
use crate::experiment::{Leak, Pair, Record, SUSPICIOUS};
use crate::split::Grouping;

/// How many pairs of alike tracks a page shows; `leak.json` has all.
const SHOWN: usize = 25;

/// What a leak comes to.
#[derive(Clone, Debug)]
pub struct LeakReport {
    /// Name of the experiment.
    pub experiment: String,
    /// Name of the data set, for titles.
    pub dataset: String,
    /// One entry for each split, from the loosest to the strictest.
    pub splits: Vec<SplitFacts>,
    /// Names of the contenders: the nearest neighbour, and the one the sentence is about.
    pub contenders: Vec<String>,
    /// Which split the reported accuracy comes from.
    pub reported: usize,
    /// Tracks that are suspiciously alike.
    pub pairs: Vec<Pair>,
    /// Accuracy of naming genres blindly.
    pub chance: f64,
}

/// One split.
#[derive(Clone, Debug)]
pub struct SplitFacts {
    /// What is kept apart, in words.
    pub name: &'static str,
    /// Accuracy of each contender with its interval; or why the data cannot give this split.
    pub reached: Result<Vec<Reached>, String>,
}

/// What one contender reached on one split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reached {
    /// Share of rows named rightly.
    pub accuracy: f64,
    /// Its 95 % interval.
    pub interval: Option<Interval>,
}

/// A split in words.
fn words(group: Grouping) -> &'static str {
    match group {
        Grouping::None => "rows at random",
        Grouping::Track => "tracks whole",
        Grouping::Artist => "artists apart",
    }
}

impl LeakReport {
    /// Scores the runs of a leak.
    ///
    /// # Errors
    /// When a record contradicts itself, or no split could be run.
    pub fn of(leak: &Leak) -> Result<Self, Error> {
        let mut splits = Vec::new();
        let mut first: Option<&Record> = None;
        for run in &leak.runs {
            let reached = match &run.record {
                Ok(record) => {
                    first = first.or(Some(record));
                    let reached = |row: &super::Row| {
                        let scores = row.scores.as_ref()?;
                        Some(Reached { accuracy: scores.accuracy, interval: scores.interval })
                    };
                    let table = Table::of_rows(record)?;
                    Ok(table.rows.iter().filter_map(reached).collect())
                }
                Err(reason) => Err(reason.clone()),
            };
            splits.push(SplitFacts { name: words(run.group), reached });
        }
        let record = first.ok_or_else(|| Error::Inconsistent {
            what: "no split of the data could be run".into(),
        })?;
        let reported = leak.runs.iter().position(|run| run.group == leak.reported).unwrap_or(0);
        Ok(Self {
            experiment: record.experiment.name.clone(),
            dataset: record.dataset.title.clone(),
            splits,
            contenders: record.contenders.iter().map(|it| it.name.clone()).collect(),
            reported,
            pairs: leak.twins.pairs.clone(),
            chance: record.protocol.chance,
        })
    }

    /// What a contender reached on a split.
    fn reached(&self, split: usize, contender: usize) -> Option<Reached> {
        self.splits[split].reached.as_ref().ok().map(|reached| reached[contender])
    }

    /// The strictest split that the data gives.
    fn strictest(&self) -> usize {
        (0..self.splits.len()).rev().find(|&at| self.splits[at].reached.is_ok()).unwrap_or(0)
    }

    /// How many points of the reported accuracy of a contender are leak; `None` where the split it
    /// is reported from cannot be run.
    pub fn points(&self, contender: usize) -> Option<f64> {
        let reported = self.reached(self.reported, contender)?.accuracy;
        let left = self.reached(self.strictest(), contender)?.accuracy;
        Some(100.0 * (reported - left))
    }

    /// The finding in one sentence, about the contender that was asked for.
    pub fn sentence(&self) -> String {
        self.about(1)
    }

    fn about(&self, contender: usize) -> String {
        let name = &self.contenders[contender];
        let Some(reported) = self.reached(self.reported, contender) else {
            return format!(
                "{name} has no accuracy with {}, so nothing can be said of its leak.",
                self.splits[self.reported].name
            );
        };
        let mut text = format!(
            "{name} names {} % rightly with {}",
            percent(reported.accuracy),
            self.splits[self.reported].name
        );
        let mut last = reported.accuracy;
        let mut parts = Vec::new();
        for split in self.reported + 1..self.splits.len() {
            let Some(reached) = self.reached(split, contender) else { continue };
            let points = percent(last - reached.accuracy);
            parts.push(match self.splits[split].name {
                "tracks whole" => format!(
                    "{points} points are there because parts of one track stand on both sides of the split"
                ),
                _ => format!("{points} points are there because tracks of one artist do"),
            });
            last = reached.accuracy;
        }
        if parts.is_empty() {
            let _ = write!(text, "; nothing stricter could be run, so no leak can be told.");
        } else {
            let _ =
                write!(text, ", of which {}: {} % remain.", parts.join(", and "), percent(last));
        }
        text
    }

    /// Accuracies as a table: one row a contender, one column a split.
    pub fn grid(&self) -> Grid {
        let mut columns = vec![Column { title: "contender".to_owned(), number: false }];
        columns.extend(
            self.splits.iter().map(|it| Column { title: format!("{} %", it.name), number: true }),
        );
        columns.push(Column { title: "leak, points".to_owned(), number: true });
        let rows = (0..self.contenders.len()).map(|contender| {
            let mut cells = vec![self.contenders[contender].clone()];
            cells.extend((0..self.splits.len()).map(|split| {
                self.reached(split, contender).map_or(MISSING.to_owned(), |it| {
                    let interval = it.interval.map_or(String::new(), |interval| {
                        format!(" ({} to {})", percent(interval.low), percent(interval.high))
                    });
                    percent(it.accuracy) + &interval
                })
            }));
            let points = self.points(contender);
            cells.push(points.map_or(MISSING.to_owned(), |points| format!("{points:.1}")));
            Line { cells, emphasised: false }
        });
        Grid { rows: rows.collect(), columns }
    }

    /// Pairs of alike tracks as a table, the nearest first.
    pub fn alike(&self, most: usize) -> Grid {
        let columns = [
            ("track", false),
            ("genre", false),
            ("is like", false),
            ("genre", false),
            ("distance", true),
            ("rows", true),
        ]
        .map(|(title, number)| Column { title: title.to_owned(), number });
        let row = |pair: &Pair| {
            let ([one, other], [genre, of_other]) = (&pair.tracks, &pair.genres);
            let distance = if pair.distance == 0.0 {
                "copy".to_owned()
            } else {
                format!("{:.2}", pair.distance)
            };
            let cells = vec![
                one.clone(),
                genre.clone(),
                other.clone(),
                of_other.clone(),
                distance,
                pair.rows.to_string(),
            ];
            // Two genres for one piece of music: at least one of them is wrong.
            Line { cells, emphasised: genre != of_other }
        };
        Grid { columns: columns.into(), rows: self.pairs.iter().take(most).map(row).collect() }
    }

    /// Splits that the data cannot give, in sentences.
    pub fn missing(&self) -> Vec<String> {
        let told = |split: &SplitFacts| {
            let reason = split.reached.as_ref().err()?;
            Some(format!("{} cannot be run: {reason}", split.name))
        };
        self.splits.iter().filter_map(told).collect()
    }

    /// The finding for programs: shares in 0..1, leaks in points.
    pub fn json(&self) -> Value {
        let contender = |at: usize| {
            let splits = self.splits.iter().enumerate().map(|(split, facts)| {
                let reached = self.reached(split, at);
                json!({
                    "split": facts.name,
                    "accuracy": reached.map(|it| it.accuracy),
                    "interval": reached.and_then(|it| it.interval).map(|it| [it.low, it.high]),
                })
            });
            json!({
                "name": self.contenders[at],
                "splits": splits.collect::<Vec<_>>(),
                "leak_points": self.points(at),
            })
        };
        json!({
            "experiment": self.experiment,
            "dataset": self.dataset,
            "reported_split": self.splits[self.reported].name,
            "sentence": self.sentence(),
            "contenders": (0..self.contenders.len()).map(contender).collect::<Vec<_>>(),
            "missing": self.missing(),
            "alike": self.pairs.iter().map(|pair| json!({
                "tracks": pair.tracks, "genres": pair.genres, "distance": pair.distance, "rows": pair.rows,
            })).collect::<Vec<_>>(),
        })
    }

    /// The page.
    fn document(&self, figure: &Figure) -> String {
        let mut text = format!(
            "# {}: what of the accuracy is leak\n\n{}\n\n{}\n\n{}\n",
            escape(&self.experiment),
            escape(&self.dataset),
            escape(&self.sentence()),
            pipes(&self.grid())
        );
        text += "\nAccuracy of single rows, with 95 % intervals (corrected resampled t). Each split is \
                 drawn from the same seed; contenders are the same but for who trains them.\n";
        for missing in self.missing() {
            let _ = write!(text, "\n{}\n", escape(&missing));
        }
        let _ = write!(
            text,
            "\n![{}](figures/{name}.svg)\n\n{} ([PNG](figures/{name}.png))\n\n## Tracks that are alike\n\n",
            escape(&figure.alt),
            figure.caption,
            name = figure.name,
        );
        if self.pairs.is_empty() {
            return text + "None.\n";
        }
        let _ = write!(
            text,
            "{} pairs of tracks hold rows nearer to each other than {SUSPICIOUS} of the median distance \
             to a nearest neighbour. Distances are shares of that median; bold where the two genres \
             differ.{}\n\n{}",
            self.pairs.len(),
            if self.pairs.len() > SHOWN {
                format!(" The nearest {SHOWN}; {} has all.", code("leak.json"))
            } else {
                String::new()
            },
            pipes(&self.alike(SHOWN))
        );
        text
    }

    /// Writes `leak.md`, `leak.json` and the figure into a folder.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Error> {
        let figure = figures::leak(self);
        let page = folder.join("leak.md");
        let _ = fs::create_dir_all(folder.join("figures"));
        save(&folder.join(format!("figures/{}.svg", figure.name)), figure.svg.as_bytes())?;
        save(&folder.join(format!("figures/{}.png", figure.name)), &figure.png()?)?;
        let json = serde_json::to_string_pretty(&self.json()).expect("plain data");
        save(&folder.join("leak.json"), (json + "\n").as_bytes())?;
        save(&page, self.document(&figure).as_bytes())?;
        Ok(page)
    }
}
