//! `package`: writes the zip that a template's `Code` names.

use provisioner::Result;
use provisioner::package::{self, Target};

use crate::cli::Package;
use crate::terminal::{self, Exit};

pub(crate) fn run(arguments: &Package) -> Result<Exit> {
    let zip = package::write(&arguments.binary, &arguments.to)?;
    if !arguments.for_this_machine {
        let target = Target { runtime: "provided.al2023", architecture: &arguments.architecture };
        // A package that cannot start must not stay where a deploy would read it.
        package::check(&arguments.to.display().to_string(), &zip, target)
            .inspect_err(|_| drop(std::fs::remove_file(&arguments.to)))?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a size that is read by people")]
    let size = zip.len() as f64 / 1_000_000.0;
    terminal::note(&format!("{}  {size:.1} MB, CodeSha256 {}", arguments.to.display(), package::sha256(&zip)));
    Ok(Exit::Done)
}
