//! `synth --terraform-import`: the deployed resources as Terraform `import` blocks.

use provisioner::Result;
use provisioner::desired::PackageCheck;
use provisioner::observe::Reach;
use provisioner::report::terraform_imports;

use super::session::Session;
use crate::cli::{AwsArgs, Given, Output, Stack, Synth};
use crate::terminal::{self, Exit};

pub(crate) async fn run(arguments: &Synth) -> Result<Exit> {
    let stack = Stack {
        template: arguments.template.clone(),
        stack: arguments.stack.clone(),
        parameter: arguments.parameter.clone(),
        parameters: arguments.parameters.clone(),
        aws: AwsArgs { region: arguments.region.clone(), profile: None, endpoint_url: None },
        output: Output::Text,
    };
    let session = Session::open(&Given::of(&stack), PackageCheck::Unread).await?;
    let observed = session.observe(Reach::Resources).await?;
    terminal::data(&terraform_imports(&session.desired, &observed));
    Ok(Exit::Done)
}
