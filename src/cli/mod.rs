//! Commands, progress and errors: the only module that prints.
//!
//! Results go to stdout, progress and errors to stderr. Exit codes: 0 done, 1 an expectation or a
//! cell failed, or a record no longer holds, 2 the input was wrong, 130 interrupted.

#![allow(clippy::print_stderr)] // the one place that may

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

use crate::audio::Limit;
use crate::dataset::{Cache, Effort, locate};
use crate::experiment::Place;
use crate::models::device::{Device, Kind};
use crate::registry;

mod accept;
mod check;
mod compare;
mod completions;
mod data;
mod doctor;
mod export;
mod extract;
mod inspect;
mod leak;
mod list;
mod lock;
mod man;
mod model;
mod new;
mod outcome;
mod plan;
mod plot;
mod predict;
mod progress;
mod report;
mod run;
mod run_cells;
mod schema;
mod serve;
mod table;
mod train;

use outcome::{Failure, Outcome};

/// Compares models for music genre classification so that the comparison can be believed.
#[derive(Debug, Parser)]
#[command(name = "crossfold", version, styles = STYLES, after_help = AFTER, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER: &str = "\
Exit codes: 0 done; 1 an expectation or a cell failed, or a record no longer holds; 2 the input was
wrong; 130 interrupted.

Examples:
  crossfold new first                           write experiments/first.yaml to begin with
  crossfold plan experiments/first.yaml         what would run, and how long
  crossfold data fetch gtzan                    get GTZAN: sound, index, features
  crossfold run experiments/dense.yaml          run an experiment, leave results/dense/
  crossfold report results/dense                draw its tables and figures again
  crossfold compare results/models              who differs by more than chance
  crossfold check experiments/ci.yaml           fail where a reported accuracy no longer holds
  crossfold train experiments/models.yaml -o best.cfm
  crossfold predict song.mp3 --model best.cfm   its genre
  crossfold list --model svm                    the parameters of a model
  crossfold doctor                              is everything there that a run needs";

#[derive(Debug, Subcommand)]
enum Command {
    /// Write an experiment to begin with
    New(new::Arguments),
    /// Say what an experiment would run and what that would take, without training
    Plan(plan::Arguments),
    /// Get data sets, see which are here, and hold them to their listings
    Data(data::Arguments),
    /// Run an experiment: cross-validate its models, keep the record, write the report
    Run(run::Arguments),
    /// Run some cells of a prepared run: what a cluster's tasks do
    RunCells(run_cells::Arguments),
    /// Run experiments again and fail where a reported accuracy no longer holds
    Check(check::Arguments),
    /// Make a change of accuracies that was meant the record, with its reason
    Accept(accept::Arguments),
    /// Draw the tables and figures of a record again, without training
    Report(report::Arguments),
    /// Write a record for other programs: MLflow, DVC, CSV, JSON
    Export(export::Arguments),
    /// Say how much of an accuracy is leak: parts of a track, or an artist, on both sides
    Leak(leak::Arguments),
    /// Hold contenders of one or more records against each other by paired tests
    Compare(compare::Arguments),
    /// Train a contender on all of its data and write it to one file
    Train(train::Arguments),
    /// Say the genres of sound files
    Predict(predict::Arguments),
    /// Show what a trained model is and how well it did
    Model(model::Arguments),
    /// Compute features of sound files
    Extract(extract::Arguments),
    /// Say what sound files hold: length, level, clipping, silence
    Inspect(inspect::Arguments),
    /// Draw what can be heard in a clip
    Plot(plot::Arguments),
    /// Serve the upload page: a clip in, its genre out, and how often that is right
    Serve(serve::Arguments),
    /// List models, features and datasets with their parameters
    List(list::Arguments),
    /// Print the JSON schema of experiment files, for editors
    Schema(schema::Arguments),
    /// Say whether everything is there that a run needs
    Doctor(doctor::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
    /// Print or write manual pages
    Man(man::Arguments),
}

/// Where results lie.
#[derive(Debug, Args)]
struct Results {
    /// Folder of results; the record lies in DIR/EXPERIMENT/
    #[arg(long = "results", value_name = "DIR", default_value = "results")]
    folder: PathBuf,
}

/// What commands that run cells are told alike.
#[derive(Debug, Args)]
struct Running {
    /// Folder with the data [default: $CROSSFOLD_DATA, else data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    results: Results,
    /// How many cells run at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Where nets are trained: `cpu`, or a graphics processor by way of `wgpu` or `cuda`, which the
    /// program must have been built with
    #[arg(long, value_name = "DEVICE", value_parser = device, default_value = "cpu")]
    device: Device,
    /// Refuse to run on a stand-in where the data set is not on this machine
    #[arg(long)]
    strict: bool,
}

impl Running {
    fn jobs(&self) -> usize {
        jobs(self.jobs)
    }

    /// The folder with the data.
    fn folder(&self) -> PathBuf {
        locate::folder(self.data.as_deref())
    }

    /// Where data is looked for, in this folder and cache.
    fn place<'a>(&self, folder: &'a Path, cache: &'a Cache) -> Place<'a> {
        let effort = Effort { jobs: self.jobs(), strict: false, limit: Limit::default() };
        Place { folder, may_substitute: !self.strict, cache, effort }
    }
}

/// The device of that name, if the program and the machine have it.
fn device(name: &str) -> Result<Device, String> {
    let known = [Kind::Cpu, Kind::Wgpu, Kind::Cuda];
    let Some(kind) = known.into_iter().find(|kind| kind.name() == name) else {
        return Err(registry::expected(name, known.map(Kind::name)));
    };
    Device::find(kind).map_err(|error| error.to_string())
}

/// How many units of work run at once: as said, else the number of cores.
fn jobs(said: Option<u16>) -> usize {
    said.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Command::New(arguments) => new::new(arguments),
        Command::Plan(arguments) => plan::plan(arguments),
        Command::Data(arguments) => data::data(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::RunCells(arguments) => run_cells::run_cells(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Accept(arguments) => accept::accept(arguments),
        Command::Report(arguments) => report::report(arguments),
        Command::Export(arguments) => export::export(arguments),
        Command::Leak(arguments) => leak::leak(arguments),
        Command::Compare(arguments) => compare::compare(arguments),
        Command::Train(arguments) => train::train(arguments),
        Command::Predict(arguments) => predict::predict(arguments),
        Command::Model(arguments) => model::model(arguments),
        Command::Extract(arguments) => extract::extract(arguments),
        Command::Inspect(arguments) => inspect::inspect(arguments),
        Command::Plot(arguments) => plot::plot(arguments),
        Command::Serve(arguments) => serve::serve(arguments),
        Command::List(arguments) => list::list(arguments),
        Command::Schema(arguments) => schema::schema(arguments),
        Command::Doctor(arguments) => doctor::doctor(arguments),
        Command::Completions(arguments) => completions::completions(arguments),
        Command::Man(arguments) => man::man(arguments),
    };
    match outcome {
        Ok(Outcome::Done) | Err(Failure::PipeClosed) => ExitCode::SUCCESS,
        Ok(Outcome::Unexpected) => ExitCode::from(1),
        Err(Failure::Stopped) => {
            eprintln!("stopped; the same command goes on from what was finished");
            ExitCode::from(130)
        }
        Err(Failure::Told) => ExitCode::from(2),
        Err(Failure::Input(error)) => {
            eprintln!("{} {error:#}", outcome::error_label());
            ExitCode::from(2)
        }
    }
}
