//! `crossfold completions`: what a shell needs to complete commands and flags.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::outcome::{Failure, Outcome, say};

/// Arguments of `crossfold completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold completions bash > ~/.local/share/bash-completion/completions/crossfold
  crossfold completions zsh > ~/.zfunc/_crossfold        # a folder of $fpath
  crossfold completions fish > ~/.config/fish/completions/crossfold.fish")]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub fn completions(arguments: &Arguments) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    let mut command = super::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "crossfold", &mut script);
    say(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}
