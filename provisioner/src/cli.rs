//! The arguments.

mod canary;
mod number;
mod same_stack;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use canary::CanaryArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use provisioner::Result;
use provisioner::place::StackName;
use same_stack::TEMPLATE;
pub(crate) use same_stack::{Given, SameStack};

/// Applies a CloudFormation template directly through AWS's APIs, without a state file.
///
/// Callers of a function use an alias. A deploy publishes a version of the function, tests it, and then points the alias
/// to it. The serving version is the one that the alias points to.
///
/// Results go to stdout, everything else goes to stderr. Exit codes: 0 after success, also if nothing had to change; 1
/// after a failure or an interruption (Ctrl-C, SIGTERM); 2 if there are changes (`plan` and `status` with
/// `--detailed-exitcode` only).
#[derive(Debug, Parser)]
#[command(name = "provisioner", version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the changes that a deploy would make
    Plan(Plan),
    /// Create the stack's resources, or change them to match the template
    ///
    /// A new version of a function must pass the smoke tests that the template declares before the alias points to it.
    ///
    /// On a terminal, `deploy` asks for confirmation. Without a terminal, it executes the plan at once, and fails if the
    /// plan deletes or replaces a resource and `--yes` is missing.
    Deploy(DeployBy),
    /// Deploy only the code and the configuration of existing functions
    ///
    /// `update` needs fewer calls than `deploy`. It fails if a function does not exist yet, or if callers use a function
    /// without its alias.
    Update(Update),
    /// Delete the resources of the stack, and no others
    ///
    /// `destroy` finds resources by the names in the template, which depend on parameters: pass the parameters of the
    /// deploy. Resources with `DeletionPolicy: Retain` and resources of other owners stay; the plan lists them.
    Destroy(Destroy),
    /// Point the alias to an earlier version, in one call
    ///
    /// `rollback` reads no package, and needs only the parameters that names depend on. It does not change the template:
    /// the next deploy points the alias to the template's version again.
    Rollback(Rollback),
    /// Show the deployed versions, their share of the traffic, and the drift from the template
    ///
    /// `status` reads only. If a function's package is missing, `status` reports that it did not compare the code. Each
    /// version has a release: a short hash of its code and its configuration. Two versions with the same release are
    /// equal.
    Status(Status),
    /// Send one event to the stack's function, and print the reply
    Invoke(Invoke),
    /// Run the chat example on this machine, with MiniStack (an emulator of AWS), until Ctrl-C
    Local(Local),
    /// Package a binary as a zip file that Lambda can run
    ///
    /// The same binary always gives the same bytes.
    Package(Package),
    /// Print the template as one file, or convert it to a CDK app or to Terraform `import` blocks
    ///
    /// `!Ref` and other short forms are written out, and files of `Fn::Transform: AWS::Include` are inserted.
    /// CloudFormation accepts this template, and also the one that `--resolved` prints, in which values replace parameters
    /// and conditions. Only `--terraform-import` calls AWS.
    Synth(Synth),
    /// Print the completion script of a shell
    ///
    /// For example: provisioner completions bash > ~/.local/share/bash-completion/completions/provisioner
    Completions(Completions),
    /// Write a man page for each command
    Man(Man),
}

/// The stack, its template, and its account and region.
#[derive(Debug, Clone, Args)]
pub(crate) struct Stack {
    /// The template file; the default is the chat example of this repository
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(crate) template: PathBuf,
    /// The stack's name, which is stored in the tag `provisioner:stack` of each resource [default: cinedb-chat]
    #[arg(long, value_name = "NAME", env = "PROVISIONER_STACK")]
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

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Text for people
    Text,
    /// JSON for programs; docs/plan.schema.json and docs/status.schema.json describe it
    Json,
}

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// The provisioner, through the API of each service
    Direct,
    /// CloudFormation, through change sets. With this engine `plan` writes, too: it creates a change set, an empty stack
    /// before the first deploy, and a bucket for a large template. It deletes all of them except the bucket
    Cloudformation,
}

/// The engine and its bucket.
#[derive(Debug, Clone, Args)]
pub(crate) struct EngineArgs {
    /// The engine that applies the template
    #[arg(long, value_enum, default_value_t = Engine::Direct)]
    pub(crate) engine: Engine,
    /// With `--engine cloudformation`: the bucket for packages and large templates
    /// [default: provisioner-ACCOUNT-REGION, created if it is missing]
    #[arg(long, value_name = "NAME")]
    pub(crate) bucket: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DeployBy {
    #[command(flatten)]
    pub(crate) deploy: Deploy,
    #[command(flatten)]
    pub(crate) by: EngineArgs,
}

/// The options of a deploy.
#[derive(Debug, Clone, Args)]
pub(crate) struct DeployOptions {
    /// Take ownership of existing resources that have the template's names and no ownership tag, such as those created by
    /// hand, and change them to match the template
    #[arg(long)]
    pub(crate) adopt: bool,
    /// Skip the smoke tests, both those before an alias points to a new version and those at the end
    #[arg(long)]
    pub(crate) no_smoke: bool,
    /// Keep the newest N versions of each function and every version that an alias uses, and delete the others
    /// [default: 5]
    #[arg(long, value_name = "N", value_parser = number::at_least_one)]
    pub(crate) keep_versions: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) canary: CanaryArgs,
}

