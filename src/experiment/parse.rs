//! From the text of an experiment file to checked types.
//!
//! Nothing here touches data: what needs the table (column names) keeps its place in the text, so
//! that [`super::plan`] can still show it.

use std::path::{Path, PathBuf};

use super::Error;
use super::contender::{Contender, contender, contenders};
use super::expect::Expectation;
use super::feature_set::{FeatureSet, feature_sets};
use super::node::{Node, Value, find, only};
use super::problem::Problem;
use super::protocol::Protocol;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounds::bounded;
use crate::dataset::Folder;
use crate::features::Recipe;
use crate::registry;
use crate::seed::Seed;

/// A question and everything needed to answer it but the data.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Its name: the file's, without extension.
    pub name: String,
    /// The question in the words of its author.
    pub question: String,
    /// Which data set.
    pub dataset: Source,
    /// The seed everything random is derived from.
    pub seed: Seed,
    /// How training and test are kept apart.
    pub protocol: Protocol,
    /// The feature sets, in the order of the file.
    pub features: Vec<FeatureSet>,
    /// What is compared, in the order of the file.
    pub contenders: Vec<Contender>,
    /// Number of the contender that the others are held against.
    pub baseline: usize,
    /// Shares of the training part that contenders are fitted on besides the whole, rising.
    pub learning_curve: Vec<Share>,
    /// What is asked of the columns.
    pub importance: Option<Importance>,
    /// What the results are held to.
    pub expectations: Vec<Expectation>,
    /// The file, for messages about what only the data can tell.
    pub file: File,
}

bounded! {
    /// A share of the training part.
    Share: f64, above 0.0, at_most 1.0
}
bounded! {
    /// How often columns are shuffled.
    Shuffles: usize, at_least 1, at_most 1000
}

/// How much each family of columns is worth to a fitted model, by shuffling it among tested units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Importance {
    /// How often each family is shuffled in each fold.
    pub shuffles: Shuffles,
}

impl Default for Importance {
    fn default() -> Self {
        Self { shuffles: Shuffles::literal(10) }
    }
}

/// An experiment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

impl File {
    /// The error for a mistake in this file.
    pub fn mistake(&self, problem: &Problem) -> Error {
        Error::Mistake(problem.show(&self.path.display().to_string(), &self.text))
    }
}

/// Which data set an experiment asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// GTZAN, wherever it lies on this machine.
    Gtzan,
    /// The hundred tracks of GTZAN whose features come with the program.
    GtzanMini,
    /// A folder of sound files.
    Audio(Folder),
    /// A feature table of the user's own.
    Table {
        /// The table.
        path: PathBuf,
        /// Artists, duplicates and parts of splits of its tracks.
        index: Option<PathBuf>,
    },
    /// Log-mel spectrograms of the user's own.
    Tensor {
        /// The array: tracks × frames × bands.
        path: PathBuf,
        /// Its name, where the file holds several.
        array: Option<String>,
        /// The list of its tracks.
        tracks: PathBuf,
        /// Their genres and artists, where the tracks are not GTZAN's.
        index: Option<PathBuf>,
    },
}

impl Experiment {
    /// Reads and checks an experiment file.
    ///
    /// # Errors
    /// When the file cannot be read, or says something that cannot be meant; the message shows the
    /// line and a caret under the offending text.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Self::of(&File { path: path.to_owned(), text })
    }

    /// Checks the text of an experiment file; files that it names lie beside the file's path.
    ///
    /// # Errors
    /// When it says something that cannot be meant.
    pub fn of(file: &File) -> Result<Self, Error> {
        parse(file).map_err(|problem| file.mistake(&problem))
    }
}

/// The keys of an experiment file.
pub(super) const KEYS: [&str; 10] = [
    "question",
    "dataset",
    "seed",
    "protocol",
    "features",
    "models",
    "baseline",
    "learning_curve",
    "importance",
    "expect",
];

fn parse(file: &File) -> Result<Experiment, Problem> {
    let root = Node::parse(&file.text)?;
    let entries = root.entries("an experiment: a map of keys")?;
    only(entries, &KEYS)?;
    let needed = |key: &str| {
        find(entries, key)
            .ok_or_else(|| Problem::new(format!("`{key}` is missing; every experiment needs it")))
    };
    let name = file.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let features = feature_sets(needed("features")?)?;
    let seed = Seed::new(find(entries, "seed").map_or(Ok(42), Node::read)?);
    let contenders = contenders(needed("models")?, &features, seed)?;
    let baseline = match find(entries, "baseline") {
        Some(node) => contender(&contenders, node.text("a contender's name")?, node.span.clone())?,
        None => contenders.iter().position(|contender| contender.kind() == "majority").unwrap_or(0),
    };
    Ok(Experiment {
        name: name.unwrap_or_default(),
        question: needed("question")?.text("the question in words")?.trim().to_owned(),
        dataset: source(needed("dataset")?, &file.path)?,
        seed,
        protocol: find(entries, "protocol")
            .map_or(Ok(Protocol::default()), |node| Protocol::read(node, &file.path))?,
        features,
        baseline,
        learning_curve: find(entries, "learning_curve").map_or(Ok(Vec::new()), learning_curve)?,
        importance: find(entries, "importance").map(Node::read).transpose()?,
        expectations: find(entries, "expect")
            .map_or(Ok(Vec::new()), |node| expectations(node, &contenders))?,
        contenders,
        file: file.clone(),
    })
}

