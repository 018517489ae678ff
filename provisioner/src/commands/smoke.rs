//! The chat that a deploy tries: whether what was set up answers.

use provisioner::desired::{Desired, Entrance};
use provisioner::plan::{Checks, Plan};
use provisioner::report::Smoke;
use provisioner::resources::Resource;
use provisioner::resources::alias::Check;
use provisioner::{Error, Result};
use serde_json::{Value, json};

use super::session::Session;

const QUESTION: &str = "Recommend me one movie in one short sentence";

/// The chats that new versions must answer before callers get them: where several ways lead to one alias, by the first.
pub(crate) fn checks(desired: &Desired, wanted: bool) -> Option<Checks> {
    let mut checks = Checks::new();
    for entrance in &desired.entrances {
        checks.entry(entrance.callee()).or_insert_with(|| chat_by(entrance, QUESTION));
    }
    wanted.then_some(checks)
}

/// What callers of the chat get, and a chat as it comes there: the alias, or the function, that the first route with POST
/// leads to, or the first function URL; without any the stack's one function.
pub(crate) fn callee(desired: &Desired, message: &str) -> Option<(String, Option<String>, Value)> {
    match desired.entrances.first() {
        Some(first) => Some((first.function_name.clone(), first.alias.clone(), chat_by(first, message))),
        None => {
            let (function, alias) = one_function(desired)?;
            Some((function, alias, chat_event("POST /chat", "/chat", message)))
        }
    }
}

/// The stack's one function, and its alias, if it has one.
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

fn chat_by(entrance: &Entrance, message: &str) -> Value {
    match entrance.route_key.as_deref().and_then(|key| Some((key, key.split_once(' ')?.1))) {
        Some((key, path)) => chat_event(key, path, message),
        // A function URL has one route, and every path comes by it.
        None => chat_event("$default", "/", message),
    }
}

/// A chat as API Gateway, or a function URL, sends it to a function, payload version 2.0.
fn chat_event(route_key: &str, path: &str, message: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": "provisioner",
            "routeKey": route_key,
            "stage": "$default",
        },
        "body": json!({"message": message, "history": []}).to_string(),
        "isBase64Encoded": false,
    })
}

/// Sends the chat as callers do, unless the plan had a version answer it already.
pub(crate) async fn run(checks: Option<&Checks>, plan: &Plan, session: &Session) -> Result<Option<Smoke>> {
    let checked = plan.steps.iter().any(|step| step.calls.iter().any(|call| call == "Invoke"));
    ask(checks.filter(|_| !checked), plan.grants_something_new(), session).await
}

/// Sends the chat as callers do, where they come with any. A refusal by IAM is waited for when permissions are new.
pub(crate) async fn ask(checks: Option<&Checks>, patient: bool, session: &Session) -> Result<Option<Smoke>> {
    let first = session.desired.entrances.first();
    let Some((entrance, event)) = first.and_then(|first| Some((first, checks?.get(&first.callee())?))) else {
        return Ok(None);
    };
    let check = Check { event: event.clone(), patient };
    let answer = session.aws.check(&entrance.function_name, entrance.alias.as_deref(), &check).await?;
    let told = answer.told();
    Ok(Some(Smoke { passed: answer.is_good(), answer: answer.payload, told }))
}

/// The error of a chat that was not answered.
pub(crate) fn failure(smoke: &Smoke) -> Error {
    Error::new("trying a chat with what was deployed", &smoke.told)
        .exists("everything of the plan is deployed; the chat does not answer")
        .hint("see the function's log with `provisioner invoke --log`")
}

/// The error of a chat that somebody did not want to wait for.
pub(crate) fn interrupted() -> Error {
    Error::new("trying a chat with what was deployed", "stopped on request before it was answered")
        .exists("everything of the plan is deployed")
        .hint("try it with `provisioner invoke`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_comes_as_its_route_or_its_url_would_send_it() {
        for (route_key, told, path) in [(Some("POST /books"), "POST /books", "/books"), (None, "$default", "/")] {
            let route_key = route_key.map(str::to_owned);
            let event = chat_by(&Entrance { function_name: "books".to_owned(), alias: None, route_key }, "A film?");
            assert_eq!((&event["routeKey"], &event["requestContext"]["routeKey"]), (&json!(told), &json!(told)));
            assert_eq!((&event["rawPath"], &event["requestContext"]["http"]["path"]), (&json!(path), &json!(path)));
            assert!(event["body"].as_str().is_some_and(|body| body.contains("A film?")), "{event}");
        }
    }
}
