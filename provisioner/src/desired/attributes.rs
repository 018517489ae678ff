//! Checks for attributes that a typed kind does not have. The attributes of Cloud Control's kinds are known only after
//! AWS is asked.

use serde_json::Value;

use super::Wanted;
use crate::error::Result;
use crate::template::{Reference, ResolvedResource, Template, references_in_text};

/// Checks that every `Fn::GetAtt` asks for an attribute that the other resource has.
pub(super) fn check_attributes(template: &Template, declared: &ResolvedResource, earlier: &[Wanted]) -> Result<()> {
    let properties = Value::Object(declared.properties.clone());
    match first_unknown(&properties, earlier) {
        Some((path, reason)) => Err(template.property_problem(&declared.logical_id, &path.join("."), reason)),
        None => Ok(()),
    }
}

/// The keys down to the first reference to an attribute that its resource does not have, and the reason.
fn first_unknown(value: &Value, earlier: &[Wanted]) -> Option<(Vec<String>, String)> {
    let inside = |key: &str, value: &Value| {
        let (mut path, reason) = first_unknown(value, earlier)?;
        path.insert(0, key.to_owned());
        Some((path, reason))
    };
    match value {
        Value::String(text) => {
            let reason = references_in_text(text).iter().find_map(|one| unknown_attribute(one, earlier))?;
            Some((Vec::new(), reason))
        }
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| inside(&index.to_string(), item)),
        Value::Object(object) => object.iter().find_map(|(key, value)| inside(key, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The reason why a reference is wrong, if its resource does not have the attribute.
pub(super) fn unknown_attribute(reference: &Reference, resources: &[Wanted]) -> Option<String> {
    let Reference { logical_id, attribute } = reference;
    let other = resources.iter().find(|wanted| wanted.logical_id == *logical_id)?;
    other.resource.lacks(logical_id, attribute)
}
