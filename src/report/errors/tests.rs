//! Records made by hand, and what is wrong in them.

use super::Errors;
use crate::evaluation::Prediction;
use crate::experiment::Record;
use crate::report::sample;

/// Two repeats of six tracks by three artists, said by three contenders.
///
/// `majority` says genre 0 of everything, `dense` and `forest` what `named` gives.
fn record(named: fn(contender: usize, repeat: usize, unit: usize) -> usize) -> Record {
    let mut record = sample::record();
    record.predictions.clear();
    record.units.truncate(6);
    for (unit, facts) in record.units.iter_mut().enumerate() {
        facts.genre = unit / 3;
        facts.artist = ["Ann", "Ann", "Bob", "Cy", "Cy", ""][unit].to_owned();
    }
    for contender in 0..3 {
        for (repeat, unit) in (0..2).flat_map(|repeat| (0..6).map(move |unit| (repeat, unit))) {
            let named = if contender == 0 { 0 } else { named(contender, repeat, unit) };
            let mut scores = vec![0.1; 4];
            scores[named] = 0.7;
            let truth = record.units[unit].genre;
            record.predictions.push(Prediction { contender, repeat, fold: 0, unit, truth, scores });
        }
    }
    record
}

/// Wrong on Ann's two tracks (2, then 3), on one of Cy's in one repeat, and on the sixth.
fn some_wrong(contender: usize, repeat: usize, unit: usize) -> usize {
    match unit {
        0 | 1 => 2 + repeat,
        3 if repeat == 0 && contender == 1 => 3,
        5 => contender + 1,
        unit => unit / 3,
    }
}

#[test]
fn artists_are_always_missed_only_where_no_prediction_of_any_track_is_right() {
    let errors = Errors::of(&record(some_wrong));
    let dense = errors.contenders[1].as_ref().unwrap();
    let always: Vec<&str> = dense.always().iter().map(|it| it.name.as_str()).collect();
    assert_eq!(always, ["Ann"]);
    let most: Vec<(&str, usize, f64)> =
        dense.most().iter().map(|it| (it.name.as_str(), it.tracks, it.wrong)).collect();
    assert_eq!(most, [("Ann", 2, 2.0), ("Cy", 2, 0.5)]);
    assert_eq!(dense.artists[0].called, [(2, 2), (3, 2)]);
    assert_eq!((&dense.artists[1].genres, &dense.artists[1].called), (&vec![1], &vec![(3, 1)]));
}

#[test]
fn scores_are_means_over_repeats_and_the_surest_come_first() {
    let errors = Errors::of(&record(some_wrong));
    let forest = errors.contenders[2].as_ref().unwrap();
    let named: Vec<(&str, usize, f64)> = forest
        .surest()
        .iter()
        .map(|it| (it.track.as_str(), it.named, (1000.0 * it.score).round() / 1000.0))
        .collect();
    assert_eq!(named, [("00005", 3, 0.7), ("00000", 2, 0.4), ("00001", 2, 0.4)]);
    assert!((forest.tracks[0].score_of_truth - 0.1).abs() < 1e-6);
}

#[test]
fn tracks_never_named_rightly_are_judged_by_those_who_name_more_than_one_genre() {
    let errors = Errors::of(&record(some_wrong));
    // majority is right on Ann's tracks, but it says the same of everybody's.
    assert_eq!(errors.judges, 2);
    let never: Vec<(&str, usize, usize)> =
        errors.never.iter().map(|it| (it.track.as_str(), it.named, it.agreed)).collect();
    // On the sixth, both are wrong and do not agree.
    assert_eq!(never, [("00000", 2, 2), ("00001", 2, 2), ("00005", 2, 1)]);
    assert!(errors.artists_known);
}

#[test]
fn without_artists_and_predictions_there_is_nothing_to_list() {
    let mut record = record(some_wrong);
    record.units.iter_mut().for_each(|unit| unit.artist.clear());
    record.predictions.retain(|it| it.contender == 0);
    let errors = Errors::of(&record);
    assert!(!errors.artists_known && errors.judges == 0 && errors.never.is_empty());
    assert!(errors.contenders[0].as_ref().unwrap().artists.is_empty());
    assert_eq!(errors.contenders[2], None);
}
