//! Kinds without special behaviour: a call does what its `Kind::effect` says, and nothing else. One line below for each.

use serde_json::Value;

use super::{ACCOUNT, Execute, State, Stored, missing};
use crate::observe::{Found, Observed, Orphan};
use crate::place::Place;
use crate::resources::{Call, Effect, Ids, Left, Owner, Ownership, OwnershipTag, Resource};
use crate::template::Known;

macro_rules! simple {
    ($module:ident::$name:ident) => {
        impl Stored for crate::resources::$module::$name {
            fn find(&self, state: &State, tag: &OwnershipTag) -> Option<Found> {
                state.find_simple(&Resource::$name(self.clone()), tag)
            }
        }

        impl Execute for crate::resources::$module::Call {
            fn execute(&self, state: &mut State) -> Result<Ids, String> {
                state.carry_out_simple(&Call::$name(self.clone()))
            }
        }
    };
}

simple!(topic::Topic);
simple!(subscription::Subscription);

impl State {
    fn find_simple(&self, wanted: &Resource, tag: &OwnershipTag) -> Option<Found> {
        let mut all = self.simple.values();
        let (resource, ids) = all.find(|(one, ids)| wanted.is_same(&Ids::new(), one, ids))?;
        Some(found(resource, ids, tag))
    }

    /// All resources with the stack's ownership tag.
    pub(super) fn tagged_simple(&self, of_the_stack: &OwnershipTag) -> Vec<Orphan> {
        let all = self.simple.values().map(|(resource, ids)| found(resource, ids, of_the_stack));
        let ours = all.filter(|one| one.resource.ownership() == Ownership::Tags && one.owner == Owner::Ours);
        ours.map(|found| Orphan { logical_id: OwnershipTag::of(&found.resource.tags()).logical_id, found }).collect()
    }

    /// The resources without an ownership tag that are useless without one of the stack's own.
    pub(super) fn simple_parts(&self, of_the_stack: &OwnershipTag, observed: &Observed) -> Vec<Orphan> {
        let own = || observed.found.values().filter(|one| one.owner == Owner::Ours);
        let parts = self.simple.values().filter(|(part, _)| {
            let is_part = |whole: &Found| part.requires(&whole.resource, &whole.ids);
            part.ownership() != Ownership::Tags && own().any(is_part)
        });
        let orphan =
            |(part, ids): &(Resource, Ids)| Orphan { logical_id: part.name(), found: found(part, ids, of_the_stack) };
        parts.map(orphan).collect()
    }

    fn carry_out_simple(&mut self, call: &Call) -> Result<Ids, String> {
        match call.effect() {
            Effect::Repeatable | Effect::SeenByService => Err(format!("{} says no effect", call.operation())),
            Effect::Deletes { id } => {
                if let Some((whole, ids)) = self.simple.remove(&id) {
                    self.simple.retain(|_, (part, _)| !part.requires(&whole, &ids));
                }
                Ok(Ids::new())
            }
            Effect::Leaves(left, _) => {
                let mut all = self.simple.values_mut();
                let is_it = |(one, ids): &&mut (Resource, Ids)| left.resource.is_same(&Ids::new(), one, ids);
                if let Some((now, ids)) = all.find(is_it) {
                    *now = changed(now, &left);
                    return Ok(ids.clone());
                }
                if !left.is_whole() {
                    return Err(missing(&left.resource.name()));
                }
                let ids = self.assigned(&left.resource);
                let id = ids.get(Ids::REF).cloned().unwrap_or_default();
                self.simple.insert(id, (left.resource, ids.clone()));
                Ok(ids)
            }
        }
    }

    /// The attributes that follow from the properties, and for each of the others an ARN or the name.
    fn assigned(&mut self, resource: &Resource) -> Ids {
        let service = resource.kind().split("::").nth(1).unwrap_or_default().to_lowercase();
        let arn = format!("arn:aws:{service}:us-east-1:{ACCOUNT}:{}", self.next_id("simple"));
        let others = resource.attribute_names().into_iter().chain([Ids::REF.to_owned()]);
        let is_arn = |name: &str| name == Ids::REF || name.ends_with(Ids::ARN);
        let others = others.map(|name| if is_arn(&name) { (name, arn.clone()) } else { (name, resource.name()) });
        let known = Known::of_account(ACCOUNT);
        let own = resource.attributes(&Place::new("us-east-1")).into_iter();
        let own = own.map(|(name, value)| (name.to_owned(), known.fill_text(&value)));
        others.chain(own).collect()
    }
}

fn found(resource: &Resource, ids: &Ids, tag: &OwnershipTag) -> Found {
    let owner = match resource.ownership() {
        Ownership::Tags => tag.owner(&resource.tags()),
        Ownership::Description | Ownership::Parent | Ownership::Assumed => Owner::Ours,
    };
    Found::new(resource.clone(), ids.clone(), owner)
}

/// The resource with the properties that the call sets. Tags are added.
fn changed(now: &Resource, left: &Left<Resource>) -> Resource {
    let properties = |one: &Resource| match serde_json::to_value(one) {
        Ok(Value::Object(properties)) => properties,
        other => panic!("{other:?}"),
    };
    let mut all = properties(now);
    for (name, value) in properties(&left.resource).into_iter().filter(|(name, _)| left.has(name)) {
        match (all.get_mut(&name), value) {
            (Some(Value::Object(tags)), Value::Object(more)) if name == "Tags" => tags.extend(more),
            (_, value) => drop(all.insert(name, value)),
        }
    }
    all.retain(|_, value| !value.is_null());
    Resource::parse(now.kind(), all).expect("its own properties").expect("its own kind")
}
