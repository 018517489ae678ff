//! The functions that take values apart and put them together, for values that are known.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::fault::{Evaluated, fault};
use super::known::SPREAD;

/// What a function gives for an argument whose values are known.
///
/// # Errors
/// When the argument is not what the function takes.
pub(super) fn apply(name: &str, argument: &Value) -> Evaluated<Value> {
    match name {
        "Fn::Join" => {
            let [separator, items] = pair(argument, "a separator and a list")?;
            let items: Vec<_> = list(items)?.iter().map(plain_text).collect::<Evaluated<_>>()?;
            Ok(Value::String(items.join(text(separator)?)))
        }
        "Fn::Select" => {
            let [index, items] = pair(argument, "an index and a list")?;
            let (index, items) = (whole_number(index)?, list(items)?);
            match items.get(index) {
                Some(item) => Ok(item.clone()),
                None => fault(format!("the index {index} is outside a list of {}", items.len())),
            }
        }
        "Fn::Split" => {
            let [separator, source] = pair(argument, "a separator and text")?;
            let (separator, source) = (text(separator)?, plain_text(source)?);
            if separator.is_empty() {
                return fault("the separator is empty");
            }
            Ok(source.split(separator).collect())
        }
        "Fn::Base64" => Ok(Value::String(BASE64_STANDARD.encode(plain_text(argument)?))),
        SPREAD => match argument.as_array().map(Vec::as_slice) {
            Some([Value::Array(items)]) => Ok(Value::Array(items.clone())),
            _ => Ok(argument.clone()),
        },
        other => fault(format!("`{other}` is not supported")),
    }
}

/// The index that a value is.
pub(super) fn whole_number(value: &Value) -> Evaluated<usize> {
    match plain_text(value)?.parse() {
        Ok(index) => Ok(index),
        Err(_) => fault(format!("the index {value} is not a whole number")),
    }
}

fn list(value: &Value) -> Evaluated<&Vec<Value>> {
    value.as_array().map_or_else(|| fault("it takes a list"), Ok)
}

pub(super) fn pair<'v>(argument: &'v Value, what: &str) -> Evaluated<[&'v Value; 2]> {
    match argument.as_array().map(Vec::as_slice) {
        Some([first, second]) => Ok([first, second]),
        _ => fault(format!("it takes {what}")),
    }
}

pub(super) fn text(value: &Value) -> Evaluated<&str> {
    match value.as_str() {
        Some(text) => Ok(text),
        None => fault(format!("it takes text, not {value}")),
    }
}

pub(super) fn plain_text(value: &Value) -> Evaluated<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => fault(format!("it takes text, not {value}")),
    }
}
