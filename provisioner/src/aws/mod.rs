//! AWS: one file a service, with its questions and its calls. The only place that imports an AWS SDK.

mod advice;
mod apigateway;
mod callers;
mod cloudcontrol;
mod cloudformation;
mod cloudwatch;
mod connect;
mod cors;
mod credentials;
mod dynamodb;
mod http;
mod iam;
mod lambda;
mod leftovers;
mod log_groups;
mod logs;
mod mfa;
mod pace;
mod problem;
mod profile;
mod proxy;
mod reader;
mod region;
mod retry;
mod s3;
mod sent;
mod settings;
mod source;
mod tagged;
mod trust;
mod writer;

pub use cloudformation::{Body, Submission};
pub use connect::{Aws, Connection, Notify};
pub use lambda::Answer;
pub use mfa::AskCode;
pub use reader::AwsReader;
