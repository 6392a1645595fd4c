//! An experiment to begin with: commented, and ready to run.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::protocol::NAMES;
use crate::dataset::Shape;
use crate::models::Model;
use crate::registry;
use crate::split::Predefined;

/// What an experiment to begin with is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    /// Its data.
    pub dataset: StarterData,
    /// How training and test are kept apart: the name of a protocol.
    pub protocol: String,
    /// Names of the models.
    pub models: Vec<String>,
}

/// The data of an experiment to begin with; paths begin at its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StarterData {
    /// A set that has a name.
    Named(String),
    /// A table.
    Table(PathBuf),
    /// A folder of sound files.
    Audio(PathBuf),
    /// An array of log-mel spectrograms.
    Tensor(PathBuf),
}

/// The model that others are held against.
const BASELINE: &str = "majority";

impl Starter {
    /// The experiment's text; `file` is where it will lie, for the commands in its comments.
    ///
    /// # Errors
    /// When a model or protocol is not known, or the data has not what a model learns from.
    pub fn text(&self, file: &str) -> Result<String, String> {
        let mut models = vec![BASELINE];
        for name in &self.models {
            let known = Model::NAMES.iter().find(|known| *known == name).ok_or_else(|| {
                let expected = registry::expected(name, Model::NAMES.iter().copied());
                format!("unknown model `{name}`; {expected}")
            })?;
            if !models.contains(known) {
                models.push(known);
            }
        }
        let (rows, sequences): (Vec<&str>, Vec<&str>) =
            models.iter().partition(|name| learns_from_rows(name));
        if let (StarterData::Table(_), [first, ..]) = (&self.dataset, sequences.as_slice()) {
            return Err(format!(
                "{first} learns from sequences, which a table has not; name a folder of sound files, \
                 an array of log-mel spectrograms, `gtzan` or `gtzan-mini`"
            ));
        }
        self.dataset.allows(&self.protocol)?;
        let mut listed = String::new();
        for name in &models {
            let features = if sequences.contains(name) { "frames" } else { "rows" };
            match sequences.is_empty() {
                true => writeln!(listed, "  - {name}"),
                false => writeln!(listed, "  - {name}: {{ features: {features} }}"),
            }
            .expect("a text takes what is written");
        }
        let tuned = rows.iter().find(|name| **name != BASELINE);
        Ok(format!(
            "\
# yaml-language-server: $schema=schema.json
# `crossfold plan {file}` says what would run, `crossfold run {file}` runs it.

# What is asked, in words; it heads every report.
question: Which of these models is best?

# `gtzan`, `gtzan-mini` (a hundred tracks that come with the program), or data of your own:
# `{{ table: mine.csv }}`, `{{ audio: music }}`, `{{ tensor: log-mel.npz }}`. Paths begin at this file's folder.
dataset: {dataset}

# Everything random is derived from it.
seed: 42

# Every track is tested once a repeat and stays on one side of each split; `group: artist` keeps
# artists on one side as well.
protocol: {protocol}

# What models see of a track. Scales are learned from training rows alone.
features:
{features}
# What is compared, on the same folds. `crossfold list --model NAME` shows what each takes.
models:
{listed}{tuning}
# The one that the others are held against.
baseline: {BASELINE}

# What results are held to once they are known; `run` and `check` end with 1 where it is not met.
# expect: {{ {BASELINE}: {{ accuracy: 0.1, within: 0.02 }} }}
",
            dataset = self.dataset.written(),
            protocol = protocol(&self.protocol)?,
            features = self.features(!rows.is_empty(), !sequences.is_empty()),
            tuning = tuned.map_or(String::new(), |name| tuning(name)),
        ))
    }

    fn features(&self, rows: bool, sequences: bool) -> String {
        let mut text = String::new();
        if rows {
            text += match self.dataset {
                StarterData::Tensor(_) => {
                    "  rows: { blocks: [shape, contrast], scale: standard }\n"
                }
                StarterData::Table(_) => "  rows: { columns: all, scale: standard }\n",
                _ => {
                    "  rows: { columns: all, scale: standard }\n  \
                     # without-mfcc: { columns: all, without: [mfcc], scale: standard }\n"
                }
            };
        }
        if sequences {
            text += "  frames: { frames: { log-mel: { bands: 32 } }, scale: standard }\n";
        }
        text
    }
}

