//! From the text of an experiment file to checked types.
//!
//! Nothing here touches data: what needs the table (column names) keeps its place in the text, so
//! that [`super::plan`] can still show it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::Error;
use super::expect::Expectation;
use super::feature_set::{FeatureSet, feature_sets};
use super::node::{Key, Node, Value, find, only};
use super::problem::Problem;
use crate::bounds::bounded;
use crate::dataset::Folder;
use crate::features::Recipe;
use crate::models::{Ensemble, Model};
use crate::registry;
use crate::seed::Seed;
use crate::split::{Grouping, Published};

bounded! {
    /// How many parts the data is cut into; each is tested once a repeat.
    Folds: usize, at_least 2, at_most 1000
}

bounded! {
    /// How many times the folds are drawn anew.
    Repeats: usize, at_least 1, at_most 1000
}

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
    /// What the results are held to.
    pub expectations: Vec<Expectation>,
    /// The file, for messages about what only the data can tell.
    pub file: File,
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
    Table(PathBuf),
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

/// How training and test are kept apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Protocol {
    /// Folds drawn from the seed.
    Folds {
        /// How many folds a repeat has.
        folds: Folds,
        /// How many repeats there are.
        repeats: Repeats,
        /// What must stay on one side of a split.
        group: Grouping,
    },
    /// A split that somebody published.
    Published(Published),
}

impl Default for Protocol {
    /// Ten folds once, a track never parted: what most published figures on GTZAN use.
    fn default() -> Self {
        Self::Folds {
            folds: Folds::literal(10),
            repeats: Repeats::literal(1),
            group: Grouping::Track,
        }
    }
}

fn protocol(node: &Node) -> Result<Protocol, Problem> {
    let entries = node.entries("a protocol: a map of keys")?;
    only(entries, &["folds", "repeats", "group", "split"])?;
    if let Some(split) = find(entries, "split") {
        if let Some((key, _)) = entries.iter().find(|(key, _)| key.text != "split") {
            let message = format!("`split` names published folds; leave `{}` out", key.text);
            return Err(Problem::new(message).at(key.span.clone()));
        }
        return split.read().map(Protocol::Published);
    }
    Ok(Protocol::Folds {
        folds: find(entries, "folds").map_or(Ok(Folds::literal(10)), Node::read)?,
        repeats: find(entries, "repeats").map_or(Ok(Repeats::literal(1)), Node::read)?,
        group: find(entries, "group").map_or(Ok(Grouping::Track), Node::read)?,
    })
}

/// What is compared.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Its name: unique in the experiment.
    pub name: String,
    /// What it is.
    pub entry: Entry,
    /// Its place in the file.
    pub span: Range<usize>,
}

/// What a contender is.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A model on a feature set.
    Model {
        /// The model with its parameters.
        model: Model,
        /// Number of its feature set.
        features: usize,
    },
    /// Other contenders as one.
    Ensemble {
        /// How.
        ensemble: Ensemble,
        /// Numbers of the others.
        members: Vec<usize>,
    },
}

impl Contender {
    /// Name of its model.
    pub fn kind(&self) -> &'static str {
        match &self.entry {
            Entry::Model { model, .. } => model.name(),
            Entry::Ensemble { .. } => ENSEMBLE,
        }
    }
}

/// The name under which an ensemble stands among the models.
pub const ENSEMBLE: &str = "ensemble";

impl Experiment {
    /// Reads and checks an experiment file.
    ///
    /// # Errors
    /// When the file cannot be read, or says something that cannot be meant; the message shows the
    /// line and a caret under the offending text.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let file = File { path: path.to_owned(), text };
        parse(&file).map_err(|problem| file.mistake(&problem))
    }
}

