//! Checks for attributes that a typed kind does not have, and for indices outside the lists made from attributes. The attributes of Cloud Control's kinds are known only after
//! AWS is asked.

use serde_json::Value;

use super::Wanted;
use crate::error::Result;
use crate::template::{Known, Reference, ResolvedResource, Template, find_text, references_in_text};

/// Checks that every `Fn::GetAtt` asks for an attribute that the other resource has.
pub(super) fn check_attributes(template: &Template, declared: &ResolvedResource, earlier: &[Wanted]) -> Result<()> {
    let properties = Value::Object(declared.properties.clone());
    let unknown = |text: &str| references_in_text(text).iter().find_map(|one| unknown_attribute(one, earlier));
    match find_text(&properties, &unknown) {
        Some((path, reason)) => Err(template.property_problem(&declared.logical_id, &path.join("."), reason)),
        None => Ok(()),
    }
}

/// Checks that every `Fn::Select` of a list that the known attributes determine has an index inside it.
pub(super) fn check_indices(template: &Template, declared: &ResolvedResource, known: &Known) -> Result<()> {
    let properties = Value::Object(declared.properties.clone());
    match find_text(&properties, &|text| known.index_outside(text)) {
        Some((path, reason)) => Err(template.property_problem(&declared.logical_id, &path.join("."), reason)),
        None => Ok(()),
    }
}

/// The reason why a reference is wrong, if its resource does not have the attribute.
pub(super) fn unknown_attribute(reference: &Reference, resources: &[Wanted]) -> Option<String> {
    let Reference { logical_id, attribute } = reference;
    let other = resources.iter().find(|wanted| wanted.logical_id == *logical_id)?;
    other.resource.lacks(logical_id, attribute)
}
