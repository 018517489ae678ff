//! The same template through CloudFormation.

mod aws_cli;
