//! What is known of the models, as JSON. The types are those of `page/openapi.json`.

use serde::Serialize;

use super::answer::share;
use super::settings::Settings;
use crate::experiment::{Card, Trained};

#[derive(Serialize)]
struct Models<'a> {
    models: Vec<Model<'a>>,
    limits: Limits,
}

#[derive(Serialize)]
struct Limits {
    bytes: usize,
    seconds: f64,
}

#[derive(Serialize)]
struct Model<'a> {
    name: &'a str,
    model: &'a str,
    demo: bool,
    question: &'a str,
    dataset: &'a str,
    protocol: &'a str,
    accuracy: f64,
    interval: Option<[f64; 2]>,
    chance: f64,
    unsure_below: f64,
    error_rate: f64,
    genres: Vec<GenreAccuracy<'a>>,
    limits: &'a [String],
}

#[derive(Serialize)]
struct GenreAccuracy<'a> {
    genre: &'a str,
    recall: Option<f64>,
    precision: Option<f64>,
}

/// The cards of all models, and the limits. They never change, so this is written once.
pub(super) fn cards(models: &[Trained], settings: &Settings) -> String {
    let all = Models {
        models: models.iter().map(|model| one(model.card())).collect(),
        limits: Limits { bytes: settings.limit_bytes, seconds: settings.limit_seconds },
    };
    serde_json::to_string(&all).expect("strings and numbers are always JSON")
}

fn one(card: &Card) -> Model<'_> {
    Model {
        name: &card.name,
        model: &card.model,
        demo: card.demo,
        question: &card.question,
        dataset: &card.dataset,
        protocol: &card.protocol,
        accuracy: share(card.accuracy),
        interval: card.interval.map(|ends| ends.map(share)),
        chance: share(card.chance),
        unsure_below: share(card.unsure_below),
        error_rate: share(card.error_rate),
        genres: card
            .genres
            .iter()
            .map(|facts| GenreAccuracy {
                genre: &facts.genre,
                recall: facts.recall.map(share),
                precision: facts.precision.map(share),
            })
            .collect(),
        limits: &card.limits,
    }
}
