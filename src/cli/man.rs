//! `crossfold man`: manual pages of the program and of every command.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use super::outcome::{Failure, Outcome, say};
use crate::atomic;

/// Arguments of `crossfold man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold man | man -l -                                the page of the program
  crossfold man --out ~/.local/share/man/man1             pages of all commands
  man crossfold-run")]
pub struct Arguments {
    /// Write the pages of the program and of every command into this folder, instead of printing
    /// the program's
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn man(arguments: &Arguments) -> Result<Outcome, Failure> {
    let mut program = super::Arguments::command().disable_help_subcommand(true);
    program.build();
    let Some(folder) = &arguments.out else {
        say(&String::from_utf8_lossy(&page(&program)?))?;
        return Ok(Outcome::Done);
    };
    let mut pages = Vec::new();
    collect(&program, &mut pages)?;
    for (name, text) in &pages {
        let file = folder.join(name);
        atomic::write(&file, text).with_context(|| {
            format!("cannot write {}; choose a folder by --out", file.display())
        })?;
    }
    say(&format!("{} pages written to {}", pages.len(), folder.display()))?;
    Ok(Outcome::Done)
}

/// The pages of a command and of those under it, each with its file's name.
fn collect(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    pages.push((format!("{name}.1"), page(command)?));
    for under in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        collect(under, pages)?;
    }
    Ok(())
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let mut text = Vec::new();
    Man::new(command.clone()).title(name).render(&mut text)?;
    Ok(text)
}
