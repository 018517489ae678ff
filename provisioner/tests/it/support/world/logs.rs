//! Log groups.

use aws_sdk_cloudwatchlogs::types::LogGroup;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{by_name, text_map, without_nulls};

pub(super) async fn read(logs: aws_sdk_cloudwatchlogs::Client) -> Value {
    let groups: Result<Vec<LogGroup>, _> = logs.describe_log_groups().into_paginator().items().send().collect().await;
    let groups = join_all(groups.expect("log groups").into_iter().map(async |group| {
        let arn = group.arn().unwrap_or_default();
        let tags = logs.list_tags_for_resource().resource_arn(arn.trim_end_matches(":*")).send().await;
        let value = json!({
            "arn": arn,
            "retention": group.retention_in_days(),
            "key": group.kms_key_id(),
            "class": group.log_group_class().map(|c| c.as_str()),
            "tags": text_map(tags.expect("the log group's tags").tags()),
        });
        (group.log_group_name().unwrap_or_default().to_owned(), without_nulls(value))
    }));
    by_name(groups.await)
}
