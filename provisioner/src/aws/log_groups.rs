//! Reads many log groups with few calls. CloudWatch Logs allows an account ten `DescribeLogGroups` a second and five
//! `ListTagsForResource`, fewer than any other service that a deploy reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use aws_sdk_cloudwatchlogs::types::LogGroup as SdkLogGroup;
use tokio::task::yield_now;

use super::problem::{if_exists, problem};
use super::service::Find;
use super::{Aws, AwsReader};
use crate::error::Result;
use crate::observe::Found;
use crate::resources::log_group::LogGroup;
use crate::resources::{Ids, OwnershipTag, Resource, Tags};

/// The minimum number of log groups that are read together. Fewer are read sooner with parallel single calls.
const MANY: usize = 10;

/// How many ARNs one `GetResources` accepts.
const ARNS: usize = 100;

/// The part of a list of log groups that concerns the wanted ones.
#[derive(Debug, Default)]
pub(super) struct Listed {
    groups: BTreeMap<String, SdkLogGroup>,
    /// Whether the list is complete, so that a group that is not in it does not exist.
    complete: bool,
    /// The common prefix of all wanted names.
    prefix: String,
}

impl Listed {
    /// The group of this name, `Some(None)` when it does not exist, or `None` when the list does not show that.
    fn answer(&self, name: &str) -> Option<Option<SdkLogGroup>> {
        let ends = self.complete && name.starts_with(&self.prefix);
        self.groups.get(name).cloned().map(Some).or_else(|| ends.then_some(None))
    }
}

impl Find for LogGroup {
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let name = &self.log_group_name;
        let Some(group) = reader.log_group(name).await? else { return Ok(None) };
        let arn = group.arn.unwrap_or_default();
        let Some(tags) = reader.log_group_tags(arn.trim_end_matches(":*"), self).await? else { return Ok(None) };
        let owner = tag.owner(&tags);
        let ids = Ids::from([(Ids::ARN.to_owned(), arn)]);
        let resource = LogGroup { log_group_name: name.clone(), retention_in_days: group.retention_in_days, tags };
        Ok(Some(Found::new(Resource::LogGroup(resource), ids, owner)))
    }
}

impl AwsReader {
    async fn log_group(&self, name: &str) -> Result<Option<SdkLogGroup>> {
        self.answers.log_group_names.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        // The other log groups of this round add their names now.
        yield_now().await;
        let listed = self.answers.log_groups.once("", async {
            let names = self.answers.log_group_names.lock().unwrap_or_else(PoisonError::into_inner).clone();
            // Where the list is refused, so is the call for one group, whose error names the missing permission.
            Ok(self.aws.list_log_groups(&names).await.unwrap_or_default())
        });
        match listed.await?.answer(name) {
            Some(group) => Ok(group),
            None => self.aws.log_group(name).await,
        }
    }

    /// Reads the tags of a log group; `None` when it was deleted in the meantime.
    ///
    /// The tagging service is some minutes late and answers for a hundred groups at once. Its answer is used where it
    /// equals the tags of the template; otherwise CloudWatch Logs is asked.
    async fn log_group_tags(&self, arn: &str, wanted: &LogGroup) -> Result<Option<Tags>> {
        let known = self.answers.log_tags.once("", async {
            let listed = self.answers.log_groups.get("").unwrap_or_default();
            let arns = listed.groups.values().filter_map(|group| group.arn.as_deref());
            let arns: Vec<_> = arns.map(|arn| arn.trim_end_matches(":*").to_owned()).collect();
            Ok(if arns.len() < MANY { BTreeMap::new() } else { self.aws.tags_of(&arns).await.unwrap_or_default() })
        });
        match known.await?.get(arn).filter(|tags| **tags == wanted.tags) {
            Some(tags) => Ok(Some(tags.clone())),
            None => self.aws.log_group_tags(arn, &wanted.log_group_name).await,
        }
    }
}

