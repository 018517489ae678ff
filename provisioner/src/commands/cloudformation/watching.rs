//! Watches CloudFormation's execution and reports its result.

use provisioner::aws::Aws;
use provisioner::cloudformation::{Event, ResourceEvent, Stack, Watch, hint_for};
use provisioner::error::ErrorKind;
use provisioner::{Command, Error, Hint, Result};

use super::super::progress::Progress;
use super::super::signal::stop_requested;

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
pub(super) async fn watch(aws: &Aws, id: &str, name: &str, after: Option<String>, progress: Progress) -> Result<Ended> {
    let mut watch = Watch::default();
    let mut done = Vec::new();
    let following = aws.follow(id, after, |event| match watch.take(event) {
        Some(ResourceEvent::Done(took)) => {
            progress.done(&event.kind, &event.logical_id, took);
            done.push(event.logical_id.clone());
        }
        Some(ResourceEvent::Kept) => {
            progress.kept(&event.kind, &event.logical_id);
            if !done.contains(&event.logical_id) {
                done.push(event.logical_id.clone());
            }
        }
        Some(ResourceEvent::Failed(_)) => progress.failed(&event.kind, &event.logical_id),
        None => {}
    });
    let stack = tokio::select! {
        stack = following => stack.map_err(|error| out_of_sight(name, error))?,
        _ = stop_requested() => return Err(still_running(name)),
    };
    Ok(Ended { stack, done, failure: watch.first_failure().cloned() })
}

/// The error when watching fails; CloudFormation continues the operation.
fn out_of_sight(name: &str, error: Error) -> Error {
    // Credentials that may not read the events may still read the stack.
    let command = if error.is_denied() { "describe-stacks" } else { "describe-stack-events" };
    let result = Hint::new("see the result").run(Command::aws(["cloudformation", command, "--stack-name", name]));
    let hint = match error.remedy() {
        Some(remedy) => result.also(Hint::new("before the next run,").before(remedy)),
        None => result,
    };
    error.exists(CONTINUES).hint(hint)
}

const CONTINUES: &str = "CloudFormation continues the operation";

fn still_running(name: &str) -> Error {
    let command = |operation: &str| Command::aws(["cloudformation", operation, "--stack-name", name]);
    Error::new(format!("watching stack {name}"), "stopped on request")
        .of_kind(ErrorKind::Interrupted)
        .exists(CONTINUES)
        .hint(
            Hint::new("see the result")
                .run(command("describe-stack-events"))
                .or(Hint::new("cancel an update").run(command("cancel-update-stack"))),
        )
}

impl Ended {
    /// The error of an operation that did not succeed: it names the failure that caused all others first.
    pub(super) fn error(&self) -> Error {
        let Self { stack, failure, .. } = self;
        let Stack { name, status, .. } = stack;
        let reason = failure.as_ref().and_then(|event| event.reason.clone()).or_else(|| stack.reason.clone());
        let reason = reason.unwrap_or_else(|| "CloudFormation gives no reason".to_owned());
        let cause = match failure {
            Some(Event { logical_id, kind, .. }) => format!("{logical_id} ({kind}): {reason}"),
            None => format!("its final status is {status}: {reason}"),
        };
        let (exists, next) = match status.as_str() {
            "ROLLBACK_COMPLETE" => (
                "CloudFormation deleted the new resources; an empty stack remains, which does not accept changes",
                Hint::new("remove the empty stack")
                    .run(Command::provisioner(["destroy", "--engine", "cloudformation", "--stack", name]))
                    .then_again(),
            ),
            "UPDATE_ROLLBACK_COMPLETE" => (
                "CloudFormation rolled back the update: callers get the previous version",
                Hint::new("correct the cause").then_again(),
            ),
            "UPDATE_ROLLBACK_FAILED" => (
                "CloudFormation could not roll back completely",
                Hint::new("continue the rollback")
                    .run(Command::aws(["cloudformation", "continue-update-rollback", "--stack-name", name])),
            ),
            "DELETE_FAILED" => (
                "the remaining resources still belong to the stack",
                Hint::new("to keep the resources that cannot be deleted, force the deletion")
                    .run(
                        Command::aws(["cloudformation", "delete-stack", "--stack-name", name])
                            .with("--deletion-mode")
                            .with("FORCE_DELETE_STACK"),
                    )
                    .or(Hint::new("correct the cause").then_again()),
            ),
            other => return Error::new(doing(name), cause).exists(format!("the stack is {other}")),
        };
        let hint = match hint_for(&reason) {
            Some(hint) => hint.also(next),
            None => next,
        };
        Error::new(doing(name), cause).exists(exists).hint(hint)
    }
}

fn doing(name: &str) -> String {
    format!("changing stack {name} with CloudFormation")
}
