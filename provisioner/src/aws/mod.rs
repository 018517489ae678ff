//! AWS: one file a service, with its questions and its calls. The only place that imports an AWS SDK.

mod apigateway;
mod cloudcontrol;
mod connect;
mod dynamodb;
mod iam;
mod lambda;
mod logs;
mod problem;
mod reader;
mod retry;

pub use connect::{Aws, Connection, Notify};
pub use lambda::Answer;
pub use reader::AwsReader;

use crate::error::Result;
use crate::execute::Writer;
use crate::resources::{Call, Ids};

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
            Call::Other(call) => self.send_other(call).await,
        }
    }
}