/// Permissions to change resources beyond those of the template.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BeyondArgs {
    /// Also point existing routes without an ownership tag that have another target to this stack's function; `destroy`
    /// restores their target
    #[arg(long)]
    pub(crate) take_over: bool,
    /// Delete orphans: resources with the stack's ownership tag that the template does not contain. Without this option,
    /// `plan` lists them
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) by: EngineArgs,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    #[command(flatten)]
    pub(crate) beyond: BeyondArgs,
    /// Also write the plan to this file, for `deploy --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 2 if there are changes, with 0 if there are none, and with 1 after an error
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Deploy {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    #[command(flatten)]
    pub(crate) beyond: BeyondArgs,
    /// Execute the plan that `plan --out` wrote, without confirmation, if a new plan would be identical
    ///
    /// If the plan has been executed already, there is nothing to do. The file determines the template, the parameters
    /// and the options. It does not contain the values of `NoEcho` parameters: pass them again. Pass `--code` if the same
    /// package has another path now.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["template", "adopt", "no_smoke", "keep_versions", "percent", "take_over", "prune"]
    )]
    pub(crate) plan: Option<PathBuf>,
    /// Do not ask for confirmation; without a terminal, required if the plan deletes or replaces a resource
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    /// Do not ask for confirmation; without a terminal, required if the plan deletes or replaces a resource
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// The version [default: during a canary the version that served before it, otherwise the version before the serving
    /// version]
    #[arg(long, value_name = "N", value_parser = number::version)]
    pub(crate) to: Option<u64>,
    /// The alias, by its logical id in the template [default: the alias of the first smoke test, route or function URL]
    #[arg(long, value_name = "LOGICAL_ID")]
    pub(crate) alias: Option<String>,
    /// Do not ask for confirmation; without a terminal, `rollback` never asks
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
    /// Skip the smoke tests that the version must pass before the alias points to it
    #[arg(long)]
    pub(crate) no_smoke: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    /// Exit with 2 if there is drift from the template, with 0 if there is none, and with 1 after an error
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Destroy {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// The engine that applied the template: `direct` or `cloudformation`
    #[arg(long, value_enum, default_value_t = Engine::Direct, hide_possible_values = true)]
    pub(crate) engine: Engine,
    /// With `--engine cloudformation`: delete only the stack and keep its resources, for `deploy --adopt`
    #[arg(long)]
    pub(crate) keep_resources: bool,
    /// Do not ask for confirmation; required without a terminal
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Invoke {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// The event: a JSON file, or `-` for stdin [default: the event of the template's first smoke test]
    #[arg(long, value_name = "FILE", conflicts_with = "message")]
    pub(crate) event: Option<PathBuf>,
    /// Insert this text into that event, where the smoke test's `Message` says
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Print the end of the function's log to stderr
    #[arg(long)]
    pub(crate) log: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Local {
    /// The template of the chat
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(crate) template: PathBuf,
    /// The template of the catalogue's table of films
    #[arg(long, value_name = "FILE", default_value = "templates/local-catalog.yaml")]
    pub(crate) catalog_template: PathBuf,
    /// Set a parameter of the chat's template; repeat the option for more
    #[arg(long = "parameter", short = 'P', value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) parameter: Vec<(String, String)>,
    /// The package for each function of the chat's template, built for this machine
    #[arg(long, value_name = "ZIP", default_value = "target/local/function.zip")]
    pub(crate) code: PathBuf,
    /// The port on 127.0.0.1
    #[arg(long, default_value_t = 4566, env = "PORT")]
    pub(crate) port: u16,
    /// The model: `embedded` for a small model on this machine, or the URL of an OpenAI-compatible server
    /// [default: canned text of the emulator]
    #[arg(long, value_name = "embedded|URL", env = "LLM")]
    pub(crate) llm: Option<String>,
    /// The Python environment that contains MiniStack
    #[arg(long, value_name = "DIR", default_value = ".venv")]
    pub(crate) venv: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Package {
    /// The function's binary
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: PathBuf,
    /// The zip file to write
    #[arg(long, value_name = "ZIP")]
    pub(crate) to: PathBuf,
    /// Skip the check that Lambda can start the binary, for an emulator that runs it on this machine
    #[arg(long)]
    pub(crate) for_this_machine: bool,
    /// The architecture that the binary must have
    #[arg(long, value_parser = ["x86_64", "arm64"], default_value = "x86_64")]
    pub(crate) architecture: String,
}

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
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<StackName>,
    /// Set `AWS::Region`, `AWS::Partition` and `AWS::URLSuffix`; without this option, they stay references
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Set `AWS::AccountId`
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The directory, which is created if it does not exist
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
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

/// The default of `--keep-versions`.
pub(crate) const KEPT_VERSIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4);

/// The default stack name.
pub(crate) const STACK: &str = "cinedb-chat";

impl Stack {
    /// The stack's name.
    pub(crate) fn name(&self) -> Result<StackName> {
        self.stack.clone().map_or_else(|| STACK.parse(), Ok)
    }
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    split(text).ok_or_else(|| "it must be written NAME=VALUE".to_owned())
}

fn package(text: &str) -> std::result::Result<(String, String), String> {
    split(text).ok_or_else(|| "it must be written LOGICAL_ID=PATH".to_owned())
}

fn split(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty())?;
    Some((name.to_owned(), value.to_owned()))
}
