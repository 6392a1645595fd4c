//! Whole reports of made-up records.

use std::fs;
use std::path::{Path, PathBuf};

use super::sample::{self, Shape, usual};
use super::write as write_as;
use super::{Error, Format, IntervalMethod, Table, document, figures, grid, json, pipes};
use crate::evaluation::{Join, Prediction};
use crate::experiment::Record;

fn write(record: &Record, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    write_as(record, folder, &[Format::Markdown])
}

const GTZAN: &[&str] =
    &["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"];

#[test]
fn the_same_record_gives_the_same_bytes() {
    let record = sample::record();
    let table = Table::of(&record).unwrap();
    let (first, second) = (figures(&record, &table), figures(&record, &table));
    assert_eq!(first, second);
    assert_eq!(document(&record, &table, &first), document(&record, &table, &second));
}

#[test]
fn the_main_table_reads_well() {
    let table = Table::of(&sample::record()).unwrap();
    insta::assert_snapshot!(pipes(&grid::comparison(&table)), @r"
    | contender           | model    | features | accuracy % | 95 % interval | sd folds | sd repeats | macro F1 % | balanced % | kappa | top-3 % |
    | :------------------ | :------- | :------- | ---------: | ------------: | -------: | ---------: | ---------: | ---------: | ----: | ------: |
    | majority (baseline) | majority | kaggle57 |       31.2 |   0.0 to 67.4 |     17.2 |        8.8 |       30.4 |       31.2 | 0.083 |    72.9 |
    | **dense**           | dense    | kaggle57 |       66.7 |  39.6 to 93.8 |     12.9 |        5.9 |       65.8 |       66.7 | 0.556 |    87.5 |
    | **forest**          | forest   | kaggle57 |       93.8 | 79.4 to 100.0 |      6.8 |        8.8 |       93.7 |       93.8 | 0.917 |    95.8 |
    | (chance)            | –        | –        |       25.0 |             – |        – |          – |          – |       25.0 | 0.000 |    75.0 |
    ");
}

#[test]
fn the_second_table_reads_well() {
    let table = Table::of(&sample::record()).unwrap();
    insta::assert_snapshot!(pipes(&grid::calibration_and_cost(&table)), @r"
    | contender           | log loss | Brier | ECE % | fit s | predict s | parameters |
    | :------------------ | -------: | ----: | ----: | ----: | --------: | ---------: |
    | majority (baseline) |    1.576 | 0.875 |  31.2 | 0.010 |    <0.001 |          0 |
    | dense               |    1.006 | 0.521 |   4.2 | 0.510 |     0.002 |      1,250 |
    | forest              |    0.571 | 0.250 |  31.2 |  1.01 |     0.004 |      2,500 |
    | (chance)            |    1.386 | 0.750 |   0.0 |     – |         – |          – |
    ");
}

#[test]
fn sections_of_errors_name_artists_only_where_they_are_known() {
    let contenders = &[("majority", 0.25), ("dense", 0.2), ("forest", 0.35)];
    let mut record = sample::shaped(&Shape { contenders, ..usual() });
    let of = |record: &Record| {
        let table = Table::of(record).unwrap();
        let text = document(record, &table, &[]);
        let from = text.find("## Precision, recall").unwrap();
        text[from..text.find("## Figures").unwrap()].to_owned()
    };
    insta::assert_snapshot!(of(&record), @r"
    ## Precision, recall and F1 of each genre

    Of `forest`, the contender with the highest accuracy, all repeats together. Precision: share of the units called so that are so. Recall: share of the units that are so that were called so. F1: their harmonic mean. (mean): over genres. For the other contenders: `crossfold report --format csv`.

    | genre     | predictions | precision % | recall % | F1 % | most often called instead |
    | :-------- | ----------: | ----------: | -------: | ---: | :------------------------ |
    | blues     |          12 |        42.9 |     50.0 | 46.2 | classical 41.7 %          |
    | classical |          12 |        54.5 |     50.0 | 52.2 | metal 33.3 %              |
    | metal     |          12 |        41.7 |     41.7 | 41.7 | rock 50.0 %               |
    | rock      |          12 |        45.5 |     41.7 | 43.5 | blues 41.7 %              |
    | (mean)    |          48 |        46.1 |     45.8 | 45.9 | –                         |

    ## Genres confused most

    True genre → genre named, and how often, in per cent of the true genre.

    | contender | most often               | second                   | third                    |
    | :-------- | :----------------------- | :----------------------- | :----------------------- |
    | majority  | classical → metal 66.7 % | blues → classical 50.0 % | rock → blues 50.0 %      |
    | dense     | rock → blues 58.3 %      | blues → classical 41.7 % | classical → metal 41.7 % |
    | forest    | metal → rock 50.0 %      | blues → classical 41.7 % | rock → blues 41.7 %      |

    ## Artists always missed

    None: of every artist with at least 2 tracks, `forest` names one rightly at least once.

    ## Artists with most errors

    Of `forest`. Wrong: how many of the artist's tracks are named wrongly, on average over repeats.

    | artist   | genre                   | tracks | wrong | wrong % | called (predictions)                |
    | :------- | :---------------------- | -----: | ----: | ------: | :---------------------------------- |
    | Artist 3 | classical, metal, rock  |      3 |   2.5 |    83.3 | metal (2), rock (2), blues (1)      |
    | Artist 7 | classical, metal, rock  |      3 |   2.5 |    83.3 | blues (2), rock (2), metal (1)      |
    | Artist 0 | blues, classical, metal |      3 |   2.0 |    66.7 | rock (2), classical (1), metal (1)  |
    | Artist 1 | blues, classical, rock  |      3 |   1.5 |    50.0 | blues (1), classical (1), metal (1) |
    | Artist 4 | blues, classical, metal |      3 |   1.5 |    50.0 | blues (1), classical (1), metal (1) |
    | Artist 5 | blues, classical, rock  |      3 |   1.5 |    50.0 | blues (2), classical (1)            |
    | Artist 2 | blues, metal, rock      |      3 |   1.0 |    33.3 | blues (1), metal (1)                |
    | Artist 6 | blues, metal, rock      |      3 |   0.5 |    16.7 | classical (1)                       |

    ## Most confidently wrong

    All 12 tracks that `forest` names wrongly, the surest first. Scores are means over repeats.

    | track | artist   | genre     | named     | its score % | truth's score % |
    | :---- | :------- | :-------- | :-------- | ----------: | --------------: |
    | 00002 | Artist 0 | metal     | rock      |        62.5 |            12.5 |
    | 00010 | Artist 3 | metal     | rock      |        62.5 |            12.5 |
    | 00015 | Artist 5 | rock      | blues     |        62.5 |            12.5 |
    | 00022 | Artist 7 | metal     | rock      |        62.5 |            12.5 |
    | 00023 | Artist 7 | rock      | blues     |        62.5 |            12.5 |
    | 00000 | Artist 0 | blues     | classical |        37.5 |            12.5 |
    | 00003 | Artist 1 | rock      | blues     |        37.5 |            37.5 |
    | 00006 | Artist 2 | metal     | blues     |        37.5 |            37.5 |
    | 00007 | Artist 2 | rock      | metal     |        37.5 |            37.5 |
    | 00009 | Artist 3 | classical | blues     |        37.5 |            12.5 |
    | 00011 | Artist 3 | rock      | metal     |        37.5 |            37.5 |
    | 00013 | Artist 4 | classical | blues     |        37.5 |            12.5 |

    ## Tracks that no contender names rightly

    2 tracks are named rightly by none of the 3 contenders that name more than one genre. Where many agree on another genre, the label may be what is wrong.

    | track | artist   | genre | named by most | contenders | mean score % |
    | :---- | :------- | :---- | :------------ | ---------: | -----------: |
    | 00022 | Artist 7 | metal | rock          |          3 |         62.5 |
    | 00023 | Artist 7 | rock  | blues         |          3 |         62.5 |
    ");
    record.units.iter_mut().for_each(|unit| unit.artist.clear());
    let text = of(&record);
    assert!(!text.contains("Artists") && !text.contains("artist"), "{text}");
    assert!(text.contains("| track | genre"), "{text}");
}

#[test]
fn where_segments_make_tracks_both_are_told_and_errors_are_of_tracks() {
    let mut record = sample::record();
    // Three rows of a genre are one track; folds keep tracks whole.
    for (unit, facts) in record.units.iter_mut().enumerate() {
        facts.track = format!("{}-{}", unit % 4, unit / 12);
    }
    for fold in &mut record.folds {
        (fold.train, fold.test) = ((0..12).collect(), (12..24).collect());
    }
    record.protocol.tracks = Some(Join::Mean);
    record.dataset.tracks = 8;
    let table = Table::of(&record).unwrap();
    assert!(table.rows[2].of_rows.is_some());
    let text = document(&record, &table, &[]);
    assert!(
        text.contains("## Result for single segments\n") && text.contains("mean of their scores")
    );
    let object = json(&record, &table);
    assert!(object["contenders"][2]["accuracy_of_segments"].is_f64());
    for wrong in object["contenders"][0]["errors"]["confidently_wrong"].as_array().unwrap() {
        assert!(wrong["track"].as_str().unwrap().contains('-'), "{wrong}");
    }
}

#[test]
fn known_answers_of_a_record_made_by_hand() {
    let mut record = sample::record();
    // Repeat 0: folds 1/2 and 2/2 right. Repeat 1: folds 2/2 and 2/2 right.
    record.dataset.genres.truncate(2);
    record.contenders.truncate(1);
    record.folds.retain(|fold| fold.fold < 2);
    record.cells.clear();
    record.predictions.clear();
    for fold in &mut record.folds {
        (fold.train, fold.test) = (vec![2, 3], vec![0, 1]);
        for truth in 0..2 {
            let wrong = fold.repeat == 0 && fold.fold == 0 && truth == 1;
            let scores = if (truth == 0) ^ wrong { vec![0.75, 0.25] } else { vec![0.25, 0.75] };
            let (repeat, fold) = (fold.repeat, fold.fold);
            let unit = 2 * fold + truth;
            let contender = 0;
            record.predictions.push(Prediction { contender, repeat, fold, unit, truth, scores });
        }
    }
    let table = Table::of(&record).unwrap();
    let scores = table.rows[0].scores.as_ref().unwrap();
    let close = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-9, "{value}");
    close(scores.accuracy, 0.875);
    close(scores.fold_sd.unwrap(), 0.25);
    close(scores.repeat_sd.unwrap(), 0.125 * 2.0_f64.sqrt());
    close(scores.balanced_accuracy, 0.875);
    // Repeat 0: F1 of 4/5 and 2/3; repeat 1: both 1.
    close(scores.macro_f1, f64::midpoint(f64::midpoint(0.8, 2.0 / 3.0), 1.0));
    close(scores.log_loss, -(7.0 * 0.75_f64.ln() + 0.25_f64.ln()) / 8.0);
    // Two squares of 1/4 where right, of 3/4 where wrong.
    close(scores.brier, (7.0 * 0.125 + 1.125) / 8.0);
    // Always sure by 3/4: right 3 in 4, then 4 in 4.
    close(scores.calibration_error, 0.125);
    close(scores.kappa, f64::midpoint(0.5, 1.0));
    close(scores.top_3, 1.0);
    assert_eq!(scores.precision, [Some(0.8), Some(1.0)]);
    assert_eq!(scores.recall, [Some(1.0), Some(0.75)]);
    let accuracies: Vec<f64> = scores.folds.iter().map(|fold| fold.accuracy).collect();
    assert_eq!(accuracies, [0.5, 1.0, 1.0, 1.0]);
    // t(3) at 97.5 % is 3.182446; as many test as training rows.
    let half = 3.182_446_305 * 0.25 * (0.25_f64 + 1.0).sqrt();
    close(scores.interval.unwrap().low, (0.875 - half).max(0.0));
    close(scores.interval.unwrap().high, 1.0);
}

#[test]
fn a_single_test_set_has_wilsons_interval_and_no_spread() {
    let record = sample::shaped(&Shape { repeats: 1, folds: 1, ..usual() });
    let table = Table::of(&record).unwrap();
    let scores = table.rows[2].scores.as_ref().unwrap();
    assert_eq!(scores.method, IntervalMethod::Wilson);
    assert_eq!((scores.fold_sd, scores.repeat_sd), (None, None));
    let text = document(&record, &table, &figures(&record, &table));
    assert!(text.contains("Wilson") && !text.contains("Nadeau"));
}

#[test]
fn one_repeat_has_no_spread_over_repeats() {
    let record = sample::shaped(&Shape { repeats: 1, ..usual() });
    let table = Table::of(&record).unwrap();
    let scores = table.rows[1].scores.as_ref().unwrap();
    assert!(scores.fold_sd.is_some() && scores.repeat_sd.is_none());
}

#[test]
fn a_contender_that_failed_or_lacks_folds_is_noticed() {
    let mut record = sample::record();
    record.predictions.retain(|it| it.contender != 1 && (it.contender != 2 || it.fold != 0));
    record.contenders[0].not_reproducible = Some("ties fall by chance".into());
    let table = Table::of(&record).unwrap();
    let drawn = figures(&record, &table);
    assert!(drawn.iter().all(|figure| figure.name != "confusion-dense"));
    let text = document(&record, &table, &drawn);
    let notices: Vec<&str> = text.lines().filter(|line| line.starts_with("- `")).take(3).collect();
    assert_eq!(
        notices,
        [
            "- `majority` is not reproducible: ties fall by chance. Another run of the same seed can \
         give other figures.",
            "- `dense` has no predictions in this record.",
            "- `forest` has predictions for 4 of 6 folds only: do not compare it with the others.",
        ]
    );
}

#[test]
fn a_record_of_nothing_is_still_a_report() {
    let mut record = sample::record();
    record.predictions.clear();
    record.cells.clear();
    record.folds.clear();
    let folder = tempfile::tempdir().unwrap();
    write(&record, folder.path()).unwrap();
    record.contenders.clear();
    write(&record, folder.path()).unwrap();
}

#[test]
fn names_of_any_letters_are_letters_in_text_and_fit_into_figures() {
    let record = sample::shaped(&Shape {
        genres: &["музыка", "a|b <i>"],
        contenders: &[
            ("majority", 0.5),
            ("dense|*x*", 0.7),
            ("dense-without-chroma-and-spectral-contrast-and-rhythm-and-tempo-and-all-else", 0.8),
            ("ÅÄÖ [y](z) & \"q\"", 0.6),
        ],
        ..usual()
    });
    let table = Table::of(&record).unwrap();
    let drawn = figures(&record, &table);
    let text = document(&record, &table, &drawn);
    assert!(text.contains("| dense\\|\\*x\\*") && text.contains("ÅÄÖ \\[y\\](z)"));
    assert!(drawn.iter().any(|figure| figure.name == "curves-dense-x"));
    for figure in &drawn {
        assert!(figure.png().is_ok(), "{}", figure.name);
    }
}

#[test]
fn figures_of_contenders_that_are_gone_are_removed_and_other_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut record = sample::record();
    let files = write(&record, folder.path()).unwrap();
    assert!(files.iter().all(|file| file.is_file()));
    assert_eq!(files.len(), 1 + 2 * 7);
    let inner = folder.path().join("figures");
    fs::write(inner.join("my-own.png"), b"mine").unwrap();
    record.contenders[1].name = "net".into();
    write(&record, folder.path()).unwrap();
    assert!(
        !inner.join("confusion-dense.svg").exists() && !inner.join("curves-dense.png").exists()
    );
    assert!(inner.join("confusion-net.svg").exists() && inner.join("my-own.png").exists());
}

#[test]
fn the_object_for_programs_has_the_promised_names() {
    let record = sample::record();
    let object = json(&record, &Table::of(&record).unwrap());
    assert_eq!(object["dataset"]["tracks"], 24);
    let forest = &object["contenders"][2];
    for name in ["accuracy", "accuracy_sd", "macro_f1", "top_3", "kappa", "brier", "log_loss"] {
        assert!(forest[name].is_f64(), "{name}: {forest}");
    }
    assert_eq!(forest["folds"].as_array().unwrap().len(), 6);
    assert_eq!(forest["reliability"].as_array().unwrap().len(), 15);
    assert!(forest["precision"]["blues"].is_f64() && forest["f1"]["rock"].is_f64());
}

/// Not a test but a view: `cargo test --lib report::tests::gallery -- --ignored`, then look at
/// `target/gallery`.
#[test]
#[ignore = "draws figures to be looked at"]
fn gallery() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    let models = Shape {
        genres: GTZAN,
        units: 1000,
        repeats: 3,
        folds: 10,
        contenders: &[
            ("majority", 0.0),
            ("knn", 0.64),
            ("svm", 0.74),
            ("tree", 0.44),
            ("forest", 0.7),
            ("dense", 0.73),
        ],
        epochs: 200,
    };
    write(&sample::shaped(&models), &folder.join("models")).unwrap();
    let features = Shape {
        contenders: &[
            ("majority", 0.0),
            ("dense-all", 0.74),
            ("dense-without-mfcc", 0.55),
            ("dense-without-chroma", 0.72),
            ("dense-without-spectral", 0.71),
            ("dense-without-rhythm-and-tempo-and-everything-else", 0.7),
            ("dense-without-harmonic", 0.73),
            ("forest-without-mfcc", 0.5),
            ("forest-without-chroma", 0.67),
            ("forest-without-spectral", 0.68),
            ("forest-without-rhythm", 0.69),
            ("forest-without-harmonic-and-percussive", 0.7),
        ],
        repeats: 1,
        epochs: 12,
        ..models
    };
    write(&sample::shaped(&features), &folder.join("features")).unwrap();
    let mut two = sample::shaped(&Shape {
        genres: &["музыка", "speech <b>&"],
        units: 40,
        repeats: 1,
        folds: 1,
        contenders: &[("majority", 0.5), ("svm_rbf|*x*", 0.9), ("dense", 0.7), ("failed", 0.1)],
        epochs: 1,
    });
    two.predictions.retain(|prediction| prediction.contender != 3);
    write(&two, &folder.join("two")).unwrap();
}
