//! The faults that a call can meet. The run recovers from the fault or reports it.

use std::fmt;
use std::time::Duration;

use super::cell::Disturbed;
use crate::support::cli::Run;
use crate::support::proxy::call::{CallId, Kind};
use crate::support::proxy::rule::{AwsError, Fault, calls_that};
use crate::support::proxy::strict::{CHANGES, failed_function, still_failed};
use crate::support::proxy::words;
use crate::support::user::User;

/// Longer than any call here takes, and shorter than any time limit.
const SLOW: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(crate) struct Disturbance {
    name: &'static str,
    cause: Cause,
    /// How many calls in a row meet the fault.
    times: usize,
    is_transient: bool,
    /// Whether the run may succeed in spite of a lasting fault: the answer to an early read may not be needed, and a
    /// smoke test is retried.
    may_succeed: bool,
}

#[derive(Clone, Debug)]
enum Cause {
    Fault(Fault),
    /// Lambda accepts the call and then fails to execute it.
    Failure,
}

/// Lambda's reason for the failure.
const REASON: &str = "An internal error occurred";

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All faults that can happen to this call. The run must recover from a transient one.
pub(crate) fn all_for(call: &CallId, kind: Kind) -> Vec<Disturbance> {
    let may_succeed = kind != Kind::Write;
    let transient =
        |(name, fault)| Disturbance { name, cause: Cause::Fault(fault), times: 1, is_transient: true, may_succeed };
    let lasting = |(name, error)| {
        let cause = Cause::Fault(Fault::Answer(error));
        Disturbance { name, cause, times: usize::MAX, is_transient: false, may_succeed }
    };
    let mut all: Vec<Disturbance> = transient_for(call, kind).into_iter().map(transient).collect();
    all.extend(lasting_for(call).into_iter().map(lasting));
    if CHANGES.contains(&call.operation.as_str()) {
        let name = "a change that Lambda fails to execute";
        all.push(Disturbance { name, cause: Cause::Failure, times: 1, is_transient: false, may_succeed: false });
    }
    // After the other faults, a smoke test may succeed or fail.
    if kind == Kind::Invoke {
        for disturbance in &mut all {
            disturbance.is_transient &=
                disturbance.name == "a slow answer" || disturbance.name == "an update in progress";
        }
    }
    all
}

/// The faults that a retry solves.
fn transient_for(call: &CallId, kind: Kind) -> Vec<(&'static str, Fault)> {
    let (service, operation) = (call.service.as_str(), call.operation.as_str());
    let answer = |name, error: AwsError| (name, Fault::Answer(error));
    let mut all = vec![
        ("a connection reset before the call", Fault::DropRequest),
        ("a slow answer", Fault::Delay(SLOW)),
        answer("throttling", words::throttled(service)),
        answer("a failed service", words::failed(service)),
        answer("an unavailable service", words::unavailable(service)),
    ];
    if kind == Kind::Write {
        all.push(("a lost answer", Fault::LoseResponse));
        all.push(("a service that fails after it has done it", Fault::FailAfter(words::failed(service))));
    }
    match (service, operation) {
        ("lambda", "CreateFunction") => {
            all.push(answer("a role that is too new", words::role_cannot_be_assumed()));
        }
        ("lambda", "UpdateFunctionCode" | "UpdateFunctionConfiguration" | "PublishVersion" | "DeleteFunction") => {
            all.push(answer("an update in progress", words::update_in_progress("chat")));
        }
        ("lambda", "Invoke") => all.push(answer("an update in progress", words::function_is_pending("chat"))),
        ("iam", _) if kind == Kind::Write => {
            all.push(answer("another change of the role", words::role_is_changing()));
            match operation {
                "PutRolePolicy" | "AttachRolePolicy" => {
                    let role = call.subject.split(' ').next().unwrap_or_default();
                    all.push(answer("a role that IAM does not know yet", words::no_such_role(role)));
                }
                "DeleteRole" => all.push(answer("policies that are just gone", words::role_has_policies())),
                _ => {}
            }
        }
        ("logs", _) if kind == Kind::Write => {
            all.push(answer("another change of the log group", words::log_group_is_changing()));
        }
        ("apigatewayv2", _) if kind == Kind::Write => {
            all.push(answer("another change of the API", words::concurrent_modification()));
        }
        _ => {}
    }
    all
}

/// The faults that the user must solve.
fn lasting_for(call: &CallId) -> Vec<(&'static str, AwsError)> {
    let (service, operation) = (call.service.as_str(), call.operation.as_str());
    let mut all = vec![
        ("a missing permission", words::denied(service, &format!("{service}:{operation}"), "*")),
        ("an expired token", words::expired(service)),
        ("unknown credentials", words::unknown_credentials(service)),
    ];
    let name = call.subject.rsplit(' ').next().unwrap_or_default();
    all.extend(words::exists(operation, name).map(|error| ("a taken name", error)));
    if CHANGES[1..].contains(&operation) || ["PublishVersion", "UpdateAlias"].contains(&operation) {
        all.push(("a change by another deployer", words::changed_since()));
    }
    all
}

/// Runs the command with the fault: the run recovers, or reports what failed, what exists now and the next command.
pub(super) async fn at(user: &User, command: &[&str], call: &CallId, disturbance: &Disturbance) -> Disturbed {
    let (about, nth, times) = (call.clone(), call.occurrence, disturbance.times);
    user.proxy.before_others(match &disturbance.cause {
        Cause::Fault(fault) => calls_that(move |one| about.is_about(one)).from(nth, times).suffer(fault.clone()),
        Cause::Failure => failed_function(&call.operation, REASON),
    });
    let run = user.run(command).await;
    let met = user.proxy.calls().iter().filter(|one| call.is_about(one)).count() >= call.occurrence;
    let is_done = run.code == Some(0);
    if is_done {
        assert!(!met || disturbance.is_transient || disturbance.may_succeed, "the run cannot succeed: {run:?}");
    } else {
        assert!(!disturbance.is_transient, "the fault is transient: {run:?}");
        assert_reported(&run);
    }
    Disturbed { met, is_done }
}

/// Keeps the part of the fault that remains for the next run. Returns that run's additional arguments: a function whose
/// creation failed is recreated, which needs the user's consent.
pub(super) fn remains(user: &User, call: &CallId, disturbance: &Disturbance) -> &'static [&'static str] {
    match disturbance.cause {
        Cause::Fault(_) => &[],
        Cause::Failure => {
            user.proxy.before_others(still_failed(&call.operation, REASON));
            if call.operation == "CreateFunction" { &["--yes"] } else { &[] }
        }
    }
}

/// The form `error: doing: cause`, what exists now, and the next command.
#[track_caller]
fn assert_reported(run: &Run) {
    assert_eq!(run.code, Some(1), "{run:?}");
    let error = run.stderr.split_once("error: ").map(|(_, error)| error);
    let error = error.unwrap_or_else(|| panic!("no error is printed: {run:?}"));
    let headline = error.lines().next().unwrap_or_default();
    assert!(headline.contains(": "), "no `doing: cause`: {run:?}");
    let exists = ["nothing was changed", "steps are done", "is deployed", "callers still get"];
    assert!(exists.iter().any(|text| error.contains(text)), "the error does not say what exists: {run:?}");
    assert!(error.contains("hint: "), "no hint: {run:?}");
}
