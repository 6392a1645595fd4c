//! What holds for comparisons, on made-up records.

use super::{Across, Comparison, Error, Settings, Source, Verdict, write, write_across};
use crate::evaluation::Prediction;
use crate::experiment::Record;
use crate::report::sample::{Shape, record, shaped, usual};

fn source(folder: &str, record: Record) -> Source {
    Source { folder: folder.to_owned(), record }
}

fn compared(record: Record) -> Comparison {
    Comparison::of(&[source("results/sample", record)], &Settings::default()).unwrap()
}

/// Two contenders with the accuracies of the known answer: ten folds of a hundred units.
fn known() -> Record {
    let a = [62, 58, 66, 61, 64, 59, 63, 60, 65, 57];
    let b = [58, 57, 60, 60, 61, 58, 60, 59, 60, 56];
    let mut known = shaped(&Shape {
        units: 1000,
        repeats: 1,
        folds: 10,
        contenders: &[("b", 0.5), ("a", 0.5)],
        ..usual()
    });
    known.predictions.clear();
    for (contender, right) in [b, a].into_iter().enumerate() {
        for fold in known.folds.clone() {
            for (place, &unit) in fold.test.iter().enumerate() {
                let truth = known.units[unit].genre;
                let named = if place < right[fold.fold] { truth } else { (truth + 1) % 4 };
                let scores = (0..4).map(|genre| f32::from(u8::from(genre == named))).collect();
                known.predictions.push(Prediction {
                    contender,
                    repeat: 0,
                    fold: fold.fold,
                    unit,
                    truth,
                    scores,
                });
            }
        }
    }
    known
}

#[test]
fn the_known_pair_comes_out_as_known() {
    let comparison = compared(known());
    assert_eq!((comparison.baseline, comparison.best), (0, 1));
    let pair = &comparison.pairs[0];
    assert!((pair.difference - 0.026).abs() < 1e-9);
    assert!((pair.p - 0.01539).abs() < 5e-6 && (pair.adjusted - pair.p).abs() < 1e-12);
    let belief = pair.belief.unwrap();
    assert!((belief.better - 0.95018).abs() < 5e-6 && (belief.worse - 0.00128).abs() < 5e-6);
    assert_eq!((pair.mcnemar.only_first, pair.mcnemar.only_second), (26, 0));
    assert_eq!(
        pair.sentence(&comparison, str::to_owned),
        "a is 2.6 points more accurate than b (95 % interval 0.6 to 4.6, adjusted p 0.015): more \
         than chance."
    );
    assert!(comparison.entrants[1].best && !comparison.entrants[0].best);
}

#[test]
fn swapping_baseline_and_contender_turns_the_signs() {
    let baseline = Settings { baseline: Some("a".into()), ..Settings::default() };
    let sources = [source("results/sample", known())];
    let there = Comparison::of(&sources, &Settings::default()).unwrap().pairs.remove(0);
    let back = Comparison::of(&sources, &baseline).unwrap().pairs.remove(0);
    assert!((there.difference + back.difference).abs() < 1e-12 && there.p == back.p);
    let (there, back) = (there.belief.unwrap(), back.belief.unwrap());
    assert!((there.better - back.worse).abs() < 1e-12);
}

#[test]
fn contenders_of_two_records_are_told_apart_by_their_experiments_and_twins_are_shown_once() {
    let mut other = record();
    other.experiment.name = "other".into();
    // The dense nets differ; majority and forest are the same in both.
    for prediction in other.predictions.iter_mut().filter(|it| it.contender == 1) {
        prediction.scores.rotate_left(1);
    }
    let sources = [source("results/sample", record()), source("results/other", other)];
    let comparison = Comparison::of(&sources, &Settings::default()).unwrap();
    let names: Vec<&str> = comparison.entrants.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["majority", "sample/dense", "forest", "other/dense"]);
    assert_eq!(comparison.notes.len(), 2);
    assert_eq!(comparison.pairs.len(), 3);
}

#[test]
fn all_pairs_are_tested_once_each_as_one_family() {
    let sources = [source("results/sample", record())];
    let settings = Settings { all_pairs: true, ..Settings::default() };
    let all = Comparison::of(&sources, &settings).unwrap();
    let pairs: Vec<(usize, usize)> = all.pairs.iter().map(|it| (it.first, it.second)).collect();
    assert_eq!(pairs, [(1, 0), (2, 0), (1, 2)]);
    let some = Comparison::of(&sources, &Settings::default()).unwrap();
    assert!(all.pairs[0].adjusted >= some.pairs[0].adjusted);
}

#[test]
fn a_single_test_set_is_compared_by_mcnemar_and_bootstrap() {
    let comparison = compared(shaped(&Shape {
        units: 400,
        repeats: 1,
        folds: 1,
        contenders: &[("majority", 0.25), ("dense", 0.6), ("forest", 0.8)],
        ..usual()
    }));
    assert!(comparison.single);
    let pair = comparison.against_baseline(2).unwrap();
    assert_eq!(pair.belief, None);
    assert!((pair.p - pair.mcnemar.exact).abs() < 1e-12);
    let interval = pair.interval.unwrap();
    assert!(interval.low < pair.difference && pair.difference < interval.high);
    assert!(pair.sentence(&comparison, str::to_owned).contains("more than chance"));
}

