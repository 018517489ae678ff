//! What every resource kind says of itself.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::difference::Change;
pub use super::ids::Ids;
use super::tags::{Mark, Tags};
use crate::place::Place;

/// Calls in the order they must be sent; those of one stage do not depend on each other.
pub type Stages<C> = Vec<Vec<C>>;

/// A resource kind: typed properties in their normal form, and what must be called to make, change or remove one.
///
/// The type holds the same properties for both sides: what the template wants (defaults filled in) and what AWS
/// answers. Comparing is comparing two values.
pub(super) trait Kind: Serialize + DeserializeOwned {
    /// The type's name in a template.
    const TYPE: &'static str;
    /// What `Fn::GetAtt` can ask for.
    const ATTRIBUTES: &'static [&'static str];
    /// Properties that AWS cannot change in place; `*` for all.
    const CREATE_ONLY: &'static [&'static str] = &[];
    /// Properties that the type has for this crate's own use, and a template must not give.
    const INTERNAL: &'static [&'static str] = &[];
    /// Properties that are not compared: they say what is beside it, or how it is checked.
    const NOT_COMPARED: &'static [&'static str] = &[];
    /// Whether a replacement is made before the old one goes. Not possible where the name is the identity.
    const CREATE_BEFORE_DELETE: bool = false;
    /// Whether the first stage of [`Kind::create`] makes it, and the later ones only fill it in.
    const FILLED_IN_LATER: bool = false;
    /// Whether making or changing it asks of what it refers to only that it exists: what runs, runs later.
    const RUNS_LATER: bool = false;
    /// One AWS call that changes something.
    type Call;

    /// The type's name, for this resource.
    fn type_name(&self) -> &str {
        Self::TYPE
    }
    /// Whether `Fn::GetAtt` can ask for this.
    fn has_attribute(&self, name: &str) -> bool {
        Self::ATTRIBUTES.contains(&name)
    }
    /// What `Fn::GetAtt` can ask for, where that is known here.
    fn attribute_names(&self) -> Vec<String> {
        Self::ATTRIBUTES.iter().map(|name| (*name).to_owned()).collect()
    }
    /// The properties that AWS cannot change in place; `*` for all.
    fn create_only(&self) -> Vec<&str> {
        Self::CREATE_ONLY.to_vec()
    }
    /// A property that the template gives although it must not, and why.
    fn misuse(&self) -> Option<(&'static str, &'static str)> {
        None
    }
    /// Fills in what depends on the resource's place in the stack: a name where the template gives none, and the
    /// mark of ownership.
    fn complete(&mut self, mark: &Mark);
    /// What people call it.
    fn name(&self) -> String;
    /// What AWS finds it by. It cannot be looked for while one of these holds a reference.
    fn identity(&self) -> Vec<String>;
    /// The API that it is a part of.
    fn part_of_api(&self) -> Option<&str> {
        None
    }
    /// The function or alias that callers get permissions for by it, such as `chat:live`.
    fn callee(&self) -> Option<String> {
        None
    }
    /// The name of the function that it is a part of: Lambda removes it with the function.
    fn part_of_function(&self) -> Option<&str> {
        None
    }
    /// The attributes that follow from its properties, known before it exists.
    fn attributes(&self, place: &Place) -> Vec<(&'static str, String)>;
    /// Its tags, where the kind has any.
    fn tags_mut(&mut self) -> Option<&mut Tags> {
        None
    }
    /// What is compared.
    fn comparable(&self) -> Value {
        self.properties()
    }
    /// Its properties, but for those that are not compared.
    fn properties(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(properties) = value.as_object_mut() {
            for name in Self::NOT_COMPARED {
                properties.shift_remove(*name);
            }
        }
        value
    }
    /// What is compared of it, as AWS has it, with what is `wanted`.
    fn seen_beside(&self, _wanted: &Self) -> Value {
        self.comparable()
    }
    /// Why this kind must not take over `now`, a resource that nobody's mark is on.
    fn objection(&self, _now: &Self) -> Option<String> {
        None
    }
    /// The calls that make it.
    fn create(&self) -> Stages<Self::Call>;
    /// The calls that make `now` equal to it.
    fn update(&self, now: &Self, ids: &Ids, changed: &Changed) -> Stages<Self::Call>;
    /// The calls that remove it.
    fn delete(&self, ids: &Ids) -> Stages<Self::Call>;
    /// Whether creating it assigns the very id that an existing one has: AWS refuses it until that one is deleted.
    fn gets_the_id_of(&self, _ids: &Ids) -> bool {
        false
    }
    /// The calls that remove it once its replacement exists, which AWS knows by the id `successor`.
    fn delete_replaced(&self, ids: &Ids, _successor: &str) -> Stages<Self::Call> {
        self.delete(ids)
    }
}

/// Which properties differ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed(BTreeSet<String>);

impl Changed {
    /// The properties of these changes, by their first word: `Environment.Variables.A` counts as `Environment`.
    #[must_use]
    pub fn of(changes: &[Change]) -> Self {
        let first = |change: &Change| change.property.split('.').next().unwrap_or_default().to_owned();
        Self(changes.iter().map(first).collect())
    }

    /// Whether a property differs.
    #[must_use]
    pub fn has(&self, property: &str) -> bool {
        self.0.contains(property)
    }

    /// Whether one of these properties differs.
    #[must_use]
    pub fn any(&self, properties: &[&str]) -> bool {
        properties.iter().any(|property| self.has(property))
    }

    /// Whether a property other than these differs.
    #[must_use]
    pub fn beyond(&self, properties: &[&str]) -> bool {
        self.0.iter().any(|changed| !properties.contains(&changed.as_str()))
    }
}

/// The id of a resource that AWS has named; empty only when a reader forgot to give it.
pub(super) fn id(ids: &Ids, attribute: &str) -> String {
    ids.get(attribute).cloned().unwrap_or_default()
}

/// The stages that hold a call.
pub(super) fn stages<C>(stages: impl IntoIterator<Item = Vec<C>>) -> Stages<C> {
    stages.into_iter().filter(|stage| !stage.is_empty()).collect()
}
