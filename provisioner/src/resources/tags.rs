//! Tags: those of the template, and the ownership tag.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::property::Property;

/// The property with the tags, of every kind that has them.
pub const TAGS: Property = Property::named("Tags");

/// The property that contains the ownership tag of a resource without tags.
pub const DESCRIPTION: Property = Property::named("Description");

/// Tag keys and values.
pub type Tags = BTreeMap<String, String>;

/// The tag with the name of the stack that owns the resource.
pub const STACK_TAG: &str = "provisioner:stack";

/// The tag with the resource's logical id.
pub const RESOURCE_TAG: &str = "provisioner:resource";

/// The tag with the region of the stack, for roles and other resources of global services.
pub const REGION_TAG: &str = "provisioner:region";

/// The tag with the kind, for resources that were created through Cloud Control: an ARN does not contain the kind, and it
/// is needed to find an orphan.
pub const KIND_TAG: &str = "provisioner:kind";

/// The suffix of the kind in that tag for a resource that stays when the template no longer contains it.
const RETAINED: &str = " retained";

/// The tag with the name of the CloudFormation stack that owns the resource. It stays on resources that leave the
/// stack.
pub const CLOUDFORMATION_TAG: &str = "aws:cloudformation:stack-name";

/// The owner of a resource, as AWS shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// It has this stack's ownership tag.
    Ours,
    /// It has no stack's ownership tag: it was created by hand or by another tool.
    None,
    /// It has the ownership tag of the stack with this name.
    Stack(String),
    /// It has this stack's ownership tag with another region: the stack exists there too, or only there.
    InRegion(String),
    /// A CloudFormation stack of this name owns it: CloudFormation would revert changes.
    CloudFormation(String),
}

/// The ownership tag of a resource of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnershipTag {
    /// The stack's name.
    pub stack: String,
    /// The region that the stack is deployed to.
    pub region: String,
    /// The resource's name in the template.
    pub logical_id: String,
}

impl OwnershipTag {
    /// The ownership tag in these tags; empty if there is none.
    pub fn of(tags: &Tags) -> Self {
        let value = |key: &str| tags.get(key).cloned().unwrap_or_default();
        Self { stack: value(STACK_TAG), region: value(REGION_TAG), logical_id: value(RESOURCE_TAG) }
    }

    /// Adds the ownership tag to the tags of a resource.
    pub fn add_to(&self, tags: &mut Tags) {
        tags.insert(STACK_TAG.to_owned(), self.stack.clone());
        tags.insert(RESOURCE_TAG.to_owned(), self.logical_id.clone());
    }

    /// Adds the ownership tag with its region to the tags of a resource that all regions share.
    pub fn add_with_region_to(&self, tags: &mut Tags) {
        self.add_to(tags);
        tags.insert(REGION_TAG.to_owned(), self.region.clone());
    }

    /// Adds the ownership tag with the kind to the tags of a resource.
    pub fn add_with_kind_to(&self, tags: &mut Tags, kind: &str) {
        self.add_to(tags);
        tags.insert(KIND_TAG.to_owned(), kind.to_owned());
    }

    /// The owner of a resource with these tags. A tag without a region is of this region, or an earlier version of the
    /// provisioner wrote it.
    pub fn owner(&self, tags: &Tags) -> Owner {
        match (tags.get(STACK_TAG), tags.get(REGION_TAG)) {
            (Some(stack), Some(region)) if *stack == self.stack && *region != self.region => {
                Owner::InRegion(region.clone())
            }
            (Some(stack), _) if *stack == self.stack => Owner::Ours,
            (Some(stack), _) => Owner::Stack(stack.clone()),
            (None, _) => Owner::None,
        }
    }

    /// Whether these tags contain the ownership tag of exactly this resource of this stack.
    pub fn is_on(&self, tags: &Tags) -> bool {
        self.owner(tags) == Owner::Ours && tags.get(RESOURCE_TAG) == Some(&self.logical_id)
    }

    /// The ownership tag as one line, for resources that have a description but no tags.
    pub fn as_description(&self) -> String {
        format!("{STACK_TAG}={} {RESOURCE_TAG}={}", self.stack, self.logical_id)
    }

