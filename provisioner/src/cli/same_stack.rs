//! Adds to a proposed command the arguments that select the same stack as the current command, and the options of the
//! current command.

use std::collections::BTreeSet;
use std::path::Path;

use clap::{Arg, CommandFactory as _};
use provisioner::Command;
use provisioner::hint::{AWS, PROVISIONER};
use provisioner::plan::Options;
use provisioner::printable;
use provisioner::resources::watch::time_in_words;

use super::{AwsArgs, Cli, Engine, KEPT_VERSIONS, Stack};

/// The arguments of the current command: those that select the stack, and the options that a proposed command repeats.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    pub(crate) stack: &'a Stack,
    /// The packages that replace those of the template, by the function's logical id.
    pub(crate) code: &'a [(String, String)],
    options: Vec<Repeated>,
}

/// The arguments that a proposed command repeats.
#[derive(Debug)]
pub(crate) struct SameStack(Vec<Repeated>);

#[derive(Debug, Clone)]
struct Repeated {
    option: &'static str,
    value: Value,
    /// The commands that repeat it; all that accept it, if there are none.
    verbs: &'static [&'static str],
    /// Whether the file of `plan --out` contains it, so that `deploy --plan` does not need it.
    is_in_a_plan: bool,
}

#[derive(Debug, Clone)]
enum Value {
    /// The words after the option.
    Words(Vec<String>),
    /// A parameter and its value: the proposed command may set another parameter itself.
    Parameter(String, String),
    /// A parameter whose value must not be printed.
    Secret(String),
}

/// The default template.
pub(super) const TEMPLATE: &str = "templates/chat.yaml";

/// The commands that change resources to match the template: their options have the same meaning.
const DEPLOYS: &[&str] = &["plan", "deploy", "update"];

/// The options that only the direct engine has.
const OF_THE_DIRECT_ENGINE: [&str; 5] = ["--adopt", "--take-over", "--prune", "--canary", "--keep-versions"];

impl<'a> Given<'a> {
    pub(crate) fn of(stack: &'a Stack) -> Self {
        Self { stack, code: &[], options: Vec::new() }
    }

    pub(crate) fn with_code(self, code: &'a [(String, String)]) -> Self {
        Self { code, ..self }
    }

    /// Adds the options of `plan`, `deploy` or `update`.
    pub(crate) fn with_options(self, options: &Options) -> Self {
        let Options { adopt, take_over, prune, smoke, canary, keep_versions } = options;
        let flags = [(*adopt, "--adopt"), (*take_over, "--take-over"), (*prune, "--prune"), (!smoke, "--no-smoke")];
        let flags = flags.into_iter().filter(|(is_given, _)| *is_given).map(|(_, option)| (option, Vec::new()));
        let canary = canary.map(|one| {
            ("--canary", vec![one.percent.to_string(), "--bake".to_owned(), time_in_words(one.bake_seconds)])
        });
        let kept = keep_versions.filter(|kept| *kept != KEPT_VERSIONS.get());
        let kept = kept.map(|kept| ("--keep-versions", vec![kept.to_string()]));
        flags.chain(canary).chain(kept).fold(self, |given, (option, words)| given.with(DEPLOYS, option, words))
    }

    /// Adds the engine, unless it is the default.
    pub(crate) fn with_engine(self, engine: Engine, bucket: Option<&str>) -> Self {
        match engine {
            Engine::Direct => self,
            Engine::Cloudformation => {
                let given = self.with(&[], "--engine", vec!["cloudformation".to_owned()]);
                bucket.into_iter().fold(given, |given, bucket| given.with(&[], "--bucket", vec![bucket.to_owned()]))
            }
        }
    }

    /// Adds the options of `rollback`.
    pub(crate) fn with_rollback(self, alias: Option<&str>, no_smoke: bool) -> Self {
        let given = alias.into_iter().fold(self, |given, id| given.with(&["rollback"], "--alias", vec![id.to_owned()]));
        if no_smoke { given.with(&["rollback"], "--no-smoke", Vec::new()) } else { given }
    }

    fn with(mut self, verbs: &'static [&'static str], option: &'static str, words: Vec<String>) -> Self {
        self.options.push(Repeated { option, value: Value::Words(words), verbs, is_in_a_plan: false });
        self
    }
}

