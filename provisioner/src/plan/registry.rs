//! Faults of a template that AWS's registry shows when a plan is made: attributes that a kind does not have, and
//! resources that the next run could not find.

use serde_json::Value;

use super::Blocker;
use crate::desired::{Desired, Wanted};
use crate::observe::Observed;
use crate::resources::Resource;
use crate::resources::other::NotFindable;
use crate::template::{Reason, Reference, references_in_text};

/// Every reference to a registry resource's attribute that its kind does not have.
pub(super) fn unknown(desired: &Desired, observed: &Observed) -> Vec<Blocker> {
    let lacks = |Reference { logical_id, attribute }: &Reference| {
        let wanted = desired.get(logical_id).filter(|wanted| matches!(wanted.resource, Resource::Other(_)))?;
        observed.with_schema(wanted.resource.clone()).lacks(logical_id, attribute)
    };
    faults(desired, |at, text| {
        // Only references in the template, not those that the resource's type adds.
        let is_own = |one: &Reference| at.is_none_or(|(wanted, _)| wanted.needs.contains(&one.logical_id));
        references_in_text(text).into_iter().filter(is_own).filter_map(|one| lacks(&one)).collect()
    })
}

/// A blocker for each reason that `reasons` gives for a text of a resource, with its path, or of an output.
pub(super) fn faults(
    desired: &Desired,
    reasons: impl Fn(Option<(&Wanted, &[String])>, &str) -> Vec<Reason>,
) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    let mut block = |logical_id: &str, what: &str, place: String, reasons: Vec<Reason>| {
        blockers.extend(reasons.into_iter().map(|reason| {
            let cause = format!("{what}: {reason} ({place})");
            Blocker { logical_id: logical_id.to_owned(), cause, hint: reason.remedy().into() }
        }));
    };
    for wanted in &desired.resources {
        for (path, text) in texts(&properties(wanted)) {
            let place = desired.property_place(&wanted.logical_id, &path);
            block(&wanted.logical_id, &path.join("."), place, reasons(Some((wanted, &path)), &text));
        }
    }
    for output in &desired.outputs {
        block(&output.name, "the output's value", desired.output_place(&output.name), reasons(None, &output.value));
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
fn properties(wanted: &Wanted) -> Value {
    if let Resource::Other(other) = &wanted.resource {
        return Value::Object(other.properties.clone());
    }
    serde_json::to_value(&wanted.resource).unwrap_or_default()
}

/// Every text in a value, with the path of keys to it.
fn texts(value: &Value) -> Vec<(Vec<String>, String)> {
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
