//! AWS: one file a service, with its questions and its calls. The only place that imports an AWS SDK.

mod advice;
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
mod writer;

pub use connect::{Aws, Connection, Notify};
pub use lambda::Answer;
pub use reader::AwsReader;
