//! The arguments.

mod canary;
mod number;
mod same_stack;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use canary::CanaryArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use provisioner::Result;
use provisioner::place::StackName;
pub(crate) use same_stack::SameStack;
use same_stack::TEMPLATE;

/// Applies a CloudFormation template straight through AWS's APIs: in seconds, without a state file.
///
/// Results go to stdout, everything else to stderr. Exit codes: 0 done or nothing to do, 1 failed or stopped (Ctrl-C,
/// SIGTERM), 2 changes (`plan` and `status` with `--detailed-exitcode` only).
#[derive(Debug, Parser)]
#[command(name = "provisioner", version, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what a deploy would do; change nothing
    Plan(Plan),
    /// Make AWS equal to the template, and send the smoke tests that it declares
    Deploy(DeployBy),
    /// Redeploy code and configuration of the functions that are there
    Update(Update),
    /// Remove what belongs to the stack, and nothing else
    ///
    /// Resources are found by their names: give it the parameters that the deploy had, `ApiId` among them.
    Destroy(Destroy),
    /// Lead callers back to an earlier version, in one call
    ///
    /// It needs no package and no parameters beyond names. The template still says otherwise: the next deploy moves
    /// forward again.
    Rollback(Rollback),
    /// Show what is deployed, which version callers get, and where AWS differs from the template; change nothing
    ///
    /// It needs no package: where there is none, code is not compared, and it says so.
    Status(Status),
    /// Send one event to the stack's function and print its answer
    Invoke(Invoke),
    /// Run the whole chat on this machine, on a local AWS, until Ctrl-C
    Local(Local),
    /// Write the zip that the template's `Code` names: the same bytes for the same binary
    Package(Package),
    /// Print the template in one piece, or write it as a CDK app; AWS is not asked
    ///
    /// Included files are in place and functions in their long form. That is a template for CloudFormation, and so is
    /// what --resolved prints, where parameters and conditions are gone too.
    Synth(Synth),
}

/// Which stack, from which template, where.
#[derive(Debug, Clone, Args)]
pub(crate) struct Stack {
    /// The template
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(crate) template: PathBuf,
    /// The stack's name: the ownership tag of everything it makes [default: cinedb-chat]
    #[arg(long, value_name = "NAME", env = "PROVISIONER_STACK")]
    pub(crate) stack: Option<StackName>,
    /// Set a parameter of the template; can be given several times
    #[arg(long = "parameter", short = 'P', value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) parameter: Vec<(String, String)>,
    /// Take parameters from a YAML or JSON file, a map or one of AWS's own forms; --parameter overrides it
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Option<PathBuf>,
    /// Upload this zip, or this folder zipped, for a function, in place of the template's own
    #[arg(long, value_name = "LOGICAL_ID=ZIP", value_parser = pair)]
    pub(crate) code: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
}

/// How AWS is reached. What is not given comes from the ordinary chain of variables, profiles and roles.
#[derive(Debug, Clone, Args)]
pub(crate) struct AwsArgs {
    /// The region [default: `AWS_REGION`, or the profile's]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// A profile of ~/.aws/config [default: `AWS_PROFILE`]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// One endpoint for all services: an emulator [default: `AWS_ENDPOINT_URL`]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
}

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Text,
    /// For programs; the schemas are docs/plan.schema.json and docs/status.schema.json
    Json,
}

/// What carries the template out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// The provisioner, through each service's own API
    Direct,
    /// CloudFormation, through change sets; `plan` writes too: it creates a change set, for a first deploy a stack with it,
    /// for a large template a bucket, and removes all but the bucket
    Cloudformation,
}

/// Which engine, and what it needs.
#[derive(Debug, Clone, Args)]
pub(crate) struct EngineArgs {
    /// What applies the template
    #[arg(long, value_enum, default_value_t = Engine::Direct)]
    pub(crate) engine: Engine,
    /// For CloudFormation: the bucket that packages go through
    /// [default: provisioner-ACCOUNT-REGION, made when it is missing]
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

/// What a deploy does besides, or leaves out.
#[derive(Debug, Clone, Args)]
pub(crate) struct DeployOptions {
    /// Take over existing resources of the same names, made by hand or by another tool
    #[arg(long)]
    pub(crate) adopt: bool,
    /// Send no smoke test, neither before callers get a new version nor at the end
    #[arg(long)]
    pub(crate) no_smoke: bool,
    /// Delete all but the newest N versions of each function, never one that callers get [default: 5]
    #[arg(long, value_name = "N", value_parser = number::at_least_one)]
    pub(crate) keep_versions: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) canary: CanaryArgs,
}

