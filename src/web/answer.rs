//! What models hear in a clip, as JSON. The types are those of `page/openapi.json`.

use serde::Serialize;

use super::picture::{Picture, Pictures};
use crate::audio::{RATE, Signal, Source};
use crate::experiment::{Card, Opinion};

/// The answer to a clip.
#[derive(Serialize)]
pub(super) struct Prediction {
    clip: Clip,
    tempo: Option<f64>,
    spectrogram: Spectrogram,
    chromagram: Chromagram,
    models: Vec<Answer>,
    seconds: f64,
}

#[derive(Serialize)]
struct Clip {
    seconds: f64,
    sample_rate: u32,
    channels: usize,
    format: String,
    analysed_seconds: f64,
}

#[derive(Serialize)]
struct Spectrogram {
    columns: usize,
    rows: usize,
    seconds: f64,
    lowest_hz: f64,
    highest_hz: f64,
    values: String,
}

#[derive(Serialize)]
struct Chromagram {
    columns: usize,
    rows: usize,
    seconds: f64,
    values: String,
}

/// What one model says.
#[derive(Serialize)]
pub(super) struct Answer {
    name: String,
    answer: String,
    sure: bool,
    probability: f64,
    genres: Vec<GenreProbability>,
    entropy: f64,
    timeline: Timeline,
    similar: Vec<Track>,
}

#[derive(Clone, Serialize)]
struct GenreProbability {
    genre: String,
    probability: f64,
}

#[derive(Serialize)]
struct Timeline {
    genres: Vec<String>,
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    from: f64,
    to: f64,
    probabilities: Vec<f64>,
}

#[derive(Serialize)]
struct Track {
    track: String,
    genre: String,
    distance: f64,
}

impl Prediction {
    /// The answer of `models` to a clip that was `source` and became `signal`, after `seconds`.
    pub(super) fn new(
        source: &Source,
        signal: &Signal,
        pictures: Pictures,
        models: Vec<Answer>,
        seconds: f64,
    ) -> Self {
        let length = source.frames as f64 / f64::from(source.rate);
        // A model without a timeline heard all of it.
        let heard = models.iter().map(|model| model.timeline.parts.last().map(|part| part.to));
        let heard = heard.map(|end| end.unwrap_or(length)).fold(0.0, f64::max).min(length);
        let Pictures { spectrogram, chromagram, tempo } = pictures;
        let span = positive(signal.seconds());
        Self {
            clip: Clip {
                seconds: length,
                sample_rate: source.rate,
                channels: source.channels,
                format: format_name(&source.format),
                analysed_seconds: positive(heard),
            },
            tempo,
            spectrogram: {
                let Picture { columns, rows, values } = spectrogram;
                let highest_hz = f64::from(RATE) / 2.0;
                Spectrogram { columns, rows, seconds: span, lowest_hz: 0.0, highest_hz, values }
            },
            chromagram: {
                let Picture { columns, rows, values } = chromagram;
                Chromagram { columns, rows, seconds: span, values }
            },
            models,
            seconds: positive(seconds),
        }
    }
}

impl Answer {
    /// The opinion of the model with this card.
    pub(super) fn new(card: &Card, opinion: Opinion) -> Self {
        let names = || card.genres.iter().map(|facts| facts.genre.clone());
        let mut genres: Vec<GenreProbability> = names()
            .zip(&opinion.probabilities)
            .map(|(genre, &p)| GenreProbability { genre, probability: share(p) })
            .collect();
        genres.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        let first = genres.first().cloned().expect("a model knows at least one genre");
        let part = |part: crate::experiment::TimelinePart| Part {
            from: positive(part.from),
            to: positive(part.to),
            probabilities: part.probabilities.into_iter().map(share).collect(),
        };
        let track = |near: crate::experiment::Similar| Track {
            track: near.track,
            genre: near.genre,
            distance: positive(near.distance),
        };
        Self {
            name: card.name.clone(),
            answer: first.genre,
            sure: opinion.sure,
            probability: first.probability,
            genres,
            entropy: positive(opinion.entropy),
            timeline: Timeline {
                genres: names().collect(),
                parts: opinion.timeline.into_iter().map(part).collect(),
            },
            similar: opinion.similar.into_iter().take(3).map(track).collect(),
        }
    }
}

/// The format as people write it: `WAV`, `AU, 16-bit linear`, `M4A`.
fn format_name(format: &str) -> String {
    let (container, rest) = format.split_at(format.find(',').unwrap_or(format.len()));
    match container {
        "isomp4" => format!("M4A{rest}"),
        "wave" => format!("WAV{rest}"),
        other => format!("{}{rest}", other.to_uppercase()),
    }
}

/// A share in 0..=1: rounding may leave 1.0000000000000002.
pub(super) fn share(value: f64) -> f64 {
    positive(value).min(1.0)
}

/// A number that is not negative. JSON has no others that it could not write.
fn positive(value: f64) -> f64 {
    if value.is_finite() { value.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{format_name, share};

    #[test]
    fn formats_have_the_names_people_know() {
        assert_eq!(format_name("wave"), "WAV");
        assert_eq!(format_name("au, 16-bit linear"), "AU, 16-bit linear");
        assert_eq!(format_name("isomp4"), "M4A");
        assert_eq!(format_name("mp3"), "MP3");
    }

    #[test]
    fn a_share_lies_between_nothing_and_all() {
        assert_eq!(
            [share(-0.1), share(0.3), share(1.0 + 1e-15), share(f64::NAN)],
            [0.0, 0.3, 1.0, 0.0]
        );
    }
}
