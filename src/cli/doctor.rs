//! `crossfold doctor`: is everything there that a run needs?

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::Results;
use super::outcome::{Failure, Outcome, say};
use super::plan::bytes;
use crate::dataset::locate::{self, VARIABLE};
use crate::dataset::{self, Cache, Dataset};
use crate::experiment;
use crate::models::device::{Device, Kind, Unavailable};

mod machine;

/// Arguments of `crossfold doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 what a run needs is there; 1 something is wrong, and the remedy stands beside it.

Examples:
  crossfold doctor
  crossfold doctor --data ~/gtzan --results /scratch/results
  crossfold doctor --json")]
pub struct Arguments {
    /// Folder with the data [default: $CROSSFOLD_DATA, else data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    results: Results,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As it should be.
    Good,
    /// Worth knowing; runs go on without it.
    Note,
    /// To be mended.
    Wrong,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Note => "note",
            Self::Wrong => "wrong",
        }
    }
}

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    state: State,
    said: String,
    remedy: Option<String>,
}

impl Finding {
    fn good(what: &'static str, said: impl Into<String>) -> Self {
        Self { what, state: State::Good, said: said.into(), remedy: None }
    }

    fn but(self, state: State, remedy: impl Into<String>) -> Self {
        Self { state, remedy: Some(remedy.into()), ..self }
    }
}

/// Runs the command.
pub fn doctor(arguments: &Arguments) -> Result<Outcome, Failure> {
    let findings = [
        version(),
        machine::system(),
        machine::memory(),
        machine::registers(),
        devices(),
        data(arguments.data.as_deref()),
        stand_in(),
        cache(),
        results(&arguments.results.folder),
        machine::slurm(),
    ];
    let wrong = findings.iter().any(|it| it.state == State::Wrong);
    if arguments.json {
        let findings: Vec<_> = findings
            .iter()
            .map(|it| {
                json!({
                    "what": it.what,
                    "state": it.state.word(),
                    "said": it.said,
                    "remedy": it.remedy,
                })
            })
            .collect();
        say(&json!({ "well": !wrong, "findings": findings }).to_string())?;
    } else {
        for it in &findings {
            say(&format!("{:6} {:9} {}", it.state.word(), it.what, it.said))?;
            if let Some(remedy) = &it.remedy {
                say(&format!("{:16} → {remedy}", ""))?;
            }
        }
    }
    Ok(if wrong { Outcome::Unexpected } else { Outcome::Done })
}

fn version() -> Finding {
    let commit = env!("CROSSFOLD_COMMIT");
    let of = if commit.is_empty() { String::new() } else { format!(", commit {commit}") };
    Finding::good("crossfold", format!("{}{of}", env!("CARGO_PKG_VERSION")))
}

fn devices() -> Finding {
    let said = [Kind::Cpu, Kind::Wgpu, Kind::Cuda].map(|kind| {
        let state = match Device::find(kind) {
            Ok(device) => device.name().unwrap_or_else(|| "always".to_owned()),
            Err(Unavailable::NotBuilt(_)) => "not built in".to_owned(),
            Err(Unavailable::NotFound(..)) => "built in, none found".to_owned(),
        };
        format!("{} ({state})", kind.name())
    });
    Finding::good("devices", said.join(", "))
}

/// The folder of the full data, and what lies there.
fn data(given: Option<&Path>) -> Finding {
    let named = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let by = match (given, &named) {
        (Some(_), _) => "by --data",
        (None, Some(_)) => "by CROSSFOLD_DATA",
        (None, None) => "the default",
    };
    let folder = locate::folder(given);
    let place = format!("{} ({by})", folder.display());
    let asked_for = given.is_some() || named.is_some();
    let lacking = if asked_for { State::Wrong } else { State::Note };
    if !folder.is_dir() {
        return Finding::good("data", format!("{place} is no folder"))
            .but(lacking, format!("make it, or name another by --data DIR or {VARIABLE}"));
    }
    let beside: Vec<String> = [
        ("spectrograms", locate::gtzan_frames(&folder).map(|(array, _)| array)),
        ("sound", locate::gtzan_sound(&folder)),
    ]
    .into_iter()
    .filter_map(|(what, path)| Some(format!("; {what} in {}", path?.display())))
    .collect();
    match Dataset::gtzan(&folder) {
        Ok(found) => {
            let table = locate::gtzan_table(&folder).unwrap_or_default();
            let said = format!("{place}: {} in {}", found.title, table.display());
            Finding::good("data", said + &beside.concat())
        }
        Err(dataset::Error::Absent { .. }) => Finding::good(
            "data",
            format!("{place} holds no features_30_sec.csv{}", beside.concat()),
        )
        .but(lacking, "`crossfold data fetch gtzan` gets it; gtzan-mini stands in"),
        Err(error) => Finding::good("data", format!("{place}: {error}")).but(
            State::Wrong,
            "put the published table there again; data/gtzan/README.md says where it is",
        ),
    }
}

fn stand_in() -> Finding {
    match Dataset::gtzan_mini() {
        Ok(mini) => Finding::good(
            "stand-in",
            format!("{}, where gtzan is not there; --strict refuses it", mini.title),
        ),
        Err(error) => Finding::good("stand-in", error.to_string())
            .but(State::Wrong, "build the program again"),
    }
}

fn cache() -> Finding {
    let cache = Cache::of_user();
    let Some(folder) = cache.folder() else {
        return Finding::good("cache", "there is no folder for it")
            .but(State::Note, "name one by CROSSFOLD_CACHE, so that no feature is computed twice");
    };
    let said = format!("{}, {}", folder.display(), bytes(machine::size(folder)));
    match machine::writable(folder) {
        Ok(()) => Finding::good("cache", said),
        Err(error) => Finding::good("cache", format!("{said}; it cannot be written to: {error}"))
            .but(
                State::Note,
                "name another by CROSSFOLD_CACHE, so that no feature is computed twice",
            ),
    }
}

fn results(folder: &Path) -> Finding {
    let records = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let records = records.filter(|entry| entry.path().join("record.json").is_file()).count();
    let format = experiment::FORMAT;
    let said = format!("{}, {records} records (format {format})", folder.display());
    match machine::writable(folder) {
        Ok(()) => Finding::good("results", said),
        Err(error) => Finding::good("results", format!("{said}; it cannot be written to: {error}"))
            .but(State::Wrong, "choose a folder that you may write to by --results DIR"),
    }
}