const KEYS: [&str; 8] =
    ["question", "dataset", "seed", "protocol", "features", "models", "baseline", "expect"];

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
    let contenders = contenders(needed("models")?, &features)?;
    let baseline = match find(entries, "baseline") {
        Some(node) => contender(&contenders, node.text("a contender's name")?, node.span.clone())?,
        None => contenders.iter().position(|contender| contender.kind() == "majority").unwrap_or(0),
    };
    Ok(Experiment {
        name: name.unwrap_or_default(),
        question: needed("question")?.text("the question in words")?.trim().to_owned(),
        dataset: source(needed("dataset")?, &file.path)?,
        seed: Seed::new(find(entries, "seed").map_or(Ok(42), Node::read)?),
        protocol: find(entries, "protocol").map_or(Ok(Protocol::default()), protocol)?,
        features,
        baseline,
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
            name if is_table(name) => Ok(Source::Table(beside(name))),
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
        only(entries, &["table"])?;
        let name = table.text("a path")?;
        if is_table(name) {
            return Ok(Source::Table(beside(name)));
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

fn contenders(node: &Node, features: &[FeatureSet]) -> Result<Vec<Contender>, Problem> {
    let mut contenders: Vec<Contender> = Vec::new();
    for item in node.items("a list of models")? {
        let contender = one_contender(item, features)?;
        if contenders.iter().any(|other| other.name == contender.name) {
            return Err(Problem::new(format!(
                "two contenders are called `{}`; tell them apart with `name`",
                contender.name
            ))
            .at(contender.span));
        }
        contenders.push(contender);
    }
    if contenders.is_empty() {
        return Err(Problem::new("no model; write at least `- majority`").at(node.span.clone()));
    }
    for at in 0..contenders.len() {
        let members = members(&contenders, &contenders[at])?;
        if let Entry::Ensemble { members: found, .. } = &mut contenders[at].entry {
            *found = members;
        }
    }
    Ok(contenders)
}

/// Numbers of the contenders that an ensemble names; none for a model.
fn members(contenders: &[Contender], ensemble: &Contender) -> Result<Vec<usize>, Problem> {
    let Entry::Ensemble { ensemble: Ensemble { of, .. }, .. } = &ensemble.entry else {
        return Ok(Vec::new());
    };
    let problem = |message: String| Problem::new(message).at(ensemble.span.clone());
    if of.len() < 2 {
        let message = "an ensemble needs at least two contenders: `of: [one, other]`";
        return Err(problem(message.to_owned()));
    }
    let single = |known: &&Contender| matches!(known.entry, Entry::Model { .. });
    let mut found = Vec::new();
    for name in of {
        let at = contenders
            .iter()
            .position(|known| known.name == *name && single(&known))
            .ok_or_else(|| {
                let known = contenders.iter().filter(single).map(|known| known.name.as_str());
                let known: Vec<&str> = known.collect();
                let expected = registry::expected(name, known);
                problem(format!("`of` names `{name}`, which is no model here; {expected}"))
            })?;
        if found.contains(&at) {
            return Err(problem(format!("`of` names `{name}` twice")));
        }
        found.push(at);
    }
    Ok(found)
}

/// Takes `name` and `features` out of a model's parameters; the model reads the rest.
fn one_contender(item: &Node, features: &[FeatureSet]) -> Result<Contender, Problem> {
    let Value::Map(choice) = &item.value else {
        let model: Model = item.read()?;
        let name = model.name().to_owned();
        let entry = Entry::Model { model, features: 0 };
        return Ok(Contender { name, entry, span: item.span.clone() });
    };
    let (mut name, mut set, mut rest) = (None, None, choice.clone());
    for (_, parameters) in &mut rest {
        let Value::Map(parameters) = &mut parameters.value else { continue };
        let mut take = |key: &str| {
            let at = parameters.iter().position(|(known, _)| known.text == key)?;
            Some(parameters.remove(at).1)
        };
        (name, set) = (take("name"), take("features"));
    }
    let span_of = |name: &Option<Node>| {
        name.as_ref().map_or_else(|| choice[0].0.span.clone(), |node| node.span.clone())
    };
    let named = |kind: &str| name.as_ref().map_or(Ok(kind.to_owned()), checked_name);
    if let [(Key { text, .. }, parameters)] = rest.as_slice()
        && text == ENSEMBLE
    {
        if let Some(node) = set {
            let message = "an ensemble has no features of its own; its contenders have";
            return Err(Problem::new(message).at(node.span));
        }
        let ensemble =
            parameters.read().map_err(|problem: Problem| problem.with_known_keys(&["name"]))?;
        let entry = Entry::Ensemble { ensemble, members: Vec::new() };
        return Ok(Contender { name: named(ENSEMBLE)?, entry, span: span_of(&name) });
    }
    let features = match set {
        Some(node) => {
            let wanted = node.text("a feature set's name")?;
            let known = || features.iter().map(|set| set.name.as_str());
            known().position(|known| known == wanted).ok_or_else(|| {
                let known: Vec<&str> = known().collect();
                let expected = registry::expected(wanted, known);
                Problem::new(format!("unknown feature set `{wanted}`; {expected}"))
                    .at(node.span.clone())
            })?
        }
        None => 0,
    };
    let node = Node { value: Value::Map(rest), span: item.span.clone() };
    let model: Model =
        node.read().map_err(|problem: Problem| problem.with_known_keys(&["name", "features"]))?;
    let (name, span) = (named(model.name())?, span_of(&name));
    Ok(Contender { name, entry: Entry::Model { model, features }, span })
}

fn checked_name(node: &Node) -> Result<String, Problem> {
    let name = node.text("a name")?;
    if name.trim().is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(Problem::new("a name needs 1 to 60 printable characters").at(node.span.clone()));
    }
    Ok(name.to_owned())
}

fn contender(contenders: &[Contender], name: &str, span: Range<usize>) -> Result<usize, Problem> {
    contenders.iter().position(|contender| contender.name == name).ok_or_else(|| {
        let known: Vec<&str> = contenders.iter().map(|known| known.name.as_str()).collect();
        Problem::new(format!("unknown contender `{name}`; {}", registry::expected(name, known)))
            .at(span)
    })
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
