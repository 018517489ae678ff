//! The interface of every resource kind, with the names that each kind needs to implement it. Each kind imports all of
//! them.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Resource;
pub(super) use super::awaited::Awaited;
use super::difference::Change;
pub(super) use super::effect::{Again, Effect};
pub use super::ids::Ids;
pub(super) use super::import::Import;
pub(super) use super::ownership::{Arn, Orphans, Ownership, Removal};
pub(super) use super::property::{Property, property};
pub(super) use super::tags::{DESCRIPTION, OwnershipTag, Tags};
pub(super) use crate::place::Place;

/// Calls in the order in which they must be sent; the calls of one batch do not depend on each other.
pub type Batches<C> = Vec<Vec<C>>;

/// The properties that a template can give a kind. [`has_properties`] implements it.
pub(crate) trait HasTemplate: From<<Self as HasTemplate>::Template> {
    /// The kind itself if the planner knows nothing else about it.
    type Template: Serialize + DeserializeOwned;

    /// The properties that a template can give.
    fn template(&self) -> &Self::Template;
}

/// A resource kind: typed properties in their normal form, and the calls to create, change or delete a resource.
///
/// The type has the same properties for both sides: the template's values (with defaults) and those that AWS returns. A
/// comparison compares two values.
///
/// Other values of the planner, such as the versions that an alias pointed to before, are fields of the kind in
/// addition to its properties; [`has_properties`] gives access to both.
pub(crate) trait Kind: HasTemplate + Serialize + DeserializeOwned {
    /// The type's name in a template.
    const TYPE: &'static str;
    /// The attributes that `Fn::GetAtt` can request.
    const ATTRIBUTES: &'static [&'static str];
    /// Where AWS shows its owner.
    const OWNERSHIP: Ownership;
    /// The id by which AWS distinguishes its resources, if that is not the name.
    const ASSIGNED_ID: Option<&'static str> = None;
    /// How its orphans are found.
    const ORPHANS: Orphans;
    /// When a removal deletes it.
    const REMOVAL: Removal;
    /// Whether `update`, which changes only functions, changes it.
    const CHANGED_BY_UPDATE: bool = false;
    /// The service for its calls, if that is not its service's own API.
    const THROUGH: Option<&'static str> = None;
    /// Properties that AWS cannot change in place; [`Property::EVERY`] for all.
    const CREATE_ONLY: &'static [Property] = &[];
    /// Properties of CloudFormation that a template cannot give here, and the reason.
    const REFUSED: &'static [(Property, &'static str)] = &[];
    /// Properties of CloudFormation that this type does not have: a resource with one is managed through Cloud Control.
    const THROUGH_CLOUD_CONTROL: &'static [Property] = &[];
    /// Whether a replacement is created before the old resource is deleted. Not possible where the name is the
    /// identity.
    const CREATE_BEFORE_DELETE: bool = false;
    /// Whether the first batch of [`Kind::create`] creates it, and the later ones only complete it.
    const FILLED_IN_LATER: bool = false;
    /// Whether creating or changing it requires only that its dependencies exist, since it runs later.
    const RUNS_LATER: bool = false;
    /// One AWS call that changes something.
    type Call: Serialize;

    /// The type's name, for this resource.
    fn type_name(&self) -> &str {
        Self::TYPE
    }
    /// Whether `Fn::GetAtt` can request this attribute.
    fn has_attribute(&self, name: &str) -> bool {
        Self::ATTRIBUTES.contains(&name)
    }
    /// The attributes that `Fn::GetAtt` can request, if they are known here.
    fn attribute_names(&self) -> Vec<String> {
        Self::ATTRIBUTES.iter().map(|name| (*name).to_owned()).collect()
    }
    /// The properties that AWS cannot change in place; `*` for all.
    fn create_only(&self) -> Vec<&str> {
        Self::CREATE_ONLY.iter().map(|property| property.name()).collect()
    }
    /// Fills in the values that depend on the resource's place in the stack: a name if the template gives none, and the
    /// ownership tag.
    fn complete(&mut self, tag: &OwnershipTag);
    /// The name that is shown.
    fn name(&self) -> String;
    /// The values by which AWS finds it. It cannot be looked for while one of these contains a reference.
    fn identity(&self) -> Vec<String> {
        vec![self.name()]
    }
    /// A resource with only the properties that are needed to find it by this name, where its orphans are found by
    /// name.
    fn with_name_only(_name: &str) -> Option<Self> {
        None
    }
    /// Whether it and another resource of its kind are the same resource on AWS.
    fn is_same(&self, ids: &Ids, other: &Self, other_ids: &Ids) -> bool {
        Self::ASSIGNED_ID.map_or_else(|| self.collides_with(other), |id| ids.have_the_same(id, other_ids))
    }
    /// Whether it and another resource of the template are one resource on AWS, so that they would overwrite each
    /// other.
    fn collides_with(&self, other: &Self) -> bool {
        Self::ASSIGNED_ID.is_none() && self.name() == other.name()
    }
    /// Whether it is useless without the other resource, beyond the API and the function that it is a part of.
    fn requires(&self, _other: &Resource, _ids: &Ids) -> bool {
        false
    }
    /// Records that it stays when the template no longer contains it.
    fn retain(&mut self) {}
    /// Why a prune does not delete it when the template no longer contains it.
    fn is_kept(&self) -> Option<&'static str> {
        None
    }
    /// The part of the stack that it is, for an orphan that does not show its owner, such as a URL of a function.
    fn untagged_part(&self) -> Option<String> {
        None
    }
    /// What must be done by hand before it takes effect, such as the confirmation of a subscription. `ids` is empty for
    /// a resource that does not exist yet.
    fn awaits(&self, _ids: &Ids) -> Option<Awaited> {
        None
    }
    /// The Terraform resources that import it.
    fn imports(&self, ids: &Ids) -> Vec<Import>;
    /// The API that it is a part of.
    fn part_of_api(&self) -> Option<&str> {
        None
    }
    /// The function or alias that callers get permission for through it, such as `chat:live`.
    fn callee(&self) -> Option<String> {
        None
    }
    /// The name of the function that it is a part of: Lambda removes it with the function.
    fn part_of_function(&self) -> Option<&str> {
        None
    }
    /// The attributes that are derived from its properties, known before it exists.
    fn attributes(&self, _place: &Place) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// Its tags, if the kind has any.
    fn tags_mut(&mut self) -> Option<&mut Tags> {
        None
    }
    /// The value that is compared.
    fn comparable(&self) -> Value {
        serde_json::to_value(self.template()).unwrap_or_default()
    }
    /// The value of the resource from AWS that is compared with `wanted`.
    fn comparable_with(&self, _wanted: &Self) -> Value {
        self.comparable()
    }
    /// Why this kind must not adopt `now`, an untagged resource.
    fn adoption_error(&self, _now: &Self) -> Option<String> {
        None
    }
    /// The effect of a call.
    fn effect(call: &Self::Call) -> Effect<Self>;
    /// Whether a call only reads.
    fn only_reads(_call: &Self::Call) -> bool {
        false
    }
    /// The content of a call that the file of a plan contains as a digest: without paths and values that are secret or
    /// known only on AWS.
    fn recorded(call: &Self::Call) -> Value {
        serde_json::to_value(call).unwrap_or_default()
    }
    /// The calls that create it.
    fn create(&self) -> Batches<Self::Call>;
    /// The calls that change `now` to its properties.
    fn update(&self, now: &Self, ids: &Ids, changed: &Changed) -> Batches<Self::Call>;
    /// The calls that delete it.
    fn delete(&self, ids: &Ids) -> Batches<Self::Call>;
    /// Whether creating it assigns the same id that an existing one has: AWS refuses it until that one is deleted.
    fn gets_the_id_of(&self, _ids: &Ids) -> bool {
        false
    }
    /// The calls that delete it once its replacement exists, which has the id `successor` on AWS.
    fn delete_replaced(&self, ids: &Ids, _successor: &str) -> Batches<Self::Call> {
        self.delete(ids)
    }
}

