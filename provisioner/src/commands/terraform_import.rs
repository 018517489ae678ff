//! `synth --terraform-import`: the deployed resources as Terraform `import` blocks.

use provisioner::Result;
use provisioner::desired::PackageCheck;
use provisioner::observe::Reach;
use provisioner::report::terraform_imports;

use super::session::Session;
use crate::cli::{Given, Synth};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Synth) -> Result<Exit> {
    let stack = arguments.as_stack();
    let session = Session::open(&Given::of(&stack), PackageCheck::Unread).await?;
    let observed = session.observe(Reach::Resources).await?;
    terminal::data(&terraform_imports(&session.desired, &observed));
    Ok(Exit::Done)
}
