//! Policies of SNS, which a template gives as a map or as text and SNS returns as text.

use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

/// A policy as a map, if it is given as text; `None` for an empty one.
pub(crate) fn parsed(policy: Value) -> Option<Value> {
    let policy = match &policy {
        Value::String(text) => serde_json::from_str(text).unwrap_or(policy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => policy,
    };
    let is_empty = policy.is_null() || policy == "" || policy.as_object().is_some_and(serde_json::Map::is_empty);
    (!is_empty).then_some(policy)
}

/// Reads a policy, which a template gives as a map or as text.
pub(super) fn json_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Ok(Option::<Value>::deserialize(deserializer)?.and_then(parsed))
}
