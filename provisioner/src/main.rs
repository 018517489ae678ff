//! The `provisioner` command: runs the command that the arguments name, and returns an exit code.

mod cli;
#[expect(
    clippy::disallowed_methods,
    reason = "commands wait for programs that they start, and pass them the environment"
)]
mod commands;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match cli::Cli::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => return terminal::usage(&usage),
    };
    match commands::run(arguments).await {
        Ok(exit) => terminal::exit(exit),
        Err(error) => terminal::failed(&error),
    }
}
