//! Lists in properties and outputs that require text; the registry's schemas show this before the first call.

use serde_json::{Value, json};

use super::Blocker;
use super::registry::faults;
use crate::desired::{Desired, Wanted};
use crate::observe::Observed;
use crate::resources::Resource;
use crate::template::{Known, Reason, Reference, list_as_text, list_inside, references_in_text};

const HINT: &str = "select one item with `!Select`, or join the items with `!Join`";

/// Every property and output that would get a list instead of text.
pub(super) fn misplaced(desired: &Desired, observed: &Observed) -> Vec<Blocker> {
    let is_list = |reference: &Reference| {
        let source = desired.get(&reference.logical_id).map(|wanted| observed.with_schema(wanted.resource.clone()));
        match source {
            Some(Resource::Other(other)) => {
                other.schema.as_ref().is_some_and(|schema| schema.types.is_list(&reference.attribute))
            }
            _ => false,
        }
    };
    faults(desired, |at, text| {
        let as_text = || list_as_text(&text.into(), &is_list);
        let list = match at {
            None => as_text(),
            Some((wanted, path)) => {
                let is_own = |one: &Reference| wanted.needs.contains(&one.logical_id) || one.is_pseudo();
                let inside = list_inside(text, &is_list);
                let list = inside.or_else(|| as_text().filter(|_| takes_text(wanted, observed, path, text)));
                list.filter(|_| references_in_text(text).iter().all(is_own))
            }
        };
        let reason = |list| Reason::with_remedy(format!("`{list}` is a list where text is needed"), HINT);
        list.into_iter().map(reason).collect()
    })
}

/// Whether the property at a path does not accept a list, as far as that is known.
fn takes_text(wanted: &Wanted, observed: &Observed, path: &[String], text: &str) -> bool {
    if let Resource::Other(other) = observed.with_schema(wanted.resource.clone()) {
        return other.schema.as_ref().is_some_and(|schema| schema.types.is_scalar(path));
    }
    // A typed property that accepts text keeps the reference when a list is filled in.
    let mut lists = Known::default();
    for reference in references_in_text(text) {
        let is_it = reference.to_string() == text;
        lists.insert(reference, if is_it { json!(["a"]) } else { json!("a") });
    }
    if !lists.fill(&text.into()).is_array() {
        return false;
    }
    let filled = serde_json::to_value(wanted.resource.fill(&lists)).unwrap_or_default();
    let found = path.iter().try_fold(&filled, |value: &Value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        Value::Object(map) => map.get(key),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    });
    found.and_then(Value::as_str).is_some_and(|left| !references_in_text(left).is_empty())
}
