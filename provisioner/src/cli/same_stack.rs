//! Adds to a proposed command the arguments that select the same stack as the current command.

use std::collections::BTreeSet;
use std::path::Path;

use provisioner::Command;
use provisioner::hint::{AWS, PROVISIONER};
use provisioner::printable;

use super::{AwsArgs, Stack};

/// The arguments that select the stack.
#[derive(Debug)]
pub(crate) struct SameStack(Vec<Given>);

#[derive(Debug)]
struct Given {
    option: &'static str,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Plain(String),
    /// A parameter and its value: the proposed command may set another parameter itself.
    Parameter(String, String),
    /// A parameter whose value must not be printed.
    Secret(String),
}

/// The default template.
pub(super) const TEMPLATE: &str = "templates/chat.yaml";

/// The commands that accept these arguments.
const VERBS: [&str; 7] = ["plan", "deploy", "update", "destroy", "rollback", "status", "invoke"];

/// The commands among them that read a package.
const READS_PACKAGES: [&str; 4] = ["plan", "deploy", "update", "status"];

impl SameStack {
    /// The given arguments. A value of the parameters in `no_echo` is replaced by a shell variable, since it must not
    /// be printed.
    pub(crate) fn of(given: &Stack, no_echo: &BTreeSet<&str>) -> Self {
        let Stack { template, stack, parameter, parameters, code, aws, output: _ } = given;
        let AwsArgs { region, profile, endpoint_url } = aws;
        let template = Some(template).filter(|template| *template != Path::new(TEMPLATE));
        let plain = |option, value: Option<String>| value.map(|value| Given { option, value: Value::Plain(value) });
        let path = |file: &Path| file.display().to_string();
        let parameter = parameter.iter().map(|(name, value)| Given {
            option: "-P",
            // A value that cannot be printed as it is comes from a variable, too.
            value: match no_echo.contains(name.as_str()) || printable::line(value) != value.as_str() {
                true => Value::Secret(name.clone()),
                false => Value::Parameter(name.clone(), value.clone()),
            },
        });
        let code = code.iter().map(|(id, zip)| Given { option: "--code", value: Value::Plain(format!("{id}={zip}")) });
        let first = [
            plain("--template", template.map(|file| path(file))),
            plain("--stack", stack.as_ref().map(ToString::to_string)),
        ];
        let last = [
            plain("--parameters", parameters.as_deref().map(path)),
            plain("--region", region.clone()),
            plain("--profile", profile.clone()),
            plain("--endpoint-url", endpoint_url.clone()),
        ];
        Self(first.into_iter().flatten().chain(parameter).chain(last.into_iter().flatten()).chain(code).collect())
    }

    /// The command with the arguments that it accepts and does not have.
    pub(crate) fn complete(&self, command: Command) -> Command {
        let arguments = command.arguments();
        let has = |option: &str| arguments.iter().any(|argument| argument == option);
        let sets = |name: &str| {
            arguments.iter().any(|argument| argument.split_once('=').is_some_and(|(before, _)| before == name))
        };
        let accepts = match command.program() {
            PROVISIONER => accepts,
            AWS => aws_accepts,
            _ => return command,
        };
        let missing = self.0.iter().filter(|Given { option, value }| {
            let is_there = match value {
                Value::Plain(_) => has(option),
                Value::Parameter(name, _) | Value::Secret(name) => sets(name),
            };
            accepts(&arguments, option) && !is_there
        });
        missing.fold(command, |command, Given { option, value }| match value {
            Value::Plain(value) => command.with(*option).with(value),
            Value::Parameter(name, value) => command.with(*option).with(format!("{name}={value}")),
            Value::Secret(name) => command.with(*option).with_variable(name),
        })
    }
}

/// Whether a command of this program accepts an option.
fn accepts(arguments: &[String], option: &str) -> bool {
    let verb = arguments.first().map(String::as_str).unwrap_or_default();
    VERBS.contains(&verb)
        && match option {
            // The plan's file names its template.
            "--template" => !arguments.iter().any(|argument| argument == "--plan"),
            "--code" => READS_PACKAGES.contains(&verb),
            _ => true,
        }
}