impl SameStack {
    /// The given arguments. A value of the parameters in `no_echo` is replaced by a shell variable, since it must not be
    /// printed.
    pub(crate) fn of(given: &Given<'_>, no_echo: &BTreeSet<&str>) -> Self {
        let Given { stack: Stack { template, stack, parameter, parameters, aws, output: _ }, code, options } = given;
        let AwsArgs { region, profile, endpoint_url } = aws;
        let repeated = |option, value| Repeated { option, value, verbs: &[], is_in_a_plan: false };
        let planned = |one| Repeated { is_in_a_plan: true, ..one };
        let words = |option, value: Option<String>| value.map(|value| repeated(option, Value::Words(vec![value])));
        let template = Some(template).filter(|template| *template != Path::new(TEMPLATE));
        let path = |file: &Path| file.display().to_string();
        let parameter = parameter.iter().map(|(name, value)| {
            // A value that cannot be printed as it is comes from a variable, too.
            let is_hidden = no_echo.contains(name.as_str()) || printable::line(value) != value.as_str();
            if is_hidden {
                return repeated("-P", Value::Secret(name.clone()));
            }
            planned(repeated("-P", Value::Parameter(name.clone(), value.clone())))
        });
        // The values of a file are in the plan, unless they can be secret.
        let file = words("--parameters", parameters.as_deref().map(path));
        let file = file.map(|one| Repeated { is_in_a_plan: no_echo.is_empty(), ..one });
        let first = [
            words("--template", template.map(|file| path(file))),
            words("--stack", stack.as_ref().map(ToString::to_string)),
        ];
        let last = [
            file,
            words("--region", region.clone()),
            words("--profile", profile.clone()),
            words("--endpoint-url", endpoint_url.clone()),
        ];
        let code = code.iter().filter_map(|(id, zip)| words("--code", Some(format!("{id}={zip}"))).map(planned));
        let all = first.into_iter().flatten().chain(parameter).chain(last.into_iter().flatten()).chain(code);
        Self(all.chain(options.iter().cloned()).collect())
    }

    /// The command with the arguments that it accepts and does not have.
    pub(crate) fn complete(&self, command: Command) -> Command {
        let arguments = command.arguments();
        let sets = |name: &str| arguments.iter().any(|one| one.split_once('=').is_some_and(|(set, _)| set == name));
        let is_there = |Repeated { option, value, .. }: &Repeated| match value {
            Value::Words(_) => arguments.iter().any(|argument| argument == option),
            Value::Parameter(name, _) | Value::Secret(name) => sets(name),
        };
        let executes_a_plan = arguments.iter().any(|argument| argument == "--plan");
        let accepts = |one: &Repeated| match command.program() {
            PROVISIONER => accepts(&arguments, one) && !(executes_a_plan && one.is_in_a_plan),
            AWS => aws_accepts(&arguments, one.option),
            _ => false,
        };
        let is_missing = |one: &&Repeated| accepts(one) && !is_there(one) && !command.is_without(one.option);
        let missing: Vec<&Repeated> = self.0.iter().filter(is_missing).collect();
        missing.into_iter().fold(command, |command, Repeated { option, value, .. }| match value {
            Value::Words(words) => words.iter().fold(command.with(*option), Command::with),
            Value::Parameter(name, value) => command.with(*option).with(format!("{name}={value}")),
            Value::Secret(name) => command.with(*option).with_variable(name),
        })
    }
}

/// Whether a command of this program accepts an option in addition to its own arguments, by the definition of the command.
fn accepts(arguments: &[String], Repeated { option, verbs, .. }: &Repeated) -> bool {
    let verb = arguments.first().map(String::as_str).unwrap_or_default();
    let is_refused = OF_THE_DIRECT_ENGINE.contains(option) && arguments.iter().any(|one| one == "cloudformation");
    if is_refused || !(verbs.is_empty() || verbs.contains(&verb)) {
        return false;
    }
    let program = Cli::command();
    let Some(verb) = program.find_subcommand(verb) else { return false };
    let named = |option: &str| verb.get_arguments().find(|one| is_named(one, option));
    // A command without a stack, such as `local`, gives these options another meaning.
    let Some(option) = named(option).filter(|_| named("--stack").is_some()) else { return false };
    let mut own = arguments.iter().filter_map(|argument| named(argument));
    !own.any(|one| verb.get_arg_conflicts_with(one).contains(&option))
}

fn is_named(argument: &Arg, option: &str) -> bool {
    match option.strip_prefix("--") {
        Some(long) => argument.get_long() == Some(long),
        None => argument.get_short().is_some_and(|short| option == format!("-{short}")),
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

    use super::super::Command as Verb;
    use super::*;

    fn completed(arguments: &[&str], text: &str) -> String {
        let words = ["provisioner", "status"].iter().chain(arguments);
        let Verb::Status(status) = Cli::try_parse_from(words).unwrap().command else { panic!("not a status") };
        let given = Given::of(&status.stack).with_code(&status.code.code);
        let same_stack = SameStack::of(&given, &["Token"].into());
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
            ("`provisioner deploy --plan p`", "`provisioner deploy --plan p --stack eyes`"),
            (
                "`provisioner destroy -P ApiId=a1`",
                "`provisioner destroy -P ApiId=a1 --template t.yaml --stack eyes -P Size=5`",
            ),
            ("`provisioner rollback`", "`provisioner rollback --template t.yaml --stack eyes -P ApiId=b2 -P Size=5`"),
            ("`provisioner local`", "`provisioner local`"),
            ("`provisioner package`", "`provisioner package`"),
        ] {
            assert_eq!(completed(&given, text), whole);
        }
    }

    #[test]
    fn the_execution_of_a_plan_needs_only_what_its_file_does_not_contain() {
        let given = ["-P", "Size=5", "-P", "Token=t", "--parameters", "all.yaml", "--code", "F=f.zip", "--region", "r"];
        assert_eq!(
            completed(&given, "`provisioner deploy --plan p`"),
            r#"`provisioner deploy --plan p -P "Token=${Token:?}" --parameters all.yaml --region r`"#
        );
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
