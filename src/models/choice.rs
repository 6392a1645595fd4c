//! Parameters that are either one of a few words or a number, as in `gamma: scale` or `gamma: 0.01`.

/// Makes an enum of words and one number, which reads, writes and describes itself as either.
///
/// `word_or_number! { Gamma { "scale" => Scale, } or { Number(Width) } }`, with docs on each. serde's untagged enums would do the same and forget what was wrong.
macro_rules! word_or_number {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$word_doc:meta])* $word:literal => $variant:ident,)+
    } or {
        $(#[$number_doc:meta])* $numeric:ident($number:ty)
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum $name {
            $($(#[$word_doc])* $variant,)+
            $(#[$number_doc])*
            $numeric($number),
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant => to.serialize_str($word),)+
                    Self::$numeric(number) => number.serialize(to),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!($("`", $word, "`, ",)+ "or a number"))
                    }

                    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<$name, E> {
                        match word {
                            $($word => Ok($name::$variant),)+
                            _ => Err(E::custom(format!(
                                "unknown word `{word}`, {} (or give a number)",
                                $crate::registry::expected(word, [$($word),+])
                            ))),
                        }
                    }

                    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<$name, E> {
                        <$number>::try_from(value).map($name::$numeric).map_err(E::custom)
                    }

                    #[allow(clippy::cast_precision_loss)] // such large numbers are out of range
                    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<$name, E> {
                        self.visit_f64(value as f64)
                    }

                    #[allow(clippy::cast_precision_loss)]
                    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<$name, E> {
                        self.visit_f64(value as f64)
                    }
                }

                from.deserialize_any(Visitor)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let number = <$number as schemars::JsonSchema>::json_schema(generator);
                schemars::json_schema!({ "anyOf": [{ "enum": [$($word),+] }, number] })
            }
        }
    };
}

pub(super) use word_or_number;

#[cfg(test)]
mod tests {
    use crate::bounds::bounded;

    bounded! {
        /// A width.
        Width: f64, above 0.0
    }
    word_or_number! {
        /// A choice.
        Choice {
            /// From the data.
            "scale" => Scale,
        } or {
            /// As given.
            Number(Width)
        }
    }

    fn read(text: &str) -> Result<Choice, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn words_and_numbers_are_read_and_others_refused_with_what_is_allowed() {
        assert_eq!(read("\"scale\"").unwrap(), Choice::Scale);
        assert_eq!(read("2").unwrap(), Choice::Number(Width::literal(2.0)));
        assert_eq!(read("0.01").unwrap(), Choice::Number(Width::literal(0.01)));
        assert!(read("\"scael\"").unwrap_err().contains("did you mean `scale`?"));
        assert!(read("-1").unwrap_err().contains("must be above 0, but is -1"));
        assert!(read("[1]").unwrap_err().contains("`scale`, or a number"));
        assert_eq!(serde_json::to_string(&Choice::Scale).unwrap(), "\"scale\"");
        assert_eq!(serde_json::to_string(&read("0.5").unwrap()).unwrap(), "0.5");
    }
}
