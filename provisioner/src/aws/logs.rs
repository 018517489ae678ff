//! CloudWatch Logs: log groups.

use super::Aws;
use super::problem::{gone_is_removed, is_missing, problem};
use crate::error::Result;
use crate::observe::Found;
use crate::resources::log_group::{Call, LogGroup};
use crate::resources::{Ids, Mark, Resource, Tags};

impl Aws {
    pub(super) async fn find_log_group(&self, wanted: &LogGroup, mark: &Mark) -> Result<Option<Found>> {
        let name = &wanted.log_group_name;
        let doing = || format!("reading log group {name}");
        let mut pages = self.logs.describe_log_groups().log_group_name_prefix(name).into_paginator().send();
        let mut group = None;
        while let (None, Some(page)) = (&group, pages.next().await) {
            let page = page.map_err(|error| problem(doing(), &error))?;
            group =
                page.log_groups.unwrap_or_default().into_iter().find(|one| one.log_group_name.as_ref() == Some(name));
        }
        let Some(group) = group else { return Ok(None) };
        let arn = group.arn.unwrap_or_default();
        let tags = match self.logs.list_tags_for_resource().resource_arn(arn.trim_end_matches(":*")).send().await {
            Ok(answer) => answer.tags.unwrap_or_default().into_iter().collect(),
            Err(error) if is_missing(&error) => return Ok(None), // it went between the two questions
            Err(error) => return Err(problem(doing(), &error)),
        };
        let owner = mark.owner(&tags);
        let ids = Ids::from([("Arn".to_owned(), arn)]);
        let resource = LogGroup { log_group_name: name.clone(), retention_in_days: group.retention_in_days, tags };
        Ok(Some(Found::new(Resource::LogGroup(resource), ids, owner)))
    }

    pub(super) async fn send_log_group(&self, call: &Call) -> Result<Ids> {
        let logs = &self.logs;
        match call {
            Call::CreateLogGroup { log_group_name: name, tags } => {
                let request = logs.create_log_group().log_group_name(name).set_tags(Some(map(tags)));
                request.send().await.map_err(|error| problem(format!("creating log group {name}"), &error))?;
            }
            Call::PutRetentionPolicy { log_group_name: name, days } => {
                let request = logs.put_retention_policy().log_group_name(name).retention_in_days(*days);
                request
                    .send()
                    .await
                    .map_err(|error| problem(format!("setting the retention of log group {name}"), &error))?;
            }
            Call::DeleteRetentionPolicy { log_group_name: name } => {
                let request = logs.delete_retention_policy().log_group_name(name);
                request
                    .send()
                    .await
                    .map_err(|error| problem(format!("removing the retention of log group {name}"), &error))?;
            }
            Call::TagResource { arn, tags } => {
                let request = logs.tag_resource().resource_arn(arn).set_tags(Some(map(tags)));
                request.send().await.map_err(|error| problem(format!("tagging log group {arn}"), &error))?;
            }
            Call::DeleteLogGroup { log_group_name: name } => {
                let answer = logs.delete_log_group().log_group_name(name).send().await;
                gone_is_removed(format!("deleting log group {name}"), answer)?;
            }
        }
        Ok(Ids::new())
    }
}

fn map(tags: &Tags) -> std::collections::HashMap<String, String> {
    tags.clone().into_iter().collect()
}
