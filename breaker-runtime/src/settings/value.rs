//! Values as they are written, before anybody asks what they are for.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value in a file, or what a variable's text looks like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Integer(i128),
    Number(f64),
    Truth(bool),
    Text(String),
    /// In the order of the text. A format may let a name stand twice; whoever reads the table must not.
    Table(Vec<(String, Value)>),
    /// Of a type that no option has.
    Other(&'static str),
}

impl Value {
    /// The value that a variable's text stands for: there are no quotes to tell a number, or `true`, from a text.
    #[cfg(feature = "config")]
    pub(super) fn of_variable(text: &str) -> Self {
        let text = text.trim();
        match (text.parse(), text.parse(), text.parse()) {
            (Ok(integer), ..) => Self::Integer(integer),
            (_, Ok(number), _) => Self::Number(number),
            (.., Ok(truth)) => Self::Truth(truth),
            _ => Self::Text(text.to_owned()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => integer.fmt(f),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Truth(truth) => truth.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Table(_) => f.write_str("a table"),
            Self::Other(what) => f.write_str(what),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// Reads a value of any type.
pub(crate) struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Value, E> {
        Ok(Value::Integer(integer.into()))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Value, E> {
        Ok(Value::Integer(integer.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, is: bool) -> Result<Value, E> {
        Ok(Value::Truth(is))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        while list.next_element::<Value>()?.is_some() {}
        Ok(Value::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = table.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Table(entries))
    }
}
