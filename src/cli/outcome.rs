//! How a command ends.

use std::io::{self, IsTerminal, Write};

use clap::builder::styling::AnsiColor;

/// How a command ended that was not hindered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is as it should be.
    Done,
    /// The run ended, but an expectation failed.
    Unexpected,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The input was wrong.
    Input(anyhow::Error),
    /// Some of the input was wrong, and that was said already.
    Told,
    /// The user stopped it.
    Stopped,
    /// Whoever read stdout has gone, which is no fault.
    PipeClosed,
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Input(error)
    }
}

impl From<crate::experiment::Error> for Failure {
    fn from(error: crate::experiment::Error) -> Self {
        match error {
            crate::experiment::Error::Stopped => Self::Stopped,
            error => Self::Input(error.into()),
        }
    }
}

impl From<crate::engine::Error> for Failure {
    fn from(error: crate::engine::Error) -> Self {
        match error {
            crate::engine::Error::Experiment(error) => error.into(),
            error => Self::Input(error.into()),
        }
    }
}

impl From<crate::report::Error> for Failure {
    fn from(error: crate::report::Error) -> Self {
        Self::Input(error.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::PipeClosed,
            _ => Self::Input(anyhow::Error::from(error).context("cannot write to stdout")),
        }
    }
}

/// Writes a result to stdout.
pub fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    out.flush()?;
    Ok(())
}

/// Whether stderr may be coloured: a terminal, and nobody set `NO_COLOR`.
pub fn colours() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !refused
}

/// The word before an error, red where colours are wanted.
pub fn error_label() -> String {
    label("error:", AnsiColor::Red)
}

/// The word before a notice, yellow where colours are wanted.
pub fn notice_label() -> String {
    label("note:", AnsiColor::Yellow)
}

fn label(word: &str, colour: AnsiColor) -> String {
    if colours() {
        let style = colour.on_default().bold();
        format!("{style}{word}{style:#}")
    } else {
        word.to_owned()
    }
}
