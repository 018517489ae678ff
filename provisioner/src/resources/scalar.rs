//! Scalars as templates write them: `512`, `"512"` and the text that `Ref` gives for a `Number` parameter are one.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

struct Scalar(&'static str);

impl Visitor<'_> for Scalar {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<String, E> {
        Ok(flag.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    /// `PayloadFormatVersion: 2.0` without quotes is still `2.0`, not `2`.
    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        Ok(format!("{number:?}"))
    }
}

fn parsed<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D, expected: &'static str) -> Result<T, D::Error> {
    let text = deserializer.deserialize_any(Scalar(expected))?;
    text.parse().map_err(|_| D::Error::invalid_value(Unexpected::Str(&text), &expected))
}

/// Text, also where YAML read a number or a boolean.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    deserializer.deserialize_any(Scalar("text"))
}

/// A whole number.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    parsed(deserializer, "a whole number")
}

/// A boolean.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    parsed(deserializer, "true or false")
}

#[derive(Deserialize)]
struct Text(#[serde(deserialize_with = "text")] String);

#[derive(Deserialize)]
struct Whole(#[serde(deserialize_with = "whole")] i32);

#[derive(Deserialize)]
struct Flag(#[serde(deserialize_with = "flag")] bool);

#[derive(Deserialize)]
struct Number(#[serde(deserialize_with = "number")] f64);

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    parsed(deserializer, "a number")
}

/// Text that may be absent.
pub(super) fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Text>::deserialize(deserializer)?.map(|Text(text)| text))
}

/// A whole number that may be absent.
pub(super) fn optional_whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    Ok(Option::<Whole>::deserialize(deserializer)?.map(|Whole(whole)| whole))
}

/// A boolean that may be absent.
pub(super) fn optional_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(Option::<Flag>::deserialize(deserializer)?.map(|Flag(flag)| flag))
}

/// A number that may be absent.
pub(super) fn optional_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    Ok(Option::<Number>::deserialize(deserializer)?.map(|Number(number)| number))
}

/// A map whose values are texts.
pub(super) fn text_map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let map = BTreeMap::<String, Text>::deserialize(deserializer)?;
    Ok(map.into_iter().map(|(key, Text(value))| (key, value)).collect())
}
