//! What must hold on the real table, where it is there: else each test says that it was skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a failed step fails the test

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crossfold::dataset::{Dataset, Index, locate};
use crossfold::evaluation::{accuracy, corrected_interval};
use crossfold::experiment::wording::asks_the_same;
use crossfold::experiment::{Experiment, Record};
use crossfold::report::{Side, Table, beside, cost_in_words, grid, pipes, splice};

/// The folder of the full data set, if this machine has it.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os(locate::VARIABLE).map(PathBuf::from);
    let found = folder.filter(|folder| locate::gtzan_table(folder).is_ok());
    if found.is_none() {
        println!("skipped: {} names no folder with the GTZAN table", locate::VARIABLE);
    }
    found
}

/// The committed records, by name.
fn records() -> Vec<(PathBuf, Record)> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let mut records = Vec::new();
    for entry in std::fs::read_dir(results).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("record.json").is_file() {
            continue;
        }
        let record = Record::read(&folder).unwrap();
        // What a stand-in left, and what is no experiment of ours, is not committed.
        let file = format!("experiments/{}.yaml", record.experiment.name);
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file();
        if ours && folder.ends_with(&record.experiment.name) {
            records.push((folder, record));
        }
    }
    assert!(!records.is_empty(), "results/ holds no record");
    records
}

#[test]
fn the_published_table_is_read_whole() {
    let Some(folder) = data() else { return };
    let dataset = Dataset::gtzan(&folder).unwrap();
    assert_eq!((dataset.tracks.len(), dataset.columns().len()), (1000, 57));
    assert_eq!(dataset.units.genres.len(), 10);
    let copies = dataset.duplicates.iter().enumerate().filter(|(unit, first)| unit != *first);
    assert_eq!(copies.count(), 14, "the exact duplicates of the table are those of the index");
}

#[test]
fn no_committed_fold_has_a_track_group_or_duplicate_on_both_sides() {
    let index = Index::gtzan().unwrap();
    for (folder, record) in records() {
        let of = |unit: usize| {
            let facts = &record.units[unit];
            let first = index.tracks.get(&facts.track).map_or("", |track| &track.duplicate_of);
            let original = if first.is_empty() { facts.track.as_str() } else { first };
            (original.to_owned(), facts.group.clone())
        };
        for fold in &record.folds {
            let trained: Vec<_> = fold.train.iter().map(|&unit| of(unit)).collect();
            let originals: std::collections::BTreeSet<_> = trained.iter().map(|it| &it.0).collect();
            let groups: std::collections::BTreeSet<_> = trained.iter().map(|it| &it.1).collect();
            for &unit in &fold.test {
                let (original, group) = of(unit);
                assert!(!originals.contains(&original), "{}: {original}", folder.display());
                assert!(!groups.contains(&group), "{}: group {group}", folder.display());
            }
        }
    }
}

#[test]
fn every_unit_of_a_committed_record_is_predicted_once_a_repeat_by_each_contender() {
    for (folder, record) in records() {
        let mut times = BTreeMap::<(usize, usize, usize), usize>::new();
        for one in &record.predictions {
            *times.entry((one.contender, one.repeat, one.unit)).or_default() += 1;
            assert_eq!(one.truth, record.units[one.unit].genre);
        }
        let tested: usize = record.folds.iter().map(|fold| fold.test.len()).sum();
        assert_eq!(times.len(), tested * record.contenders.len(), "{}", folder.display());
        assert!(times.values().all(|&count| count == 1), "{}", folder.display());
    }
}

#[test]
fn committed_accuracies_reach_what_the_peers_reach() {
    let records = records();
    // What trials with scikit-learn and PyTorch reach on the same data, less their spread over seeds.
    for (experiment, name, least) in [
        ("models", "svm", 0.745),
        ("models", "forest", 0.715),
        ("models", "dense", 0.750),
        ("models", "knn", 0.660),
        ("models", "logistic", 0.700),
        ("artist", "svm", 0.54),
        ("artist", "forest", 0.51),
        ("artist", "logistic", 0.54),
        ("fault-filtered", "svm", 0.49),
        ("fault-filtered", "svm-tuned", 0.49),
        ("strongest", "kernel-r1", 0.865),
        ("strongest", "kernel-r3", 0.89),
        ("strongest-artist", "kernel-r1", 0.70),
        ("strongest-artist", "kernel-r3", 0.72),
        ("strongest-artist", "kernel-r4", 0.77),
        ("strongest-fault-filtered", "kernel-r1", 0.665),
        ("strongest-fault-filtered", "kernel-r3", 0.68),
        ("strongest-fault-filtered", "kernel-r4", 0.70),
        ("sequence-fault-filtered", "cnn", 0.54),
        ("sequence-fault-filtered", "lstm", 0.50),
    ] {
        let found = records.iter().find(|(folder, _)| folder.ends_with(experiment));
        let (_, record) = found.unwrap_or_else(|| panic!("results/{experiment} is not there"));
        let number = record.contenders.iter().position(|known| known.name == name).unwrap();
        let reached = accuracy(&record.predictions_of(number));
        assert!(reached >= least, "{experiment}: {name}: {reached}");
    }
}

