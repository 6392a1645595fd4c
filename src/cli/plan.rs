//! `crossfold plan`: what would run, and what that would take.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::outcome::{Failure, Outcome, notice_label, say};
use super::progress::Progress;
use super::table::lay_out;
use super::{Running, run};
use crate::dataset::Cache;
use crate::experiment::{
    Cells, Cost, Experiment, Forecast, KnownFrom, Plan, Record, described, forecast,
};
use crate::report::duration;
use crate::report::grid::{Column, Grid, Line};

/// Arguments of `crossfold plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is trained and nothing is written, but features of sound files that were not computed before
are, and kept in the cache.

Seconds are processor time of fits, from the record of this experiment, else from the same model in
another record in --results whose rows and columns are at most four times as many or as few; they are
scaled by both. Where no such record is, they are unknown.

Examples:
  crossfold plan experiments/models.yaml
  crossfold plan experiments/models.yaml --jobs 16 --json")]
pub struct Arguments {
    /// The experiment, a YAML file
    experiment: PathBuf,
    #[command(flatten)]
    running: Running,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// What is said of a plan.
struct Told<'a> {
    plan: &'a Plan,
    /// The record without cells, which has everything in words.
    facts: Record,
    forecast: Forecast,
    jobs: usize,
    folder: PathBuf,
    /// When the run began whose record is there.
    recorded: Option<String>,
}

/// Runs the command.
pub fn plan(arguments: &Arguments) -> Result<Outcome, Failure> {
    let progress = Progress::new();
    let experiment = Experiment::read(&arguments.experiment)?;
    let (jobs, data, cache) =
        (arguments.running.jobs(), arguments.running.folder(), Cache::of_user());
    let plan = Plan::new(experiment, &arguments.running.place(&data, &cache), &progress)?;
    let results = &arguments.running.results.folder;
    let folder = run::folder(results, &plan);
    let cells = Cells::of(&folder, &plan).on(arguments.running.device);
    let told = Told {
        plan: &plan,
        facts: described(&plan),
        forecast: forecast(&plan, &cells, results, jobs),
        jobs,
        recorded: Record::without_predictions(&folder).ok().map(|it| it.provenance.started),
        folder,
    };
    if arguments.json {
        say(&told.json(&arguments.experiment).to_string())?;
    } else {
        say(&told.text())?;
        for notice in &plan.dataset.notices {
            say(&format!("\n{} {notice}", notice_label()))?;
        }
    }
    Ok(Outcome::Done)
}

