//! `crossfold schema`: what an editor needs to complete experiment files.

use clap::Args;

use super::outcome::{Failure, Outcome, say};
use crate::experiment;

/// Arguments of `crossfold schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold schema > experiments/schema.json

An editor with a YAML language server completes and checks a file whose first line is
  # yaml-language-server: $schema=schema.json
`crossfold new` writes that line, and the schema beside it.")]
pub struct Arguments {}

/// Runs the command.
pub fn schema(_: &Arguments) -> Result<Outcome, Failure> {
    say(&text())?;
    Ok(Outcome::Done)
}

/// The schema as a file holds it.
pub(super) fn text() -> String {
    format!("{:#}\n", experiment::schema())
}
