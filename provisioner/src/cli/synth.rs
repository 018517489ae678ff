//! The arguments of `synth`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use provisioner::place::StackName;

use super::same_stack::TEMPLATE;
use super::stack::{pair, stack_name};
use super::{AwsArgs, Output, Stack};

#[derive(Debug, Clone, Args)]
pub(crate) struct Synth {
    /// The template file
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(crate) template: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value_t = Form::Yaml)]
    pub(crate) format: Form,
    /// Replace parameters and conditions by their values; only references between resources remain
    #[arg(long)]
    pub(crate) resolved: bool,
    /// Print Terraform `import` blocks for the deployed resources instead; this calls AWS
    #[arg(long, conflicts_with_all = ["cdk", "out", "resolved", "account"])]
    pub(crate) terraform_import: bool,
    /// Write a CDK app instead, from the resolved template
    #[arg(long, value_enum, value_name = "LANGUAGE", requires = "out")]
    pub(crate) cdk: Option<CdkLanguage>,
    /// Write to this file, or to this directory for a CDK app; paths in the output are relative to it
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Set a parameter of the template; repeat the option for more
    #[arg(long = "parameter", short = 'P', value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) parameter: Vec<(String, String)>,
    /// Read parameters from a YAML or JSON file: a map, or one of AWS's formats; --parameter takes precedence
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Option<PathBuf>,
    /// Set `AWS::StackName`; without this option, the stack of a CDK app is called `cinedb-chat`
    #[arg(long, value_name = "NAME", value_parser = stack_name)]
    pub(crate) stack: Option<StackName>,
    /// Set `AWS::Region`, `AWS::Partition` and `AWS::URLSuffix`; without this option, they stay references
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Set `AWS::AccountId`
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
}

impl Synth {
    /// The stack of the template.
    pub(crate) fn as_stack(&self) -> Stack {
        Stack {
            template: self.template.clone(),
            stack: self.stack.clone(),
            parameter: self.parameter.clone(),
            parameters: self.parameters.clone(),
            aws: AwsArgs { region: self.region.clone(), profile: None, endpoint_url: None },
            output: Output::Text,
        }
    }
}

/// A language of CDK apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CdkLanguage {
    /// TypeScript
    Typescript,
    /// Python
    Python,
}

/// The form of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// YAML
    Yaml,
    /// JSON
    Json,
}
