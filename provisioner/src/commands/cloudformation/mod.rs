//! The verbs by CloudFormation: its change sets instead of plans, its events instead of steps.

mod deploy;
mod destroy;
mod plan;
mod proposal;
mod watching;

pub(crate) use deploy::run as deploy;
pub(crate) use destroy::run as destroy;
pub(crate) use plan::run as plan;
use provisioner::place::StackName;
use provisioner::{Error, Result};

/// CloudFormation keeps its change sets itself.
fn refuse_plan_file(option: &str, given: bool, stack: &StackName) -> Result<()> {
    if !given {
        return Ok(());
    }
    let doing = format!("planning stack {stack} with CloudFormation");
    Err(Error::new(doing, format!("`{option}` is for the direct engine: a change set stays with CloudFormation"))
        .hint("leave it out, or make a change set that stays with `aws cloudformation deploy --no-execute-changeset`"))
}

/// CloudFormation has a way of its own to import resources, and takes over nothing by name.
fn refuse_adoption(adopt: bool, stack: &str) -> Result<()> {
    if !adopt {
        return Ok(());
    }
    Err(Error::new(format!("planning stack {stack} with CloudFormation"), "`--adopt` is for the direct engine")
        .hint("leave it out, or import resources with `aws cloudformation create-change-set --change-set-type IMPORT`"))
}
