//! `crossfold inspect`: what audio files hold, before anything is made of them.

use std::path::{Path, PathBuf};

use clap::Args;
use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use serde_json::{Value, json};

use super::outcome::{Failure, Outcome, error_label, say};
use crate::audio::{self, Clip, Levels, Limit};

/// Arguments of `crossfold inspect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold inspect song.flac
  crossfold inspect music/*.wav
  crossfold inspect song.flac --json

Rate, channels and length are the file's own. Levels are those of the mean of its channels at
22,050 Hz, as features hear it: peak with full scale as 1 and in dB against it (dBFS), RMS, clipped
samples (at the largest 16-bit value or beyond), and the share of samples below 0.0001 as silence.
A file that cannot be read is named on stderr after the others were shown; the exit code is then 2.")]
pub struct Arguments {
    /// WAV, AU, FLAC, MP3, Ogg Vorbis or AAC/M4A
    #[arg(required = true)]
    clips: Vec<PathBuf>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// A clip that could be read.
struct Seen {
    path: String,
    clip: Clip,
    levels: Levels,
}

/// Heads of the table, and whether numbers stand below.
const HEADS: [(&str, bool); 10] = [
    ("clip", false),
    ("format", false),
    ("rate, Hz", true),
    ("channels", true),
    ("length, s", true),
    ("peak", true),
    ("dBFS", true),
    ("RMS", true),
    ("clipped", true),
    ("silence", true),
];

/// Runs the command.
pub fn inspect(arguments: &Arguments) -> Result<Outcome, Failure> {
    let mut seen = Vec::new();
    let mut failed = Vec::new();
    for path in &arguments.clips {
        match look(path) {
            Ok(one) => seen.push(one),
            Err(error) => failed.push((path, error.to_string())),
        }
    }
    if arguments.json {
        let clips: Vec<Value> = seen.iter().map(Seen::json).collect();
        let failed: Vec<Value> = failed
            .iter()
            .map(|(path, error)| json!({ "clip": path.display().to_string(), "error": error }))
            .collect();
        say(&json!({ "clips": clips, "failed": failed }).to_string())?;
    } else if !seen.is_empty() {
        say(&text(&seen))?;
    }
    // The last one is shown as the error that ends the program.
    let Some((_, last)) = failed.pop() else { return Ok(Outcome::Done) };
    for (_, error) in failed {
        eprintln!("{} {error}", error_label());
    }
    Err(Failure::Input(anyhow::anyhow!(last)))
}

fn look(path: &Path) -> Result<Seen, audio::Error> {
    let clip = audio::read(path, Limit::default())?;
    let levels = Levels::of(&clip.signal);
    Ok(Seen { path: path.display().to_string(), clip, levels })
}

/// One aligned line for each clip.
fn text(seen: &[Seen]) -> String {
    let cell = |at: usize, text: &str| {
        let side = if HEADS[at].1 { CellAlignment::Right } else { CellAlignment::Left };
        Cell::new(text).set_alignment(side)
    };
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(HEADS.iter().enumerate().map(|(at, (head, _))| cell(at, head)));
    for one in seen {
        table.add_row(one.cells().iter().enumerate().map(|(at, text)| cell(at, text)));
    }
    // Every cell has a space on either side; the first of a line is not wanted.
    let lines: Vec<String> = table.lines().map(|line| line.trim().to_owned()).collect();
    lines.join("\n")
}

impl Seen {
    /// Length of the file in seconds, by its own rate.
    fn seconds(&self) -> f64 {
        self.clip.source.frames as f64 / f64::from(self.clip.source.rate)
    }

    fn cells(&self) -> [String; 10] {
        let (source, levels) = (&self.clip.source, &self.levels);
        [
            self.path.clone(),
            source.format.clone(),
            source.rate.to_string(),
            source.channels.to_string(),
            format!("{:.3}", self.seconds()),
            format!("{:.4}", levels.peak),
            decibels(levels.peak).map_or("-inf".to_owned(), |level| format!("{level:.1}")),
            format!("{:.4}", levels.rms),
            levels.clipped.to_string(),
            format!("{:.1} %", 100.0 * levels.silent_share),
        ]
    }

    fn json(&self) -> Value {
        let (source, levels) = (&self.clip.source, &self.levels);
        json!({
            "clip": self.path,
            "format": source.format,
            "rate": source.rate,
            "channels": source.channels,
            "frames": source.frames,
            "seconds": self.seconds(),
            "peak": levels.peak,
            "peak_dbfs": decibels(levels.peak),
            "rms": levels.rms,
            "clipped": levels.clipped,
            "silent_share": levels.silent_share,
        })
    }
}

/// The peak in dB against full scale; silence has none.
fn decibels(peak: f32) -> Option<f64> {
    (peak > 0.0).then(|| 20.0 * f64::from(peak).log10())
}
