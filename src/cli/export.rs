//! `crossfold export`: a record for other programs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::outcome::{Failure, Outcome, say};
use crate::experiment::Record;
use crate::report::{self, Export};

/// Arguments of `crossfold export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold export results/models --to mlflow -o tracking     one run a contender, in tracking/mlruns
  crossfold export results/models --to dvc -o metrics         for `dvc metrics diff`, `dvc plots show`
  crossfold export results/models --to csv -o tables          scores.csv, predictions.csv
  crossfold export results/models --to json -o tables         scores.json, as `run --json` prints it

MLflow 3 reads such a folder where MLFLOW_ALLOW_FILE_STORE is true:
  MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri tracking/mlruns
The same record gives the same runs, so that exporting it again adds none.")]
pub struct Arguments {
    /// A folder with a record, as in results/dense
    results: PathBuf,
    /// What to write
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Wanted,
    /// The folder it goes to
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
}

/// A format as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Wanted {
    /// A file store of MLflow: parameters, metrics by fold and epoch, figures
    Mlflow,
    /// metrics.json, plots/ and the dvc.yaml that names them
    Dvc,
    /// A line for each contender and fold, and one for each prediction
    Csv,
    /// The comparison as one JSON object
    Json,
}

/// Runs the command.
pub fn export(arguments: &Arguments) -> Result<Outcome, Failure> {
    let record = Record::read(&arguments.results)?;
    let to = match arguments.to {
        Wanted::Mlflow => Export::Mlflow,
        Wanted::Dvc => Export::Dvc,
        Wanted::Csv => Export::Csv,
        Wanted::Json => Export::Json,
    };
    let files = report::export(&record, &arguments.out, to)?;
    say(&format!("{} files written to {}", files.len(), arguments.out.display()))?;
    Ok(Outcome::Done)
}
