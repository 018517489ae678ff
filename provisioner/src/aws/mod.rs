//! AWS: one file a service, with its questions and its calls. The only place that imports an AWS SDK.

mod apigateway;
mod connect;
mod dynamodb;
mod iam;
mod lambda;
mod logs;
mod problem;
mod retry;

pub use connect::{Aws, Connection, Notify};
pub use lambda::Answer;

use crate::error::Result;
use crate::execute::Writer;
use crate::observe::{Found, Reader};
use crate::resources::{Call, Ids, Mark, Resource};

impl Reader for Aws {
    async fn account(&self) -> Result<String> {
        self.account_id().await
    }

    async fn find(&self, wanted: &Resource, mark: &Mark) -> Result<Option<Found>> {
        match wanted {
            Resource::Role(role) => self.find_role(role, mark).await,
            Resource::LogGroup(log_group) => self.find_log_group(log_group, mark).await,
            Resource::Function(function) => self.find_function(function, mark).await,
            Resource::Version(version) => self.find_version(version).await,
            Resource::Alias(alias) => self.find_alias(alias, mark).await,
            Resource::Url(url) => self.find_url(url).await,
            Resource::Permission(permission) => self.find_permission(permission).await,
            Resource::Api(api) => self.find_api(api, mark).await,
            Resource::Integration(integration) => self.find_integration(integration, mark).await,
            Resource::Route(route) => self.find_route(route, mark).await,
            Resource::Stage(stage) => self.find_stage(stage, mark).await,
            Resource::Table(table) => self.find_table(table, mark).await,
        }
    }
}

impl Writer for Aws {
    async fn send(&self, call: &Call) -> Result<Ids> {
        match call {
            Call::Role(call) => self.send_role(call).await,
            Call::LogGroup(call) => self.send_log_group(call).await,
            Call::Function(call) => self.send_function(call).await,
            Call::Version(call) => self.send_version(call).await,
            Call::Alias(call) => self.send_alias(call).await,
            Call::Url(call) => self.send_url(call).await,
            Call::Permission(call) => self.send_permission(call).await,
            Call::Api(call) => self.send_api(call).await,
            Call::Integration(call) => self.send_integration(call).await,
            Call::Route(call) => self.send_route(call).await,
            Call::Stage(call) => self.send_stage(call).await,
            Call::Table(call) => self.send_table(call).await,
        }
    }
}