/// What is changed beyond the template's own resources.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BeyondArgs {
    /// Lead a route of somebody else to this stack; destroy puts it back
    #[arg(long)]
    pub(crate) take_over: bool,
    /// Remove what carries the stack's mark and is not in the template any more
    #[arg(long)]
    pub(crate) prune: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) by: EngineArgs,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    #[command(flatten)]
    pub(crate) beyond: BeyondArgs,
    /// Write the plan to this file too, for `deploy --plan`
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 2 when there are changes, 0 when there are none, 1 on errors
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Deploy {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    #[command(flatten)]
    pub(crate) beyond: BeyondArgs,
    /// Carry out the plan that `plan --out` wrote, without asking, if it would be planned the same now or is done already
    ///
    /// Template, parameters and options are those of the plan. Values of `NoEcho` parameters are not in the file and are
    /// given again; --code says where the same package lies now.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["template", "adopt", "no_smoke", "keep_versions", "percent", "take_over", "prune"]
    )]
    pub(crate) plan: Option<PathBuf>,
    /// Do not ask; needed without a terminal when something is deleted or replaced
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) options: DeployOptions,
    /// Do not ask; needed without a terminal when something is deleted or replaced
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// The version [default: while a canary is under way the one that served before it, else the one before the one
    /// that serves]
    #[arg(long, value_name = "N", value_parser = number::version)]
    pub(crate) to: Option<u64>,
    /// Which alias, by its name in the template [default: that of the first smoke test, route or function URL]
    #[arg(long, value_name = "LOGICAL_ID")]
    pub(crate) alias: Option<String>,
    /// Do not ask
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
    /// Do not send the version its smoke tests before callers get it
    #[arg(long)]
    pub(crate) no_smoke: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// Exit with 2 when AWS differs from the template, 0 when it is equal, 1 on errors
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Destroy {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// What applied the template
    #[arg(long, value_enum, default_value_t = Engine::Direct)]
    pub(crate) engine: Engine,
    /// With `--engine cloudformation`: remove the stack only; everything that it has stays, for `deploy --adopt`
    #[arg(long)]
    pub(crate) keep_resources: bool,
    /// Do not ask; needed without a terminal
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Invoke {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// The event, as JSON in a file (`-` for stdin) [default: that of the template's first smoke test]
    #[arg(long, value_name = "FILE", conflicts_with = "message")]
    pub(crate) event: Option<PathBuf>,
    /// Another message in that event, where the smoke test says with `Message` where it stands
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Show the end of the function's log on stderr
    #[arg(long)]
    pub(crate) log: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Local {
    /// The template of the chat
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(crate) template: PathBuf,
    /// The template of the catalogue's table
    #[arg(long, value_name = "FILE", default_value = "templates/local-catalog.yaml")]
    pub(crate) catalog_template: PathBuf,
    /// Set a parameter of the chat's template; can be given several times
    #[arg(long = "parameter", short = 'P', value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) parameter: Vec<(String, String)>,
    /// The package of every function of that template, built for this machine
    #[arg(long, value_name = "ZIP", default_value = "target/local/function.zip")]
    pub(crate) code: PathBuf,
    /// The loopback port
    #[arg(long, default_value_t = 4566, env = "PORT")]
    pub(crate) port: u16,
    /// Who answers: `embedded` for a small model on this machine, or the URL of an OpenAI-compatible server
    /// [default: canned text]
    #[arg(long, value_name = "embedded|URL", env = "LLM")]
    pub(crate) llm: Option<String>,
    /// The Python environment that holds MiniStack
    #[arg(long, value_name = "DIR", default_value = ".venv")]
    pub(crate) venv: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Package {
    /// The function's binary
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: PathBuf,
    /// Where the zip goes
    #[arg(long, value_name = "ZIP")]
    pub(crate) to: PathBuf,
    /// Leave out the check that Lambda can start it: for a binary that an emulator runs on this machine
    #[arg(long)]
    pub(crate) for_this_machine: bool,
    /// The architecture that it must be for
    #[arg(long, value_parser = ["x86_64", "arm64"], default_value = "x86_64")]
    pub(crate) architecture: String,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Synth {
    /// The template
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(crate) template: PathBuf,
    /// The form
    #[arg(long, value_enum, default_value_t = Form::Yaml)]
    pub(crate) format: Form,
    /// Fill in parameters and decide conditions: what is left are references between resources
    #[arg(long)]
    pub(crate) resolved: bool,
    /// Print Terraform `import` blocks of what is deployed instead; this asks AWS
    #[arg(long, conflicts_with_all = ["cdk", "out", "resolved", "account"])]
    pub(crate) terraform_import: bool,
    /// Write a CDK app instead, of the resolved template
    #[arg(long, value_enum, value_name = "LANGUAGE", requires = "out")]
    pub(crate) cdk: Option<CdkLanguage>,
    /// Write to this file, or a CDK app to this directory; local paths in it are right from there
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Set a parameter of the template; can be given several times
    #[arg(long = "parameter", short = 'P', value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) parameter: Vec<(String, String)>,
    /// Take parameters from a YAML or JSON file, a map or one of AWS's own forms; --parameter overrides it
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Option<PathBuf>,
    /// Fill in `AWS::StackName`; a CDK app's stack has the name `cinedb-chat` otherwise
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<StackName>,
    /// Fill in `AWS::Region`, `AWS::Partition` and `AWS::URLSuffix`, which stay functions otherwise
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Fill in `AWS::AccountId`
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
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

/// The default stack name.
pub(crate) const STACK: &str = "cinedb-chat";

impl Stack {
    /// The stack's name.
    pub(crate) fn name(&self) -> Result<StackName> {
        self.stack.clone().map_or_else(|| STACK.parse(), Ok)
    }

    /// The packages that replace the template's own.
    pub(crate) fn packages_instead(&self) -> BTreeMap<String, PathBuf> {
        self.code.iter().map(|(id, path)| (id.clone(), PathBuf::from(path))).collect()
    }
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must be written NAME=VALUE".to_owned()),
    }
}
