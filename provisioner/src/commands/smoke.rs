//! The chat that a deploy tries: whether what was set up answers.

use provisioner::desired::Desired;
use provisioner::plan::Plan;
use provisioner::report::Smoke;
use provisioner::resources::Resource;
use provisioner::resources::alias::Check;
use provisioner::template::references_in_text;
use provisioner::{Error, Result};
use serde_json::{Value, json};

use super::session::Session;

/// The route of the chat.
const ROUTE: &str = "POST /chat";

const QUESTION: &str = "Recommend me one movie in one short sentence";

/// The event that a new version must answer before callers get it: a chat, where the stack serves `POST /chat`.
pub(crate) fn event(desired: &Desired, wanted: bool) -> Option<Value> {
    let chat = |resource: &Resource| matches!(resource, Resource::Route(route) if route.route_key == ROUTE);
    (wanted && desired.resources.iter().any(|one| chat(&one.resource))).then(|| chat_event(QUESTION))
}

/// What callers of the chat get: the alias, or the function, that the route `POST /chat` leads to; without such a
/// route the stack's one function.
pub(crate) fn callee(desired: &Desired) -> Option<(String, Option<String>)> {
    led_to_by_the_route(desired).or_else(|| one_function(desired))
}

fn led_to_by_the_route(desired: &Desired) -> Option<(String, Option<String>)> {
    let target = desired.resources.iter().find_map(|wanted| {
        let Resource::Route(route) = &wanted.resource else { return None };
        (route.route_key == ROUTE).then_some(&route.target)
    })?;
    let uri = references_in_text(target).iter().find_map(|reference| {
        let led_to = desired.resources.iter().find(|wanted| wanted.logical_id == reference.logical_id)?;
        if let Resource::Integration(integration) = &led_to.resource {
            Some(&integration.integration_uri)
        } else {
            None
        }
    })?;
    let (_, name) = uri.rsplit_once(":function:")?;
    Some(match name.split_once(':') {
        Some((function, alias)) => (function.to_owned(), Some(alias.to_owned())),
        None => (name.to_owned(), None),
    })
}

fn one_function(desired: &Desired) -> Option<(String, Option<String>)> {
    let resources = || desired.resources.iter().map(|wanted| &wanted.resource);
    let mut functions = resources().filter(|one| matches!(one, Resource::Function(_)));
    let function = functions.next().filter(|_| functions.next().is_none())?.name();
    let alias = resources().find_map(|one| {
        let Resource::Alias(alias) = one else { return None };
        (alias.function_name == function).then(|| alias.name.clone())
    });
    Some((function, alias))
}

/// A chat as API Gateway sends it to a function, payload version 2.0.
pub(crate) fn chat_event(message: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /chat",
        "rawPath": "/chat",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": "POST", "path": "/chat", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": "provisioner",
            "routeKey": "POST /chat",
            "stage": "$default",
        },
        "body": json!({"message": message, "history": []}).to_string(),
        "isBase64Encoded": false,
    })
}

/// Sends the chat as callers do, unless the plan had a version answer it already.
pub(crate) async fn run(event: Option<Value>, plan: &Plan, session: &Session) -> Result<Option<Smoke>> {
    let checked = plan.steps.iter().any(|step| step.calls.iter().any(|call| call == "Invoke"));
    let event = event.filter(|_| !checked);
    ask(event, plan.grants_something_new(), session).await
}

/// Sends the chat as callers do. A refusal by IAM is waited for when permissions are new.
pub(crate) async fn ask(event: Option<Value>, patient: bool, session: &Session) -> Result<Option<Smoke>> {
    let (Some(event), Some((function, alias))) = (event, callee(&session.desired)) else {
        return Ok(None);
    };
    let answer = session.aws.check(&function, alias.as_deref(), &Check { event, patient }).await?;
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
