//! `crossfold new`: an experiment to begin with.

use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::outcome::{Failure, Outcome, say};
use super::schema;
use crate::atomic;
use crate::experiment::{Experiment, File, Starter, StarterData};
use crate::registry;

/// Arguments of `crossfold new`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold new first
  crossfold new loudness --models svm,forest,dense --protocol artist --dataset gtzan
  crossfold new mine --dataset features.csv
  crossfold new heard --dataset music/ --models cnn

It writes experiments/NAME.yaml, and experiments/schema.json where there is none, by which editors
complete what is written. What is already there is never overwritten.")]
pub struct Arguments {
    /// The experiment's name: letters, digits, `-`, `_`
    name: String,
    /// What is compared, besides `majority`
    #[arg(long, value_name = "MODEL", value_delimiter = ',', default_value = "svm,forest")]
    models: Vec<String>,
    /// `gtzan`, `gtzan-mini`, or data of your own: a table (.csv, .parquet), a folder of sound files,
    /// an array (.npz, .npy)
    #[arg(long, value_name = "DATA", default_value = "gtzan-mini")]
    dataset: String,
    /// How training and test are kept apart: `random`, `artist`, `fault-filtered`, `foleis`
    #[arg(long, value_name = "PROTOCOL", default_value = "random")]
    protocol: String,
    /// The folder it goes to
    #[arg(long, value_name = "DIR", default_value = "experiments")]
    folder: PathBuf,
}

/// Runs the command.
pub fn new(arguments: &Arguments) -> Result<Outcome, Failure> {
    let name = &arguments.name;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if name.is_empty() || !name.chars().all(plain) || name.starts_with('-') {
        return Err(anyhow::anyhow!(
            "`{name}` is no name of an experiment; write letters, digits, `-` and `_`, as in \
             `crossfold new first-trial`"
        )
        .into());
    }
    let file = arguments.folder.join(format!("{name}.yaml"));
    if file.exists() {
        return Err(anyhow::anyhow!(
            "{} is already there; choose another name, or remove it first",
            file.display()
        )
        .into());
    }
    let starter = Starter {
        dataset: data(&arguments.dataset, &arguments.folder)?,
        protocol: arguments.protocol.clone(),
        models: arguments.models.clone(),
    };
    let text = starter.text(&file.display().to_string()).map_err(anyhow::Error::msg)?;
    Experiment::of(&File { path: file.clone(), text: text.clone() })?;
    write(&file, &text)?;
    let beside = arguments.folder.join("schema.json");
    if !beside.exists() {
        write(&beside, &schema::text())?;
    }
    say(&format!(
        "{file} is written; `crossfold plan {file}` says what would run",
        file = file.display()
    ))?;
    Ok(Outcome::Done)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    atomic::write(file, text.as_bytes())
        .with_context(|| format!("cannot write {}; choose a folder by --folder", file.display()))?;
    Ok(())
}

/// The data of that name or path, as seen from the experiment's folder.
fn data(said: &str, folder: &Path) -> Result<StarterData, Failure> {
    const NAMES: [&str; 2] = ["gtzan", "gtzan-mini"];
    let path = Path::new(said);
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase());
    Ok(match end.as_deref() {
        _ if NAMES.contains(&said) => StarterData::Named(said.to_owned()),
        _ if path.is_dir() => StarterData::Audio(seen_from(folder, path)?),
        Some("csv" | "parquet") => StarterData::Table(seen_from(folder, path)?),
        Some("npz" | "npy") => StarterData::Tensor(seen_from(folder, path)?),
        _ => {
            return Err(anyhow::anyhow!(
                "`{said}` is no folder, and no file that ends in .csv, .parquet, .npz or .npy; a \
                 name: {}",
                registry::expected(said, NAMES)
            )
            .into());
        }
    })
}

/// A path that leads from a folder to where `path` leads from here.
fn seen_from(folder: &Path, path: &Path) -> Result<PathBuf, Failure> {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.is_absolute() || !folder.components().all(plain) {
        let whole = std::path::absolute(path)
            .with_context(|| format!("cannot tell where {} lies", path.display()))?;
        return Ok(whole);
    }
    let up = folder.components().filter(|part| matches!(part, Component::Normal(_)));
    Ok(up.map(|_| Path::new("..")).collect::<PathBuf>().join(path))
}