    /// The owner of a resource with this description.
    pub fn owner_by_description(&self, description: &str) -> Owner {
        self.owner(&tags_in(description))
    }

    /// Whether this description contains the ownership tag of exactly this resource of this stack, whatever else it
    /// contains.
    pub fn is_in_description(&self, description: &str) -> bool {
        self.is_on(&tags_in(description))
    }

    /// The ownership tag in a description; empty if there is none.
    pub fn of_description(description: &str) -> Self {
        Self::of(&tags_in(description))
    }
}

/// Records in the tag with the kind that the resource stays when the template no longer contains it.
pub(super) fn tag_as_retained(tags: &mut Tags) {
    if let Some(kind) = tags.get_mut(KIND_TAG) {
        kind.push_str(RETAINED);
    }
}

/// Why a prune does not delete a resource with these tags; `None` if it may.
pub(super) fn kept_by_tag(tags: &Tags) -> Option<&'static str> {
    tags.get(KIND_TAG).is_none_or(|kind| kind.ends_with(RETAINED)).then_some(STAYS)
}

/// The reason for resources that their template retains.
pub(super) const STAYS: &str = "delete it by hand: the template that contained it retains it";

/// The `key=value` words of a description.
fn tags_in(description: &str) -> Tags {
    let words = description.split(' ').filter_map(|part| part.split_once('='));
    words.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Reads `Tags` in either of CloudFormation's two shapes: a list of `{Key, Value}`, or a map.
pub(super) fn either_shape<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tags, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Pair {
        key: String,
        value: String,
    }
    deserializer.deserialize_any(ListOrMap {
        expecting: "a list of `{Key, Value}` or a map of names and texts",
        entry: |Pair { key, value }| (key, value),
        twice: |key| format!("the tag `{key}` is given twice"),
    })
}

/// Reads a list of named entries, or a map by name.
pub(super) struct ListOrMap<E, V> {
    /// What is accepted, for messages.
    pub(super) expecting: &'static str,
    /// The name and the value of an entry of the list.
    pub(super) entry: fn(E) -> (String, V),
    /// The message for a list that contains a name twice.
    pub(super) twice: fn(&str) -> String,
}

impl<'de, E: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for ListOrMap<E, V> {
    type Value = BTreeMap<String, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut all = BTreeMap::new();
        while let Some((name, value)) = list.next_element()?.map(self.entry) {
            if all.contains_key(&name) {
                return Err(A::Error::custom((self.twice)(&name)));
            }
            all.insert(name, value);
        }
        Ok(all)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        BTreeMap::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag() -> OwnershipTag {
        OwnershipTag { stack: "chat".to_owned(), region: "us-east-1".to_owned(), logical_id: "Api".to_owned() }
    }

    #[test]
    fn the_ownership_tag_is_read_back_from_tags_and_from_a_description() {
        let mut tags = Tags::new();
        assert_eq!(tag().owner(&tags), Owner::None);
        tag().add_to(&mut tags);
        assert_eq!(tag().owner(&tags), Owner::Ours);
        assert!(tag().is_on(&tags));
        assert_eq!(tag().owner_by_description(&tag().as_description()), Owner::Ours);
        assert_eq!(tag().owner_by_description("the movies API"), Owner::None);
    }

    #[test]
    fn the_ownership_tag_of_another_stack_is_not_ours() {
        let mut tags = Tags::new();
        OwnershipTag { stack: "other".to_owned(), ..tag() }.add_to(&mut tags);
        assert_eq!(tag().owner(&tags), Owner::Stack("other".to_owned()));
    }

    #[test]
    fn the_ownership_tag_of_another_region_is_not_ours_and_one_without_a_region_is() {
        let there = OwnershipTag { region: "eu-west-1".to_owned(), ..tag() };
        let mut tags = Tags::new();
        there.add_to(&mut tags);
        assert_eq!(tag().owner(&tags), Owner::Ours);
        there.add_with_region_to(&mut tags);
        assert_eq!(tag().owner(&tags), Owner::InRegion("eu-west-1".to_owned()));
        assert_eq!(there.owner(&tags), Owner::Ours);
    }
}
