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
pub(crate) struct Trouble {
    name: &'static str,
    what: What,
    /// How many calls in a row meet the fault.
    times: usize,
    heals: bool,
    /// Whether the run may succeed in spite of a lasting fault: the answer to an early read may not be needed, and a
    /// smoke test is retried.
    may_not_matter: bool,
}

#[derive(Clone, Debug)]
enum What {
    Fault(Fault),
    /// Lambda accepts the call and then fails to execute it.
    Failure,
}

/// Lambda's reason for the failure.
const REASON: &str = "An internal error occurred";

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All faults that can happen to this call. The run must recover from a transient one.
pub(crate) fn all_for(call: &CallId, kind: Kind) -> Vec<Trouble> {
    let may_not_matter = kind != Kind::Write;
    let passing = |(name, fault)| Trouble { name, what: What::Fault(fault), times: 1, heals: true, may_not_matter };
    let lasting = |(name, error)| {
        let what = What::Fault(Fault::Answer(error));
        Trouble { name, what, times: usize::MAX, heals: false, may_not_matter }
    };
    let mut all: Vec<Trouble> = passing_for(call, kind).into_iter().map(passing).collect();
    all.extend(lasting_for(call).into_iter().map(lasting));
    if CHANGES.contains(&call.operation.as_str()) {
        let name = "a change that Lambda fails to make";
        all.push(Trouble { name, what: What::Failure, times: 1, heals: false, may_not_matter: false });
    }
    // After the other faults, a smoke test may succeed or fail.
    if kind == Kind::Invoke {
        for trouble in &mut all {
            trouble.heals &= trouble.name == "a slow answer" || trouble.name == "an update in progress";
        }
    }
    all
}

/// The faults that a retry solves.
fn passing_for(call: &CallId, kind: Kind) -> Vec<(&'static str, Fault)> {
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
    all.extend(words::exists(operation, name).map(|error| ("a name that is taken", error)));
    if CHANGES[1..].contains(&operation) || ["PublishVersion", "UpdateAlias"].contains(&operation) {
        all.push(("a change by somebody else", words::changed_since()));
    }
    all
}

/// Runs the command with the fault: the run recovers, or reports what failed, what exists now and the next command.
pub(super) async fn at(user: &User, command: &[&str], call: &CallId, trouble: &Trouble) -> Disturbed {
    let (about, nth, times) = (call.clone(), call.occurrence, trouble.times);
    user.proxy.before_others(match &trouble.what {
        What::Fault(fault) => calls_that(move |one| about.is_about(one)).from(nth, times).suffer(fault.clone()),
        What::Failure => failed_function(&call.operation, REASON),
    });
    let run = user.run(command).await;
    let met = user.proxy.calls().iter().filter(|one| call.is_about(one)).count() >= call.occurrence;
    let is_done = run.code == Some(0);
    if is_done {
        assert!(!met || trouble.heals || trouble.may_not_matter, "it cannot have gone well: {run:?}");
    } else {
        assert!(!trouble.heals, "it passes by itself: {run:?}");
        is_told(&run);
    }
    Disturbed { met, is_done }
}

/// Keeps the part of the fault that remains for the next run. Returns that run's additional arguments: a function whose
/// creation failed is recreated, which needs the user's consent.
pub(super) fn remains(user: &User, call: &CallId, trouble: &Trouble) -> &'static [&'static str] {
    match trouble.what {
        What::Fault(_) => &[],
        What::Failure => {
            user.proxy.before_others(still_failed(&call.operation, REASON));
            if call.operation == "CreateFunction" { &["--yes"] } else { &[] }
        }
    }
}

/// The form `error: doing: cause`, what exists now, and the next command.
#[track_caller]
fn is_told(run: &Run) {
    assert_eq!(run.code, Some(1), "{run:?}");
    let error = run.stderr.split_once("error: ").map(|(_, error)| error);
    let error = error.unwrap_or_else(|| panic!("no error is told: {run:?}"));
    let headline = error.lines().next().unwrap_or_default();
    assert!(headline.contains(": "), "no `doing: cause`: {run:?}");
    let exists = ["nothing was changed", "steps are done", "is deployed", "callers still get"];
    assert!(exists.iter().any(|text| error.contains(text)), "not told what exists: {run:?}");
    assert!(error.contains("hint: "), "no hint: {run:?}");
}
