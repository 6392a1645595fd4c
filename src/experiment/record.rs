//! What a run leaves behind: the only input of every table and figure.

use serde::{Deserialize, Serialize};

use crate::evaluation::{
    Interval, Join, Prediction, accuracy, corrected_interval, spread, wilson_interval,
};
use crate::models::{Epoch, Layer};

/// Everything that is known of a run.
///
/// Kept as `record.json`, with the predictions beside it in `predictions.parquet`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Version of this format.
    pub format: u32,
    /// What was asked.
    pub experiment: ExperimentFacts,
    /// What it was asked of.
    pub dataset: DatasetFacts,
    /// How training and test were kept apart.
    pub protocol: ProtocolFacts,
    /// What was compared, in the order of the experiment.
    pub contenders: Vec<ContenderFacts>,
    /// How the run came about.
    pub provenance: Provenance,
    /// What was classified.
    pub units: Vec<UnitFacts>,
    /// The folds, by repeat and fold.
    pub folds: Vec<FoldFacts>,
    /// Timings and histories, by contender, repeat and fold.
    pub cells: Vec<CellFacts>,
    /// Cells that failed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureFacts>,
    /// What was predicted, by contender, repeat, fold and unit.
    #[serde(skip)]
    pub predictions: Vec<Prediction>,
}

/// The experiment as it was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperimentFacts {
    /// Its name: the file's, without `.yaml`.
    pub name: String,
    /// The question it asks.
    pub question: String,
    /// Name of the contender the others are held against.
    pub baseline: String,
    /// The seed everything random was derived from.
    pub seed: u64,
    /// BLAKE3 of the text, in hexadecimal.
    pub hash: String,
    /// The text of the file.
    pub text: String,
}

/// The data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetFacts {
    /// Its name, as in `gtzan`.
    pub name: String,
    /// Its name for titles, as in `GTZAN, 1000 tracks`.
    pub title: String,
    /// How many tracks it has.
    pub tracks: usize,
    /// How many rows (tracks, or segments of them).
    pub rows: usize,
    /// Names of the genres, sorted.
    pub genres: Vec<String>,
    /// The set that was asked for, where this one stood in for it because it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute_for: Option<String>,
    /// BLAKE3 of the data file, in hexadecimal.
    pub hash: String,
    /// BLAKE3 of the index, in hexadecimal; empty where there is none.
    pub index_hash: String,
    /// BLAKE3 of the log-mel spectrograms, in hexadecimal, where feature sets are made of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames_hash: Option<String>,
}

/// The protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolFacts {
    /// In words: `stratified 10-fold × 3 over tracks`.
    pub name: String,
    /// What is kept on one side of a split: `none`, `track` or `artist`.
    pub group: String,
    /// How many folds a repeat has.
    pub folds: usize,
    /// How many repeats there are.
    pub repeats: usize,
    /// BLAKE3 of all folds, in hexadecimal: equal hashes mean equal folds.
    pub hash: String,
    /// Expected accuracy of naming genres blindly: one over the number of genres.
    pub chance: f64,
    /// How segments of a track become the track, where rows are segments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracks: Option<Join>,
}

/// One contender.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContenderFacts {
    /// Its name, as in `svm-rbf`.
    pub name: String,
    /// Name of its model, as in `svm`.
    pub model: String,
    /// Name of its feature set.
    pub features: String,
    /// How many values a sample has.
    pub width: usize,
    /// Every parameter of the model with its value.
    pub parameters: serde_json::Value,
    /// Why the same seed need not give the same scores; absent where it does.
    pub not_reproducible: Option<String>,
    /// The layers of a net, from the input on; none of other models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<Layer>,
    /// What is chosen inside the training part of each fold; absent where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tune: Option<TuneFacts>,
}

/// Where and by what the record was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of the program.
    pub version: String,
    /// Commit the program was built from, with `-dirty` behind it if the tree was changed; empty
    /// where it is not known.
    pub commit: String,
    /// When the run began, in UTC, as in `2026-11-23T05:06:07Z`.
    pub started: String,
    /// How long the run took, in seconds.
    pub wall_seconds: f64,
    /// Processor time of the run, in seconds.
    pub cpu_seconds: f64,
    /// How many cells ran at once; on a cluster, how many tasks shared them.
    pub jobs: usize,
    /// Where cells ran, as in `slurm`; absent where it was threads of one process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Where nets were trained, as in `cuda: NVIDIA H100 PCIe`; absent where it was the processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The machine.
    pub machine: Machine,
}

/// A machine, as far as timings depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Operating system and architecture, as in `linux x86_64`.
    pub system: String,
    /// Model of the processor.
    pub processor: String,
    /// How many cores the program may use.
    pub cores: usize,
}

/// One unit of the data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitFacts {
    /// Its name.
    pub id: String,
    /// Name of its track.
    pub track: String,
    /// Number of its genre.
    pub genre: usize,
    /// Name of the group that stays on one side.
    pub group: String,
    /// Who plays; empty where nobody knows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub artist: String,
}

