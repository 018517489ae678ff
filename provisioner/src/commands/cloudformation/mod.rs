//! The commands with CloudFormation: change sets instead of plans, events instead of steps.

mod deploy;
mod destroy;
mod let_go;
mod plan;
mod proposal;
mod watching;

pub(crate) use deploy::run as deploy;
pub(crate) use destroy::run as destroy;
pub(crate) use plan::run as plan;
use provisioner::place::StackName;
use provisioner::{Error, Result};

use crate::cli::{BeyondArgs, DeployOptions};

/// Refuses a plan file: CloudFormation stores its change sets itself.
fn refuse_plan_file(option: &str, given: bool, stack: &StackName) -> Result<()> {
    if !given {
        return Ok(());
    }
    let doing = format!("planning stack {stack} with CloudFormation");
    Err(Error::new(doing, format!("`{option}` is for the direct engine: a change set stays with CloudFormation"))
        .hint("leave it out, or make a change set that stays with `aws cloudformation deploy --no-execute-changeset`"))
}

/// Refuses what CloudFormation does not do.
///
/// It imports resources by a separate operation and does not adopt resources by name; and it moves an alias at once,
/// unless the template makes another service do that.
fn refuse_what_it_cannot(options: &DeployOptions, beyond: &BeyondArgs, stack: &str) -> Result<()> {
    let refuse = |cause: &str, hint: &str| {
        Err(Error::new(format!("planning stack {stack} with CloudFormation"), cause).hint(hint))
    };
    if options.adopt {
        let hint =
            "leave it out, or import resources with `aws cloudformation create-change-set --change-set-type IMPORT`";
        return refuse("`--adopt` is for the direct engine", hint);
    }
    if beyond.take_over {
        let hint = "leave it out: CloudFormation makes routes of its own and takes none over; delete the other's first";
        return refuse("`--take-over` is for the direct engine", hint);
    }
    if beyond.prune {
        let hint = "leave it out: CloudFormation removes what its stack's template no longer names by itself";
        return refuse("`--prune` is for the direct engine", hint);
    }
    if options.keep_versions.is_some() {
        let hint = "leave it out: an earlier version stays or goes as UpdateReplacePolicy says in the template";
        return refuse("`--keep-versions` is for the direct engine", hint);
    }
    if options.canary.canary().is_some() {
        let hint = "leave it out, or give the alias an UpdatePolicy with CodeDeployLambdaAliasUpdate";
        return refuse("`--canary` is for the direct engine", hint);
    }
    Ok(())
}
