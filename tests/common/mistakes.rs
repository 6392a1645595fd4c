//! Experiments that are right, and every mistake that tests make in them.

#![allow(dead_code)] // not every test uses all

/// On a table of two columns.
pub const TRIAL: &str = "\
question: Can it be told by one number?
dataset: { table: table.csv }
protocol: { folds: 3, repeats: 2 }
features:
  both: { columns: all }
  one: { columns: [loud] }
models:
  - majority
  - knn: { k: 3, features: both }
  - knn: { name: knn-loud, k: 1, features: one }
";

/// What is right in [`TRIAL`], and the mistake in its place.
pub const TRIAL_MISTAKES: [(&str, &str); 18] = [
    ("features:", "featurs:"),
    ("- majority", "- majorty"),
    ("k: 3, features", "kk: 3, features"),
    ("k: 3, features", "k: 0, features"),
    ("k: 3, features", "k: many, features"),
    ("features: both }\n  - knn", "features: bth }\n  - knn"),
    ("[loud]", "[lod]"),
    ("name: knn-loud, ", ""),
    ("folds: 3", "folds: 11"),
    ("repeats: 2", "repeats: 2, group: artist"),
    ("repeats: 2", "repeats: 2, repeats: 3"),
    ("repeats: 2 }", "repeats: 2"),
    ("{ table: table.csv }", "gtzna"),
    ("table.csv", "table.txt"),
    ("table.csv", "absent.csv"),
    ("question: Can it be told by one number?", ""),
    ("columns: all", "columns: all, scale: strong"),
    ("columns: all", "columns: all, without: [loud, bright]"),
];

/// On the tracks that come with the program.
pub const HEARD: &str = "\
question: Can it be told by blocks?
dataset: gtzan-mini
protocol: { folds: 2 }
features:
  rows: { columns: [mfcc] }
  parts: { blocks: [columns: { scale: log }, shape, contrast] }
  coarse: { frames: { log-mel: { bands: 16 } } }
models:
  - majority
  - knn: { k: 3, features: parts }
  - svm: { library: crossfold, features: rows }
  - ensemble: { name: vote, of: [knn, svm] }
  - ensemble: { name: stack, of: [knn, svm], by: stack, inner: 2 }
";

/// What is right in [`HEARD`], and the mistake in its place.
pub const HEARD_MISTAKES: [(&str, &str); 21] = [
    ("shape, contrast", "shap, contrast"),
    ("shape, contrast", "shape: { size: 3 }, contrast"),
    ("scale: log }, shape", "scale: logg }, shape"),
    ("bands: 16", "bands: 60"),
    ("bands: 16", "band: 16"),
    ("log-mel: { bands: 16 }", "log-mle"),
    ("{ columns: [mfcc] }", "{ columns: [mfcc], frames: mfcc }"),
    ("k: 3, features: parts", "k: 3, features: coarse"),
    ("of: [knn, svm] }", "of: [knn, svn] }"),
    ("of: [knn, svm] }", "of: [knn] }"),
    ("of: [knn, svm] }", "of: [knn, knn] }"),
    ("of: [knn, svm] }", "of: [knn, stack] }"),
    ("of: [knn, svm] }", "of: [knn, svm], features: rows }"),
    ("folds: 2", "folds: 2, split: fault-filtered"),
    ("folds: 2", "split: faulty"),
    ("folds: 2", "split: {}"),
    ("folds: 2", "split: { column: mine }"),
    ("folds: 2", "split: { file: absent.csv }"),
    ("protocol: { folds: 2 }", "protocol: randm"),
    ("dataset: gtzan-mini", "dataset: { table: table.csv }"),
    ("dataset: gtzan-mini", "dataset: { tensor: absent.npz, tracks: absent.txt }"),
];

/// With choices inside the training part.
pub const TUNED: &str = "\
question: Is what is tuned chosen inside the training part?
dataset: { table: table.csv }
protocol: { folds: 3 }
features:
  rows: { columns: all, scale: standard }
models:
  - majority
  - knn: { tune: { over: { k: [1, 3, 9] } } }
  - svm:
      library: crossfold
      tune:
        over: { c: log(0.1..100), gamma: log(1e-3..1) }
        search: random
        trials: 4
        inner: { folds: 2 }
learning_curve: [0.4, 1.0]
importance: { shuffles: 3 }
";

/// What is right in [`TUNED`], and the mistake in its place.
pub const TUNED_MISTAKES: [(&str, &str); 16] = [
    ("over: { k: [1, 3, 9] }", "over: { k: [1, 3, 0] }"),
    ("over: { k: [1, 3, 9] }", "over: { j: [1, 3, 9] }"),
    ("over: { k: [1, 3, 9] }", "over: { k: [] }"),
    ("over: { k: [1, 3, 9] }", "over: { k: 3 }"),
    ("over: { k: [1, 3, 9] }", "over: {}"),
    ("over: { k: [1, 3, 9] }", "ovr: { k: [1, 3, 9] }"),
    ("over: { k: [1, 3, 9] }", "over: { k: whole(1..9) }"),
    ("over: { k: [1, 3, 9] }", "over: { k: whole(9..1) }"),
    ("over: { k: [1, 3, 9] }", "over: { k: [1, 3, 9] }, trials: 3"),
    ("over: { k: [1, 3, 9] }", "over: { k: [1, 3, 9] }, inner: { folds: 30 }"),
    ("knn: { tune", "knn: { k: 3, tune"),
    ("gamma: log(1e-3..1)", "gamma: log(0..1)"),
    ("search: random", "search: bayes"),
    ("[0.4, 1.0]", "[0.4, 0.2]"),
    ("[0.4, 1.0]", "[0.4, 1.5]"),
    ("shuffles: 3", "shuffles: 0"),
];
