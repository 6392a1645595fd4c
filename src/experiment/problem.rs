//! A mistake in an experiment file, with its place.

use std::fmt;
use std::ops::Range;

use serde::de;

use crate::registry;

/// What is wrong, and where in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    message: String,
    span: Option<Range<usize>>,
    /// The key that is not known, and those that are.
    unknown_key: Option<(String, Vec<&'static str>)>,
}

impl Problem {
    /// A mistake whose place is not yet known.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), span: None, unknown_key: None }
    }

    /// A key that is not known, among those that are.
    pub fn unknown_key(key: &str, known: &[&'static str]) -> Self {
        let expected = registry::expected(key, known.iter().copied());
        Self {
            unknown_key: Some((key.to_owned(), known.to_vec())),
            ..Self::new(format!("unknown key `{key}`; {expected}"))
        }
    }

    /// The same mistake where more keys are known than the type that was read knows itself.
    #[must_use]
    pub fn with_known_keys(self, more: &[&'static str]) -> Self {
        match self.unknown_key {
            Some((key, mut known)) => {
                known.extend(more);
                Self { span: self.span, ..Self::unknown_key(&key, &known) }
            }
            None => self,
        }
    }

    /// The same mistake at a place, unless it has one already: the innermost place wins.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// The mistake with its source line and a caret under the offending text.
    pub fn show(&self, path: &str, text: &str) -> String {
        use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
        let span = self.span.clone().unwrap_or(0..0);
        let group = Level::ERROR.primary_title(self.message.as_str()).element(
            Snippet::source(text).path(path).annotation(AnnotationKind::Primary.span(span)),
        );
        let shown = Renderer::plain().render(&[group]).clone();
        shown.strip_prefix("error: ").map_or(shown.clone(), str::to_owned)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown_key(field, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!(
            "unknown choice `{variant}`; {}",
            registry::expected(variant, expected.iter().copied())
        ))
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {}, but found {}", words(&expected.to_string()), said(found)))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {}, but found {}", words(&expected.to_string()), said(found)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("`{field}` is missing"))
    }
}

/// What serde calls a type, in words a user knows.
fn words(expected: &str) -> String {
    match expected {
        "f32" | "f64" => "a number".to_owned(),
        "usize" | "u64" | "u32" | "i64" | "i32" => "a whole number".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "a string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        other if other.starts_with("struct ") => "a map of parameters".to_owned(),
        other => other.to_owned(),
    }
}

fn said(found: de::Unexpected<'_>) -> String {
    match found {
        de::Unexpected::Str(text) => format!("the text \"{text}\""),
        de::Unexpected::Bool(value) => format!("`{value}`"),
        de::Unexpected::Signed(value) => format!("the number {value}"),
        de::Unexpected::Unsigned(value) => format!("the number {value}"),
        de::Unexpected::Float(value) => format!("the number {value}"),
        de::Unexpected::Seq => "a list".to_owned(),
        de::Unexpected::Map => "a map".to_owned(),
        de::Unexpected::Unit | de::Unexpected::Option => "nothing".to_owned(),
        other => other.to_string(),
    }
}
