//! Cloud Control: resources of any kind, as JSON.

use serde_json::{Map, Value, json};

use super::{ACCOUNT, Execute, State, Stored, conflict, missing, schema};
use crate::observe::{Found, Orphan};
use crate::resources::other::{self, Identifier, Other};
use crate::resources::{Ids, Owner, OwnershipTag, Resource};

impl Stored for Other {
    fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
        let of_the_kind = state.others.iter().filter(|((kind, _), _)| *kind == self.type_name);
        let found = |((_, identifier), one): (&(String, Identifier), &Other)| {
            self.found(identifier.clone(), one.properties.clone())
        };
        let all: Vec<_> = of_the_kind.map(found).collect();
        let ((), one) = self.among(all.iter().map(|one| ((), one)), tag)?;
        Some(found_other(one.clone(), tag))
    }
}

impl Execute for other::Call {
    fn execute(&self, state: &mut State) -> Result<Ids, String> {
        use other::Call;
        match self {
            Call::CreateResource { type_name, desired_state } => {
                let properties = desired_state.as_object().cloned().unwrap_or_default();
                let mut one = Other::new(type_name, properties).ok_or_else(|| missing(type_name))?;
                let exists = |other: &Other| other.type_name == *type_name && other.given_name() == one.given_name();
                if one.given_name().is_some() && state.others.values().any(exists) {
                    return Err(conflict(one.given_name().unwrap_or_default()));
                }
                // AWS adds the ARN, and the parts of the identifier that the properties do not contain.
                let id = state.next_id("other");
                one.properties.insert("Arn".to_owned(), arn(type_name, one.given_name().unwrap_or(&id)).into());
                one.schema = schema(type_name);
                for name in one.schema.iter().flat_map(|schema| schema.primary_identifier.clone()) {
                    one.properties.entry(name).or_insert_with(|| id.clone().into());
                }
                let identifier = one.own_identifier().unwrap_or_else(|| Identifier::new(id));
                let assigned = one.found(identifier.clone(), one.properties.clone()).assigned();
                state.others.insert((type_name.clone(), identifier), one);
                Ok(assigned)
            }
            Call::UpdateResource { type_name, identifier, patch } => {
                let key = (type_name.clone(), identifier.clone());
                let one = state.others.get_mut(&key).ok_or_else(|| missing(identifier.as_str()))?;
                patched(&mut one.properties, patch)?;
                Ok(Ids::new())
            }
            Call::DeleteResource { type_name, identifier } => {
                state.others.remove(&(type_name.clone(), identifier.clone()));
                Ok(Ids::new())
            }
        }
    }
}

impl State {
    /// All resources with the stack's ownership tag, of the kinds that have tags.
    pub(super) fn tagged_others(&self, of_the_stack: &OwnershipTag) -> Vec<Orphan> {
        let tagged = self.others.iter().map(|((kind, identifier), one)| {
            let one = Other { schema: schema(kind), identifier: Some(identifier.clone()), ..one.clone() };
            (one.found_tags().unwrap_or_default(), one)
        });
        let ours = tagged.filter(|(tags, _)| of_the_stack.owner(tags) == Owner::Ours);
        ours.map(|(tags, one)| Orphan {
            logical_id: OwnershipTag::of(&tags).logical_id,
            found: found_other(one, of_the_stack),
        })
        .collect()
    }
}

fn found_other(one: Other, tag: &OwnershipTag) -> Found {
    let (ids, owner) = (one.assigned(), one.owner(tag));
    Found::new(Resource::Other(one), ids, owner)
}

/// An ARN in the form of the kind's service.
fn arn(type_name: &str, name: &str) -> String {
    let service = type_name.split("::").nth(1).unwrap_or_default().to_lowercase();
    let noun = if type_name == "AWS::Events::Rule" { "rule/" } else { "" };
    format!("arn:aws:{service}:us-east-1:{ACCOUNT}:{noun}{name}")
}

/// Applies a JSON Patch as strictly as Cloud Control: a replaced value must exist.
fn patched(properties: &mut Map<String, Value>, patch: &Value) -> Result<(), String> {
    for step in patch.as_array().into_iter().flatten() {
        let name = step["path"].as_str().unwrap_or_default().trim_start_matches('/');
        if step["op"] == json!("replace") && !properties.contains_key(name) {
            return Err(format!("InvalidRequestException: no {name} to replace"));
        }
        properties.insert(name.to_owned(), step["value"].clone());
    }
    Ok(())
}