/// One fold: numbers of units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldFacts {
    /// Which repeat, from 0.
    pub repeat: usize,
    /// Which fold of the repeat, from 0.
    pub fold: usize,
    /// Units that train.
    pub train: Vec<usize>,
    /// Units that are tested.
    pub test: Vec<usize>,
}

/// What one cell took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellFacts {
    /// Number of the contender.
    pub contender: usize,
    /// Which repeat, from 0.
    pub repeat: usize,
    /// Which fold of the repeat, from 0.
    pub fold: usize,
    /// Processor seconds of the thread that fitted, scaling included.
    pub fit_seconds: f64,
    /// Processor seconds of the thread that scored the test units.
    pub predict_seconds: f64,
    /// How many numbers the model learned or kept.
    pub parameters: usize,
    /// One entry for each epoch of a net; empty for other models.
    pub history: Vec<Epoch>,
    /// What was chosen inside the training part; absent where nothing was tuned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<TuningFacts>,
    /// Accuracies with a part of the training units, where they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learning_curve: Vec<PointFacts>,
    /// What each family of columns is worth, where it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importance: Vec<FamilyFacts>,
}

/// A contender that failed on a fold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureFacts {
    /// Number of the contender.
    pub contender: usize,
    /// Which repeat, from 0.
    pub repeat: usize,
    /// Which fold of the repeat, from 0.
    pub fold: usize,
    /// Why.
    pub reason: String,
}

/// What a contender tries inside the training part of each fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuneFacts {
    /// The parameters and what is tried of each, as written.
    pub over: Vec<(String, String)>,
    /// `grid` or `random`.
    pub search: String,
    /// What choices are made on, in words: inner folds, or the part that the split sets apart.
    pub judged_on: String,
    /// The combinations, in the order they are tried.
    pub candidates: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// What was chosen in one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuningFacts {
    /// Number of the combination.
    pub chosen: usize,
    /// What each combination reached inside the training part.
    pub trials: Vec<TrialFacts>,
}

/// What one combination reached inside the training part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialFacts {
    /// Share of inner test units named rightly.
    pub accuracy: f64,
    /// Their mean log loss, in nats.
    pub log_loss: f64,
}

/// One point of a learning curve, on the test part of a fold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointFacts {
    /// Share of the training part that was asked for.
    pub share: f64,
    /// How many units trained.
    pub trained: usize,
    /// Share of test units named rightly.
    pub accuracy: f64,
}

/// What a family of columns is worth, on the test part of a fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyFacts {
    /// The family, or the block.
    pub family: String,
    /// How many columns it has.
    pub columns: usize,
    /// Accuracy less that with the family shuffled among test units; below 0 by chance alone.
    pub drop: f64,
}

/// How sure every interval is.
pub const CONFIDENCE: f64 = 0.95;

impl Record {
    /// Accuracy of a contender on each fold that it was tested on.
    pub fn fold_accuracies(&self, contender: usize) -> Vec<f64> {
        let folds = self.predictions_by_fold(contender);
        folds.iter().filter(|fold| !fold.is_empty()).map(|fold| accuracy(fold)).collect()
    }

    /// Test rows over training rows, all folds together.
    #[allow(clippy::cast_precision_loss)]
    pub fn test_to_train(&self) -> f64 {
        let (test, train) = self
            .folds
            .iter()
            .fold((0, 0), |(test, train), fold| (test + fold.test.len(), train + fold.train.len()));
        test as f64 / train.max(1) as f64
    }

    /// Interval of a contender's accuracy at 95 %, around its accuracy over all units:
    /// corrected for shared training rows over several folds, Wilson's on one.
    pub fn interval(&self, contender: usize) -> Option<Interval> {
        let (said, folds) = (self.predictions_of(contender), self.fold_accuracies(contender));
        if folds.len() < 2 {
            return wilson_interval(accuracy(&said), said.len(), CONFIDENCE);
        }
        let moved = accuracy(&said) - spread(&folds).mean;
        corrected_interval(&folds, self.test_to_train(), CONFIDENCE)
            .map(|it| Interval { low: it.low + moved, high: it.high + moved })
    }

    /// The predictions of one contender, in order of repeat, fold and unit.
    pub fn predictions_of(&self, contender: usize) -> Vec<&Prediction> {
        self.predictions.iter().filter(|prediction| prediction.contender == contender).collect()
    }

    /// The predictions of one contender, one list for each fold of each repeat, in that order.
    pub fn predictions_by_fold(&self, contender: usize) -> Vec<Vec<&Prediction>> {
        self.folds
            .iter()
            .map(|fold| {
                self.predictions
                    .iter()
                    .filter(|prediction| {
                        prediction.contender == contender
                            && prediction.repeat == fold.repeat
                            && prediction.fold == fold.fold
                    })
                    .collect()
            })
            .collect()
    }
}
