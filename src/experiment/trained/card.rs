//! What a trained model says of itself: how it was tested, how well it did, where it is weak.

use serde::{Deserialize, Serialize};

use super::super::record::Record;
use crate::evaluation::{Confusion, Prediction, accuracy, macro_f1};
use crate::models::likeliest_sharpness;

/// What is known of a trained model. All accuracies are those of cross-validation: of tracks that the
/// model of each fold had never heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Name of the contender, as in `svm-rbf`.
    pub name: String,
    /// Name of its model, as in `svm`.
    pub model: String,
    /// Name of its experiment.
    pub experiment: String,
    /// The question the experiment asked.
    pub question: String,
    /// The data it was trained on, as in `GTZAN, 1000 tracks`.
    pub dataset: String,
    /// BLAKE3 of the data, in hexadecimal.
    pub dataset_hash: String,
    /// How it was tested, in words.
    pub protocol: String,
    /// Share of tracks named rightly that it had not heard.
    pub accuracy: f64,
    /// The 95 % interval of the accuracy.
    pub interval: Option<[f64; 2]>,
    /// Mean over genres of F1.
    pub macro_f1: f64,
    /// Expected accuracy of naming genres blindly.
    pub chance: f64,
    /// Scores are raised to this power and normalised, which makes the probabilities calibrated: one
    /// over the temperature, fitted to out-of-fold scores.
    pub sharpness: f64,
    /// Mean log loss of the out-of-fold scores so calibrated, in nats.
    pub log_loss: f64,
    /// It is unsure where its highest probability is below this.
    pub unsure_below: f64,
    /// The share of errors among sure answers that was asked for.
    pub error_rate: f64,
    /// The share of tracks that it is sure of, at that rate.
    pub answered: f64,
    /// Its genres, sorted, with how well each is told.
    pub genres: Vec<GenreFacts>,
    /// What it should not be trusted with, in sentences.
    pub limits: Vec<String>,
    /// Whether it is the small model that comes with the program.
    pub demo: bool,
    /// How many numbers it learned or kept.
    pub parameters: usize,
    /// Version and commit of the program that trained it.
    pub trained_by: String,
    /// When, in UTC.
    pub trained_at: String,
}

/// How well one genre is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenreFacts {
    /// The genre.
    pub genre: String,
    /// Share of its tracks that were named so; absent where it has none.
    pub recall: Option<f64>,
    /// Share of the tracks named so that were; absent where it was never named.
    pub precision: Option<f64>,
}

impl Card {
    /// The card of a contender from its record.
    pub(super) fn of(record: &Record, contender: usize, error_rate: f64, demo: bool) -> Self {
        let tracks = record.by_track();
        let record = tracks.as_ref().unwrap_or(record);
        let facts = &record.contenders[contender];
        let said = record.predictions_of(contender);
        let genres = record.dataset.genres.len();
        let confusion = Confusion::of(genres, said.iter().copied());
        let (calibration, interval) =
            (Calibration::of(&said, error_rate), record.interval(contender));
        let names = record.dataset.genres.iter().enumerate();
        let genre_facts: Vec<GenreFacts> = names
            .map(|(genre, name)| GenreFacts {
                genre: name.clone(),
                recall: confusion.recall(genre),
                precision: confusion.precision(genre),
            })
            .collect();
        Self {
            name: facts.name.clone(),
            model: facts.model.clone(),
            experiment: record.experiment.name.clone(),
            question: record.experiment.question.clone(),
            dataset: record.dataset.title.clone(),
            dataset_hash: record.dataset.hash.clone(),
            protocol: record.protocol.name.clone(),
            accuracy: accuracy(&said),
            interval: interval.map(|it| [it.low.max(0.0), it.high.min(1.0)]),
            macro_f1: macro_f1(genres, &said),
            chance: record.protocol.chance,
            sharpness: calibration.sharpness,
            log_loss: calibration.log_loss,
            unsure_below: calibration.unsure_below,
            error_rate,
            answered: calibration.answered,
            limits: limits(record, &genre_facts, demo),
            genres: genre_facts,
            demo,
            parameters: 0,
            trained_by: String::new(),
            trained_at: String::new(),
        }
    }

    /// Scores as calibrated probabilities.
    pub(super) fn calibrated(&self, scores: &[f64]) -> Vec<f64> {
        calibrated(scores, self.sharpness)
    }
}

