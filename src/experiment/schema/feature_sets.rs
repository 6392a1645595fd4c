//! `features:` in the schema.

use serde_json::{Map, Value, json};

use super::super::feature_set::COLUMNS;
use super::choice::{choice, variants};
use super::{keys, object, of};
use crate::features::blocks::Block;
use crate::features::{FAMILIES, FEATURES, FromMel};
use crate::models::Scale;

/// Feature sets by name.
pub(super) fn feature_sets() -> Value {
    let frames = frames();
    let mut set = object(keys([
        ("columns", columns()),
        ("without", without()),
        (
            "frames",
            json!({
                "description": "Sequences made of the log-mel spectrogram.",
                "anyOf": [frames, { "type": "array", "minItems": 1, "items": frames }],
            }),
        ),
        (
            "blocks",
            json!({
                "description": "Blocks side by side, computed from the log-mel spectrogram.",
                "type": "array",
                "minItems": 1,
                "items": block(),
            }),
        ),
        ("scale", of::<Scale>()),
    ]));
    set["type"] = json!(["object", "null"]);
    set["dependencies"] = json!({
        "columns": without_keys(&["frames", "blocks"]),
        "frames": without_keys(&["blocks", "without"]),
        "blocks": without_keys(&["frames", "without"]),
    });
    json!({
        "description": "What models see of a track: named sets, as in \
                        `all: { columns: all, scale: standard }`.",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": set,
    })
}

/// That these keys are not there.
fn without_keys(names: &[&str]) -> Value {
    let never: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!(false))).collect();
    json!({ "properties": never })
}

/// A column, a feature with its statistics, or a family; a table of one's own has its own columns.
fn column() -> Value {
    let known: Vec<&str> =
        FAMILIES.into_iter().chain(FEATURES.iter().map(|feature| feature.name)).collect();
    json!({ "anyOf": [{ "enum": known }, { "type": "string" }] })
}

fn columns() -> Value {
    json!({
        "description": "Columns of the table: `all`, or a list of columns, features and families.",
        "anyOf": [{ "const": "all" }, { "type": "array", "minItems": 1, "items": column() }],
    })
}

fn without() -> Value {
    json!({
        "description": "Columns, features and families that are left out again.",
        "type": "array",
        "items": column(),
    })
}

fn frames() -> Value {
    let mut named = Map::new();
    let mut bare = Vec::new();
    for (name, parameters) in variants::<FromMel>() {
        bare.push(name.clone());
        named.insert(name, parameters.unwrap_or_else(|| json!({ "type": "null" })));
    }
    let bare: Vec<&str> = bare.iter().map(String::as_str).collect();
    choice("Values of each frame of the log-mel spectrogram.", &bare, &named)
}

fn block() -> Value {
    let scale = || {
        let mut scale = of::<Scale>();
        scale["description"] = json!("How this block is scaled; as the set where absent.");
        scale
    };
    let mut named = Map::new();
    for (name, parameters) in variants::<Block>() {
        let mut parameters = parameters.unwrap_or_else(|| object(Map::new()));
        parameters["properties"]["scale"] = scale();
        named.insert(name, parameters);
    }
    let mut table =
        object(keys([("columns", columns()), ("without", without()), ("scale", scale())]));
    table["type"] = json!(["object", "null"]);
    table["description"] = json!("Columns of the table among the blocks.");
    named.insert(COLUMNS.to_owned(), table);
    let bare: Vec<&str> = [COLUMNS].into_iter().chain(Block::NAMES.iter().copied()).collect();
    choice(
        "A block with its defaults, or with parameters: `fisher: { components: 32 }`.",
        &bare,
        &named,
    )
}
