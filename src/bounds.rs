//! Numbers that cannot be out of range: a value that exists is valid.

/// Defines a number type whose range is checked at birth, whether it comes from YAML or from code.
///
/// `bounded! { /// Share of units dropped. Dropout: f64, at_least 0.0, below 1.0 }` makes
/// `Dropout::try_from(1.5)` say `must be at least 0 and below 1, but is 1.5`, and writes the range
/// into the JSON schema.
macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident: $number:ty, $($bound:ident $limit:literal),+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, serde::Deserialize)]
        #[serde(try_from = "f64")]
        pub struct $name($number);

        impl $name {
            /// A value known when the program is written; out of range it does not compile.
            #[allow(dead_code, clippy::manual_range_contains)] // not every type has a default
            pub(crate) const fn literal(value: $number) -> Self {
                $(assert!($crate::bounds::holds!($bound value, $limit));)+
                Self(value)
            }

            /// The number.
            pub const fn get(self) -> $number {
                self.0
            }
        }

        impl serde::Serialize for $name {
            /// As people write it, or as it is read where the form does not say what stands there.
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() {
                    self.0.serialize(to)
                } else {
                    f64::from(*self).serialize(to)
                }
            }
        }

        impl TryFrom<f64> for $name {
            type Error = String;

            fn try_from(value: f64) -> Result<Self, String> {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let number = value as $number;
                #[allow(
                    clippy::cast_precision_loss,
                    clippy::cast_lossless,
                    clippy::float_cmp,
                    clippy::manual_range_contains // one bound at a time is what the macro has
                )]
                if value.is_finite() && (number as f64 == value || stringify!($number) == "f32")
                    $(&& $crate::bounds::holds!($bound number, $limit))+
                {
                    return Ok(Self(number));
                }
                let kind = if stringify!($number).starts_with('f') { "" } else { "a whole number " };
                let range = [$($crate::bounds::words!($bound $limit)),+].join(" and ");
                Err(format!("must be {kind}{range}, but is {value}"))
            }
        }

        impl From<$name> for f64 {
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless)]
            fn from(value: $name) -> f64 {
                value.0 as f64
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let kind = if stringify!($number).starts_with('f') { "number" } else { "integer" };
                let mut schema = schemars::json_schema!({ "type": kind });
                if stringify!($number).starts_with('u') {
                    schema.insert("minimum".to_owned(), 0.into());
                }
                $(schema.insert($crate::bounds::keyword!($bound).to_owned(), $limit.into());)+
                schema
            }
        }
    };
}

/// Whether a bound holds.
macro_rules! holds {
    (at_least $value:ident, $limit:literal) => {
        $value >= $limit
    };
    (at_most $value:ident, $limit:literal) => {
        $value <= $limit
    };
    (above $value:ident, $limit:literal) => {
        $value > $limit
    };
    (below $value:ident, $limit:literal) => {
        $value < $limit
    };
}

/// A bound in words.
macro_rules! words {
    (at_least $limit:literal) => {
        format!("at least {}", $limit)
    };
    (at_most $limit:literal) => {
        format!("at most {}", $limit)
    };
    (above $limit:literal) => {
        format!("above {}", $limit)
    };
    (below $limit:literal) => {
        format!("below {}", $limit)
    };
}

/// A bound's name in a JSON schema.
macro_rules! keyword {
    (at_least) => {
        "minimum"
    };
    (at_most) => {
        "maximum"
    };
    (above) => {
        "exclusiveMinimum"
    };
    (below) => {
        "exclusiveMaximum"
    };
}

pub(crate) use {bounded, holds, keyword, words};

#[cfg(test)]
mod tests {
    bounded! {
        /// Share of units dropped.
        Share: f64, at_least 0.0, below 1.0
    }
    bounded! {
        /// How many.
        Count: usize, at_least 1, at_most 64
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_its_range() {
        assert!((Share::try_from(0.5).unwrap().get() - 0.5).abs() < 1e-12);
        assert_eq!(Share::try_from(1.0).unwrap_err(), "must be at least 0 and below 1, but is 1");
        assert!(Share::try_from(f64::NAN).is_err());
        assert_eq!(Count::try_from(64.0).unwrap().get(), 64);
        assert_eq!(
            Count::try_from(2.5).unwrap_err(),
            "must be a whole number at least 1 and at most 64, but is 2.5"
        );
        assert!(Count::try_from(-1.0).is_err());
    }
}
