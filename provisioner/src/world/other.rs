//! Cloud Control: resources of any kind, as JSON.

use serde_json::{Map, Value, json};

use super::{State, conflict, missing};
use crate::observe::{Found, Leftover};
use crate::resources::other::{self, Other, Schema};
use crate::resources::{Ids, Mark, Owner, Resource};

impl State {
    pub(super) fn find_other(&self, wanted: &Other, mark: &Mark) -> Option<Found> {
        let of_the_kind = self.others.iter().filter(|((kind, _), _)| *kind == wanted.type_name);
        let all = of_the_kind.map(|((_, identifier), one)| (identifier, wanted.found(one.properties.clone())));
        let all: Vec<_> = all.collect();
        let (identifier, one) = wanted.among(all.iter().map(|(identifier, one)| (*identifier, one)), mark)?;
        Some(found_other(identifier, one.clone(), mark))
    }

    /// All with the stack's mark, of the kinds that have tags.
    pub(super) fn marked_others(&self, of_the_stack: &Mark) -> Vec<Leftover> {
        let told = self.others.iter().map(|((kind, identifier), one)| {
            let one = Other { schema: Schema::kept(kind), ..one.clone() };
            (identifier, one.found_tags().unwrap_or_default(), one)
        });
        let ours = told.filter(|(_, tags, _)| of_the_stack.owner(tags) == Owner::Ours);
        ours.map(|(identifier, tags, one)| Leftover {
            logical_id: Mark::of(&tags).logical_id,
            found: found_other(identifier, one, of_the_stack),
        })
        .collect()
    }

    pub(super) fn other_call(&mut self, call: &other::Call) -> Result<Ids, String> {
        use other::Call;
        match call {
            Call::CreateResource { type_name, desired_state } => {
                let properties = desired_state.as_object().cloned().unwrap_or_default();
                let mut one = Other::new(type_name, properties).ok_or_else(|| missing(type_name))?;
                let taken = |other: &Other| other.type_name == *type_name && other.given_name() == one.given_name();
                if one.given_name().is_some() && self.others.values().any(taken) {
                    return Err(conflict(one.given_name().unwrap_or_default()));
                }
                let identifier = self.next_id("other");
                // What AWS adds: the identifier and the ARN, where the kind has them as properties that it answers only.
                for name in Schema::kept(type_name).into_iter().flat_map(|schema| schema.primary_identifier) {
                    one.properties.entry(name).or_insert_with(|| identifier.clone().into());
                }
                one.properties.insert("Arn".to_owned(), format!("arn:{identifier}").into());
                let arn = ("Arn".to_owned(), format!("arn:{identifier}"));
                self.others.insert((type_name.clone(), identifier.clone()), one);
                Ok(Ids::from([("Ref".to_owned(), identifier), arn]))
            }
            Call::UpdateResource { type_name, identifier, patch } => {
                let key = (type_name.clone(), identifier.clone());
                let one = self.others.get_mut(&key).ok_or_else(|| missing(identifier))?;
                patched(&mut one.properties, patch)?;
                Ok(Ids::new())
            }
            Call::DeleteResource { type_name, identifier } => {
                self.others.remove(&(type_name.clone(), identifier.clone()));
                Ok(Ids::new())
            }
        }
    }
}

fn found_other(identifier: &str, one: Other, mark: &Mark) -> Found {
    let owner = one.owner(mark);
    let mut ids = Ids::from([("Ref".to_owned(), identifier.to_owned())]);
    let texts = one.properties.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    ids.extend(texts);
    Found::new(Resource::Other(one), ids, owner)
}

/// JSON Patch, as strict as Cloud Control: what is replaced has to be there.
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