/// Which properties differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed(BTreeSet<String>);

impl Changed {
    /// The properties of these changes, by the first part of their path: `Environment.Variables.A` counts as
    /// `Environment`.
    pub fn of(changes: &[Change]) -> Self {
        let first = |change: &Change| change.property.split('.').next().unwrap_or_default().to_owned();
        Self(changes.iter().map(first).collect())
    }

    /// The properties that differ.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether a property differs.
    pub fn has(&self, property: Property) -> bool {
        self.has_named(property.name())
    }

    /// Whether the property with this name differs, for a kind whose properties only its schema names.
    pub fn has_named(&self, property: &str) -> bool {
        self.0.contains(property)
    }

    /// Whether one of these properties differs.
    pub fn any(&self, properties: &[Property]) -> bool {
        properties.iter().any(|property| self.has(*property))
    }

    /// Whether a property other than these differs.
    pub fn beyond(&self, properties: &[Property]) -> bool {
        self.0.iter().any(|changed| !properties.iter().any(|property| property.name() == changed))
    }
}

/// The id of a resource that AWS has assigned; empty only if a reader omits it.
pub(super) fn id(ids: &Ids, attribute: &str) -> String {
    ids.get(attribute).cloned().unwrap_or_default()
}

/// Declares the properties that a template can give: the kind's own, or those of `Properties` in addition to these
/// fields. In the second case, the kind can be read and changed like its `Properties`.
macro_rules! has_properties {
    ($kind:ty) => {
        impl $crate::resources::kind::HasTemplate for $kind {
            type Template = Self;

            fn template(&self) -> &Self {
                self
            }
        }
    };
    ($kind:ty { $($field:ident),+ $(,)? }) => {
        impl $crate::resources::kind::HasTemplate for $kind {
            type Template = Properties;

            fn template(&self) -> &Properties {
                &self.properties
            }
        }

        impl From<Properties> for $kind {
            fn from(properties: Properties) -> Self {
                Self { properties, $($field: Default::default()),+ }
            }
        }

        impl std::ops::Deref for $kind {
            type Target = Properties;

            fn deref(&self) -> &Properties {
                &self.properties
            }
        }

        impl std::ops::DerefMut for $kind {
            fn deref_mut(&mut self) -> &mut Properties {
                &mut self.properties
            }
        }
    };
}
pub(super) use has_properties;

