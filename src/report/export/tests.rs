//! Exports of the sample record.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Export, export};
use crate::report::{Table, json, sample};

/// The files of an export by their path, with their text; PNG as nothing.
fn exported(to: Export, folder: &Path) -> BTreeMap<String, String> {
    let written = export(&sample::record(), folder, to).unwrap();
    written
        .iter()
        .map(|file| {
            let name = file.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            (name, String::from_utf8(fs::read(file).unwrap()).unwrap_or_default())
        })
        .collect()
}

#[test]
fn csv_has_a_line_for_each_fold_and_each_prediction() {
    let folder = tempfile::tempdir().unwrap();
    let files = exported(Export::Csv, folder.path());
    let record = sample::record();
    // Three contenders on six folds; quoted cells there are none.
    let scores: Vec<Vec<&str>> =
        files["scores.csv"].lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(scores.len(), 1 + 18);
    assert!(scores.iter().all(|line| line.len() == scores[0].len()));
    assert_eq!(scores[0][..7].join(","), "contender,model,features,repeat,fold,units,accuracy");
    let accuracies = record.fold_accuracies(2);
    let found: Vec<f64> = scores[13..].iter().map(|line| line[6].parse().unwrap()).collect();
    assert_eq!(found, accuracies);
    assert_eq!(files["predictions.csv"].lines().count(), 1 + record.predictions.len());
    assert!(files["predictions.csv"].starts_with(
        "contender,repeat,fold,unit,track,truth,predicted,score_blues,score_classical,"
    ));
}

#[test]
fn json_is_what_a_run_prints() {
    let folder = tempfile::tempdir().unwrap();
    let record = sample::record();
    let said: Value =
        serde_json::from_str(&exported(Export::Json, folder.path())["scores.json"]).unwrap();
    let printed = json(&record, &Table::of(&record).unwrap());
    assert_eq!(said, serde_json::from_str::<Value>(&printed.to_string()).unwrap());
}

#[test]
fn dvc_yaml_names_files_that_are_there_and_anothers_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let files = exported(Export::Dvc, folder.path());
    let described: Value = serde_json::from_str(&files["metrics.json"]).unwrap();
    let table = Table::of(&sample::record()).unwrap();
    let accuracy = table.rows[1].scores.as_ref().unwrap().accuracy;
    assert_eq!(described["dense"]["accuracy"], accuracy);
    let mut named = 0;
    for line in files["dvc.yaml"].lines().filter_map(|line| line.strip_prefix("  - {")) {
        let plot: Value = serde_json::from_str(&format!("{{{line}")).unwrap();
        for plot in plot.as_object().unwrap().values() {
            for (path, columns) in plot["y"].as_object().unwrap() {
                let head = files[path].lines().next().unwrap();
                let head: Vec<&str> = head.split(',').collect();
                let columns = columns.as_array().cloned().unwrap_or(vec![columns.clone()]);
                for column in columns.iter().chain([&plot["x"]]) {
                    assert!(head.contains(&column.as_str().unwrap()), "{path}: {column}");
                }
                named += 1;
            }
        }
    }
    // Eight metrics, three confusions, one history.
    assert_eq!((named, files.len()), (12, 14));
    exported(Export::Dvc, folder.path());
    fs::write(folder.path().join("dvc.yaml"), "stages: {}\n").unwrap();
    let refused = export(&sample::record(), folder.path(), Export::Dvc).unwrap_err().to_string();
    assert!(refused.contains("dvc.yaml") && refused.contains("choose another folder"), "{refused}");
}

#[test]
fn mlflow_has_a_run_for_each_contender_with_steps_by_fold_and_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let files = exported(Export::Mlflow, folder.path());
    let (root, meta) = files.iter().find(|(name, _)| name.matches('/').count() == 2).unwrap();
    assert!(meta.contains(&format!("name: \"{}\"", sample::record().experiment.name)), "{meta}");
    let root = root.trim_end_matches("meta.yaml");
    let id = root.trim_end_matches('/').rsplit('/').next().unwrap();
    assert!(id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    let runs: Vec<(&str, &String)> = files
        .iter()
        .filter_map(|(name, text)| {
            Some((name.strip_prefix(root)?.strip_suffix("/meta.yaml")?, text))
        })
        .collect();
    assert_eq!(runs.len(), 3);
    let record = sample::record();
    for (run, meta) in runs {
        assert!(run.len() == 32 && run.bytes().all(|byte| byte.is_ascii_hexdigit()), "{run}");
        let of = |part: &str| &files[&format!("{root}{run}/{part}")];
        let at = record.contenders.iter().position(|it| it.name == *of("tags/mlflow.runName"));
        let at = at.unwrap();
        for line in [format!("run_id: \"{run}\""), "status: 3".to_owned(), "tags: []".to_owned()] {
            assert!(meta.contains(&line), "{meta}");
        }
        assert!(meta.contains(&format!("{root}{run}/artifacts\"")), "{meta}");
        assert_eq!(*of("params/model"), record.contenders[at].model);
        // Each line is a time, a value and a step.
        let values = |part: &str| -> Vec<(f64, usize)> {
            let split =
                |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
            let lines = of(part).lines().map(split);
            lines.map(|it| (it[1].parse().unwrap(), it[2].parse().unwrap())).collect()
        };
        let expected: Vec<(f64, usize)> = record.fold_accuracies(at).into_iter().zip(0..).collect();
        assert_eq!(values("metrics/fold/accuracy"), expected);
        let has = |part: &str| files.contains_key(&format!("{root}{run}/{part}"));
        assert!(has("artifacts/figures/accuracy.svg") && has("artifacts/figures/accuracy.png"));
        let net = record.contenders[at].name == "dense";
        assert_eq!(has("metrics/epoch/mean/train_loss"), net);
        assert_eq!(has("artifacts/figures/confusion-dense.svg"), net);
        if net {
            let steps: Vec<usize> =
                values("metrics/epoch/r2-f3/train_loss").iter().map(|it| it.1).collect();
            assert_eq!(steps, [1, 2, 3, 4, 5]);
        }
    }
    let again = exported(Export::Mlflow, folder.path());
    assert!(again == files, "the same record gives the same runs");
}
