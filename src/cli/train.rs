//! `crossfold train`: a contender trained on everything, as one file.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::Running;
use super::model::card;
use super::outcome::{Failure, Outcome, notice_label, say};
use super::progress::Progress;
use crate::atomic;
use crate::dataset::Cache;
use crate::experiment::{Experiment, Place, Plan, Record, Trained};

/// Arguments of `crossfold train`.
#[derive(Debug, Args)]
#[command(after_help = "\
The record of the experiment must be there: the accuracy that the file states is that of its folds.

Examples:
  crossfold train experiments/models.yaml -o best.cfm            the contender with the highest accuracy
  crossfold train experiments/models.yaml --model svm -o svm.cfm
  crossfold model show svm.cfm
  crossfold predict song.mp3 --model svm.cfm")]
pub struct Arguments {
    /// The experiment, a YAML file
    experiment: PathBuf,
    #[command(flatten)]
    running: Running,
    /// The contender [default: that with the highest accuracy]
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Share of errors among sure answers, in percent, that the threshold of `unsure` is chosen for
    #[arg(long, value_name = "PERCENT", default_value = "10", value_parser = percent)]
    error_rate: f64,
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent / 100.0),
        _ => Err("give percent from 0 to 100, as in 10".to_owned()),
    }
}

/// Runs the command.
pub fn train(arguments: &Arguments) -> Result<Outcome, Failure> {
    let experiment = Experiment::read(&arguments.experiment)?;
    let progress = Progress::new();
    let folder = arguments.running.results.folder.join(&experiment.name);
    if !folder.join("record.json").is_file() {
        return Err(Failure::Input(anyhow::anyhow!(
            "{} has no record in {}, so nobody knows how well its models do; make one by `crossfold run {}`",
            arguments.experiment.display(),
            folder.display(),
            arguments.experiment.display()
        )));
    }
    let record = Record::read(&folder)?;
    let (data, cache) = (arguments.running.folder(), Cache::of_user());
    let place = Place { may_substitute: false, ..arguments.running.place(&data, &cache) };
    let plan = Plan::new(experiment, &place, &progress)?;
    let name = arguments.model.clone().unwrap_or_else(|| {
        let accuracy = |at: usize| {
            let said = record.predictions_of(at);
            if said.is_empty() { 0.0 } else { crate::evaluation::accuracy(&said) }
        };
        let accuracies: Vec<f64> = (0..record.contenders.len()).map(accuracy).collect();
        record.contenders[crate::evaluation::first_highest(&accuracies)].name.clone()
    });
    let (error_rate, device) = (arguments.error_rate, arguments.running.device);
    let trained = Trained::train(&plan, &record, &name, error_rate, device, &progress)?;
    let bytes = trained.write()?;
    atomic::write(&arguments.output, &bytes)
        .with_context(|| format!("cannot write {}", arguments.output.display()))?;
    say(&card(trained.card()))?;
    if trained.card().answered == 0.0 {
        let percent = 100.0 * arguments.error_rate;
        eprintln!(
            "{} at no threshold are {percent} % or fewer of its answers wrong, so it will always be \
             unsure; give a higher `--error-rate`",
            notice_label()
        );
    }
    say(&format!("model: {} ({} bytes)", arguments.output.display(), bytes.len()))?;
    Ok(Outcome::Done)
}
