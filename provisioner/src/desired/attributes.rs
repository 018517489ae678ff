//! Checks for attributes that a typed kind does not have, and for indices outside the lists made from attributes. The
//! attributes of Cloud Control's kinds are known only after AWS is asked.

use serde_json::Value;

use super::Wanted;
use crate::error::Result;
use crate::template::{Known, Reason, Reference, ResolvedResource, Template, find_text, references_in_text};

/// Checks the references in the properties of a resource.
pub(super) fn check_references(
    template: &Template,
    declared: &ResolvedResource,
    earlier: &[Wanted],
    known: &Known,
) -> Result<()> {
    let properties = Value::Object(declared.properties.clone());
    match find_text(&properties, &|text| wrong_reference(text, earlier, known)) {
        Some((path, reason)) => Err(template.property_problem(&declared.logical_id, &path.join("."), reason)),
        None => Ok(()),
    }
}

/// The reason why a reference in a text is wrong: its resource does not have the attribute, or an index is outside a
/// list that the known attributes determine.
pub(super) fn wrong_reference(text: &str, resources: &[Wanted], known: &Known) -> Option<Reason> {
    let lacks = |Reference { logical_id, attribute }: &Reference| {
        let other = resources.iter().find(|wanted| wanted.logical_id == *logical_id)?;
        other.resource.lacks(logical_id, attribute)
    };
    references_in_text(text).iter().find_map(lacks).or_else(|| known.index_outside(text).map(Reason::from))
}