fn limits(record: &Record, genres: &[GenreFacts], demo: bool) -> Vec<String> {
    let mut limits = Vec::new();
    let (count, names) = (record.dataset.tracks, &record.dataset.genres);
    if demo {
        limits.push(format!(
            "It learned from only {count} tracks and is here to show the program; train one on a full \
             data set before you rely on an answer."
        ));
    }
    limits.push(format!(
        "It knows {} genres and puts all music into one of them: {}.",
        names.len(),
        names.join(", ")
    ));
    if record.protocol.group != "artist" {
        limits.push(
            "Its accuracy was measured with tracks of one artist on both sides of the split; on \
             artists it never heard it is lower."
                .to_owned(),
        );
    }
    let weak: Vec<&str> = genres
        .iter()
        .filter(|it| it.recall.is_some_and(|recall| recall < 0.5))
        .map(|it| it.genre.as_str())
        .collect();
    if !weak.is_empty() {
        limits.push(format!("It misses more than half of the tracks of: {}.", weak.join(", ")));
    }
    if record.dataset.name.starts_with("gtzan") {
        limits.push(
            "GTZAN was collected around 2001, has mislabelled and doubled tracks, and 30 seconds of \
             each: see METHOD.md."
                .to_owned(),
        );
    }
    limits.push(
        "The accuracy is that of whole clips; the parts of a timeline are shorter than what it learned \
         from, and how often they are right was not measured."
            .to_owned(),
    );
    limits
}

/// What out-of-fold scores say of how far a score can be trusted.
struct Calibration {
    sharpness: f64,
    log_loss: f64,
    unsure_below: f64,
    answered: f64,
}

/// The fewest sure answers that a threshold may rest on.
const FEWEST: usize = 10;

impl Calibration {
    /// Fits the sharpness, and the lowest threshold above which no more than a share of `error_rate`
    /// is wrong. Where there is none, nothing is ever sure.
    #[allow(clippy::cast_precision_loss)]
    fn of(said: &[&Prediction], error_rate: f64) -> Self {
        let logarithms: Vec<Vec<f64>> = said.iter().map(|it| logarithms(&it.wide())).collect();
        let judged = logarithms.iter().zip(said).map(|(logs, it)| (logs.as_slice(), it.truth));
        let sharpness = likeliest_sharpness(judged);
        let mut sure: Vec<(f64, bool)> = Vec::new();
        let mut loss = 0.0;
        for it in said {
            let shares = calibrated(&it.wide(), sharpness);
            loss -= shares[it.truth].max(LEAST).ln();
            sure.push((shares[it.predicted()], it.is_right()));
        }
        sure.sort_by(|one, other| other.0.total_cmp(&one.0));
        let (mut wrong, mut best) = (0, None);
        for (at, (share, right)) in sure.iter().enumerate() {
            wrong += usize::from(!right);
            // Equal shares stand on one side of the threshold.
            let last = sure.get(at + 1).is_none_or(|next| next.0 < *share);
            if last && at + 1 >= FEWEST && wrong as f64 <= error_rate * (at + 1) as f64 {
                best = Some((*share, at + 1));
            }
        }
        let count = said.len().max(1) as f64;
        let (unsure_below, answered) =
            best.map_or((1.0, 0.0), |(share, answered)| (share, answered as f64 / count));
        Self { sharpness, log_loss: loss / count, unsure_below, answered }
    }
}

/// The least share whose logarithm is taken.
const LEAST: f64 = 1e-6;

fn logarithms(scores: &[f64]) -> Vec<f64> {
    scores.iter().map(|score| score.max(LEAST).ln()).collect()
}

fn calibrated(scores: &[f64], sharpness: f64) -> Vec<f64> {
    let powers: Vec<f64> = scores.iter().map(|score| score.max(LEAST).powf(sharpness)).collect();
    let total: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / total).collect()
}

#[cfg(test)]
mod tests {
    use super::{Calibration, calibrated};
    use crate::evaluation::Prediction;

    /// Says 0.9 and is right three times of four; says 0.6 and is right every second time.
    fn said() -> Vec<Prediction> {
        (0..200)
            .map(|unit| {
                let (high, right) =
                    if unit % 2 == 0 { (0.9, unit % 8 != 0) } else { (0.6, unit % 4 == 1) };
                Prediction {
                    contender: 0,
                    repeat: 0,
                    fold: 0,
                    unit,
                    truth: usize::from(!right),
                    scores: vec![high, 1.0 - high],
                }
            })
            .collect()
    }

    #[test]
    fn scores_that_are_too_sure_are_softened_and_the_order_stays() {
        let said = said();
        let said: Vec<&Prediction> = said.iter().collect();
        let calibration = Calibration::of(&said, 0.3);
        assert!(calibration.sharpness < 1.0, "{}", calibration.sharpness);
        let shares = calibrated(&[0.9, 0.1], calibration.sharpness);
        assert!((shares[0] - 0.75).abs() < 0.06, "{}", shares[0]);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_threshold_keeps_the_error_rate_and_is_as_low_as_it_may_be() {
        let said = said();
        let said: Vec<&Prediction> = said.iter().collect();
        let of = |rate| Calibration::of(&said, rate);
        let sure = calibrated(&[0.9, 0.1], of(0.3).sharpness)[0];
        assert!((of(0.3).unsure_below - sure).abs() < 1e-6);
        assert!((of(0.3).answered - 0.5).abs() < 1e-9);
        assert!((of(0.5).answered - 1.0).abs() < 1e-9, "all answers are right half of the time");
        assert_eq!((of(0.1).unsure_below, of(0.1).answered), (1.0, 0.0), "nothing is that sure");
    }
}
