//! The smoke tests that are sent when everything is deployed. The template contains their events and expectations.

use provisioner::desired::{Desired, SmokeTest};
use provisioner::error::ErrorKind;
use provisioner::observe::Reader as _;
use provisioner::plan::Plan;
use provisioner::report::Smoke;
use provisioner::resources::Resource;
use provisioner::resources::check::Check;
use provisioner::template::{Known, Reference, references_in};
use provisioner::{Command, Error, Hint, Result};
use serde_json::Value;

use super::session::Session;

/// What callers get: the function and the alias of the first smoke test, else of the first route or function URL, else
/// the stack's only function.
pub(crate) fn callee(desired: &Desired) -> Option<(String, Option<String>)> {
    let of_test = desired.smoke_tests.first().map(|test| (test.function_name.clone(), test.alias.clone()));
    let of_entrance =
        || desired.entrances.first().map(|entrance| (entrance.function_name.clone(), entrance.alias.clone()));
    of_test.or_else(of_entrance).or_else(|| one_function(desired))
}

/// The stack's only function, and its alias, if it has one.
pub(crate) fn one_function(desired: &Desired) -> Option<(String, Option<String>)> {
    let resources = || desired.resources.iter().map(|wanted| &wanted.resource);
    let mut functions = resources().filter(|one| matches!(one, Resource::Function(_)));
    let function = functions.next().filter(|_| functions.next().is_none())?.name();
    let alias = resources().find_map(|one| {
        let Resource::Alias(alias) = one else { return None };
        (alias.function_name == function).then(|| alias.name.clone())
    });
    Some((function, alias))
}

/// Sends the smoke tests of a plan that are not sent to a version before callers get it.
pub(crate) async fn run(plan: &Plan, session: &Session) -> Result<Option<Smoke>> {
    let last = plan.smoke_tests.iter().filter(|test| !test.before_callers).map(|test| &test.declared);
    send(&last.collect::<Vec<_>>(), plan.grants_something_new(), session).await
}

/// Sends smoke tests as callers send requests, one after the other, until one fails, and returns the result of the last
/// one.
///
/// A refusal by IAM is retried when permissions are new.
pub(crate) async fn send(tests: &[&SmokeTest], patient: bool, session: &Session) -> Result<Option<Smoke>> {
    let mut last = None;
    for test in tests {
        let check = test.check(patient);
        let check = Check { event: filled(&check.event, session).await?, ..check };
        let (answer, objection) = session.aws.check(&test.function_name, test.alias.as_deref(), &check).await?;
        let passed = objection.is_none();
        let objection = objection.map(|objection| format!("{}: {objection}", check.name)).unwrap_or_default();
        last = Some(Smoke { passed, answer: answer.payload, objection });
        if !passed {
            break;
        }
    }
    Ok(last)
}

/// An event in which references to the account are replaced by its id.
pub(crate) async fn filled(event: &Value, session: &Session) -> Result<Value> {
    if references_in(event).is_empty() {
        return Ok(event.clone());
    }
    let mut known = Known::default();
    known.insert(Reference::account(), session.aws.reader().account().await?);
    Ok(known.fill(event))
}

/// The error of a failed smoke test.
pub(crate) fn failure(smoke: &Smoke) -> Error {
    Error::new("sending a smoke test to the deployed stack", &smoke.objection)
        .exists("all steps are done; the smoke test failed, and a deploy without changes does not send it again")
        .hint(Hint::new("send it again and see the function's log").run(Command::provisioner(["invoke", "--log"])))
}

/// The error of a smoke test that was stopped on request.
pub(crate) fn interrupted() -> Error {
    Error::new("sending a smoke test to the deployed stack", "stopped on request before the answer")
        .of_kind(ErrorKind::Interrupted)
        .exists("all steps are done")
        .hint(Hint::new("send it again").run(Command::provisioner(["invoke"])))
}
