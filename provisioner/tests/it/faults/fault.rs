//! What a call can meet, and that the run heals it or tells of it.

use std::fmt;
use std::time::Duration;

use super::cell::Disturbed;
use crate::support::cli::Run;
use crate::support::proxy::call::{CallId, Kind};
use crate::support::proxy::rule::{AwsError, Fault, calls_that};
use crate::support::proxy::words;
use crate::support::user::User;

/// Longer than any call here takes, shorter than any time limit.
const SLOW: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    name: &'static str,
    fault: Fault,
    /// How many calls in a row meet it.
    times: usize,
    heals: bool,
    /// Of a question that is asked in advance the answer may not be needed, and a chat is tried again.
    may_not_matter: bool,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Everything that can happen to this call. What is over by itself has to be waited for.
pub(crate) fn all_for(call: &CallId, kind: Kind) -> Vec<Trouble> {
    let service = call.service.as_str();
    let may_not_matter = kind != Kind::Write;
    let passing = |name, fault| Trouble { name, fault, times: 1, heals: true, may_not_matter };
    let answer = |name, error: AwsError| passing(name, Fault::Answer(error));
    let lasting = |name, error: AwsError| {
        let fault = Fault::Answer(error);
        Trouble { name, fault, times: usize::MAX, heals: false, may_not_matter }
    };
    let mut all = vec![
        passing("a connection reset before the call", Fault::DropRequest),
        passing("a slow answer", Fault::Delay(SLOW)),
        answer("throttling", words::throttled(service)),
        answer("a failed service", words::failed(service)),
        answer("an unavailable service", words::unavailable(service)),
        lasting("a missing permission", words::denied(service, &format!("{service}:{}", call.operation), "*")),
        lasting("an expired token", words::expired(service)),
    ];
    if kind == Kind::Read {
        all.push(lasting("unknown credentials", words::unknown_credentials(service)));
    }
    if kind == Kind::Write {
        all.push(passing("a lost answer", Fault::LoseResponse));
    }
    match (service, call.operation.as_str()) {
        ("lambda", "CreateFunction") => {
            all.push(answer("a role that is too new", words::role_cannot_be_assumed()));
        }
        ("lambda", "UpdateFunctionCode" | "UpdateFunctionConfiguration" | "PublishVersion") => {
            all.push(answer("an update in progress", words::update_in_progress("chat")));
        }
        ("apigatewayv2", _) if kind == Kind::Write => {
            all.push(answer("another change of the API", words::concurrent_modification()));
        }
        _ => {}
    }
    // The chat that a version is asked reads as neither.
    if kind == Kind::Invoke {
        for trouble in &mut all {
            trouble.heals &= trouble.name == "a slow answer";
        }
    }
    all
}

/// Runs the command into it: the run heals it, or says what failed, what exists and what to run.
pub(super) async fn at(user: &User, command: &[&str], call: &CallId, trouble: &Trouble) -> Disturbed {
    let (about, nth, times) = (call.clone(), call.occurrence, trouble.times);
    let rule = calls_that(move |one| about.is_about(one)).from(nth, times);
    user.proxy.before_others(rule.suffer(trouble.fault.clone()));
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

/// `error: doing: cause`, what exists now, and what to run.
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
