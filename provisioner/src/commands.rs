//! The commands, one file for each.

mod apply;
mod blockers;
mod cdk_app;
mod cloudformation;
mod deploy;
mod destroy;
mod emulator;
mod file;
mod invoke;
mod local;
mod manual;
mod options;
mod package;
mod plan;
mod planned;
mod progress;
mod rollback;
mod session;
mod signal;
mod smoke;
mod status;
mod synth;
mod terraform_import;
mod update;

use provisioner::Result;

use crate::cli::{Cli, Command, Engine};
use crate::terminal::Exit;

/// Runs the command in the arguments.
pub(crate) async fn run(arguments: Cli) -> Result<Exit> {
    match arguments.command {
        Command::Plan(arguments) => match arguments.by.engine {
            Engine::Direct => plan::run(&arguments).await,
            Engine::Cloudformation => cloudformation::plan(&arguments).await,
        },
        Command::Deploy(arguments) => match arguments.by.engine {
            Engine::Direct => deploy::run(&arguments).await,
            Engine::Cloudformation => cloudformation::deploy(&arguments).await,
        },
        Command::Update(arguments) => update::run(&arguments).await,
        Command::Destroy(arguments) => match arguments.engine {
            Engine::Direct if arguments.keep_resources => Err(destroy::nothing_to_retain(&arguments)),
            Engine::Direct => destroy::run(&arguments).await,
            Engine::Cloudformation => cloudformation::destroy(&arguments).await,
        },
        Command::Rollback(arguments) => rollback::run(&arguments).await,
        Command::Status(arguments) => status::run(&arguments).await,
        Command::Invoke(arguments) => invoke::run(&arguments).await,
        Command::Local(arguments) => local::run(&arguments).await,
        Command::Package(arguments) => package::run(&arguments),
        Command::Synth(arguments) if arguments.terraform_import => terraform_import::run(&arguments).await,
        Command::Synth(arguments) => synth::run(&arguments),
        Command::Completions(arguments) => manual::completions(&arguments),
        Command::Man(arguments) => manual::pages(&arguments),
    }
}