impl Told<'_> {
    fn costs(&self) -> &[Cost] {
        &self.forecast.contenders
    }

    fn total(&self, of: fn(&Cost) -> usize) -> usize {
        self.costs().iter().map(of).sum()
    }

    /// Processor seconds of what is left, as far as they are known, and whether all are.
    fn seconds(&self) -> (f64, bool) {
        let known = self.costs().iter().filter_map(Cost::seconds_left);
        (known.sum(), self.costs().iter().all(|cost| cost.seconds_left().is_some()))
    }

    #[allow(clippy::cast_precision_loss)]
    fn wall(&self) -> f64 {
        let left = self.total(|it| it.cells) - self.total(|it| it.finished);
        self.seconds().0 / self.jobs.min(left.max(1)) as f64
    }

    fn text(&self) -> String {
        let dataset = &self.facts.dataset;
        let mut text = format!("{}\n\n", self.facts.experiment.question);
        let rows = if dataset.rows == dataset.tracks {
            String::new()
        } else {
            format!(", {} rows", dataset.rows)
        };
        text += &format!("data   {}{rows}, {} genres", dataset.title, dataset.genres.len());
        if let Some(wanted) = &dataset.substitute_for {
            text += &format!("; it stands in for {wanted}, which is not on this machine");
        }
        text += &format!("\nsplit  {}\n", self.facts.protocol.name);
        text += &format!("folds  {}\n\n{}\n\n", self.folds(), lay_out(&self.grid()));
        let (cells, finished) = (self.total(|it| it.cells), self.total(|it| it.finished));
        text += &format!("{cells} cells, {finished} finished; {} fits", self.total(|it| it.fits));
        text += &match self.seconds() {
            (_, false)
                if self.costs().iter().all(|it| it.fits == 0 || it.cell_seconds.is_none()) =>
            {
                "; how long they take is unknown".to_owned()
            }
            (seconds, all) => format!(
                "; {} {} of processor time are left, {} with {} at once",
                if all { "about" } else { "at least" },
                duration(seconds),
                duration(self.wall()),
                self.jobs,
            ),
        };
        text += &format!("\nmemory at least {}\n", bytes(self.forecast.memory));
        text += &match &self.recorded {
            Some(started) => format!(
                "{} holds a record of {started}, which a run replaces",
                self.folder.display()
            ),
            None => format!("a run writes to {}", self.folder.display()),
        };
        text
    }

    /// How many folds there are, and how large.
    fn folds(&self) -> String {
        let folds = &self.plan.folds;
        let sizes = |of: fn(&crate::split::Fold) -> usize| {
            let sizes: BTreeSet<usize> = folds.iter().map(of).collect();
            match (sizes.first(), sizes.last()) {
                (Some(least), Some(most)) if least != most => format!("{least} to {most}"),
                (Some(only), _) => only.to_string(),
                _ => "0".to_owned(),
            }
        };
        let mut text = format!("{}: {} train", folds.len(), sizes(|fold| fold.train.len()));
        if folds.iter().any(|fold| !fold.valid.is_empty()) {
            text += &format!(" ({} of them judge choices)", sizes(|fold| fold.valid.len()));
        }
        text + &format!(", {} are tested", sizes(|fold| fold.test.len()))
    }

    fn grid(&self) -> Grid {
        let word = |title: &str| Column { title: title.to_owned(), number: false };
        let number = |title: &str| Column { title: title.to_owned(), number: true };
        let columns = vec![
            word("contender"),
            word("model"),
            word("features"),
            number("width"),
            number("cells"),
            number("finished"),
            number("fits"),
            number("CPU left"),
            word("known from"),
        ];
        let rows = self.facts.contenders.iter().zip(self.costs()).map(|(it, cost)| Line {
            cells: vec![
                it.name.clone(),
                it.model.clone(),
                it.features.clone(),
                it.width.to_string(),
                cost.cells.to_string(),
                cost.finished.to_string(),
                cost.fits.to_string(),
                cost.seconds_left().map_or("unknown".to_owned(), duration),
                source(&cost.known_from),
            ],
            emphasised: false,
        });
        Grid { columns, rows: rows.collect() }
    }

    fn json(&self, file: &std::path::Path) -> Value {
        let (dataset, protocol) = (&self.facts.dataset, &self.facts.protocol);
        let (seconds, all_known) = self.seconds();
        let folds = self.plan.folds.iter().map(|fold| {
            json!({
                "repeat": fold.repeat,
                "fold": fold.fold,
                "train": fold.train.len(),
                "judge_choices": fold.valid.len(),
                "tested": fold.test.len(),
            })
        });
        let contenders = self.facts.contenders.iter().zip(self.costs()).map(|(it, cost)| {
            json!({
                "name": it.name,
                "model": it.model,
                "features": it.features,
                "width": it.width,
                "cells": cost.cells,
                "finished": cost.finished,
                "fits": cost.fits,
                "cpu_seconds_of_a_cell": cost.cell_seconds,
                "cpu_seconds_left": cost.seconds_left(),
                "known_from": source(&cost.known_from),
            })
        });
        json!({
            "experiment": self.facts.experiment.name,
            "file": file.display().to_string(),
            "question": self.facts.experiment.question,
            "dataset": {
                "name": dataset.name,
                "title": dataset.title,
                "tracks": dataset.tracks,
                "rows": dataset.rows,
                "genres": dataset.genres,
                "substitute_for": dataset.substitute_for,
            },
            "protocol": { "name": protocol.name, "group": protocol.group, "hash": protocol.hash },
            "folds": folds.collect::<Vec<_>>(),
            "contenders": contenders.collect::<Vec<_>>(),
            "cells": self.total(|it| it.cells),
            "finished": self.total(|it| it.finished),
            "fits": self.total(|it| it.fits),
            "cpu_seconds_left": seconds,
            "all_seconds_known": all_known,
            "wall_seconds_left": self.wall(),
            "jobs": self.jobs,
            "memory_bytes": self.forecast.memory.round(),
            "results": self.folder.display().to_string(),
            "recorded": self.recorded,
            "notices": self.plan.dataset.notices,
        })
    }
}

/// Where an estimate comes from, in words.
fn source(known_from: &KnownFrom) -> String {
    match known_from {
        KnownFrom::Itself { rows } => format!("its own record, {rows} rows"),
        KnownFrom::Other { experiment, contender, rows, otherwise_set } => {
            let set = if *otherwise_set { ", set otherwise" } else { "" };
            format!("{contender} in {experiment}, {rows} rows{set}")
        }
        KnownFrom::Members => "its members".to_owned(),
        KnownFrom::Nothing => "–".to_owned(),
    }
}

/// A size with a unit, in powers of ten.
pub(super) fn bytes(size: f64) -> String {
    match size {
        size if size < 1e6 => format!("{:.0} kB", (size / 1e3).ceil()),
        size if size < 1e9 => format!("{:.0} MB", size / 1e6),
        size => format!("{:.1} GB", size / 1e9),
    }
}