impl StarterData {
    /// Refuses a protocol that asks for what the data does not say.
    fn allows(&self, protocol: &str) -> Result<(), String> {
        let lacks = match self {
            Self::Named(name) if name == "gtzan-mini" && protocol == "artist" => {
                "gtzan-mini has genres of one artist only"
            }
            Self::Named(_) => return Ok(()),
            _ if protocol != "random" && NAMES.contains(&protocol) => {
                "data of your own says nothing of artists and splits before it has an `index`"
            }
            _ => return Ok(()),
        };
        Err(format!(
            "{lacks}; take `gtzan`, or begin with `random` and change `protocol` in the file"
        ))
    }

    fn written(&self) -> String {
        let quoted = |path: &PathBuf| serde_json::Value::from(path.to_string_lossy()).to_string();
        match self {
            Self::Named(name) => name.clone(),
            Self::Table(path) => format!("{{ table: {} }}", quoted(path)),
            Self::Audio(path) => format!("{{ audio: {} }}", quoted(path)),
            Self::Tensor(path) => format!("{{ tensor: {} }}", quoted(path)),
        }
    }
}

fn learns_from_rows(model: &str) -> bool {
    let shape = Shape::Row { width: 57 };
    Model::default_of(model).is_some_and(|model| model.learner().accepts(shape).is_ok())
}

fn protocol(name: &str) -> Result<String, String> {
    match name {
        "random" => Ok("{ folds: 10, repeats: 1, group: track }".to_owned()),
        "artist" => Ok("{ folds: 10, repeats: 1, group: artist }".to_owned()),
        name if Predefined::named(name).is_some() => Ok(format!("{{ split: {name} }}")),
        name => Err(format!("unknown protocol `{name}`; {}", registry::expected(name, NAMES))),
    }
}

/// A choice inside the training part, as a comment that becomes a contender without its `#`.
fn tuning(model: &str) -> String {
    let over = match model {
        "knn" => "k: [1, 3, 9]",
        "svm" => "c: [1, 10, 100]",
        "forest" => "trees: [100, 300]",
        "dense" => "dropout: [0.1, 0.3]",
        _ => return String::new(),
    };
    format!(
        "  # Chosen inside each training part:\n  \
         # - {model}: {{ name: {model}-tuned, tune: {{ over: {{ {over} }}, inner: {{ folds: 3 }} }} }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{Starter, StarterData};
    use crate::experiment::{Experiment, File};
    use crate::models::Model;

    fn starter(dataset: StarterData, protocol: &str, models: &[&str]) -> Starter {
        let models = models.iter().map(|name| (*name).to_owned()).collect();
        Starter { dataset, protocol: protocol.to_owned(), models }
    }

    #[test]
    fn whatever_is_chosen_can_be_read() {
        let data = [
            StarterData::Named("gtzan".into()),
            StarterData::Audio("my \"music\"".into()),
            StarterData::Tensor("a.npz".into()),
        ];
        for dataset in data {
            let named = matches!(dataset, StarterData::Named(_));
            for protocol in super::NAMES.into_iter().filter(|it| named || *it == "random") {
                let starter = starter(dataset.clone(), protocol, Model::NAMES);
                let text = starter.text("a.yaml").unwrap();
                let file = File { path: "a.yaml".into(), text: text.clone() };
                let read = Experiment::of(&file).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(read.contenders.len(), Model::NAMES.len());
                // A comment becomes a contender.
                let text = text.replace("  # - ", "  - ").replace("  # without-", "  without-");
                let more = Experiment::of(&File { text, ..file }).unwrap();
                assert_eq!(more.contenders.len(), read.contenders.len() + 1);
            }
        }
    }

    #[test]
    fn what_cannot_run_is_refused_with_the_remedy() {
        let table = || StarterData::Table("a.csv".into());
        let said = |dataset, protocol: &str, models: &[&str]| {
            starter(dataset, protocol, models).text("a.yaml").unwrap_err()
        };
        assert!(said(table(), "random", &["cnn"]).contains("name a folder of sound files"));
        assert!(said(table(), "random", &["smv"]).contains("did you mean `svm`?"));
        assert!(said(table(), "artist", &["svm"]).contains("before it has an `index`"));
        let mini = StarterData::Named("gtzan-mini".into());
        assert!(said(mini, "artist", &["svm"]).contains("take `gtzan`"));
        assert!(said(table(), "artits", &["svm"]).contains("did you mean `artist`?"));
    }
}
