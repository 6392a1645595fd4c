//! `crossfold leak`: how much of an accuracy is leak.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::lock::Lock;
use super::outcome::{Failure, Outcome, notice_label, say};
use super::progress::Progress;
use super::{Running, table};
use crate::dataset::Cache;
use crate::experiment::{self, Cells, Experiment};
use crate::report::LeakReport;

/// Arguments of `crossfold leak`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The experiment, a YAML file: its data, features, seed and folds
    experiment: PathBuf,
    /// The contender whose accuracy is in question [default: the first that is no baseline]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Fail (exit code 1) if more than POINTS of its accuracy are leak
    #[arg(long, value_name = "POINTS", value_parser = points)]
    fail_over: Option<f64>,
    #[command(flatten)]
    running: Running,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Runs a nearest neighbour and one more contender with rows split at random, with tracks kept whole
and with artists kept apart. The leak is what the accuracy under the experiment's own `group` loses
under the strictest of the three. Tracks that are suspiciously alike are listed.

Examples:
  crossfold leak experiments/leak.yaml
  crossfold leak experiments/models.yaml --model svm --fail-over 5
  crossfold leak mine.yaml --json";

fn points(text: &str) -> Result<f64, String> {
    let points = text.parse::<f64>().map_err(|_| "expected a number of points, as in 5".to_owned());
    points.and_then(|points| {
        if (0.0..=100.0).contains(&points) {
            Ok(points)
        } else {
            Err("points lie in 0 to 100".to_owned())
        }
    })
}

/// Runs the command.
pub fn leak(arguments: &Arguments) -> Result<Outcome, Failure> {
    let progress = Progress::new();
    let experiment = Experiment::read(&arguments.experiment)?;
    let (jobs, data, cache) =
        (arguments.running.jobs(), arguments.running.folder(), Cache::of_user());
    let place = arguments.running.place(&data, &cache);
    let mut folder = arguments.running.results.folder.join(&experiment.name);
    let kept = folder.join("leak");
    std::fs::create_dir_all(&kept).with_context(|| format!("cannot make {}", kept.display()))?;
    let _lock = Lock::of(&folder)?;
    let name = arguments.model.as_deref();
    let device = arguments.running.device;
    let found = experiment::leak(&experiment, name, &place, jobs, device, &kept, &progress)?;
    let report = LeakReport::of(&found)?;
    let substituted = found.runs.iter().find_map(|run| {
        let dataset = &run.record.as_ref().ok()?.dataset;
        Some((dataset.substitute_for.clone()?, dataset.name.clone()))
    });
    if let Some((wanted, name)) = &substituted {
        eprintln!(
            "{} `{wanted}` is not on this machine, so {name} stands in for it: these are NOT its figures",
            notice_label()
        );
        folder = arguments.running.results.folder.join(format!("{}-{name}", experiment.name));
    }
    for run in &found.runs {
        if let Ok(record) = &run.record {
            record.write(&folder.join("leak").join(run.group.to_string()))?;
            Cells::remove(&kept.join(run.group.to_string()));
        }
    }
    let page = report.write(&folder)?;
    if arguments.json {
        say(&report.json().to_string())?;
    } else {
        say(&format!("{}\n\n{}\n", report.dataset, table::lay_out(&report.grid())))?;
        for missing in report.missing() {
            eprintln!("{} {missing}", notice_label());
        }
        say(&report.sentence())?;
        let count = report.pairs.len();
        if count > 0 {
            say(&format!("{count} pairs of tracks are suspiciously alike; the report lists them"))?;
        }
        say(&format!("report: {}", page.display()))?;
    }
    let points = report.points(1);
    match arguments.fail_over {
        Some(limit) if points.is_none_or(|points| points > limit) => {
            let found = points.map_or("an unknown number of".to_owned(), |it| format!("{it:.1}"));
            eprintln!("{found} points of the accuracy are leak, more than the {limit} allowed");
            Ok(Outcome::Unexpected)
        }
        _ => Ok(Outcome::Done),
    }
}