fn source(node: &Node, path: &Path) -> Result<Source, Problem> {
    let beside = |name: &str| path.parent().unwrap_or(Path::new("")).join(name);
    if let Value::Text(name) = &node.value {
        return match name.as_str() {
            "gtzan" => Ok(Source::Gtzan),
            "gtzan-mini" => Ok(Source::GtzanMini),
            name if is_table(name) => Ok(Source::Table { path: beside(name), index: None }),
            name => Err(Problem::new(format!(
                "unknown dataset `{name}`; a table's path must end in .csv or .parquet, sound files \
                 are named by `{{ audio: PATH }}`, a name: {}",
                registry::expected(name, ["gtzan", "gtzan-mini"])
            ))
            .at(node.span.clone())),
        };
    }
    let what = "a dataset's name, `{ table: PATH }`, `{ audio: PATH }` or `{ tensor: PATH }`";
    let entries = node.entries(what)?;
    if let Some(table) = find(entries, "table") {
        only(entries, &["table", "index"])?;
        let name = table.text("a path")?;
        let index = find(entries, "index").map(|node| node.text("a path")).transpose()?;
        if is_table(name) {
            return Ok(Source::Table { path: beside(name), index: index.map(beside) });
        }
        let message = "a table's path must end in .csv or .parquet";
        return Err(Problem::new(message).at(table.span.clone()));
    }
    if let Some(tensor) = find(entries, "tensor") {
        only(entries, &["tensor", "array", "tracks", "index"])?;
        let path = beside(tensor.text("a path")?);
        let text = |key: &str| find(entries, key).map(|node| node.text("a text")).transpose();
        let tracks = text("tracks")?.map_or_else(|| path.with_extension("tracks.txt"), beside);
        let array = text("array")?.map(str::to_owned);
        return Ok(Source::Tensor { array, tracks, index: text("index")?.map(beside), path });
    }
    only(entries, &["table", "audio", "tensor", "index", "recipe", "segments"])?;
    let audio = find(entries, "audio")
        .ok_or_else(|| Problem::new(format!("expected {what}")).at(node.span.clone()))?;
    let recipe = match find(entries, "recipe") {
        Some(node) => Recipe::named(node.text("a recipe's name")?)
            .map_err(|error| Problem::new(error.to_string()).at(node.span.clone()))?,
        None => Recipe::KAGGLE,
    };
    let recipe = match find(entries, "segments") {
        Some(node) => recipe
            .with_segments(node.read()?)
            .map_err(|error| Problem::new(error.to_string()).at(node.span.clone()))?,
        None => recipe,
    };
    let index = find(entries, "index").map(|node| node.text("a path")).transpose()?;
    Ok(Source::Audio(Folder {
        path: beside(audio.text("a folder's path")?),
        index: index.map(beside),
        recipe,
    }))
}

fn is_table(name: &str) -> bool {
    let extension = Path::new(name).extension().map(std::ffi::OsStr::to_ascii_lowercase);
    extension.is_some_and(|end| end == "csv" || end == "parquet")
}

/// Shares, the whole left out: every cell has that anyway.
fn learning_curve(node: &Node) -> Result<Vec<Share>, Problem> {
    let mut shares = Vec::new();
    for item in node.items("a list of shares, as in `[0.1, 0.25, 0.5, 1.0]`")? {
        let share: Share = item.read()?;
        if let Some(last) = shares.last().filter(|last: &&Share| last.get() >= share.get()) {
            let message = format!("shares must rise, but {} follows {}", share.get(), last.get());
            return Err(Problem::new(message).at(item.span.clone()));
        }
        shares.push(share);
    }
    shares.retain(|share| share.get() < 1.0);
    Ok(shares)
}

fn expectations(node: &Node, contenders: &[Contender]) -> Result<Vec<Expectation>, Problem> {
    node.entries("contenders and what is expected of them")?
        .iter()
        .map(|(key, expected)| {
            let contender = contender(contenders, &key.text, key.span.clone())?;
            let bounds = expected.read()?;
            Ok(Expectation { contender, bounds })
        })
        .collect()
}