impl Aws {
    /// Lists the log groups by the common prefix of their names, in a tenth of the calls that single reads take. In an
    /// account with more groups of that prefix, the list ends early and the remaining groups are read one by one.
    async fn list_log_groups(&self, names: &BTreeSet<String>) -> Result<Listed> {
        let mut listed = Listed { prefix: common_prefix(names), ..Listed::default() };
        if names.len() < MANY || listed.prefix.is_empty() {
            return Ok(listed);
        }
        let request = self.logs.describe_log_groups().log_group_name_prefix(&listed.prefix).limit(50);
        let mut pages = request.into_paginator().send();
        for _ in 0..=names.len() / MANY {
            let Some(page) = pages.next().await else {
                listed.complete = true;
                break;
            };
            let page = page.map_err(|error| problem("listing the log groups", &error))?;
            // The paginator ends here too, without a further call.
            listed.complete = page.next_token.is_none();
            let groups = page.log_groups.unwrap_or_default().into_iter();
            listed.groups.extend(
                groups
                    .filter_map(|group| Some((group.log_group_name.clone()?, group)))
                    .filter(|(name, _)| names.contains(name)),
            );
            if listed.complete || listed.groups.len() == names.len() {
                break;
            }
        }
        Ok(listed)
    }

    async fn log_group(&self, name: &str) -> Result<Option<SdkLogGroup>> {
        let mut pages = self.logs.describe_log_groups().log_group_name_prefix(name).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| problem(format!("reading log group {name}"), &error))?;
            let mut groups = page.log_groups.unwrap_or_default().into_iter();
            if let Some(group) = groups.find(|one| one.log_group_name.as_deref() == Some(name)) {
                return Ok(Some(group));
            }
        }
        Ok(None)
    }

    async fn log_group_tags(&self, arn: &str, name: &str) -> Result<Option<Tags>> {
        let answer = self.logs.list_tags_for_resource().resource_arn(arn).send().await;
        // It may have been deleted between the two calls.
        let answer = if_exists(format!("reading log group {name}"), answer)?;
        Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
    }

    /// The tags of these ARNs from the tagging service.
    async fn tags_of(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>> {
        let mut all = BTreeMap::new();
        for arns in arns.chunks(ARNS) {
            let answer = self.tagging.get_resources().set_resource_arn_list(Some(arns.to_vec())).send().await;
            let answer = answer.map_err(|error| problem("reading the tags of log groups", &error))?;
            all.extend(answer.resource_tag_mapping_list.unwrap_or_default().into_iter().map(|one| {
                let tags = one.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
                (one.resource_arn.unwrap_or_default(), tags)
            }));
        }
        Ok(all)
    }
}

/// The common prefix of the names.
fn common_prefix(names: &BTreeSet<String>) -> String {
    // The names are sorted: the common prefix of the first and the last is the common prefix of all.
    let (Some(first), Some(last)) = (names.first(), names.last()) else { return String::new() };
    first.chars().zip(last.chars()).take_while(|(one, other)| one == other).map(|(one, _)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_by_what_all_begin_with() {
        let prefix = |names: &[&str]| common_prefix(&names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(prefix(&["/aws/lambda/shop-a", "/aws/lambda/shop-b", "/aws/lambda/shop"]), "/aws/lambda/shop");
        assert_eq!(prefix(&["/aws/lambda/a", "orders"]), "");
        assert_eq!(prefix(&["/aws/lambda/a"]), "/aws/lambda/a");
    }

    #[test]
    fn a_truncated_list_does_not_prove_that_a_log_group_is_missing() {
        let group = SdkLogGroup::builder().log_group_name("/app/a").build();
        let groups = BTreeMap::from([("/app/a".to_owned(), group)]);
        let mut listed = Listed { groups, complete: false, prefix: "/app/".to_owned() };
        assert!(matches!(listed.answer("/app/a"), Some(Some(_))));
        assert_eq!(listed.answer("/app/b"), None);
        listed.complete = true;
        assert_eq!(listed.answer("/app/b"), Some(None));
        assert_eq!(listed.answer("/other"), None, "it was not in the range");
        assert_eq!(Listed::default().answer("/app/a"), None, "nothing was listed");
    }
}
