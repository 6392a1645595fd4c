//! Clips on disk to blocks of features, in parallel, each one once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cache::{Block, Cache, Place};
use crate::audio::{self, Limit};
use crate::features::{self, FrameRecipe, Recipe};
use crate::watch::{Event, Watch};
use crate::workers::{self, Then};

/// What is made of each clip.
#[derive(Clone, Debug, PartialEq)]
pub enum Extraction {
    /// The published columns: one row for a clip, or for each of its segments.
    Rows(Recipe),
    /// One row for each frame.
    Frames(FrameRecipe),
}

/// Why one clip gave nothing.
#[derive(Debug)]
pub struct Failed {
    /// The clip.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// What became of the clips.
#[derive(Debug, Default)]
pub struct Prepared {
    /// For each clip, its block; absent where it failed or was not reached.
    pub blocks: Vec<Option<Block>>,
    /// The clips that failed, in order.
    pub failed: Vec<Failed>,
    /// How many blocks the cache had.
    pub found: usize,
}

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How many clips at once.
    pub jobs: usize,
    /// Whether the first failure ends it.
    pub strict: bool,
    /// The longest clip taken.
    pub limit: Limit,
}

/// Extracts every clip, `effort.jobs` at a time. Memory holds one clip for each job, and the blocks.
pub fn prepare(
    clips: &[PathBuf],
    extraction: &Extraction,
    cache: &Cache,
    effort: Effort,
    watch: &dyn Watch,
) -> Prepared {
    let found = AtomicUsize::new(0);
    watch.event(&Event::StageStarted { what: "clips", total: clips.len() });
    let answers = workers::answers(
        clips.len(),
        effort.jobs,
        || watch.stop(),
        |at| {
            let answer = one(&clips[at], extraction, cache, effort.limit, &found);
            watch.event(&Event::StageAdvanced);
            let then = if answer.is_err() && effort.strict { Then::Stop } else { Then::GoOn };
            (answer, then)
        },
    );
    watch.event(&Event::StageEnded);
    let mut prepared = Prepared { found: found.into_inner(), ..Prepared::default() };
    for (path, answer) in clips.iter().zip(answers) {
        prepared.blocks.push(match answer {
            Some(Ok(block)) => Some(block),
            Some(Err(reason)) => {
                prepared.failed.push(Failed { path: path.clone(), reason });
                None
            }
            None => None,
        });
    }
    prepared
}

fn one(
    path: &Path,
    extraction: &Extraction,
    cache: &Cache,
    limit: Limit,
    found: &AtomicUsize,
) -> Result<Block, String> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    let recipe = match extraction {
        Extraction::Rows(recipe) => recipe.to_string(),
        Extraction::Frames(recipe) => recipe.to_string(),
    };
    let place = cache.place(&bytes, &recipe);
    if let Some(block) = place.as_ref().and_then(Place::find) {
        found.fetch_add(1, Ordering::Relaxed);
        return Ok(block);
    }
    let clip = audio::read_bytes(&name, bytes, limit).map_err(|error| error.to_string())?;
    let block = extract(&clip.signal, extraction).map_err(|error| format!("{name}: {error}"))?;
    if let Some(place) = place {
        place.keep(&block);
    }
    Ok(block)
}

fn extract(signal: &audio::Signal, extraction: &Extraction) -> Result<Block, features::Error> {
    let length = signal.samples().len();
    match extraction {
        Extraction::Rows(recipe) => {
            let parts = features::segments(signal, recipe)?;
            let values = parts.iter().flat_map(|part| features::row(part, recipe)).collect();
            Ok(Block { length, width: features::columns().len(), values })
        }
        Extraction::Frames(recipe) => {
            let frames = features::framewise(signal, recipe)?;
            let grid = frames.grid();
            let values = grid.values().iter().map(|&value| f64::from(value)).collect();
            Ok(Block { length, width: grid.width(), values })
        }
    }
}
