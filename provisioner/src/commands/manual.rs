//! `completions` and `man`: generated from the same definition of the arguments as `--help`.

use clap::CommandFactory as _;
use provisioner::{Error, Result};

use crate::cli::{Cli, Completions, Man};
use crate::terminal::{self, Exit};

/// Prints the completion script of a shell.
pub(crate) fn completions(arguments: &Completions) -> Result<Exit> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    let doing = || format!("generating the completion script for {}", arguments.shell);
    terminal::data(&String::from_utf8(script).map_err(|error| Error::new(doing(), error))?);
    Ok(Exit::Done)
}

/// Writes the man pages.
pub(crate) fn pages(arguments: &Man) -> Result<Exit> {
    let folder = &arguments.folder;
    let failed = |error| Error::new(format!("writing the man pages to {}", folder.display()), error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(failed)?;
    terminal::note(&format!("wrote the man pages to {}", folder.display()));
    Ok(Exit::Done)
}
