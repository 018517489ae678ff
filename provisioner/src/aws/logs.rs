//! CloudWatch Logs: log groups.

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::Aws;
use super::problem::{is_missing, problem};
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
                self.sent(format!("creating log group {name}"), busy, || request.clone().send()).await?;
            }
            Call::PutRetentionPolicy { log_group_name: name, days } => {
                let request = logs.put_retention_policy().log_group_name(name).retention_in_days(*days);
                let doing = format!("setting the retention of log group {name}");
                self.sent(doing, busy, || request.clone().send()).await?;
            }
            Call::DeleteRetentionPolicy { log_group_name: name } => {
                let request = logs.delete_retention_policy().log_group_name(name);
                let doing = format!("removing the retention of log group {name}");
                self.sent(doing, busy, || request.clone().send()).await?;
            }
            Call::TagResource { arn, tags } => {
                let request = logs.tag_resource().resource_arn(arn).set_tags(Some(map(tags)));
                self.sent(format!("tagging log group {arn}"), busy, || request.clone().send()).await?;
            }
            Call::DeleteLogGroup { log_group_name: name } => {
                let request = logs.delete_log_group().log_group_name(name);
                self.removed(format!("deleting log group {name}"), busy, || request.clone().send()).await?;
            }
        }
        Ok(Ids::new())
    }
}

/// CloudWatch Logs makes one change of a log group at a time.
fn busy<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<String> {
    let waits = error.code() == Some("OperationAbortedException");
    waits.then(|| "waiting for another change of the log group".to_owned())
}

fn map(tags: &Tags) -> std::collections::HashMap<String, String> {
    tags.clone().into_iter().collect()
}
