//! `crossfold serve`: the upload page.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::outcome::{Failure, Outcome, notice_label, say};
use crate::experiment::{Trained, now};
use crate::web::{self, Access, Event, Settings, Stop};

/// Arguments of `crossfold serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold serve                                    the demonstration model, at http://127.0.0.1:8080
  crossfold serve --model dense.cfm --model svm.cfm  two models answer beside each other
  crossfold serve --port 0 --quiet                   any free port, no line for each request
  crossfold serve --host 0.0.0.0 --allow-host music.example

The address goes to stdout, a line for each answered request to stderr: time, method, path, status,
milliseconds. Clips are decoded in memory, never written to disk, and forgotten after the answer.
Ctrl-C or SIGTERM ends the server once the answers under way are given, after ten seconds at most.
Uploads take no more memory than (jobs + queue) x max-mb; docs/deploy.md says what else is bounded.")]
pub struct Arguments {
    /// A trained model; may be given more than once [default: the demonstration model]
    #[arg(long = "model", value_name = "FILE")]
    models: Vec<PathBuf>,
    /// Port; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value = "8080")]
    port: u16,
    /// Address to listen at; only this machine reaches the default
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: IpAddr,
    /// A name by which the server may be called, besides localhost; with one, no others are answered
    #[arg(long = "allow-host", value_name = "NAME")]
    names: Vec<String>,
    /// Largest file, in MB of 1,048,576 bytes
    #[arg(long, value_name = "MB", default_value = "50", value_parser = clap::value_parser!(u32).range(1..=4096))]
    max_mb: u32,
    /// Longest clip, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "900", value_parser = clap::value_parser!(u32).range(1..=36_000))]
    max_seconds: u32,
    /// Seconds in which a whole upload must be in
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u32).range(1..=3600))]
    upload_seconds: u32,
    /// How many clips are heard at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// How many more may be uploaded or wait meanwhile; others are asked to come back
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(0..=1024))]
    queue: u16,
    /// Leave out the line for each request
    #[arg(long)]
    quiet: bool,
}

/// Runs the command.
pub fn serve(arguments: &Arguments) -> Result<Outcome, Failure> {
    let models = models(&arguments.models)?;
    let settings = Settings {
        address: arguments.host,
        port: arguments.port,
        names: arguments.names.clone(),
        limit_bytes: arguments.max_mb as usize * 1_048_576,
        limit_seconds: f64::from(arguments.max_seconds),
        upload_seconds: f64::from(arguments.upload_seconds),
        jobs: super::jobs(arguments.jobs),
        queue: usize::from(arguments.queue),
    };
    if !arguments.host.is_loopback() {
        let mark = notice_label();
        eprintln!("{mark} other machines can reach this server, and there is no encryption and no");
        eprintln!("{mark} password; docs/deploy.md says how to put a proxy with TLS before it");
    }
    let stop = Stop::default();
    end_with(&stop).context("cannot listen for Ctrl-C")?;
    let quiet = arguments.quiet;
    let tell = move |event: &Event| match event {
        Event::Listening(address) => drop(say(&format!("http://{address}"))),
        Event::Answered(access) if !quiet => log(&line(access)),
        Event::Answered(_) => {}
        Event::Stopping => log("stopping; answers under way are finished, Ctrl-C ends at once"),
    };
    web::serve(settings, models, &stop, tell).map_err(anyhow::Error::from)?;
    Ok(Outcome::Done)
}

/// The models in the files, or the one that comes with the program.
fn models(files: &[PathBuf]) -> Result<Vec<Trained>, Failure> {
    if files.is_empty() {
        let mark = notice_label();
        eprintln!(
            "{mark} no --model was given: the demonstration model answers, which was trained on"
        );
        eprintln!("{mark} only 100 tracks; the page says how often it is right");
        return Ok(vec![Trained::embedded()]);
    }
    let read = |file: &PathBuf| -> anyhow::Result<Trained> {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Trained::read(&file.display().to_string(), &bytes)?)
    };
    Ok(files.iter().map(read).collect::<anyhow::Result<_>>()?)
}

/// Writes a line to stderr. Nobody may be reading any more, and the server goes on.
fn log(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// One line of the log.
fn line(access: &Access) -> String {
    let Access { method, path, status, milliseconds } = access;
    format!("{} {method} {path} {status} {milliseconds} ms", now())
}

/// Ctrl-C and SIGTERM ask the server to stop; the second time the program ends at once.
#[cfg(unix)]
fn end_with(stop: &Stop) -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let stop = stop.clone();
    std::thread::spawn(move || {
        for _ in signals.forever() {
            ask(&stop);
        }
    });
    Ok(())
}

/// Ctrl-C asks the server to stop; the second time the program ends at once.
#[cfg(not(unix))]
fn end_with(stop: &Stop) -> Result<(), ctrlc::Error> {
    let stop = stop.clone();
    ctrlc::set_handler(move || ask(&stop))
}

fn ask(stop: &Stop) {
    if stop.ask() {
        std::process::exit(130);
    }
}
