//! Whether callers get the latest change of an API.

use aws_sdk_apigatewayv2::primitives::DateTime;
use aws_sdk_apigatewayv2::types::{Deployment, DeploymentStatus};

use super::super::Aws;
use super::super::problem::{problem, took_too_long};
use super::super::retry::{First, Progress};
use super::all_items;
use crate::error::{Error, Result};
use crate::hint::{Command, Hint};

impl Aws {
    /// Waits until the last change of an API is in force. A stage with auto-deploy creates a deployment for each
    /// change; until that deployment is done, callers get the previous configuration.
    pub(super) async fn api_is_in_force(&self, api_id: &str) -> Result<()> {
        let doing = format!("waiting until the last change of HTTP API {api_id} is in force");
        if self.newest_deployment(api_id, &doing).await? == Progress::Underway {
            (self.notify)(&doing);
            let poll = || self.newest_deployment(api_id, &doing);
            let ready = self.waits.until_ready(First::AfterAPause, poll).await?;
            ready.ok_or_else(|| took_too_long(doing))?;
        }
        Ok(())
    }

    async fn newest_deployment(&self, api_id: &str, doing: &str) -> Result<Progress<()>> {
        let deployments = self.deployments(api_id, doing).await?;
        let newest = deployments.iter().max_by_key(|one| one.created_date().map(DateTime::as_nanos));
        match newest.and_then(|one| Some((one, one.deployment_status()?))) {
            Some((_, DeploymentStatus::Pending)) => Ok(Progress::Underway),
            Some((one, DeploymentStatus::Failed)) => Err(failed(api_id, doing, one)),
            _ => Ok(Progress::Ready(())),
        }
    }

    async fn deployments(&self, api_id: &str, doing: &str) -> Result<Vec<Deployment>> {
        let items = all_items!(self.apigateway.get_deployments().api_id(api_id).max_results("500"));
        items.await.map_err(|error| problem(doing, &error))
    }
}

fn failed(api_id: &str, doing: &str, deployment: &Deployment) -> Error {
    let why = deployment.deployment_status_message().unwrap_or("API Gateway gives no reason");
    Error::new(doing, format!("its deployment failed, so callers still get the previous configuration: {why}")).hint(
        Hint::new("correct the cause that API Gateway names")
            .run(Command::aws(["apigatewayv2", "get-deployments", "--api-id", api_id]))
            .then_again(),
    )
}
