//! `crossfold plot`: one clip as figures.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::outcome::{Failure, Outcome, say};
use crate::audio::{self, Limit};
use crate::features::{Analysis, Recipe};
use crate::report::clip;

/// Arguments of `crossfold plot`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold plot song.flac                 figures in plots/song/
  crossfold plot song.flac -o figures      figures in figures/
  crossfold plot song.flac --json          the files written, for programs

Draws waveform, spectrogram with centroid and bandwidth, roll-off, chromagram, MFCCs, harmonic and
percussive part, onsets with tempo, and zero crossings, each as SVG and as PNG. What is drawn is the
mean of the channels at 22,050 Hz, as features hear it.")]
pub struct Arguments {
    /// WAV, AU, FLAC, MP3, Ogg Vorbis or AAC/M4A
    clip: PathBuf,
    /// Folder for the figures [default: plots/CLIPNAME]
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    output: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn plot(arguments: &Arguments) -> Result<Outcome, Failure> {
    let clip = audio::read(&arguments.clip, Limit::default())
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let name = name(&arguments.clip);
    let folder = arguments.output.clone().unwrap_or_else(|| Path::new("plots").join(&name));
    let analysis = Analysis::of(&clip.signal, &Recipe::KAGGLE);
    let files = clip::write(&name, &analysis, &folder)?;
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    if arguments.json {
        let path = arguments.clip.display().to_string();
        say(&json!({ "clip": path, "files": files }).to_string())?;
    } else {
        say(&files.join("\n"))?;
    }
    Ok(Outcome::Done)
}

/// What figures call the clip: its file without folder and ending.
fn name(path: &Path) -> String {
    path.file_stem().map_or("clip".into(), |stem| stem.to_string_lossy().into_owned())
}
