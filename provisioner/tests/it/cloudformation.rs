//! The same template through CloudFormation.

mod aws_cli;
mod engine;
mod handover;
mod wire;
