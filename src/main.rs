//! The `crossfold` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    crossfold::cli::main()
}
