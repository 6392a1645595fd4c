//! `crossfold list`: what an experiment may name.

use clap::Args;
use serde_json::{Value, json};

use super::outcome::{Failure, Outcome, say};
use crate::dataset::Shape;
use crate::features;
use crate::features::blocks::Block;
use crate::models::{Ensemble, Layer, Model};
use crate::registry;

/// Arguments of `crossfold list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  crossfold list                 models, features and datasets
  crossfold list --model dense   every parameter of one model
  crossfold list --json          the same for programs")]
pub struct Arguments {
    /// Only this model, with all its parameters
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// The datasets an experiment may name.
const DATASETS: [(&str, &str); 5] = [
    ("gtzan", "the published table of GTZAN, found by --data, CROSSFOLD_DATA or in data/"),
    ("gtzan-mini", "100 of its tracks, whose features come with the program"),
    (
        "{ audio: PATH }",
        "your own sound files as GENRE/CLIP.wav; also `index`, `recipe`, `segments`",
    ),
    (
        "{ tensor: PATH }",
        "log-mel spectrograms of your own: NPZ or NPY; also `array`, `tracks`, `index`",
    ),
    ("{ table: PATH }", "a CSV or Parquet table of your own: filename, label, and numbers"),
];

/// Runs the command.
pub fn list(arguments: &Arguments) -> Result<Outcome, Failure> {
    let models: Vec<&str> = match &arguments.model {
        None => names(),
        Some(wanted) => {
            let names = names();
            let known = *names.iter().find(|name| *name == wanted).ok_or_else(|| {
                let expected = registry::expected(wanted, names.iter().copied());
                anyhow::anyhow!("unknown model `{wanted}`; {expected}")
            })?;
            vec![known]
        }
    };
    if arguments.json {
        let models: Vec<Value> = models.iter().map(|name| model_json(name)).collect();
        let datasets: Vec<Value> =
            DATASETS.iter().map(|(name, about)| json!({ "name": name, "about": about })).collect();
        let rows: Vec<Value> = features::FEATURES
            .iter()
            .map(|feature| {
                json!({
                    "name": feature.name,
                    "family": feature.family.name(),
                    "columns": feature.columns,
                    "unit": feature.unit,
                    "about": feature.doc,
                })
            })
            .collect();
        let blocks: Vec<Value> = Block::NAMES
            .iter()
            .map(|name| {
                json!({
                    "name": name,
                    "about": Block::about(name),
                    "parameters": Block::schema(name)["properties"],
                })
            })
            .collect();
        let frames: Vec<Value> = features::FRAME_FEATURES
            .iter()
            .map(|known| json!({ "name": known.name, "unit": known.unit, "about": known.doc }))
            .collect();
        say(&json!({
            "models": models,
            "features": rows,
            "frame_features": frames,
            "blocks": blocks,
            "families": features::FAMILIES,
            "recipes": features::Recipe::ALL.map(|recipe| recipe.name()),
            "datasets": datasets,
        })
        .to_string())?;
        return Ok(Outcome::Done);
    }
    let mut text = String::from("Models\n");
    for name in &models {
        text += &format!("  {name:10} {}\n", about(name));
        for parameter in parameters(&schema(name)) {
            text +=
                &format!("    {:18} {:24} {}\n", parameter.name, parameter.value, parameter.about);
        }
        if arguments.model.is_some() {
            text += &layers(name);
        }
    }
    if arguments.model.is_none() {
        text +=
            "\nFeatures of a row, by family (a feature set takes families, features or columns)\n";
        for feature in &features::FEATURES {
            let (name, family) = (feature.name, feature.family.name());
            text += &format!("  {name:20} {family:10} {} ({})\n", feature.doc, feature.unit);
        }
        text += "\nBlocks of the log-mel spectrogram (`blocks: [columns, NAME, …]`)\n";
        for name in Block::NAMES {
            text += &format!("  {name:20} {}\n", Block::about(name).unwrap_or_default());
            for parameter in parameters(&Block::schema(name)) {
                let Parameter { name, value, about } = parameter;
                text += &format!("    {name:18} {value:10} {about}\n");
            }
        }
        text += "\nSequences made of it (`frames: NAME` or a list)\n";
        for (name, about) in FRAMES {
            text += &format!("  {name:20} {about}\n");
        }
        text += "\nFeatures of a frame (`crossfold extract --recipe NAME,NAME`)\n";
        for feature in &features::FRAME_FEATURES {
            text += &format!("  {:20} {} ({})\n", feature.name, feature.doc, feature.unit);
        }
        text += "\nRecipes of a row\n";
        for recipe in features::Recipe::ALL {
            text += &format!("  {:20} {recipe}\n", recipe.name());
        }
        text += "\nDatasets\n";
        for (name, about) in DATASETS {
            text += &format!("  {name:18} {about}\n");
        }
    }
    say(&text)?;
    Ok(Outcome::Done)
}

struct Parameter {
    name: String,
    value: String,
    about: String,
}

/// What `frames` may name.
const FRAMES: [(&str, &str); 4] = [
    ("log-mel", "the bands, in dB; `{ log-mel: { bands: 64 } }` averages neighbours"),
    ("mfcc", "`{ mfcc: { coefficients: 20, deltas: 1 } }`"),
    ("contrast", "peaks over valleys in eight broad bands, and the valleys, in dB"),
    ("shape", "centroid, spread, flatness, level, roll-off and flux over the bands"),
];

/// The name under which several contenders stand as one.
const ENSEMBLE: &str = "ensemble";

/// Names of all models.
fn names() -> Vec<&'static str> {
    Model::NAMES.iter().copied().chain([ENSEMBLE]).collect()
}

