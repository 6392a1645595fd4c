//! What tests of whole commands share.

#![allow(clippy::unwrap_used, dead_code)] // a failed step fails the test; not every test uses all

use std::path::Path;
use std::process::{Command, Output};

/// The program, in a folder, without the full data.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossfold"));
    command.args(arguments).current_dir(folder).env_remove("CROSSFOLD_DATA");
    command
}

/// Runs the program to its end.
pub fn crossfold(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// Runs the program, which must succeed; gives what it says on stdout.
pub fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = crossfold(folder, arguments);
    assert!(output.status.success(), "{}{}", out(&output), err(&output));
    out(&output)
}

/// What was said on stdout.
pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What was said on stderr.
pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
