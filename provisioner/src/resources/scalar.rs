//! Converts a template's properties to the types that a kind requires.
//!
//! CloudFormation converts scalars to the property's type, in both directions: `512`, `512.0`, `"512"` and the text
//! that `Ref` returns for a `Number` parameter are equal where a number is required, and they are text where text is
//! required. A number becomes text as JSON writes it, so `1.10` becomes `1.1`: the notation is lost when YAML is read,
//! in CloudFormation as well (there `08` became `8.0`, aws/serverless-application-model issue 1135).

use serde::de::value::{MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Number, Value};

pub(super) use crate::template::text_of_scalar as text;
use crate::template::{flag_of_1_1, references_in_text, spread};

/// A template value that is converted to the requested type, if possible.
#[derive(Debug, Clone)]
pub(super) struct Typed(pub Value);

/// The whole number of a scalar: `30.0` and `"30"` are equal.
fn whole(value: &Value) -> Option<i128> {
    let text = text(value).filter(|_| !value.is_boolean())?;
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && number.abs() < 1e18).then_some(number as i128)
    })
}

/// The whole number of a scalar as a JSON number.
pub(super) fn whole_number(value: &Value) -> Option<Number> {
    let whole = whole(value)?;
    i64::try_from(whole).map(Number::from).or_else(|_| u64::try_from(whole).map(Number::from)).ok()
}

/// The number of a scalar as a JSON number.
pub(super) fn number(value: &Value) -> Option<Number> {
    let given = value.as_number().cloned();
    given.or_else(|| whole_number(value)).or_else(|| Number::from_f64(real(value)?))
}

fn real(value: &Value) -> Option<f64> {
    let text = text(value).filter(|_| !value.is_boolean())?;
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// The boolean of a scalar where the property is a boolean.
///
/// It also accepts the text `"yes"` and its variants, in quotes or as a parameter's value.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Value::String(text) => flag_of_1_1(text),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The type of a value, for a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a map".to_owned(),
        Value::String(text) => format!("`{text}`"),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

impl Typed {
    fn is_not(&self, wanted: &str) -> Error {
        let Some(text) = self.0.as_str() else {
            return Error::custom(format!("it must be {wanted}, not {}", shown(&self.0)));
        };
        if !references_in_text(text).is_empty() {
            return Error::custom(format!("it must be {wanted} that is known before AWS is asked, not `{text}`"));
        }
        let dynamic = if text.contains("{{resolve:") { ", which only CloudFormation resolves" } else { "" };
        Error::custom(format!("it must be {wanted}, not {}{dynamic}", shown(&self.0)))
    }
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $type:ident),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let whole = whole(&self.0).ok_or_else(|| self.is_not("a whole number"))?;
            match $type::try_from(whole) {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(self.is_not(&format!("a whole number from {} to {}", $type::MIN, $type::MAX))),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Typed {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
            scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                scalar.deserialize_any(visitor)
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match flag(&self.0) {
            Some(flag) => visitor.visit_bool(flag),
            None => Err(self.is_not("true or false")),
        }
    }

    whole_numbers! {
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64,
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match real(&self.0) {
            Some(number) => visitor.visit_f64(number),
            None => Err(self.is_not("a number")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match text(&self.0) {
            Some(text) => visitor.visit_string(text),
            None => Err(self.is_not("text")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        // A text that will be resolved to a list is put in a list, as a placeholder for its items.
        let items = match self.0.as_str().and_then(spread) {
            Some(item) => vec![Value::String(item)],
            None => match self.0 {
                Value::Array(items) => items,
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                    return Err(self.is_not("a list"));
                }
            },
        };
        visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Typed)))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Value::Object(entries) = self.0 {
            let entries = entries.into_iter().map(|(key, value)| (key, Typed(value)));
            return visitor.visit_map(MapDeserializer::new(entries));
        }
        Err(self.is_not("a map"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match text(&self.0) {
            Some(text) => visitor.visit_enum(StringDeserializer::new(text)),
            None => Err(self.is_not("text")),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct }
}

impl IntoDeserializer<'_, Error> for Typed {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests;
