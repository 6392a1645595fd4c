//! From a signal to what a trained model says of it.
//!
//! The clip goes the way of the training data: the same recipe, the same feature set, described by what
//! was learned. It is heard in windows as long as a training sample, whose scores are averaged.

use std::sync::Arc;

use super::super::describe::{Describe, Refused};
use super::super::plan::Place;
use super::{Trained, deaf};
use crate::audio::Signal;
use crate::dataset::{Cache, Dataset, Effort, LogMels};
use crate::experiment::Error;
use crate::features::{self, FrameRecipe, framewise, row};
use crate::models::ensemble::vote;
use crate::watch::Silent;

/// What a model says of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// Calibrated probability of each genre, in the order of the card.
    pub probabilities: Vec<f64>,
    /// Entropy of the probabilities, in nats: 0 where one genre has all, ln n where all are alike.
    pub entropy: f64,
    /// Whether the highest probability reaches the card's threshold.
    pub sure: bool,
    /// What it says of every three seconds.
    pub timeline: Vec<TimelinePart>,
    /// The training tracks that are most like the clip; none where the data set had no table.
    pub similar: Vec<super::Similar>,
}

/// What a model says of a part of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelinePart {
    /// Where it begins, in seconds.
    pub from: f64,
    /// Where it ends, in seconds.
    pub to: f64,
    /// Calibrated probability of each genre, in the order of the card.
    pub probabilities: Vec<f64>,
}

/// Scores of each piece of sound, and its columns.
type Judged = (Vec<Vec<f64>>, Vec<Vec<f32>>);

/// Seconds of a part of the timeline.
const PART: f64 = 3.0;
/// The shortest clip that is judged, in seconds.
const SHORTEST: f64 = 1.0;

impl Opinion {
    /// Number of the most likely genre.
    pub fn answer(&self) -> usize {
        crate::evaluation::first_highest(&self.probabilities)
    }
}

impl Trained {
    /// What the model says of a clip, with a timeline.
    ///
    /// # Errors
    /// When the clip is shorter than a second.
    pub fn hear(&self, signal: &Signal) -> Result<Opinion, Error> {
        let seconds = signal.seconds();
        if seconds < SHORTEST {
            return Err(deaf(format!(
                "the clip is {seconds:.2} s long, and less than {SHORTEST} s cannot be judged; give a \
                 longer one"
            )));
        }
        let windows = pieces(signal, self.preparation.seconds);
        let (scores, rows) = self.judge(&windows)?;
        let probabilities = self.card.calibrated(&vote(&scores));
        let highest = probabilities.iter().copied().fold(0.0, f64::max);
        let entropy =
            -probabilities.iter().map(|&it| if it > 0.0 { it * it.ln() } else { 0.0 }).sum::<f64>();
        let similar = self.neighbours.as_ref().map_or(Vec::new(), |known| {
            let genres: Vec<String> = self.card.genres.iter().map(|it| it.genre.clone()).collect();
            known.nearest(&mean(&rows), &genres)
        });
        Ok(Opinion {
            entropy: entropy.max(0.0),
            sure: highest >= self.card.unsure_below,
            timeline: self.timeline(signal)?,
            probabilities,
            similar,
        })
    }

    fn timeline(&self, signal: &Signal) -> Result<Vec<TimelinePart>, Error> {
        let parts = pieces(signal, PART);
        let (scores, _) = self.judge(&parts)?;
        let mut from = 0.0;
        let told = parts.iter().zip(scores).map(|(part, scores)| {
            let start = from;
            from += part.seconds();
            TimelinePart { from: start, to: from, probabilities: self.card.calibrated(&scores) }
        });
        Ok(told.collect())
    }

