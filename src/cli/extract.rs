//! `crossfold extract`: sound files to features.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::outcome::{Failure, Outcome, say};
use super::progress::Progress;
use crate::atomic;
use crate::audio::Limit;
use crate::dataset::{
    Cache, Effort, Extraction, Failed, Precision, Sheet, Stack, clips, compare, prepare,
};
use crate::experiment::frame_recipe;
use crate::features::{FRAME_FEATURES, FrameRecipe, Recipe, frame_columns};
use crate::registry;
use crate::watch::{Event, Watch};

/// Arguments of `crossfold extract`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Sound files, or folders that are searched to the bottom
    #[arg(required = true, value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// The file to write: .csv or .parquet for a table, .npz or .npy for sequences
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// What to compute: kaggle, librosa-0.11, framewise features by name, as in log-mel,chroma, or
    /// a .yaml file that names them and their frames
    #[arg(long, value_name = "NAME|FILE", default_value = "kaggle")]
    recipe: String,
    /// Cut clips into segments of this length, each a row of its own
    #[arg(long, value_name = "SECONDS")]
    segments: Option<f64>,
    /// Bring every sequence to this number of frames, evenly thinned [default: cut to the shortest]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    frames: Option<u32>,
    /// Write sequences in half precision
    #[arg(long)]
    half: bool,
    /// How many clips at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Compute everything anew and keep nothing
    #[arg(long)]
    no_cache: bool,
    /// Stop at the first clip that cannot be used
    #[arg(long)]
    strict: bool,
    /// Refuse clips longer than this
    #[arg(long, value_name = "SECONDS", default_value_t = 900.0)]
    longest: f64,
    /// Hold the result against another table of the same clips, column by column
    #[arg(long, value_name = "TABLE")]
    compare: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  crossfold extract music/ -o features.csv
  crossfold extract music/ -o segments.parquet --segments 3
  crossfold extract music/ -o sequences.npz --recipe log-mel,chroma --frames 400 --half
  crossfold extract music/ -o sequences.npz --recipe thin.yaml
  crossfold extract gtzan/audio -o features.csv --compare features_30_sec.csv

A recipe file may say, each line its default:
  columns: [mfcc]    # framewise features; `crossfold list` names them
  frame: 2048        # samples of a frame, even
  hop: 512           # samples from a frame to the next
  every: 1           # keep every n-th frame only
  padding: reflect   # beyond the edges of a clip: reflect or zero
  bands: 128         # mel bands, under mfcc and onset strength too
  coefficients: 20   # MFCCs
  deltas: 0          # after the MFCCs, their slopes (1) and curvatures (2)

Clips that lie as GENRE/CLIP.wav are labelled by their folder. What was extracted is kept in
$CROSSFOLD_CACHE, else ~/.cache/crossfold, by content of clip and recipe.
Exit codes: 0 done; 1 some clips could not be used (they are named); 2 the input was wrong.";

/// Runs the command.
pub fn extract(arguments: &Arguments) -> Result<Outcome, Failure> {
    let extraction = extraction(arguments)?;
    let kind = Kind::of(&arguments.output, &extraction)?;
    let clips = clips::find(&arguments.paths).map_err(anyhow::Error::from)?;
    let progress = Progress::new();
    let cache = if arguments.no_cache { Cache::none() } else { Cache::of_user() };
    let effort = Effort {
        jobs: super::jobs(arguments.jobs),
        strict: arguments.strict,
        limit: Limit::of_seconds(arguments.longest),
    };
    let started = std::time::Instant::now();
    let kept = match (kind, &extraction) {
        (Kind::Csv | Kind::Parquet, _) | (_, Extraction::Rows(_)) => {
            Kept::Rows(Sheet::new(&[], &[], &extraction))
        }
        (Kind::Npz | Kind::Npy, Extraction::Frames(recipe)) => {
            let frames = arguments.frames.map(|frames| frames as usize);
            let width = frame_columns(recipe).len();
            Kept::Frames(Stack::new(width, frames).context("cannot make a temporary file")?)
        }
    };
    let mut taken = Taken { kept, failed: Vec::new(), found: 0, done: 0 };
    taken.take(&clips, &extraction, &cache, effort, &progress)?;
    let seconds = started.elapsed().as_secs_f64();
    for failed in &taken.failed {
        eprintln!("failed: {}", failed.reason);
    }
    if arguments.strict && !taken.failed.is_empty() || taken.done == 0 {
        eprintln!("nothing written: {} of {} clips failed", taken.failed.len(), clips.len());
        return Ok(Outcome::Unexpected);
    }
    write(arguments, kind, &mut taken.kept)?;
    if let (Some(table), Kept::Rows(sheet)) = (&arguments.compare, &taken.kept) {
        say(&compare(sheet, table).map_err(anyhow::Error::from)?)?;
    }
    if arguments.json {
        let failed: Vec<_> = taken
            .failed
            .iter()
            .map(|one| serde_json::json!({ "path": one.path, "reason": one.reason }))
            .collect();
        let rows = match &taken.kept {
            Kept::Rows(sheet) => sheet.filenames.len(),
            Kept::Frames(stack) => stack.rows(),
        };
        let columns = match &extraction {
            Extraction::Rows(_) => crate::features::columns().len(),
            Extraction::Frames(recipe) => frame_columns(recipe).len(),
        };
        say(&serde_json::json!({
            "output": arguments.output, "clips": taken.done, "from_cache": taken.found,
            "rows": rows, "columns": columns, "seconds": seconds, "failed": failed,
        })
        .to_string())?;
    } else {
        say(&format!(
            "{} of {} clips ({} from the cache) in {seconds:.1} s; {} written",
            taken.done,
            clips.len(),
            taken.found,
            arguments.output.display()
        ))?;
    }
    Ok(if taken.failed.is_empty() { Outcome::Done } else { Outcome::Unexpected })
}

