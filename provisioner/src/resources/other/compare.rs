//! Compares JSON with unknown defaults: only what the template specifies is compared.

use serde_json::{Map, Value};

use super::super::policy::{Policy, Principal};
use super::super::tags::Tags;
use crate::template::scalar_text;

/// `found`, restricted to what `wanted` specifies: the keys of maps and the keys of tag lists that `wanted` has.
pub(in super::super) fn as_far_as(found: &Value, wanted: &Value) -> Value {
    match (found, wanted) {
        _ if is_the_same_policy(found, wanted) => wanted.clone(),
        (Value::Object(found), Value::Object(wanted)) => {
            let given =
                wanted.iter().filter_map(|(key, wanted)| Some((key.clone(), as_far_as(found.get(key)?, wanted))));
            Value::Object(given.collect())
        }
        (Value::Array(found), Value::Array(wanted)) if is_tag_list(wanted) && is_tag_list(found) => {
            let named = |tag: &Value| found.iter().find(|one| one["Key"] == tag["Key"]).cloned();
            Value::Array(wanted.iter().filter_map(named).collect())
        }
        _ if as_text(found).is_some() && as_text(found) == as_text(wanted) => wanted.clone(),
        _ => found.clone(),
    }
}

/// Whether both are policy documents with the same meaning, as a map or as text.
fn is_the_same_policy(found: &Value, wanted: &Value) -> bool {
    let document = |value: &Value| Some(Policy::from(value.clone())).filter(Policy::is_a_document);
    document(wanted).is_some_and(|wanted| document(found) == Some(wanted))
}

/// Some kinds return `30` where they accept `"30"`, and a policy as text where they accept a map.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(document) => Value::Object(document).to_string(),
            // An account as a principal, which AWS returns as an ARN. Any other text stays unchanged.
            Err(_) => Principal::from(text.as_str()).as_str().to_owned(),
        }),
        Value::Number(_) | Value::Bool(_) | Value::Object(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) => None,
    }
}

fn is_tag_list(list: &[Value]) -> bool {
    list.iter().all(|one| one.get("Key").is_some() && one.get("Value").is_some())
}

/// Tags in either of their two shapes: a list of `{Key, Value}`, or a map.
pub(super) fn tags(value: Option<&Value>) -> Tags {
    match value {
        Some(Value::Array(list)) => {
            list.iter().map(|tag| (scalar_text(&tag["Key"]), scalar_text(&tag["Value"]))).collect()
        }
        Some(Value::Object(map)) => map.iter().map(|(key, value)| (key.clone(), scalar_text(value))).collect(),
        _ => Tags::new(),
    }
}
