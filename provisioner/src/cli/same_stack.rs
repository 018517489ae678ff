//! Adds to a proposed command the arguments that select the same stack as the current command.

use std::collections::BTreeSet;
use std::path::Path;

use super::{AwsArgs, Stack};

/// The arguments that select the stack, as words of a shell.
#[derive(Debug)]
pub(crate) struct SameStack(Vec<Words>);

#[derive(Debug)]
struct Words {
    option: &'static str,
    value: String,
    /// The parameter's name, if it is a parameter: the proposed command may set another parameter itself.
    name: Option<String>,
}

/// The default template.
pub(super) const TEMPLATE: &str = "templates/chat.yaml";

/// The start of a proposed command in a text.
const BEGINS: [&str; 2] = ["`provisioner ", "`aws "];

/// The commands that accept these arguments.
const VERBS: [&str; 7] = ["plan", "deploy", "update", "destroy", "rollback", "status", "invoke"];

/// The commands among them that read a package.
const READS_PACKAGES: [&str; 4] = ["plan", "deploy", "update", "status"];

impl SameStack {
    /// The given arguments. A value of the parameters in `untold` is replaced by a shell variable, since it must not be
    /// printed.
    pub(crate) fn of(given: &Stack, untold: &BTreeSet<&str>) -> Self {
        let Stack { template, stack, parameter, parameters, code, aws, output: _ } = given;
        let AwsArgs { region, profile, endpoint_url } = aws;
        let template = Some(template).filter(|template| *template != Path::new(TEMPLATE));
        let words = |option, value: String| Words { option, value, name: None };
        let plain = |option, value: Option<String>| value.map(|value| words(option, quoted(&value)));
        let path = |file: &Path| file.display().to_string();
        let parameter = parameter.iter().map(|(name, value)| {
            let value = match untold.contains(name.as_str()) {
                true => format!("\"{name}=${{{name}:?}}\""),
                false => quoted(&format!("{name}={value}")),
            };
            Words { name: Some(format!("{name}=")), ..words("-P", value) }
        });
        let code = code.iter().map(|(id, zip)| words("--code", quoted(&format!("{id}={zip}"))));
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

    /// The text with its proposed commands completed.
    pub(crate) fn in_commands_of(&self, text: &str) -> String {
        let (mut told, mut rest) = (String::new(), text);
        while let Some((at, begin)) = BEGINS.iter().filter_map(|begin| Some((rest.find(begin)?, *begin))).min() {
            let (before, from) = rest.split_at(at + begin.len());
            let (command, after) = from.split_at(from.find('`').unwrap_or(from.len()));
            told.push_str(before);
            told.push_str(command);
            let said: Vec<&str> = command.split_whitespace().collect();
            let takes = if begin == BEGINS[0] { takes } else { awss_takes };
            for Words { option, value, name } in &self.0 {
                let is_said = match name {
                    Some(name) => said.iter().any(|said| said.starts_with(name.as_str())),
                    None => said.contains(option),
                };
                if takes(&said, option) && !is_said {
                    told.push_str(&format!(" {option} {value}"));
                }
            }
            rest = after;
        }
        told + rest
    }
}

/// Whether a command of this program accepts an option.
fn takes(said: &[&str], option: &str) -> bool {
    let verb = said.first().copied().unwrap_or_default();
    VERBS.contains(&verb)
        && match option {
            // The plan's file names its template.
            "--template" => !said.contains(&"--plan"),
            "--code" => READS_PACKAGES.contains(&verb),
            _ => true,
        }
}

/// Whether a command of the AWS CLI accepts an option. `aws sso` takes the region from the profile, and `aws configure`
/// lists profiles without any option.
fn awss_takes(said: &[&str], option: &str) -> bool {
    match said.first() {
        Some(&"configure") => false,
        Some(&"sso") => option == "--profile",
        _ => ["--region", "--profile", "--endpoint-url"].contains(&option),
    }
}

/// A value as one word of a shell.
pub(crate) fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::{Cli, Command};
    use super::*;

    fn told(arguments: &[&str], text: &str) -> String {
        let words = ["provisioner", "status"].iter().chain(arguments);
        let Command::Status(status) = Cli::try_parse_from(words).unwrap().command else { panic!("no status") };
        SameStack::of(&status.stack, &["Token"].into()).in_commands_of(text)
    }

    #[test]
    fn a_proposed_command_acts_on_the_stack_of_the_one_that_proposes_it() {
        let given = ["--stack", "eyes", "-P", "ApiId=a1", "--region", "eu-west-3"];
        assert_eq!(
            told(
                &given,
                "hint: `provisioner deploy` makes it; `provisioner plan --out FILE` shows how, `make build` builds"
            ),
            "hint: `provisioner deploy --stack eyes -P ApiId=a1 --region eu-west-3` makes it; `provisioner plan --out FILE \
             --stack eyes -P ApiId=a1 --region eu-west-3` shows how, `make build` builds"
        );
        assert_eq!(told(&[], "`provisioner deploy` makes it"), "`provisioner deploy` makes it");
    }

    #[test]
    fn what_a_command_says_itself_or_does_not_take_is_not_added() {
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
            assert_eq!(told(&given, text), whole);
        }
    }

    #[test]
    fn a_command_of_awss_own_goes_to_the_same_region_and_account() {
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
            assert_eq!(told(&given, text), whole);
        }
    }

    #[test]
    fn a_shell_reads_the_values_as_they_were_and_a_secret_is_not_told() {
        let given = ["-P", "Origins=*", "-P", "Name=it's", "-P", "Token=secret"];
        assert_eq!(
            told(&given, "`provisioner status`"),
            r#"`provisioner status -P 'Origins=*' -P 'Name=it'\''s' -P "Token=${Token:?}"`"#
        );
    }
}
