//! Dynamic references in properties.

use serde_json::Value;

use super::{Checked, Finding, Severity};
use crate::template::has_dynamic_reference;

/// No property holds a reference that would be sent as its own text. Elsewhere such a text is prose: CloudFormation
/// resolves none outside of properties.
pub(super) fn no_dynamic_reference(one: &Checked) -> Option<Finding> {
    let property = path_in(&one.properties)?;
    let cause = format!(
        "{property} holds a dynamic reference (`{{{{resolve:…}}}}`), which only CloudFormation resolves: AWS would get \
         the text itself"
    );
    let hint = "give the value itself, or deploy with `--engine cloudformation`";
    let property = property.split('.').map(str::to_owned).collect();
    Some(Finding { property, ..one.finding(Severity::Refused, cause, hint) })
}

/// The path of the first text in a value that holds one.
fn path_in(value: &Value) -> Option<String> {
    let below = |key: &str, value: &Value| {
        let path = path_in(value)?;
        Some(if path.is_empty() { key.to_owned() } else { format!("{key}.{path}") })
    };
    match value {
        Value::String(_) => has_dynamic_reference(value).then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(&index.to_string(), item)),
        Value::Object(entries) => entries.iter().find_map(|(key, value)| below(key, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
