//! `models:` in the schema: each model with its parameters, and what the harness takes beside them.

use serde_json::{Map, Value, json};

use super::super::contender::ENSEMBLE;
use super::super::tune::{InnerFolds, Search, Trials};
use super::choice::{choice, variants};
use super::{keys, object, of, text};
use crate::models::{Ensemble, Model};

/// A range, as `tune/range.rs` reads it.
const RANGE: &str = r"^\s*(log|linear|whole)\s*\([^()]*\.\.[^()]*\)\s*$";
/// A range with its number of steps.
const STEPS: &str = r"^\s*(log|linear|whole)\s*\([^()]*\.\.[^()]*,\s*[0-9]+\s*\)\s*$";

/// The list of what is compared.
pub(super) fn contenders() -> Value {
    let mut named: Map<String, Value> = variants::<Model>()
        .into_iter()
        .filter_map(|(name, parameters)| Some((name, model(parameters?))))
        .collect();
    named.insert(ENSEMBLE.to_owned(), ensemble());
    json!({
        "description": "What is compared, each on the same folds.",
        "type": "array",
        "minItems": 1,
        "items": choice(
            "A model with its defaults, or with parameters: `svm: { c: 10 }`.",
            Model::NAMES,
            &named,
        ),
    })
}

/// What several places of the schema share.
pub(super) fn definitions() -> Value {
    json!({
        "name": {
            "description": "The contender's name, where the model's is taken or says too little.",
            "type": "string",
            "minLength": 1,
            "maxLength": 60,
        },
        "tried": {
            "description": "A range to choose from: `log(1e-4..1)`, `linear(0..0.5)` or \
                            `whole(1..20)`, for a grid with its number of steps: \
                            `log(1e-4..1, 5)`.",
            "type": "string",
            "pattern": RANGE,
        },
        "search": {
            "if": {
                "properties": { "search": { "const": Search::Random.name() } },
                "required": ["search"],
            },
            "else": {
                "properties": {
                    "trials": false,
                    "over": {
                        "additionalProperties": {
                            "anyOf": [{ "type": "array" }, { "type": "string", "pattern": STEPS }],
                        },
                    },
                },
            },
        },
    })
}

/// A model's parameters, and the keys that the harness takes out of them.
fn model(mut parameters: Value) -> Value {
    let own = parameters["properties"].as_object().cloned().unwrap_or_default();
    let own_and_harness = own.clone().into_iter().chain(keys([
        ("name", json!({ "$ref": "#/definitions/name" })),
        ("features", text("Which feature set it sees: its name. Without it, the first.")),
        ("tune", tune(&own)),
    ]));
    parameters["properties"] = own_and_harness.collect();
    parameters
}

/// What of these parameters is chosen inside the training part, and how.
fn tune(parameters: &Map<String, Value>) -> Value {
    let over: Map<String, Value> = parameters
        .iter()
        .map(|(name, parameter)| {
            let listed = json!({ "type": "array", "minItems": 1, "items": bare(parameter) });
            (name.clone(), json!({ "anyOf": [listed, { "$ref": "#/definitions/tried" }] }))
        })
        .collect();
    let mut over = object(over);
    over["description"] = json!("Parameters and what is tried of each: a list, or a range.");
    over["minProperties"] = json!(1);
    let mut trials = of::<Trials>();
    trials["description"] = json!("How many combinations are drawn, with `search: random`.");
    trials["default"] = json!(20);
    let mut folds = of::<InnerFolds>();
    folds["description"] = json!("How many.");
    folds["default"] = json!(3);
    let mut inner = object(keys([("folds", folds)]));
    inner["type"] = json!(["object", "null"]);
    inner["description"] = json!("Folds inside the training part that choices are made on.");
    let mut tune = object(keys([
        ("over", over),
        ("search", of::<Search>()),
        ("trials", trials),
        ("inner", inner),
    ]));
    tune["description"] =
        json!("Parameters that are chosen inside the training part of each fold.");
    tune["required"] = json!(["over"]);
    tune["allOf"] = json!([{ "$ref": "#/definitions/search" }]);
    tune
}

/// A parameter as one of several that are tried: described once is enough.
fn bare(parameter: &Value) -> Value {
    let mut parameter = parameter.clone();
    if let Some(parameter) = parameter.as_object_mut() {
        parameter.remove("default");
        parameter.remove("description");
    }
    parameter
}

fn ensemble() -> Value {
    let mut schema = of::<Ensemble>();
    schema["properties"]["name"] = json!({ "$ref": "#/definitions/name" });
    schema["properties"]["of"]["minItems"] = json!(2);
    schema["properties"]["of"]["uniqueItems"] = json!(true);
    if let Some(of) = schema["properties"]["of"].as_object_mut() {
        of.remove("default");
    }
    schema["required"] = json!(["of"]);
    schema
}