#[test]
fn every_unit_is_missed_by_all_or_named_by_some() {
    let comparison = compared(record());
    let hits = &comparison.hits;
    for (number, entrant) in comparison.entrants.iter().enumerate() {
        let right = entrant.named.iter().zip(&comparison.tested);
        let right = right.filter(|(named, unit)| **named == unit.genre).count();
        assert_eq!(hits.right[number], right);
        let asked = hits.asked.contains(&number);
        assert_eq!(asked, entrant.name != "majority");
        assert!(!asked || hits.only[number].len() + hits.all.len() <= right);
        assert!((hits.agreement[number][number].unwrap().kappa - 1.0).abs() < 1e-12);
    }
    assert!(hits.all.iter().all(|unit| !hits.none.contains(unit)));
}

#[test]
fn a_contender_that_failed_is_left_out_and_a_baseline_that_failed_is_refused() {
    let mut failed = record();
    failed.predictions.retain(|it| it.contender != 1 || it.fold != 2);
    let comparison = compared(failed);
    assert_eq!(comparison.entrants.len(), 2);
    assert!(comparison.notes[0].starts_with("dense of results/sample lacks predictions"));
    let mut failed = record();
    failed.predictions.retain(|it| it.contender != 0 || it.fold != 2);
    let refused = Comparison::of(&[source("results/sample", failed)], &Settings::default());
    assert!(matches!(refused, Err(Error::Incomplete { .. })));
}

/// Records of several data sets on which skill differs in the same way.
fn data_sets(skills: &[[f64; 5]]) -> Vec<Source> {
    skills
        .iter()
        .enumerate()
        .map(|(number, skill)| {
            let names = ["majority", "nearest-neighbour", "dense", "forest", "kernel"];
            let contenders: Vec<(&str, f64)> = names.into_iter().zip(*skill).collect();
            let mut record =
                shaped(&Shape { units: 120 + 24 * number, contenders: &contenders, ..usual() });
            record.dataset.hash = number.to_string().repeat(64);
            record.dataset.title = format!("Set {}", number + 1);
            source(&format!("results/set-{}", number + 1), record)
        })
        .collect()
}

fn several() -> Across {
    let sources = data_sets(&[
        [0.25, 0.5, 0.6, 0.7, 0.9],
        [0.2, 0.6, 0.55, 0.72, 0.8],
        [0.25, 0.45, 0.65, 0.6, 0.85],
        [0.3, 0.5, 0.7, 0.65, 0.9],
    ]);
    Across::of(&sources, &Settings::default()).unwrap()
}

#[test]
fn over_several_data_sets_contenders_are_ranked() {
    let across = several();
    let Verdict::Several { test, critical } = &across.verdict else { panic!("five contenders") };
    assert!(test.f_p < 0.05 && (critical - 3.05).abs() < 0.01, "{across:?}");
    assert!(
        across.sentences(str::to_owned)[0].starts_with("Over 4 data sets the contenders differ")
    );
}

#[test]
fn one_data_set_is_no_several() {
    let sources = [source("results/a", record()), source("results/b", record())];
    for sources in [&sources[..1], &sources[..]] {
        let refused = Across::of(sources, &Settings::default());
        assert!(matches!(refused, Err(Error::OneDataSet { .. })), "{refused:?}");
    }
}

#[test]
fn two_contenders_over_data_sets_are_compared_by_signed_ranks() {
    let mut sources = data_sets(&[[0.25, 0.5, 0.6, 0.7, 0.9]; 6]);
    for source in &mut sources {
        source.record.contenders.truncate(2);
        source.record.predictions.retain(|it| it.contender < 2);
        source.record.cells.retain(|it| it.contender < 2);
    }
    let across = Across::of(&sources, &Settings::default()).unwrap();
    let Verdict::Two(test) = across.verdict else { panic!("two contenders") };
    assert!((test.p - 2.0 / 64.0).abs() < 1e-12, "{test:?}");
}

#[test]
fn files_are_written_and_names_are_no_markup() {
    let folder = tempfile::tempdir().unwrap();
    let mut strange = record();
    strange.contenders[1].name = "<img src=x>|*".into();
    let files = write(&compared(strange), folder.path()).unwrap();
    assert_eq!(files.len(), 6);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(!read("compare.html").contains("<img"));
    assert!(read("compare.md").contains("| \\<img src=x>\\|\\*"));
    assert_eq!(read("compare.csv").lines().count(), 3);
    assert_eq!(write_across(&several(), folder.path()).unwrap().len(), 6);
}

/// Not a test but a view: `cargo test --lib comparison::tests::gallery -- --ignored`, then look at
/// `target/gallery`.
#[test]
#[ignore = "draws figures to be looked at"]
fn gallery() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    write_across(&several(), &folder.join("across")).unwrap();
    let long = "dense-without-chroma-and-spectral-contrast-and-rhythm-and-tempo-and-all-else";
    let contenders = [("dense", 0.6), (long, 0.62), ("forest", 0.2), ("музыка <b>", 0.9)];
    let shape = Shape { units: 400, repeats: 3, folds: 10, contenders: &contenders, ..usual() };
    write(&compared(shaped(&shape)), &folder.join("pairs")).unwrap();
    let one = Shape { repeats: 1, folds: 1, ..shape };
    write(&compared(shaped(&one)), &folder.join("single")).unwrap();
}
