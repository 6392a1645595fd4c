//! One of several things by name, as experiments write it: `svm`, or `svm: { c: 1 }`.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::{of, or_nothing};

/// The names of an enum's variants, each with the schema of its parameters if it takes any.
pub(super) fn variants<T: JsonSchema>() -> Vec<(String, Option<Value>)> {
    let schema = of::<T>();
    let mut found = Vec::new();
    for variant in schema["oneOf"].as_array().into_iter().flatten() {
        for (name, parameters) in variant["properties"].as_object().into_iter().flatten() {
            let mut parameters = or_nothing(parameters.clone());
            if let Some(parameters) = parameters.as_object_mut() {
                parameters.remove("title");
            }
            found.push((name.clone(), Some(parameters)));
        }
        let names = variant["enum"].as_array().into_iter().flatten().chain(variant.get("const"));
        found.extend(names.filter_map(Value::as_str).map(|name| (name.to_owned(), None)));
    }
    found
}

/// A bare name, or a map of one name and its parameters. `bare` are the names that may stand alone.
pub(super) fn choice(description: &str, bare: &[&str], named: &Map<String, Value>) -> Value {
    json!({
        "description": description,
        "anyOf": [
            { "enum": bare },
            {
                "type": "object",
                "properties": named,
                "additionalProperties": false,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::variants;
    use crate::features::FromMel;
    use crate::features::blocks::Block;
    use crate::models::Model;

    #[test]
    fn every_variant_is_found_with_its_parameters() {
        let names = |found: Vec<(String, Option<serde_json::Value>)>| -> Vec<String> {
            found.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(variants::<Model>()), Model::NAMES);
        assert_eq!(names(variants::<Block>()), Block::NAMES);
        let frames = variants::<FromMel>();
        assert!(frames.iter().any(|(name, it)| name == "contrast" && it.is_none()), "{frames:?}");
        let (_, mfcc) = frames.iter().find(|(name, _)| name == "mfcc").unwrap();
        assert_eq!(mfcc.as_ref().unwrap()["properties"]["deltas"]["maximum"], 2);
        assert_eq!(names(frames).len(), 4);
        for (name, parameters) in variants::<Model>() {
            let parameters = parameters.unwrap();
            assert_eq!(parameters["properties"], Model::schema(&name)["properties"], "{name}");
            assert!(parameters["description"].is_string(), "{name}");
        }
    }
}
