//! Holds answers against the description that the server gives of itself.

use std::net::SocketAddr;

use serde_json::Value;

use super::client::{Reply, ask};

/// The server's OpenAPI document.
pub struct Schema(Value);

/// What a schema may hold and is understood here, or says nothing that could be violated.
const KNOWN: [&str; 21] = [
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "contentEncoding",
    "description",
    "examples",
    "exclusiveMinimum",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "prefixItems",
    "properties",
    "required",
    "type",
    "uniqueItems",
    "format",
];

impl Schema {
    /// Asks the server for it.
    pub fn of(address: SocketAddr) -> Self {
        Self(ask(address, "GET", "/api/openapi.json").json())
    }

    /// That `reply` to `method path` is one of those that are described.
    pub fn check(&self, method: &str, path: &str, reply: &Reply) {
        let responses = &self.0["paths"][path][method.to_lowercase()]["responses"];
        let response = self.resolved(&responses[reply.status.to_string()]);
        assert!(response.is_object(), "{method} {path} may not answer {}", reply.status);
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let value = reply.header(name).unwrap_or_else(|| panic!("{name} is missing"));
            let value = match header["schema"]["type"].as_str() {
                Some("integer") => Value::from(value.parse::<u64>().unwrap()),
                _ => Value::from(value),
            };
            self.valid(&header["schema"], &value, name);
        }
        let (kind, content) = response["content"].as_object().unwrap().iter().next().unwrap();
        let said = reply.header("content-type").unwrap();
        assert_eq!(said.split(';').next().unwrap(), kind);
        let body = match kind.as_str() {
            "application/json" => serde_json::from_slice(&reply.body).unwrap(),
            _ => Value::from(String::from_utf8(reply.body.clone()).unwrap()),
        };
        self.valid(&content["schema"], &body, "");
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(place) => self.0.pointer(place.strip_prefix('#').unwrap()).unwrap(),
            None => value,
        }
    }

    fn valid(&self, schema: &Value, value: &Value, at: &str) {
        let schema = self.resolved(schema);
        for key in schema.as_object().unwrap().keys() {
            assert!(KNOWN.contains(&key.as_str()), "{at}: `{key}` is not checked here");
        }
        if let Some(kind) = schema.get("type") {
            let kinds = kind.as_array().cloned().unwrap_or_else(|| vec![kind.clone()]);
            assert!(kinds.iter().any(|kind| is(value, kind.as_str().unwrap())), "{at}: {value}");
        }
        if let Some(expected) = schema.get("const") {
            assert_eq!(value, expected, "{at}");
        }
        if let Some(choices) = schema.get("anyOf") {
            // The one use: a list, or null.
            let list = &choices[0];
            if !value.is_null() {
                self.valid(list, value, at);
            }
        }
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        if let Some(number) = value.as_f64() {
            assert!(bound("minimum").is_none_or(|least| number >= least), "{at}: {value}");
            assert!(bound("maximum").is_none_or(|most| number <= most), "{at}: {value}");
            assert!(bound("exclusiveMinimum").is_none_or(|least| number > least), "{at}: {value}");
        }
        if let Some(text) = value.as_str() {
            assert!(
                bound("minLength").is_none_or(|least| text.len() as f64 >= least),
                "{at}: empty"
            );
            if schema.get("contentEncoding").is_some() {
                let letters = text.trim_end_matches('=');
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
                assert!(letters.chars().all(plain) && text.len() % 4 == 0, "{at}: no base64");
            }
        }
        if let Some(items) = value.as_array() {
            let count = items.len() as f64;
            assert!(bound("minItems").is_none_or(|least| count >= least), "{at}: {count} items");
            assert!(bound("maxItems").is_none_or(|most| count <= most), "{at}: {count} items");
            for (number, item) in items.iter().enumerate() {
                let of = schema["prefixItems"].get(number).or_else(|| schema.get("items"));
                if let Some(of) = of {
                    self.valid(of, item, &format!("{at}/{number}"));
                }
            }
        }
        if let Some(object) = value.as_object() {
            for key in schema["required"].as_array().into_iter().flatten() {
                assert!(object.contains_key(key.as_str().unwrap()), "{at}: {key} is missing");
            }
            for (key, value) in object {
                match schema["properties"].get(key) {
                    Some(of) => self.valid(of, value, &format!("{at}/{key}")),
                    None => assert_ne!(schema["additionalProperties"], false, "{at}: {key}"),
                }
            }
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    }
}