    /// Scores of each piece of sound, and its columns.
    pub(super) fn judge(&self, pieces: &[Signal]) -> Result<Judged, Error> {
        let prepared = &self.preparation;
        let genres: Vec<String> = self.card.genres.iter().map(|it| it.genre.clone()).collect();
        let rows: Vec<Vec<f32>> = if prepared.columns.is_empty() {
            vec![Vec::new(); pieces.len()]
        } else {
            pieces.iter().map(|piece| self.columns(piece)).collect()
        };
        let dataset = Dataset::of_clips(
            genres,
            prepared.columns.clone(),
            rows.concat(),
            pieces.len(),
            self.log_mels(pieces)?,
        );
        let units: Vec<usize> = (0..pieces.len()).collect();
        let (cache, folder) = (Cache::none(), std::path::Path::new(""));
        let effort = Effort { jobs: 1, strict: true, limit: crate::audio::Limit::default() };
        let place = Place { folder, may_substitute: false, cache: &cache, effort };
        let mut describe = Describe::new(&dataset, &place, &Silent);
        let mut said: Vec<Vec<Vec<f64>>> = vec![Vec::new(); pieces.len()];
        for member in &self.members {
            let description = describe.set(&member.features).map_err(|refused| match refused {
                Refused::Mistake(problem) => self.experiment.file.mistake(&problem),
                Refused::Failed(error) => error,
            })?;
            let samples = description.describe(&member.describer, &units);
            let scores = member.classifier.scores(&samples).map_err(deaf)?;
            for (said, scores) in said.iter_mut().zip(scores) {
                said.push(scores);
            }
        }
        Ok((said.iter().map(|said| self.joint.join(said)).collect(), rows))
    }

    /// The columns of the training table, computed of a piece of sound.
    #[allow(clippy::cast_possible_truncation)]
    fn columns(&self, piece: &Signal) -> Vec<f32> {
        let values = row(piece, &self.preparation.recipe);
        let known = features::columns();
        let at = |column: &String| known.iter().position(|it| it == column);
        let wanted = self.preparation.columns.iter();
        wanted.map(|column| at(column).map_or(0.0, |at| values[at] as f32)).collect()
    }

    /// Log-mel frames of each piece, as many as a training sample had: thinned as those were, and
    /// repeated from the start where the piece is shorter.
    #[allow(clippy::cast_possible_truncation)]
    fn log_mels(&self, pieces: &[Signal]) -> Result<Option<LogMels>, Error> {
        let Some(thinning) = self.preparation.frames else { return Ok(None) };
        let recipe = FrameRecipe::of(&["log-mel"]).expect("the recipe is well formed");
        let bands = recipe.bands();
        let mut values = Vec::with_capacity(pieces.len() * thinning.count * bands);
        for piece in pieces {
            let frames = framewise(piece, &recipe).map_err(deaf)?;
            let grid = frames.grid();
            let seconds = self.preparation.seconds;
            // A piece about as long as a training sample is heard once, a shorter one again and again.
            let (found, has) = (grid.frames(), piece.seconds());
            let whole =
                if has < 0.75 * seconds { (found as f64 * seconds / has) as usize } else { found };
            let whole = whole.max(thinning.count * thinning.every);
            for frame in 0..thinning.count {
                let taken = if thinning.every == 1 {
                    (2 * frame + 1) * whole / (2 * thinning.count)
                } else {
                    frame * thinning.every
                };
                values.extend_from_slice(grid.row(taken % found));
            }
        }
        Ok(Some(LogMels { frames: thinning.count, bands, values: Arc::new(values) }))
    }
}

/// A clip in equal pieces of about so many seconds; whole where it is shorter than one and a half.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn pieces(signal: &Signal, seconds: f64) -> Vec<Signal> {
    let count = ((signal.seconds() / seconds).round() as usize).max(1);
    let length = signal.samples().len() / count;
    let part = |at: usize| signal.part(at * length, length).expect("the piece lies in the clip");
    (0..count).map(part).collect()
}

#[allow(clippy::cast_precision_loss)]
fn mean(rows: &[Vec<f32>]) -> Vec<f32> {
    let mut sum = vec![0.0; rows[0].len()];
    for row in rows {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / rows.len() as f32);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::pieces;
    use crate::audio::{RATE, synth};

    #[test]
    fn a_clip_is_cut_into_equal_pieces_that_cover_it() {
        let count = |seconds: f64, of: f64| {
            let found = pieces(&synth::silence(seconds, RATE), of);
            let length: f64 = found.iter().map(crate::audio::Signal::seconds).sum();
            assert!((length - seconds).abs() < 0.01 * seconds);
            found.len()
        };
        assert_eq!(count(30.0, 30.0), 1);
        assert_eq!(count(44.0, 30.0), 1);
        assert_eq!(count(46.0, 30.0), 2);
        assert_eq!(count(30.0, 3.0), 10);
        assert_eq!(count(1.2, 3.0), 1);
        assert_eq!(count(600.0, 30.0), 20);
    }
}
