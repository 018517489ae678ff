//! Watches CloudFormation's execution and reports its result.

use provisioner::aws::Aws;
use provisioner::cloudformation::{Event, Stack, Told, Watch, hint_for};
use provisioner::{Error, Result};

use super::super::progress;
use super::super::signal::asked_to_end;

/// The result of an operation.
pub(super) struct Ended {
    /// The stack as it is now.
    pub(super) stack: Stack,
    /// The logical ids of the changed resources.
    pub(super) done: Vec<String>,
    /// The first failure, with its reason.
    pub(super) failure: Option<Event>,
}

/// Reports each resource until CloudFormation is done, or until a stop is requested: CloudFormation continues without a
/// watcher.
pub(super) async fn watch(aws: &Aws, id: &str, name: &str, after: Option<String>) -> Result<Ended> {
    let mut watch = Watch::default();
    let mut done = Vec::new();
    let following = aws.follow(id, after, |event| match watch.take(event) {
        Some(Told::Done(took)) => {
            progress::done(&event.kind, &event.logical_id, took);
            done.push(event.logical_id.clone());
        }
        Some(Told::Kept) => {
            progress::kept(&event.kind, &event.logical_id);
            if !done.contains(&event.logical_id) {
                done.push(event.logical_id.clone());
            }
        }
        Some(Told::Failed(_)) => progress::failed(&event.kind, &event.logical_id),
        None => {}
    });
    let stack = tokio::select! {
        stack = following => stack.map_err(|error| out_of_sight(name, error))?,
        _ = asked_to_end() => return Err(left_alone(name)),
    };
    Ok(Ended { stack, done, failure: watch.first_failure().cloned() })
}

/// The error when watching fails; CloudFormation continues the operation.
fn out_of_sight(name: &str, error: Error) -> Error {
    // Credentials that may not read the events may still read the stack.
    let command = if error.is_denied() { "describe-stacks" } else { "describe-stack-events" };
    let look = format!("`aws cloudformation {command} --stack-name {name}` shows how it ends");
    let hint = match error.next_step() {
        Some(own) => format!("{look}; to watch the next one, {own}"),
        None => look,
    };
    error.exists("CloudFormation goes on by itself").hint(hint)
}

fn left_alone(name: &str) -> Error {
    Error::new(format!("watching stack {name}"), "stopped on request").exists("CloudFormation goes on by itself").hint(
        format!(
            "see how it ends with `aws cloudformation describe-stack-events --stack-name {name}`; an update is taken \
             back with `aws cloudformation cancel-update-stack --stack-name {name}`"
        ),
    )
}

impl Ended {
    /// The error of an operation that did not succeed: it names the failure that caused all others first.
    pub(super) fn error(&self) -> Error {
        let Self { stack, failure, .. } = self;
        let Stack { name, status, .. } = stack;
        let reason = failure.as_ref().and_then(|event| event.reason.clone()).or_else(|| stack.reason.clone());
        let reason = reason.unwrap_or_else(|| "it gives no reason".to_owned());
        let cause = match failure {
            Some(Event { logical_id, kind, .. }) => format!("{logical_id} ({kind}): {reason}"),
            None => format!("it ended as {status}: {reason}"),
        };
        let (exists, next) = match status.as_str() {
            "ROLLBACK_COMPLETE" => (
                "CloudFormation has removed what it had made; an empty stack is left, which takes no change",
                format!("remove it with `provisioner destroy --engine cloudformation --stack {name}` and deploy again"),
            ),
            "UPDATE_ROLLBACK_COMPLETE" => (
                "CloudFormation has put everything back: what served before serves now",
                "run the same command again once that is mended".to_owned(),
            ),
            "UPDATE_ROLLBACK_FAILED" => (
                "CloudFormation could not put everything back",
                format!("`aws cloudformation continue-update-rollback --stack-name {name}` tries again"),
            ),
            "DELETE_FAILED" => (
                "what is not gone is still the stack's",
                "run the same command again once that is mended; `aws cloudformation delete-stack --deletion-mode \
                 FORCE_DELETE_STACK` lets go of what cannot be removed"
                    .to_owned(),
            ),
            other => return Error::new(doing(name), cause).exists(format!("the stack is {other}")),
        };
        let hint = match hint_for(&reason) {
            Some(hint) => format!("{hint}; then {next}"),
            None => next,
        };
        Error::new(doing(name), cause).exists(exists).hint(hint)
    }
}

fn doing(name: &str) -> String {
    format!("changing stack {name} with CloudFormation")
}