fn schema(model: &str) -> Value {
    if model == ENSEMBLE { Ensemble::schema() } else { Model::schema(model) }
}

fn about(model: &str) -> String {
    let schema = schema(model);
    let line = schema["description"].as_str().and_then(|text| text.lines().next());
    line.unwrap_or_default().to_owned()
}

/// The layers of a net with its defaults, on what it is made for: the published columns, else a
/// clip's log-mel bands.
fn layers(model: &str) -> String {
    let shapes = [Shape::Row { width: 57 }, Shape::Sequence { frames: 387, width: 64 }];
    let Some(model) = Model::default_of(model) else { return String::new() };
    let learner = model.learner();
    let Some(shape) = shapes.into_iter().find(|shape| learner.accepts(*shape).is_ok()) else {
        return String::new();
    };
    let layers = learner.layers(shape, 10);
    if layers.is_empty() {
        return String::new();
    }
    let mut text = format!("\n  Layers, on {shape} and ten genres\n");
    let widest = |of: fn(&Layer) -> &str| layers.iter().map(|it| of(it).chars().count()).max();
    let (name, output) = (widest(|it| &it.name), widest(|it| &it.output));
    let (name, output) = (name.unwrap_or_default(), output.unwrap_or_default());
    let line = |first: &str, second: &str, parameters: usize| {
        format!("    {first:name$}  {second:output$}  {parameters:>9}\n")
    };
    for layer in &layers {
        text += &line(&layer.name, &layer.output, layer.parameters);
    }
    text + &line("numbers learned in all", "", layers.iter().map(|layer| layer.parameters).sum())
}

/// Parameters from their schema: name, default with range, and what each does.
fn parameters(schema: &Value) -> Vec<Parameter> {
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    properties
        .iter()
        .map(|(name, property)| Parameter {
            name: name.clone(),
            value: property["default"].to_string(),
            about: format!(
                "{}{}",
                property["description"].as_str().unwrap_or_default().replace('\n', " "),
                range(property)
            ),
        })
        .collect()
}

/// The range of a number in words, from its schema.
fn range(property: &Value) -> String {
    let bounds: Vec<String> = [
        ("minimum", "at least"),
        ("exclusiveMinimum", "above"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "below"),
    ]
    .iter()
    .filter_map(|(key, words)| property.get(key).map(|limit| format!("{words} {limit}")))
    .collect();
    if bounds.is_empty() { String::new() } else { format!(" ({})", bounds.join(", ")) }
}

fn model_json(name: &str) -> Value {
    json!({
        "name": name,
        "about": about(name),
        "parameters": schema(name)["properties"],
    })
}
