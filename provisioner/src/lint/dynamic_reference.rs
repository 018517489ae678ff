//! Dynamic references in properties.

use serde_json::Value;

use super::{Checked, Finding, Severity};
use crate::template::{has_dynamic_reference, has_reference_to_another_service};

/// Checks that no property contains a reference that would be sent as literal text. CloudFormation resolves no
/// references outside of properties, so such a text is only prose there.
pub(super) fn no_dynamic_reference(one: &Checked) -> Option<Finding> {
    let property = path_in(&one.properties, has_dynamic_reference)?;
    let cause = format!(
        "{property} contains a dynamic reference (`{{{{resolve:…}}}}`), which only CloudFormation resolves: AWS would receive \
         the text itself"
    );
    let hint = "write the value itself, or deploy with `--engine cloudformation`";
    let property = property.split('.').map(str::to_owned).collect();
    Some(Finding { property, ..one.finding(Severity::Refused, cause, hint) })
}

/// Checks that each dynamic reference in a property names a service that CloudFormation documents. It is not documented
/// whether CloudFormation refuses another service or keeps the text, so this is a note.
pub(super) fn no_other_service(one: &Checked) -> Option<Finding> {
    let property = path_in(&one.properties, has_reference_to_another_service)?;
    let cause = format!(
        "{property} contains `{{{{resolve:…}}}}` with a service other than `ssm`, `ssm-secure` and `secretsmanager`: it is \
         not a dynamic reference, and AWS receives the text itself"
    );
    let hint = "write the value itself, or refer to a resource with `!Ref` or `!GetAtt`";
    let property = property.split('.').map(str::to_owned).collect();
    Some(Finding { property, ..one.finding(Severity::Unwise, cause, hint) })
}

/// The path of the first text in a value for which `holds` is true.
fn path_in(value: &Value, holds: fn(&Value) -> bool) -> Option<String> {
    let below = |key: &str, value: &Value| {
        let path = path_in(value, holds)?;
        Some(if path.is_empty() { key.to_owned() } else { format!("{key}.{path}") })
    };
    match value {
        Value::String(_) => holds(value).then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(&index.to_string(), item)),
        Value::Object(entries) => entries.iter().find_map(|(key, value)| below(key, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
