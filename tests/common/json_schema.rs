//! As much of JSON Schema, draft 7, as the schema of experiments uses; anything else fails the test.
//!
//! The validator crates change features of crates that polars and burn share, which would build both
//! twice.

#![allow(clippy::unwrap_used)] // a failed step fails the test

use serde_json::Value;

/// Words that say nothing a value could violate.
const SILENT: [&str; 9] = [
    "$schema",
    "title",
    "description",
    "default",
    "examples",
    "definitions",
    "format",
    "then",
    "else",
];

/// A schema and what it refers to.
pub struct JsonSchema(pub Value);

impl JsonSchema {
    /// Whether a value is as described.
    pub fn accepts(&self, value: &Value) -> bool {
        self.valid(&self.0, value)
    }

    fn valid(&self, schema: &Value, value: &Value) -> bool {
        match schema {
            Value::Bool(accepts) => *accepts,
            Value::Object(words) => {
                words.iter().all(|(word, says)| self.holds(word, says, schema, value))
            }
            other => panic!("{other} is no schema"),
        }
    }

    fn holds(&self, word: &str, says: &Value, schema: &Value, value: &Value) -> bool {
        let any = |of: &dyn Fn(&Value) -> bool| says.as_array().unwrap().iter().any(of);
        let all = |of: &dyn Fn(&Value) -> bool| says.as_array().unwrap().iter().all(of);
        let (object, array) = (value.as_object(), value.as_array());
        let number = |of: &dyn Fn(f64, f64) -> bool| {
            value.as_f64().is_none_or(|value| of(value, says.as_f64().unwrap()))
        };
        let size = |size: Option<usize>, of: &dyn Fn(u64, u64) -> bool| {
            size.is_none_or(|size| of(size as u64, says.as_u64().unwrap()))
        };
        let letters = value.as_str().map(|text| text.chars().count());
        match word {
            "$ref" => {
                let place = says.as_str().unwrap().strip_prefix('#').unwrap();
                self.valid(self.0.pointer(place).unwrap(), value)
            }
            "type" if says.is_array() => any(&|kind| is(value, kind)),
            "type" => is(value, says),
            "const" => value == says,
            "enum" => any(&|choice| choice == value),
            "anyOf" => any(&|schema| self.valid(schema, value)),
            "not" => !self.valid(says, value),
            "allOf" => all(&|schema| self.valid(schema, value)),
            "oneOf" => {
                says.as_array().unwrap().iter().filter(|it| self.valid(it, value)).count() == 1
            }
            "if" => {
                let branch = if self.valid(says, value) { "then" } else { "else" };
                schema.get(branch).is_none_or(|schema| self.valid(schema, value))
            }
            "minimum" => number(&|value, bound| value >= bound),
            "maximum" => number(&|value, bound| value <= bound),
            "exclusiveMinimum" => number(&|value, bound| value > bound),
            "exclusiveMaximum" => number(&|value, bound| value < bound),
            "multipleOf" => number(&|value, of| value % of == 0.0),
            "minLength" => size(letters, &|size, bound| size >= bound),
            "maxLength" => size(letters, &|size, bound| size <= bound),
            "minItems" => size(array.map(Vec::len), &|size, bound| size >= bound),
            "maxItems" => size(array.map(Vec::len), &|size, bound| size <= bound),
            "minProperties" => size(object.map(serde_json::Map::len), &|size, bound| size >= bound),
            "maxProperties" => size(object.map(serde_json::Map::len), &|size, bound| size <= bound),
            "pattern" => value.as_str().is_none_or(|text| {
                regex::Regex::new(says.as_str().unwrap()).unwrap().is_match(text)
            }),
            "items" => array.is_none_or(|items| items.iter().all(|item| self.valid(says, item))),
            "uniqueItems" => array
                .is_none_or(|items| (1..items.len()).all(|at| !items[..at].contains(&items[at]))),
            "required" => {
                object.is_none_or(|object| all(&|key| object.contains_key(key.as_str().unwrap())))
            }
            "properties" => object.is_none_or(|object| {
                says.as_object()
                    .unwrap()
                    .iter()
                    .all(|(key, of)| object.get(key).is_none_or(|value| self.valid(of, value)))
            }),
            "additionalProperties" => object.is_none_or(|object| {
                let named = |key: &String| schema["properties"].get(key).is_some();
                object.iter().all(|(key, value)| named(key) || self.valid(says, value))
            }),
            "dependencies" => object.is_none_or(|object| {
                says.as_object()
                    .unwrap()
                    .iter()
                    .all(|(key, of)| !object.contains_key(key) || self.valid(of, value))
            }),
            word => {
                assert!(SILENT.contains(&word), "`{word}` is not checked here");
                true
            }
        }
    }
}

fn is(value: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    }
}
