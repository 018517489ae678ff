//! Tags: the ones that the template names, and the one that says whose a resource is.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Tag keys and values.
pub type Tags = BTreeMap<String, String>;

/// The tag that holds the name of the stack that a resource belongs to.
pub const STACK_TAG: &str = "provisioner:stack";

/// The tag that holds the resource's name in the template.
pub const RESOURCE_TAG: &str = "provisioner:resource";

/// The tag that holds the region of a stack's role, and of what else an account has once for all regions.
pub const REGION_TAG: &str = "provisioner:region";

/// The tag by which CloudFormation says which stack of its own a resource belongs to. It stays on what leaves the stack.
pub const CLOUDFORMATION_TAG: &str = "aws:cloudformation:stack-name";

/// Whose a resource is, as AWS shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// It carries this stack's tag.
    Ours,
    /// It carries no stack's tag: made by hand or by another tool.
    Nobody,
    /// It carries the tag of the stack with this name.
    Stack(String),
    /// It carries this stack's tag, and that of another region: the stack lives there too, or there alone.
    InRegion(String),
    /// CloudFormation's, in its stack of this name: it would put back what is changed here.
    CloudFormation(String),
}

/// What marks a resource as one of a stack's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The stack's name.
    pub stack: String,
    /// The region that the stack is worked on in.
    pub region: String,
    /// The resource's name in the template.
    pub logical_id: String,
}

impl Mark {
    /// The mark in these tags; where there is none, one that is on nothing.
    #[must_use]
    pub fn of(tags: &Tags) -> Self {
        let value = |key: &str| tags.get(key).cloned().unwrap_or_default();
        Self { stack: value(STACK_TAG), region: value(REGION_TAG), logical_id: value(RESOURCE_TAG) }
    }

    /// Adds the mark to the tags of a resource.
    pub fn add_to(&self, tags: &mut Tags) {
        tags.insert(STACK_TAG.to_owned(), self.stack.clone());
        tags.insert(RESOURCE_TAG.to_owned(), self.logical_id.clone());
    }

    /// Adds the mark with its region to the tags of a resource that all regions share.
    pub fn add_with_region_to(&self, tags: &mut Tags) {
        self.add_to(tags);
        tags.insert(REGION_TAG.to_owned(), self.region.clone());
    }

    /// Whose a resource with these tags is. One without a region is of this one, or was marked by an earlier version.
    #[must_use]
    pub fn owner(&self, tags: &Tags) -> Owner {
        match (tags.get(STACK_TAG), tags.get(REGION_TAG)) {
            (Some(stack), Some(region)) if *stack == self.stack && *region != self.region => {
                Owner::InRegion(region.clone())
            }
            (Some(stack), _) if *stack == self.stack => Owner::Ours,
            (Some(stack), _) => Owner::Stack(stack.clone()),
            (None, _) => Owner::Nobody,
        }
    }

    /// Whether these tags mark the resource of just this name in this stack.
    #[must_use]
    pub fn is_on(&self, tags: &Tags) -> bool {
        self.owner(tags) == Owner::Ours && tags.get(RESOURCE_TAG) == Some(&self.logical_id)
    }

    /// The mark as one line, for resources that have a description but no tags.
    #[must_use]
    pub fn as_description(&self) -> String {
        format!("{STACK_TAG}={} {RESOURCE_TAG}={}", self.stack, self.logical_id)
    }

    /// Whose a resource with this description is.
    #[must_use]
    pub fn owner_by_description(&self, description: &str) -> Owner {
        self.owner(&tags_in(description))
    }

    /// Whether this description marks the resource of just this name in this stack, whatever else it says.
    #[must_use]
    pub fn is_in_description(&self, description: &str) -> bool {
        self.is_on(&tags_in(description))
    }

    /// The mark that a description holds; empty where it holds none.
    #[must_use]
    pub fn of_description(description: &str) -> Self {
        Self::of(&tags_in(description))
    }
}

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
    struct Shapes;
    impl<'de> Visitor<'de> for Shapes {
        type Value = Tags;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of `{Key, Value}` or a map of names and texts")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Tags, A::Error> {
            let pairs = Vec::<Pair>::deserialize(SeqAccessDeserializer::new(list))?;
            let mut tags = Tags::new();
            for Pair { key, value } in pairs {
                if tags.contains_key(&key) {
                    return Err(A::Error::custom(format!("the tag `{key}` is given twice")));
                }
                tags.insert(key, value);
            }
            Ok(tags)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tags, A::Error> {
            Tags::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_any(Shapes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark() -> Mark {
        Mark { stack: "chat".to_owned(), region: "us-east-1".to_owned(), logical_id: "Api".to_owned() }
    }

    #[test]
    fn the_mark_is_read_back_from_tags_and_from_a_description() {
        let mut tags = Tags::new();
        assert_eq!(mark().owner(&tags), Owner::Nobody);
        mark().add_to(&mut tags);
        assert_eq!(mark().owner(&tags), Owner::Ours);
        assert!(mark().is_on(&tags));
        assert_eq!(mark().owner_by_description(&mark().as_description()), Owner::Ours);
        assert_eq!(mark().owner_by_description("the movies API"), Owner::Nobody);
    }

    #[test]
    fn another_stacks_mark_is_not_ours() {
        let mut tags = Tags::new();
        Mark { stack: "other".to_owned(), ..mark() }.add_to(&mut tags);
        assert_eq!(mark().owner(&tags), Owner::Stack("other".to_owned()));
    }

    #[test]
    fn the_mark_of_another_region_is_not_ours_and_one_without_a_region_is() {
        let there = Mark { region: "eu-west-1".to_owned(), ..mark() };
        let mut tags = Tags::new();
        there.add_to(&mut tags);
        assert_eq!(mark().owner(&tags), Owner::Ours);
        there.add_with_region_to(&mut tags);
        assert_eq!(mark().owner(&tags), Owner::InRegion("eu-west-1".to_owned()));
        assert_eq!(there.owner(&tags), Owner::Ours);
    }
}