/// Clips whose frames are in memory at once for each job.
const AT_ONCE: usize = 8;

/// What is kept of the clips: rows in memory, frames on disk.
enum Kept {
    Rows(Sheet),
    Frames(Stack),
}

/// What became of the clips.
struct Taken {
    kept: Kept,
    failed: Vec<Failed>,
    found: usize,
    done: usize,
}

impl Taken {
    /// Extracts all clips; frames a few clips at a time, so that memory does not grow with them.
    fn take(
        &mut self,
        clips: &[PathBuf],
        extraction: &Extraction,
        cache: &Cache,
        effort: Effort,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let at_once = match self.kept {
            Kept::Rows(_) => clips.len().max(1),
            Kept::Frames(_) => AT_ONCE * effort.jobs,
        };
        progress.event(&Event::StageStarted { what: "clips", total: clips.len() });
        for clips in clips.chunks(at_once) {
            let prepared = prepare(clips, extraction, cache, effort, &OneStage(progress));
            if progress.stop() {
                return Err(Failure::Stopped);
            }
            let ended = effort.strict && !prepared.failed.is_empty();
            self.found += prepared.found;
            self.failed.extend(prepared.failed);
            self.done += prepared.blocks.iter().flatten().count();
            match &mut self.kept {
                Kept::Rows(sheet) => *sheet = Sheet::new(clips, &prepared.blocks, extraction),
                Kept::Frames(stack) => {
                    for (clip, block) in clips.iter().zip(&prepared.blocks) {
                        let Some(block) = block else { continue };
                        stack.add(clip, block).map_err(|reason| anyhow::anyhow!(reason))?;
                    }
                }
            }
            if ended {
                break;
            }
        }
        progress.event(&Event::StageEnded);
        Ok(())
    }
}

/// Many stages shown as the one that was begun before.
struct OneStage<'a>(&'a Progress);

impl Watch for OneStage<'_> {
    fn event(&self, event: &Event<'_>) {
        if !matches!(event, Event::StageStarted { .. } | Event::StageEnded) {
            self.0.event(event);
        }
    }

    fn stop(&self) -> bool {
        self.0.stop()
    }
}

/// What the recipe's name means, or its file says.
fn extraction(arguments: &Arguments) -> Result<Extraction, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::Input(anyhow::anyhow!("{error}"));
    let no_segments = || match arguments.segments {
        Some(_) => {
            Err(wrong(&"`--segments` cuts rows, and framewise features have none; leave it out"))
        }
        None => Ok(()),
    };
    let path = Path::new(&arguments.recipe);
    if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
        no_segments()?;
        return Ok(Extraction::Frames(frame_recipe(path)?));
    }
    if let Ok(recipe) = Recipe::named(&arguments.recipe) {
        let recipe = match arguments.segments {
            Some(seconds) => recipe.with_segments(seconds).map_err(|error| wrong(&error))?,
            None => recipe,
        };
        return Ok(Extraction::Rows(recipe));
    }
    let names: Vec<&str> = arguments.recipe.split(',').map(str::trim).collect();
    let known = || {
        Recipe::ALL.iter().map(Recipe::name).chain(FRAME_FEATURES.iter().map(|known| known.name))
    };
    if let Some(unknown) = names.iter().find(|name| !known().any(|known| known == **name)) {
        let known: Vec<&str> = known().collect();
        let expected = registry::expected(unknown, known.iter().copied());
        return Err(wrong(&format!("unknown recipe `{unknown}`; {expected}")));
    }
    no_segments()?;
    FrameRecipe::of(&names).map(Extraction::Frames).map_err(|error| wrong(&error))
}

/// What kind of file is written.
#[derive(Clone, Copy)]
enum Kind {
    Csv,
    Parquet,
    Npz,
    Npy,
}

impl Kind {
    fn of(path: &Path, extraction: &Extraction) -> Result<Self, Failure> {
        let extension = path.extension().map(|it| it.to_string_lossy().to_ascii_lowercase());
        let is_rows = matches!(extraction, Extraction::Rows(_));
        match extension.as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("parquet") => Ok(Self::Parquet),
            Some("npz" | "npy") if is_rows => Err(Failure::Input(anyhow::anyhow!(
                "{}: arrays are for framewise features; write .csv or .parquet, or choose another \
                 `--recipe`",
                path.display()
            ))),
            Some("npz") => Ok(Self::Npz),
            Some("npy") => Ok(Self::Npy),
            _ => Err(Failure::Input(anyhow::anyhow!(
                "{}: the extension says what to write: .csv, .parquet, .npz or .npy",
                path.display()
            ))),
        }
    }
}

fn write(arguments: &Arguments, kind: Kind, kept: &mut Kept) -> Result<(), Failure> {
    let output = &arguments.output;
    let keep = |path: &Path, bytes: &[u8]| {
        atomic::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    let wrong = |reason: String| Failure::Input(anyhow::anyhow!(reason));
    match kept {
        Kept::Rows(sheet) if matches!(kind, Kind::Parquet) => {
            keep(output, &sheet.parquet().map_err(wrong)?)?;
        }
        Kept::Rows(sheet) => keep(output, &sheet.csv())?,
        Kept::Frames(stack) => {
            let precision = if arguments.half { Precision::Half } else { Precision::Single };
            stack
                .write(output, matches!(kind, Kind::Npz), precision)
                .with_context(|| format!("cannot write {}", output.display()))?;
            keep(&output.with_extension("tracks.txt"), &stack.names())?;
        }
    }
    Ok(())
}
