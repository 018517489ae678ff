//! CloudWatch Logs: changes of log groups.

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::Aws;
use super::apigateway::unsorted;
use super::service::Dispatch;
use crate::error::Result;
use crate::resources::Ids;
use crate::resources::log_group::Call;

impl Dispatch for Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let logs = &aws.logs;
        match self {
            Call::CreateLogGroup { log_group_name: name, tags } => {
                let request = logs.create_log_group().log_group_name(name).set_tags(Some(unsorted(tags)));
                aws.sent(format!("creating log group {name}"), busy, || request.clone().send()).await?;
            }
            Call::PutRetentionPolicy { log_group_name: name, days } => {
                let request = logs.put_retention_policy().log_group_name(name).retention_in_days(*days);
                let doing = format!("setting the retention of log group {name}");
                aws.sent(doing, busy, || request.clone().send()).await?;
            }
            Call::DeleteRetentionPolicy { log_group_name: name } => {
                let request = logs.delete_retention_policy().log_group_name(name);
                let doing = format!("removing the retention of log group {name}");
                aws.sent(doing, busy, || request.clone().send()).await?;
            }
            Call::TagResource { arn, tags } => {
                let request = logs.tag_resource().resource_arn(arn).set_tags(Some(unsorted(tags)));
                aws.sent(format!("tagging log group {arn}"), busy, || request.clone().send()).await?;
            }
            Call::DeleteLogGroup { log_group_name: name } => {
                let request = logs.delete_log_group().log_group_name(name);
                aws.removed(format!("deleting log group {name}"), busy, || request.clone().send()).await?;
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
