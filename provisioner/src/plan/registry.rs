//! Faults of a template that AWS's registry shows when a plan is made: attributes that a kind does not have, and
//! resources that the next run could not find.

use serde_json::Value;

use super::Blocker;
use crate::desired::{Desired, Wanted};
use crate::hint::Hint;
use crate::observe::Observed;
use crate::resources::Resource;
use crate::resources::other::NotFindable;
use crate::template::{Reference, references_in_text};

/// To use another attribute.
fn another_attribute() -> Hint {
    Hint::new("use an attribute that the kind has").then_again()
}

/// Every reference to a registry resource's attribute that its kind does not have.
pub(super) fn unknown(desired: &Desired, observed: &Observed) -> Vec<Blocker> {
    let lacks = |Reference { logical_id, attribute }: &Reference| {
        let wanted = desired.get(logical_id).filter(|wanted| matches!(wanted.resource, Resource::Other(_)))?;
        observed.with_schema(wanted.resource.clone()).lacks(logical_id, attribute)
    };
    let mut blockers = Vec::new();
    for wanted in &desired.resources {
        for (path, text) in texts(&properties(wanted)) {
            // Only references in the template, not those that the resource's type adds.
            let own = references_in_text(&text).into_iter().filter(|one| wanted.needs.contains(&one.logical_id));
            blockers.extend(own.filter_map(|one| lacks(&one)).map(|reason| {
                let place = desired.property_place(&wanted.logical_id, &path);
                let cause = format!("{}: {reason} ({place})", path.join("."));
                Blocker { logical_id: wanted.logical_id.clone(), cause, hint: another_attribute() }
            }));
        }
    }
    for output in &desired.outputs {
        let reasons = references_in_text(&output.value).into_iter().filter_map(|one| lacks(&one));
        blockers.extend(reasons.map(|reason| {
            let cause = format!("the output's value: {reason} ({})", desired.output_place(&output.name));
            Blocker { logical_id: output.name.clone(), cause, hint: another_attribute() }
        }));
    }
    blockers
}

/// Every resource that the next run could not find: each deploy would create another one, and `destroy` would delete
/// none of them.
pub(super) fn not_findable(desired: &Desired, observed: &Observed) -> Vec<Blocker> {
    let not_findable = desired.resources.iter().filter_map(|wanted| {
        let Resource::Other(other) = observed.with_schema(wanted.resource.clone()) else { return None };
        let NotFindable { cause, hint } = other.why_not_findable()?;
        let cause = format!("the next run could not find it: {cause}");
        Some(Blocker { logical_id: wanted.logical_id.clone(), cause, hint: hint.into() })
    });
    not_findable.collect()
}

/// The properties of a resource as JSON.
pub(super) fn properties(wanted: &Wanted) -> Value {
    if let Resource::Other(other) = &wanted.resource {
        return Value::Object(other.properties.clone());
    }
    serde_json::to_value(&wanted.resource).unwrap_or_default()
}

/// Every text in a value, with the path of keys to it.
pub(super) fn texts(value: &Value) -> Vec<(Vec<String>, String)> {
    let below = |key: String, value: &Value| {
        texts(value).into_iter().map(move |(path, text)| ([vec![key.clone()], path].concat(), text)).collect::<Vec<_>>()
    };
    match value {
        Value::String(text) => vec![(Vec::new(), text.clone())],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(index.to_string(), item)).collect()
        }
        Value::Object(map) => map.iter().flat_map(|(key, value)| below(key.clone(), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
