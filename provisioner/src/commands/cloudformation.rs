//! The commands with CloudFormation: change sets instead of plans, events instead of steps.

mod deploy;
mod destroy;
mod plan;
mod proposal;
mod retain;
mod watching;

pub(crate) use deploy::run as deploy;
pub(crate) use destroy::run as destroy;
pub(crate) use plan::run as plan;
use provisioner::place::StackName;
use provisioner::{Command, Error, Hint, Result};

use super::session::propose_without_template;
use crate::cli::{BeyondArgs, DeployOptions, EngineArgs, Given};

/// Refuses the bucket of packages with the direct engine, which sends packages to Lambda itself.
pub(super) fn refuse_bucket(verb: &str, by: &EngineArgs, given: &Given<'_>) -> Result<()> {
    let Some(bucket) = &by.bucket else { return Ok(()) };
    propose_without_template(given);
    let with_it = Command::provisioner([verb, "--engine", "cloudformation", "--bucket", bucket]);
    Err(Error::new(
        format!("planning stack {}", given.stack.name()?),
        "`--bucket` is an option of the engine `cloudformation`: the direct engine uses no bucket",
    )
    .hint(Hint::new("leave it out").or(Hint::new("name that engine").run(with_it))))
}

/// Refuses a plan file: CloudFormation stores its change sets itself.
fn refuse_plan_file(option: &str, given: bool, stack: &StackName) -> Result<()> {
    if !given {
        return Ok(());
    }
    let doing = format!("planning stack {stack} with CloudFormation");
    Err(Error::new(
        doing,
        format!("`{option}` is an option of the direct engine: CloudFormation stores change sets itself"),
    )
    .hint(
        Hint::new(format!("leave out `{option}`")).or(Hint::new("create a change set that stays")
            .run(Command::aws(["cloudformation", "deploy", "--no-execute-changeset"]))),
    ))
}

/// Refuses the options that CloudFormation does not support.
///
/// It imports resources by a separate operation and does not adopt resources by name; and it moves an alias at once,
/// unless the template makes another service do that.
fn refuse_what_it_cannot(options: &DeployOptions, beyond: &BeyondArgs, stack: &str) -> Result<()> {
    let refuse = |option: &str, hint: Hint| {
        let cause = format!("`{option}` is an option of the direct engine");
        Err(Error::new(format!("planning stack {stack} with CloudFormation"), cause).hint(hint))
    };
    if options.adopt {
        let import = Command::aws(["cloudformation", "create-change-set", "--change-set-type", "IMPORT"]);
        return refuse("--adopt", Hint::new("leave it out").or(Hint::new("import the resources").run(import)));
    }
    if beyond.take_over {
        let hint = "leave it out, and delete the other route first: CloudFormation creates its own routes only";
        return refuse("--take-over", hint.into());
    }
    if beyond.prune {
        let hint = "leave it out: CloudFormation always deletes the resources that leave the template";
        return refuse("--prune", hint.into());
    }
    if options.keep_versions.is_some() {
        let hint = "leave it out: UpdateReplacePolicy in the template decides whether earlier versions are kept";
        return refuse("--keep-versions", hint.into());
    }
    if options.canary.canary().is_some() {
        let hint = "leave it out, or give the alias an UpdatePolicy with CodeDeployLambdaAliasUpdate";
        return refuse("--canary", hint.into());
    }
    Ok(())
}
