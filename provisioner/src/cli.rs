//! The arguments.

mod canary;
mod deploy;
mod engine;
mod number;
mod same_stack;
mod stack;
mod synth;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
pub(crate) use deploy::{BeyondArgs, Deploy, DeployBy, DeployOptions, KEPT_VERSIONS, Plan, Update};
pub(crate) use engine::{Engine, EngineArgs};
use same_stack::TEMPLATE;
pub(crate) use same_stack::{Given, SameStack};
use stack::pair;
pub(crate) use stack::{AwsArgs, CodeArgs, STACK, Stack};
pub(crate) use synth::{CdkLanguage, Form, Synth};

/// Applies a CloudFormation template directly through AWS's APIs, without a state file.
///
/// Callers of a function use an alias. A deploy publishes a version of the function, unless an equal version exists,
/// tests it, and then points the alias to it. The serving version is the one that the alias points to.
///
/// Results go to stdout, everything else goes to stderr. Exit codes: 0 after success, also if nothing had to change; 1
/// after a failure, an interruption (Ctrl-C, SIGTERM) or the answer no to a confirmation; 2 if there are changes, or if
/// nothing is deployed yet (`plan` and `status` with `--detailed-exitcode` only).
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
    /// The stack's resources include those that `deploy --adopt` took ownership of. `destroy` finds resources by the names
    /// in the template, which depend on parameters: pass the parameters of the deploy. Resources with `DeletionPolicy:
    /// Retain` and resources of other owners stay; the plan lists them.
    Destroy(Destroy),
    /// Point the alias to an earlier version, in one call
    ///
    /// `rollback` reads no package, and needs only the parameters that names depend on. It does not change the template:
    /// the next deploy points the alias to the template's version again.
    Rollback(Rollback),
    /// Show the deployed versions, their share of the traffic, and the drift from the template
    ///
    /// `status` reads only. Pass the parameters of the deploy, because it compares AWS with the template and finds resources
    /// by name. If a function's package is missing, `status` reports that it did not compare the code. Each version has a
    /// release: a short hash of its code and its configuration. Two versions with the same release are
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

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Text for people
    Text,
    /// JSON for programs; docs/plan.schema.json and docs/status.schema.json describe it
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// The version to point to [default: during a canary the version that served before it, otherwise the version that
    /// served before the serving version]
    #[arg(long, value_name = "N", value_parser = number::version)]
    pub(crate) to: Option<u64>,
    /// The alias to point to the version, by its logical id in the template; other aliases stay unchanged [default: the
    /// alias of the template's first smoke test, otherwise that of the first route or function URL]
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
    /// Exit with 2 if there is drift from the template or nothing is deployed yet, with 0 if there is no drift, and with 1
    /// after an error
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Destroy {
    #[command(flatten)]
    pub(crate) stack: Stack,
    /// The engine that applied the template: `direct` or `cloudformation`. With the other engine, nothing is deleted
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
    /// Send that event with this text in the place that the smoke test's `Message` names [default: the text of the smoke
    /// test]
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
