//! The resources that have a stack's tag, as the Resource Groups Tagging API knows them: ARNs and tags, some minutes
//! late.

use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};

use super::Aws;
use super::problem::problem;
use crate::error::Result;
use crate::resources::{KIND_TAG, Owner, OwnershipTag, STACK_TAG, Tags, typed_kinds};

/// A resource with the stack's tag.
pub(super) struct Tagged {
    pub(super) arn: String,
    tags: Tags,
}

impl Tagged {
    /// Its ownership tag.
    pub(super) fn ownership_tag(&self) -> OwnershipTag {
        OwnershipTag::of(&self.tags)
    }

    /// Its owner.
    pub(super) fn owner(&self, of_the_stack: &OwnershipTag) -> Owner {
        of_the_stack.owner(&self.tags)
    }

    /// The kind in its tag.
    pub(super) fn kind(&self) -> Option<&str> {
        self.tags.get(KIND_TAG)?.split(' ').next()
    }

    /// The kind in its tag, for a kind that has no Rust type here.
    pub(super) fn other_kind(&self) -> Option<&str> {
        let kind = self.kind()?;
        // An earlier version may have had no type for it.
        (!typed_kinds().contains(&kind)).then_some(kind)
    }

    /// Whether its ARN ends with exactly this name: `jobs` is not the name of `old-jobs`.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let before = self.arn.strip_suffix(name);
        // A parameter's name may begin with the slash that separates it from the text before: `…:parameter/app/key`.
        before.is_some_and(|before| name.starts_with('/') || before.ends_with([':', '/']))
    }
}

impl Aws {
    /// All resources with the stack's tag, of the kinds that the tagging API knows.
    pub(super) async fn tagged(&self, stack: &str) -> Result<Vec<Tagged>> {
        let filter = TagFilter::builder().key(STACK_TAG).values(stack).build();
        let items = self.tagging.get_resources().tag_filters(filter).into_paginator().items().send();
        let all = items.try_collect().await;
        let all = all.map_err(|error| problem("listing the tagged resources", &error))?;
        let tagged = |one: ResourceTagMapping| Tagged {
            arn: one.resource_arn.unwrap_or_default(),
            tags: one.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect(),
        };
        Ok(all.into_iter().map(tagged).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_of_another_region_do_not_belong_to_the_stack_here() {
        let here = OwnershipTag { stack: "chat".to_owned(), region: "us-east-1".to_owned(), logical_id: String::new() };
        let owner = |region: Option<&str>| {
            let mut tags = Tags::from([(STACK_TAG.to_owned(), "chat".to_owned())]);
            tags.extend(region.map(|region| (crate::resources::REGION_TAG.to_owned(), region.to_owned())));
            Tagged { arn: "arn:aws:iam::1:user/u".to_owned(), tags }.owner(&here)
        };
        assert_eq!(owner(Some("eu-west-1")), Owner::InRegion("eu-west-1".to_owned()));
        assert_eq!((owner(Some("us-east-1")), owner(None)), (Owner::Ours, Owner::Ours));
    }

    #[test]
    fn a_name_is_not_confused_with_its_suffix() {
        let is_called = |arn: &str, name| Tagged { arn: arn.to_owned(), tags: Tags::new() }.is_called(name);
        assert!(is_called("arn:aws:sqs:us-east-1:1:jobs", "jobs"));
        assert!(!is_called("arn:aws:sqs:us-east-1:1:old-jobs", "jobs"));
        assert!(is_called("arn:aws:events:us-east-1:1:rule/bus/nightly", "nightly"));
        assert!(is_called("arn:aws:ssm:us-east-1:1:parameter/app/key", "/app/key"));
        assert!(!is_called("arn:aws:sqs:us-east-1:1:jobs", "old-jobs"));
    }
}
