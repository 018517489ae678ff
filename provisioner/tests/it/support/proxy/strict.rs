//! Behavior of AWS that the emulators lack: rules that make the emulators refuse and delay calls as AWS would.

use serde_json::{Value, json};

use super::call::Call;
use super::rule::{Edit, Fault, Rule, call};
use super::shares::Turns;
use super::subject::SETTINGS;
use super::words;

/// The calls that create and change a function.
pub(crate) const CHANGES: [&str; 3] = ["CreateFunction", "UpdateFunctionCode", "UpdateFunctionConfiguration"];
const POLLS: [&str; 2] = ["GetFunction", "GetFunctionConfiguration"];

/// After a change, a function is `Pending` or `InProgress`, and refuses changes and publishing, until it was read this
/// many times.
pub(crate) fn slow_function(reads: usize) -> Rule {
    Rule::when(move |call, before| {
        let refusable = is_one(call, &CHANGES) || call.operation == "PublishVersion";
        if !refusable && !is_one(call, &POLLS) {
            return None;
        }
        let (change, since) = last_change(before)?;
        let seen = since.iter().filter(|call| is_one(call, &POLLS) || call.status == Some(409)).count();
        let created = change.operation == "CreateFunction";
        match (seen < reads, refusable, created) {
            (false, ..) => None,
            (true, true, true) => Some(Fault::Answer(words::function_is_pending("chat"))),
            (true, true, false) => Some(Fault::Answer(words::update_in_progress("chat"))),
            (true, false, true) => Some(with_state("State", "Pending", None)),
            (true, false, false) => Some(with_state("LastUpdateStatus", "InProgress", None)),
        }
    })
}

/// Makes the last change of a function fail if it is this `operation`: later reads report the failure.
pub(crate) fn failed_function(operation: &str, reason: &'static str) -> Rule {
    let operation = operation.to_owned();
    Rule::when(move |call, before| {
        let (change, _) = last_change(before).filter(|_| is_one(call, &POLLS))?;
        (change.operation == operation).then(|| failure_of(&operation, reason))
    })
}

/// The same after the run with the failure: until the function is changed or recreated.
pub(crate) fn still_failed(operation: &str, reason: &'static str) -> Rule {
    let operation = operation.to_owned();
    Rule::when(move |call, before| {
        let with_state = is_one(call, &POLLS) && last_change(before).is_none();
        with_state.then(|| failure_of(&operation, reason))
    })
}

fn failure_of(operation: &str, reason: &'static str) -> Fault {
    with_state(if operation == "CreateFunction" { "State" } else { "LastUpdateStatus" }, "Failed", Some(reason))
}

/// After an API was pointed at other targets, its deployment has the status `status` until it was read this many times.
pub(crate) fn slow_api(status: &'static str, reads: usize) -> Rule {
    Rule::when(move |call, before| {
        let moved = |one: &Call| is_one(one, &["UpdateIntegration", "UpdateRoute"]) && one.took_effect();
        let since = &before[before.iter().rposition(moved)? + 1..];
        let seen = since.iter().filter(|one| one.operation == call.operation).count();
        (call.operation == "GetDeployments" && seen < reads).then(|| {
            Fault::Edit(Edit::new(move |answer: &mut Value| {
                answer["items"] = json!([
                    deployment("older", "2026-01-01T00:00:00Z", "DEPLOYED"),
                    deployment("newest", "2026-01-02T00:00:00Z", status),
                    deployment("oldest", "2025-12-31T00:00:00Z", "FAILED"),
                ]);
            }))
        })
    })
}

fn deployment(id: &str, when: &str, status: &str) -> Value {
    json!({
        "autoDeployed": true,
        "createdDate": when,
        "deploymentId": id,
        "deploymentStatus": status,
        "deploymentStatusMessage": "as scripted",
    })
}

/// Refuses the second route of a key, the second stage of a name on an API, and a repeated permission.
pub(crate) fn no_duplicates() -> Rule {
    Rule::when(|call, before| {
        if !is_one(call, &["CreateRoute", "CreateStage", "AddPermission"]) {
            return None;
        }
        let refusal = words::exists(&call.operation, call.subject.split_once(' ').map_or("", |(_, name)| name))?;
        // A statement's id is not part of the subject.
        let with_state = |one: &Call| if one.operation == "AddPermission" { one.question } else { 0 };
        let id = |one: &Call| (one.operation.clone(), one.target.clone(), one.subject.clone(), with_state(one));
        let same = |one: &Call| id(one) == id(call);
        before.iter().any(|one| same(one) && one.took_effect()).then_some(Fault::Answer(refusal))
    })
}

/// Refuses settings of a route whose creation on the API the proxy has not seen.
pub(crate) fn settings_need_their_routes() -> Rule {
    Rule::when(|call, before| {
        let (_, keys) = call.subject.split_once(SETTINGS).filter(|_| is_one(call, &["CreateStage", "UpdateStage"]))?;
        let api = call.target.split("/stages").next()?;
        let creates = |one: &Call, key: &str| {
            let on_the_api = one.target.strip_prefix(api) == Some("/routes");
            one.operation == "CreateRoute"
                && on_the_api
                && one.took_effect()
                && one.subject.ends_with(&format!(" {key}"))
        };
        let is_missing = |key: &&str| !before.iter().any(|one| creates(one, key));
        keys.split(", ").find(is_missing).map(|key| Fault::Answer(words::no_such_route(key)))
    })
}

/// Distributes invocations by an alias by the alias's weights.
pub(crate) fn shared_out() -> Rule {
    call("Invoke").suffer(Fault::ShareOut(Turns::default()))
}

fn is_one(call: &Call, operations: &[&str]) -> bool {
    operations.contains(&call.operation.as_str())
}

/// The last change of a function that Lambda accepted, and the calls after it.
fn last_change(before: &[Call]) -> Option<(&Call, &[Call])> {
    let at = before.iter().rposition(|call| is_one(call, &CHANGES) && call.took_effect())?;
    Some((&before[at], &before[at + 1..]))
}

/// The answer about a function, with this state.
fn with_state(field: &'static str, state: &'static str, reason: Option<&'static str>) -> Fault {
    Fault::Edit(Edit::new(move |answer: &mut Value| {
        let whole = answer.get("Configuration").is_some();
        let configuration = if whole { &mut answer["Configuration"] } else { answer };
        configuration[field] = json!(state);
        if let Some(reason) = reason {
            configuration[format!("{field}Reason")] = json!(reason);
            configuration[format!("{field}ReasonCode")] = json!("InternalError");
        }
    }))
}
