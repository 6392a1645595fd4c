//! Typed values from a tree, by serde: whatever goes wrong is given the innermost place.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::node::{Key, Node, Value};
use super::problem::Problem;

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Number(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries { rest: entries, value: None }),
        }
        .map_err(|problem| problem.at(self.span.clone()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
        .map_err(|problem| problem.at(self.span.clone()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self).map_err(|problem| problem.at(self.span.clone()))
    }

    /// A struct whose every field has a default may be written as nothing at all.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Null => visitor
                .visit_map(Entries { rest: &[], value: None })
                .map_err(|problem| problem.at(self.span.clone())),
            Value::List(_) => Err(Problem::new("expected a map of parameters, but found a list")
                .at(self.span.clone())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let choice = match &self.value {
            Value::Text(text) => Choice { name: text, span: self.span.clone(), value: None },
            Value::Map(entries) => match entries.as_slice() {
                [(key, value)] => {
                    Choice { name: &key.text, span: key.span.clone(), value: Some(value) }
                }
                _ => {
                    return Err(Problem::new(format!(
                        "expected one key that names the choice, but found {} keys",
                        entries.len()
                    ))
                    .at(self.span.clone()));
                }
            },
            other => {
                return Err(Problem::new(format!("expected a name, but found {other}"))
                    .at(self.span.clone()));
            }
        };
        visitor.visit_enum(choice).map_err(|problem| problem.at(self.span.clone()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Problem> {
        self.0
            .next()
            .map(|node| seed.deserialize(node).map_err(|problem| problem.at(node.span.clone())))
            .transpose()
    }
}

struct Entries<'de> {
    rest: &'de [(Key, Node)],
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Problem> {
        let Some(((key, value), rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        self.value = Some(value);
        let name: StrDeserializer<'_, Problem> = key.text.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|problem| problem.at(key.span.clone()))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        let node = self.value.take().expect("serde asks for a value after its key");
        seed.deserialize(node).map_err(|problem| problem.at(node.span.clone()))
    }
}

struct Choice<'de> {
    name: &'de str,
    span: std::ops::Range<usize>,
    value: Option<&'de Node>,
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Problem;
    type Variant = Variant<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Variant<'de>), Problem> {
        let name: StrDeserializer<'_, Problem> = self.name.into_deserializer();
        let variant =
            seed.deserialize(name).map_err(|problem: Problem| problem.at(self.span.clone()))?;
        Ok((variant, Variant(self.value)))
    }
}

struct Variant<'de>(Option<&'de Node>);

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        match self.0.map(|node| (&node.value, node)) {
            None | Some((Value::Null, _)) => Ok(()),
            Some((value, node)) => {
                Err(Problem::new(format!("this choice takes no parameters, but found {value}"))
                    .at(node.span.clone()))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Problem> {
        match self.0 {
            Some(node) => seed.deserialize(node).map_err(|problem| problem.at(node.span.clone())),
            None => {
                const EMPTY: &Node = &Node { value: Value::Null, span: 0..0 };
                seed.deserialize(EMPTY)
            }
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Problem> {
        Err(Problem::custom("no choice takes a list here"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.0 {
            Some(node) => node.deserialize_struct("", fields, visitor),
            None => visitor.visit_map(Entries { rest: &[], value: None }),
        }
    }
}