#[test]
fn keeping_artists_apart_costs_every_model_its_knowledge_of_artists() {
    let records = records();
    let of = |experiment: &str| {
        let found = records.iter().find(|(folder, _)| folder.ends_with(experiment));
        Side::of(found.unwrap().1.clone()).unwrap()
    };
    let grid = beside(&[of("models"), of("artist")]).unwrap();
    for line in grid.rows.iter().filter(|line| !line.cells[0].starts_with(['m', '('])) {
        let lost: f64 = line.cells[3].parse().unwrap();
        assert!(lost > 8.0, "{} loses {lost}", line.cells[0]);
    }
}

#[test]
fn the_lstm_beats_the_dense_net_on_the_same_folds() {
    let records = records();
    let found = records.iter().find(|(folder, _)| folder.ends_with("sequence"));
    let (_, record) = found.expect("results/sequence is committed");
    let folds = |name: &str| -> Vec<f64> {
        let number = record.contenders.iter().position(|known| known.name == name).unwrap();
        record.predictions_by_fold(number).iter().map(|fold| accuracy(fold)).collect()
    };
    let (lstm, dense) = (folds("lstm"), folds("dense"));
    let differences: Vec<f64> = lstm.iter().zip(dense).map(|(lstm, dense)| lstm - dense).collect();
    let interval = corrected_interval(&differences, 1.0 / 9.0, 0.95).unwrap();
    assert!(interval.low > 0.0, "{interval:?}");
}

#[test]
fn the_table_of_a_record_agrees_with_its_predictions() {
    for (_, record) in records() {
        let table = Table::of(&record).unwrap();
        for (number, row) in table.rows.iter().enumerate() {
            let by_hand = accuracy(&record.predictions_of(number));
            let scores = row.scores.as_ref().unwrap();
            assert!((scores.accuracy - by_hand).abs() < 1e-9, "{}", row.name);
        }
    }
}

/// Whether results and README are as they were committed: a run of one's own has other timings.
fn as_committed() -> bool {
    let status = std::process::Command::new("git")
        .args(["status", "--porcelain", "results", "README.md", "experiments"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let clean = status.is_ok_and(|output| output.status.success() && output.stdout.is_empty());
    if !clean {
        println!("skipped: results, README or experiments were changed since they were committed");
    }
    clean
}

#[test]
fn the_readme_shows_what_the_records_say() {
    if !as_committed() {
        return;
    }
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let mut tables = 0;
    for (_, record) in records() {
        let name = &record.experiment.name;
        let table = pipes(&grid::summary(&Table::of(&record).unwrap()));
        if let Some(spliced) = splice(&readme, name, &table) {
            tables += 1;
            let remedy = format!("`crossfold report results/{name} --splice README.md`");
            assert!(spliced == readme, "the table of {name} is out of date: {remedy}");
        }
    }
    assert_eq!(tables, 10);
    let sides = ["models", "artist", "fault-filtered"];
    let side = |name: &str| {
        let (_, record) = records().into_iter().find(|it| it.1.experiment.name == name).unwrap();
        Side::of(record).unwrap()
    };
    let of = sides.map(side);
    let table = format!("{}\n{}", pipes(&beside(&of).unwrap()), cost_in_words(&of));
    let spliced = splice(&readme, &sides.join(" beside "), &table).expect("its marks");
    assert!(spliced == readme, "the table of protocols is out of date");
}

#[test]
fn a_record_is_of_the_experiment_file_as_it_is_now() {
    if !as_committed() {
        return;
    }
    for (_, record) in records() {
        let name = &record.experiment.name;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("experiments/{name}.yaml"));
        let now = Experiment::read(&file).unwrap();
        assert!(asks_the_same(&record, &now), "{} was changed after its run", file.display());
    }
}