/// The documented defaults of properties, as the functions that serde calls.
macro_rules! defaults {
    ($($name:ident: $type:ty = $value:expr;)+) => {
        $(fn $name() -> $type {
            $value
        })+
    };
}
pub(super) use defaults;

/// The creation by one call, which sets all properties, and its effect when it is sent again.
macro_rules! created_by {
    ($call:ident, $again:ident) => {
        fn effect(call: &Call) -> $crate::resources::Effect<Self> {
            use $crate::resources::{Again, Effect};

            let Call::$call(one) = call else { return Effect::Repeatable };
            Effect::all(Self::clone(one), Again::$again)
        }

        fn create(&self) -> Batches<Call> {
            batches([vec![Call::$call(Box::new(self.clone()))]])
        }
    };
}
pub(super) use created_by;

/// Methods that return a field: the name, the tags, or the resource that it is a part of.
macro_rules! fields {
    ($($method:ident: $field:ident),+) => { $(fields!(@ $method $field);)+ };
    (@ name $field:ident) => {
        fn name(&self) -> String {
            self.$field.clone()
        }
    };
    (@ tags_mut $field:ident) => {
        fn tags_mut(&mut self) -> Option<&mut Tags> {
            Some(&mut self.$field)
        }
    };
    (@ $part_of:ident $field:ident) => {
        fn $part_of(&self) -> Option<&str> {
            Some(&self.$field)
        }
    };
}
pub(super) use fields;

/// The properties of a template with these values for others.
pub(super) fn with<const N: usize>(template: &impl Serialize, others: [(Property, Value); N]) -> Value {
    let mut value = serde_json::to_value(template).unwrap_or_default();
    if let Some(properties) = value.as_object_mut() {
        properties.extend(others.map(|(property, value)| (property.name().to_owned(), value)));
    }
    value
}

/// The batches that contain a call.
pub(super) fn batches<C>(batches: impl IntoIterator<Item = Vec<C>>) -> Batches<C> {
    batches.into_iter().filter(|batch| !batch.is_empty()).collect()
}
