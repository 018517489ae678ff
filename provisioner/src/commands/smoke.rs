//! One chat at the end of a deploy: whether what was set up answers.

use std::time::Duration;

use provisioner::aws::{Answer, Aws};
use provisioner::desired::Desired;
use provisioner::plan::{Action, Plan};
use provisioner::report::Smoke;
use provisioner::resources::Resource;
use provisioner::{Error, Result};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::terminal;

/// The function that a chat is sent to.
pub(crate) struct Target {
    function: String,
}

/// How long a refusal is waited for after a first set-up. A function that was started a moment too early keeps
/// the refusal for about three minutes.
const PATIENCE: Duration = Duration::from_secs(240);

/// Where a chat can be sent: the stack must have one function, and a `POST /chat` route that leads to it.
pub(crate) fn target(desired: &Desired) -> Option<Target> {
    let resources = || desired.resources.iter().map(|wanted| &wanted.resource);
    let chat = resources().any(|one| matches!(one, Resource::Route(route) if route.route_key == "POST /chat"));
    function(desired).filter(|_| chat).map(|function| Target { function })
}

/// The stack's one function.
pub(crate) fn function(desired: &Desired) -> Option<String> {
    let functions: Vec<_> =
        desired.resources.iter().filter(|one| matches!(one.resource, Resource::Function(_))).collect();
    match functions.as_slice() {
        [only] => Some(only.resource.name()),
        _ => None,
    }
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

/// Sends a chat. After a first set-up a refusal by IAM is waited for, since permissions take time to spread; any
/// other failure is final.
pub(crate) async fn run(target: &Target, plan: &Plan, aws: &Aws) -> Result<Smoke> {
    let event = chat_event("Recommend me one movie in one short sentence");
    let new_role = plan.steps.iter().any(|step| step.kind == "AWS::IAM::Role" && step.action == Action::Create);
    let begun = Instant::now();
    let mut told = false;
    loop {
        let answer = aws.invoke(&target.function, &event).await?;
        let passed = is_good(&answer);
        if passed || !new_role || !is_refused_by_iam(&answer) || begun.elapsed() > PATIENCE {
            return Ok(Smoke { passed, answer: answer.payload });
        }
        if !told {
            terminal::note("  … waiting until the new role's permissions have spread");
            told = true;
        }
        sleep(Duration::from_secs(2)).await;
    }
}

/// The error of a chat that was not answered.
pub(crate) fn failure(smoke: &Smoke) -> Error {
    let answer = match smoke.answer["body"].as_str() {
        Some(body) => body.to_owned(),
        None => smoke.answer.to_string(),
    };
    Error::new("trying a chat with what was deployed", answer)
        .exists("everything of the plan is deployed; the chat does not answer")
        .hint("see the function's log with `provisioner invoke --log`")
}

/// The error of a chat that somebody did not want to wait for.
pub(crate) fn interrupted() -> Error {
    Error::new("trying a chat with what was deployed", "stopped on request before it was answered")
        .exists("everything of the plan is deployed")
        .hint("try it with `provisioner invoke`")
}

fn is_good(answer: &Answer) -> bool {
    answer.function_error.is_none() && answer.payload["statusCode"] == 200
}

/// The function tells callers nothing about permissions; its log does.
fn is_refused_by_iam(answer: &Answer) -> bool {
    answer.log.contains("AccessDenied")
}
