//! The JSON schema of experiment files, so that an editor completes them and marks mistakes.
//!
//! Parameters, their ranges, defaults and descriptions come from the types that are read; what the
//! harness itself reads key by key is written down beside them, and a test holds the two together.
//! It is draft 7, which every editor knows. A schema sees one value at a time: that a contender,
//! feature set or column of that name exists is still for the reader to say.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::expect::Bounds;
use super::parse::{Importance, Share};

mod choice;
mod contenders;
mod data;
mod feature_sets;

/// The schema of experiment files.
pub fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "crossfold experiment",
        "description": "A question, a data set, feature sets and models.",
        "type": "object",
        "required": ["question", "dataset", "features", "models"],
        "additionalProperties": false,
        "properties": {
            "question": {
                "description": "What the experiment asks, in words; it heads every report.",
                "type": "string",
            },
            "dataset": data::dataset(),
            "seed": {
                "description": "The seed that everything random is derived from.",
                "type": "integer",
                "minimum": 0,
                "default": 42,
            },
            "protocol": data::protocol(),
            "features": feature_sets::feature_sets(),
            "models": contenders::contenders(),
            "baseline": {
                "description": "The contender that the others are held against: its name. Without \
                                it `majority`, else the first.",
                "type": "string",
            },
            "learning_curve": {
                "description": "Shares of the training part, rising, that contenders are fitted on \
                                besides the whole.",
                "type": "array",
                "items": of::<Share>(),
                "examples": [[0.1, 0.25, 0.5, 1.0]],
            },
            "importance": or_nothing(of::<Importance>()),
            "expect": {
                "description": "What results are held to: `svm: { accuracy: 0.75, within: 0.02 }`. \
                                `run` and `check` end with 1 where it is not met.",
                "type": ["object", "null"],
                "additionalProperties": of::<Bounds>(),
            },
        },
        "definitions": contenders::definitions(),
    })
}

/// The schema of a type, with every type that it is made of in its place.
fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("title");
    }
    schema
}

/// A map of keys that may also be left empty, as every key has a default.
fn or_nothing(mut schema: Value) -> Value {
    schema["type"] = json!(["object", "null"]);
    schema
}

/// An object of these keys alone.
fn object(keys: Map<String, Value>) -> Value {
    let mut schema = json!({ "type": "object", "additionalProperties": false });
    schema["properties"] = keys.into();
    schema
}

/// A map from pairs.
fn keys<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A text under a description.
fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

#[cfg(test)]
mod tests {
    use super::super::parse::KEYS;
    use super::schema;

    #[test]
    fn it_has_every_key_that_is_read_and_needs_nothing_newer_than_draft_7() {
        let schema = schema();
        let described = schema["properties"].as_object().unwrap();
        for key in KEYS {
            assert!(described[key]["description"].is_string(), "{key}");
        }
        assert_eq!(described.len(), KEYS.len());
        let text = schema.to_string();
        for newer in ["$defs", "prefixItems", "dependentSchemas", "unevaluatedProperties"] {
            assert!(!text.contains(&format!("\"{newer}\"")), "{newer}");
        }
    }
}
