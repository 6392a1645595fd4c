//! From the bytes of a clip to what models say of it: the work that takes time.

use std::time::Instant;

use super::answer::{Answer, Prediction};
use super::picture::Pictures;
use super::refusal::Refusal;
use crate::audio::{self, Limit};
use crate::experiment::Trained;

/// Decodes `bytes`, asks `models`, and writes the answer to a request that began at `since`.
///
/// Runs for as long as it takes: not to be called where others wait.
pub(super) fn hear<'a>(
    bytes: Vec<u8>,
    limit: Limit,
    models: impl Iterator<Item = &'a Trained>,
    since: Instant,
) -> Result<String, Refusal> {
    // Whatever the file was called, errors and answers do not say it.
    let clip = audio::read_bytes("the clip", bytes, limit)?;
    let answers: Result<Vec<Answer>, Refusal> = models
        .map(|model| match model.hear(&clip.signal) {
            Ok(opinion) => Ok(Answer::new(model.card(), opinion)),
            Err(error) => Err(Refusal::unusable(&error.to_string())),
        })
        .collect();
    let answers = answers?;
    let pictures = Pictures::of(&clip.signal);
    let seconds = since.elapsed().as_secs_f64();
    let prediction = Prediction::new(&clip.source, &clip.signal, pictures, answers, seconds);
    serde_json::to_string(&prediction).map_err(|_| Refusal::fault())
}
