//! The arguments that select a stack: its template, its name, its parameters, and its account and region.

use std::path::PathBuf;

use clap::Args;
use provisioner::Result;
use provisioner::place::StackName;

use super::Output;
use super::same_stack::TEMPLATE;

/// The default stack name.
pub(crate) const STACK: &str = "cinedb-chat";

/// The stack, its template, and its account and region.
#[derive(Debug, Clone, Args)]
pub(crate) struct Stack {
    /// The template file; the default is the chat example of this repository
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(crate) template: PathBuf,
    /// The stack's name, which is stored in the tag `provisioner:stack` of each resource [default: cinedb-chat]
    #[arg(long, value_name = "NAME", env = "PROVISIONER_STACK", value_parser = stack_name)]
    pub(crate) stack: Option<StackName>,
    /// Set a parameter of the template; repeat the option for more
    #[arg(long = "parameter", short = 'P', value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) parameter: Vec<(String, String)>,
    /// Read parameters from a YAML or JSON file: a map, or one of AWS's formats; --parameter takes precedence
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// The format of the result
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

/// The packages that replace those of the template.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CodeArgs {
    /// Use this zip file or directory as the code of a function, instead of the template's `Code`
    #[arg(long, value_name = "LOGICAL_ID=PATH", value_parser = package)]
    pub(crate) code: Vec<(String, String)>,
}

/// The access to AWS. AWS's usual chain of variables, profiles and roles supplies the rest.
#[derive(Debug, Clone, Args)]
pub(crate) struct AwsArgs {
    /// The AWS region [default: `AWS_REGION`, or the region of the profile]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// A profile in ~/.aws/config [default: `AWS_PROFILE`]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The endpoint for all services, such as that of an emulator [default: `AWS_ENDPOINT_URL`]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
}

impl Stack {
    /// The stack's name.
    pub(crate) fn name(&self) -> Result<StackName> {
        self.stack.clone().map_or_else(|| STACK.parse(), Ok)
    }
}

/// A parameter of the template and its value.
pub(super) fn pair(text: &str) -> std::result::Result<(String, String), String> {
    split(text).ok_or_else(|| "it must be written NAME=VALUE".to_owned())
}

/// A stack's name. clap's message contains the value already.
pub(super) fn stack_name(text: &str) -> std::result::Result<StackName, String> {
    text.parse().map_err(|_| StackName::RULE.to_owned())
}

fn package(text: &str) -> std::result::Result<(String, String), String> {
    split(text).ok_or_else(|| "it must be written LOGICAL_ID=PATH".to_owned())
}

fn split(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty())?;
    Some((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::Cli;

    #[test]
    fn the_error_for_a_wrong_stack_name_contains_the_name_once() {
        for command in ["status", "synth"] {
            let error = Cli::try_parse_from(["provisioner", command, "--stack", "2chat"]).unwrap_err().to_string();
            assert_eq!(error.matches("2chat").count(), 1, "{error}");
            assert!(error.contains("it must start with a letter"), "{error}");
        }
    }
}
