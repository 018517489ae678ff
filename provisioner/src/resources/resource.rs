//! The methods that resources of all kinds have.

use serde_json::Value;

use super::kind::{Awaited, Changed, Ids, Import, Kind, Ownership, OwnershipTag, Place, Property, Removal, Tags};
use super::{Change, Resource, constant, difference, each_kind};
use crate::template::{Reference, reserved_in};

/// Methods of [`Resource`] that have the same name in [`Kind`], or return a constant of the kind.
macro_rules! of_its_kind {
    ($($visibility:vis fn $method:ident(&self $(, $argument:ident: $type:ty)*) -> $result:ty
        $(= $constant:ident)?;)+) => {
        impl Resource {
            $(#[doc = concat!("See `Kind::", of_its_kind!(@ name $method $($constant)?), "`.")]
            $visibility fn $method(&self $(, $argument: $type)*) -> $result {
                of_its_kind!(@ self $method ($($argument),*) $($constant)?)
            })+
        }
    };
    (@ $resource:ident $method:ident ($($argument:ident),*)) => {
        each_kind!($resource, Resource(one) => one.$method($($argument),*))
    };
    (@ name $method:ident $constant:ident) => { stringify!($constant) };
    (@ name $method:ident) => { stringify!($method) };
    (@ $resource:ident $method:ident () $constant:ident) => { constant!($resource, $constant) };
}

of_its_kind! {
    pub fn has_attribute(&self, name: &str) -> bool;
    pub fn attribute_names(&self) -> Vec<String>;
    pub fn name(&self) -> String;
    pub fn part_of_api(&self) -> Option<&str>;
    pub fn callee(&self) -> Option<String>;
    pub fn part_of_function(&self) -> Option<&str>;
    pub fn attributes(&self, place: &Place) -> Vec<(&'static str, String)>;
    pub fn ownership(&self) -> Ownership = OWNERSHIP;
    pub fn removal(&self) -> Removal = REMOVAL;
    pub fn is_changed_by_update(&self) -> bool = CHANGED_BY_UPDATE;
    pub fn through(&self) -> Option<&'static str> = THROUGH;
    pub fn is_kept(&self) -> Option<&'static str>;
    pub fn untagged_part(&self) -> Option<String>;
    pub fn awaits(&self, ids: &Ids) -> Option<Awaited>;
    pub fn imports(&self, ids: &Ids) -> Vec<Import>;
    pub fn create_before_delete(&self) -> bool = CREATE_BEFORE_DELETE;
    pub fn gets_the_id_of(&self, ids: &Ids) -> bool;
    pub fn is_filled_in_later(&self) -> bool = FILLED_IN_LATER;
    pub fn runs_later(&self) -> bool = RUNS_LATER;
    fn identity(&self) -> Vec<String>;
    pub(super) fn comparable(&self) -> Value;
    fn create_only(&self) -> Vec<&str>;
}

impl Resource {
    /// Fills in the values that depend on its place in the stack.
    pub fn complete(&mut self, tag: &OwnershipTag) {
        each_kind!(self, Resource(one) => one.complete(tag));
    }

    /// Records that it stays when the template no longer contains it.
    pub fn retain(&mut self) {
        each_kind!(self, Resource(one) => Kind::retain(one));
    }

    pub(super) fn tags_mut(&mut self) -> Option<&mut Tags> {
        each_kind!(self, Resource(one) => one.tags_mut())
    }

    /// Whether it can be looked for: all values by which AWS finds it are known.
    pub fn can_be_found(&self) -> bool {
        // The kind's schema names the properties by which a resource without a type is found.
        let has_schema = !matches!(self, Self::Other(other) if other.schema.is_none());
        has_schema && self.identity().iter().all(|part| reserved_in(part).is_none())
    }

    /// Whether it is useless without the other resource: a route without its API, a function without its role.
    pub fn requires(&self, other: &Self, ids: &Ids) -> bool {
        let is_its_api = matches!(other, Self::Api(_))
            && ids.get(Ids::API_ID).is_some_and(|id| self.part_of_api() == Some(id.as_str()));
        let is_its_function =
            matches!(other, Self::Function(function) if self.part_of_function() == Some(&function.function_name));
        is_its_api || is_its_function || each_kind!(self, Resource(one) => one.requires(other, ids))
    }

    /// Every property in which `now` differs from it.
    ///
    /// Tags that the template does not name are omitted, since organisations add their own.
    pub fn changes_from(&self, now: &Self) -> Vec<Change> {
        let mut now = now.clone();
        if let (Some(theirs), Some(ours)) = (now.tags_mut(), self.clone().tags_mut()) {
            theirs.retain(|key, _| ours.contains_key(key));
        }
        difference::changes(&now.comparable_with(self), &self.comparable())
    }

    /// Its tags; empty where the kind has none.
    pub fn tags(&self) -> Tags {
        self.clone().tags_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Whether one of these changes cannot be made in place.
    pub fn must_be_replaced(&self, changed: &Changed) -> bool {
        let create_only = self.create_only();
        match create_only.contains(&Property::EVERY.name()) {
            true => changed != &Changed::default(),
            false => create_only.into_iter().any(|property| changed.has_named(property)),
        }
    }

    /// The values of its `Ref` and `Fn::GetAtt` references, once AWS has assigned `ids`.
    pub fn known(&self, logical_id: &str, place: &Place, ids: &Ids) -> Vec<(Reference, Value)> {
        let own = self.attributes(place).into_iter().map(|(name, value)| (name.to_owned(), Value::String(value)));
        let assigned = ids.iter().map(|(name, value)| (name.clone(), value.clone()));
        own.chain(assigned).map(|(name, value)| (Reference::new(logical_id, &name), value)).collect()
    }
}
