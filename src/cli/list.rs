//! `crossfold list`: what an experiment may name.

use clap::Args;
use serde_json::{Value, json};

use super::outcome::{Failure, Outcome, say};
use crate::features;
use crate::models::Model;
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
const DATASETS: [(&str, &str); 4] = [
    ("gtzan", "the published table of GTZAN, found by --data, CROSSFOLD_DATA or in data/"),
    ("gtzan-mini", "100 of its tracks, whose features come with the program"),
    (
        "{ audio: PATH }",
        "your own sound files as GENRE/CLIP.wav; also `index`, `recipe`, `segments`",
    ),
    ("{ table: PATH }", "a CSV or Parquet table of your own: filename, label, and numbers"),
];

/// Runs the command.
pub fn list(arguments: &Arguments) -> Result<Outcome, Failure> {
    let models: Vec<&str> = match &arguments.model {
        None => Model::NAMES.to_vec(),
        Some(wanted) => {
            let known = Model::NAMES.iter().find(|name| *name == wanted).ok_or_else(|| {
                let expected = registry::expected(wanted, Model::NAMES.iter().copied());
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
        let frames: Vec<Value> = features::FRAME_FEATURES
            .iter()
            .map(|known| json!({ "name": known.name, "unit": known.unit, "about": known.doc }))
            .collect();
        say(&json!({
            "models": models,
            "features": rows,
            "frame_features": frames,
            "families": features::FAMILIES,
            "recipes": features::Recipe::ALL.map(|recipe| recipe.name()),
            "datasets": datasets,
        })
        .to_string())?;
        return Ok(Outcome::Done);
    }
    let mut text = String::from("Models\n");
    for name in &models {
        text += &format!("  {name:10} {}\n", Model::about(name).unwrap_or_default());
        for parameter in parameters(name) {
            text +=
                &format!("    {:18} {:24} {}\n", parameter.name, parameter.value, parameter.about);
        }
    }
    if arguments.model.is_none() {
        text +=
            "\nFeatures of a row, by family (a feature set takes families, features or columns)\n";
        for feature in &features::FEATURES {
            let (name, family) = (feature.name, feature.family.name());
            text += &format!("  {name:20} {family:10} {} ({})\n", feature.doc, feature.unit);
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

/// The parameters of a model: name, default with range, and what it does.
fn parameters(model: &str) -> Vec<Parameter> {
    let schema = Model::schema(model);
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
        "about": Model::about(name),
        "parameters": Model::schema(name)["properties"],
    })
}