/// Whether a command of the AWS CLI accepts an option. `aws sso` takes the region from the profile, and `aws configure`
/// lists profiles without any option.
fn aws_accepts(arguments: &[String], option: &str) -> bool {
    match arguments.first().map(String::as_str) {
        Some("configure") => false,
        Some("sso") => option == "--profile",
        _ => ["--region", "--profile", "--endpoint-url"].contains(&option),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use provisioner::Hint;

    use super::super::{Cli, Command as Verb};
    use super::*;

    fn completed(arguments: &[&str], text: &str) -> String {
        let words = ["provisioner", "status"].iter().chain(arguments);
        let Verb::Status(status) = Cli::try_parse_from(words).unwrap().command else { panic!("not a status") };
        let same_stack = SameStack::of(&status.stack, &["Token"].into());
        let once = Hint::from(text).complete(|command| same_stack.complete(command));
        let twice = once.clone().complete(|command| same_stack.complete(command));
        assert_eq!(once, twice, "a complete command does not change");
        once.to_string()
    }

    #[test]
    fn a_proposed_command_acts_on_the_stack_of_the_current_command() {
        let given = ["--stack", "eyes", "-P", "ApiId=a1", "--region", "eu-west-3"];
        assert_eq!(
            completed(
                &given,
                "create it: `provisioner deploy`; review it: `provisioner plan --out FILE`, after `make build`"
            ),
            "create it: `provisioner deploy --stack eyes -P ApiId=a1 --region eu-west-3`; review it: `provisioner plan \
             --out FILE --stack eyes -P ApiId=a1 --region eu-west-3`, after `make build`"
        );
        assert_eq!(completed(&[], "create it: `provisioner deploy`"), "create it: `provisioner deploy`");
    }

    #[test]
    fn arguments_that_a_command_has_or_does_not_accept_are_not_added() {
        let given = ["--stack", "eyes", "--template", "t.yaml", "--code", "F=f.zip", "-P", "ApiId=b2", "-P", "Size=5"];
        for (text, whole) in [
            (
                "`provisioner deploy --stack other`",
                "`provisioner deploy --stack other --template t.yaml -P ApiId=b2 -P Size=5 --code F=f.zip`",
            ),
            (
                "`provisioner deploy --plan p`",
                "`provisioner deploy --plan p --stack eyes -P ApiId=b2 -P Size=5 --code F=f.zip`",
            ),
            (
                "`provisioner destroy -P ApiId=a1`",
                "`provisioner destroy -P ApiId=a1 --template t.yaml --stack eyes -P Size=5`",
            ),
            ("`provisioner rollback`", "`provisioner rollback --template t.yaml --stack eyes -P ApiId=b2 -P Size=5`"),
            ("`provisioner local`", "`provisioner local`"),
        ] {
            assert_eq!(completed(&given, text), whole);
        }
    }

    #[test]
    fn a_value_that_cannot_be_printed_is_taken_from_a_shell_variable() {
        assert_eq!(
            completed(&["-P", "Key=first\nsecond", "-P", "Token=t"], "`provisioner deploy`"),
            r#"`provisioner deploy -P "Key=${Key:?}" -P "Token=${Token:?}"`"#
        );
    }

    #[test]
    fn a_command_of_the_aws_cli_uses_the_same_region_and_account() {
        let given = ["--stack", "eyes", "--region", "eu-west-3", "--profile", "eyes"];
        for (text, whole) in [
            ("`aws apigatewayv2 get-apis`", "`aws apigatewayv2 get-apis --region eu-west-3 --profile eyes`"),
            (
                "`aws sts get-caller-identity --region us-east-1`",
                "`aws sts get-caller-identity --region us-east-1 --profile eyes`",
            ),
            (
                "log in (`aws sso login`), or `provisioner local`",
                "log in (`aws sso login --profile eyes`), or `provisioner local`",
            ),
            ("`aws configure list-profiles`", "`aws configure list-profiles`"),
        ] {
            assert_eq!(completed(&given, text), whole);
        }
    }

    #[test]
    fn a_shell_reads_the_values_unchanged_and_a_secret_is_not_printed() {
        let given = ["-P", "Origins=*", "-P", "Name=it's", "-P", "Token=secret"];
        assert_eq!(
            completed(&given, "`provisioner status`"),
            r#"`provisioner status -P Origins='*' -P Name="it's" -P "Token=${Token:?}"`"#
        );
    }
}
