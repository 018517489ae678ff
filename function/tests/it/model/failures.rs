//! Tests every row of the model's failures over the network, before the caller has a part of the answer. Complete and
//! streamed answers are treated alike.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use function::aws::{ENDPOINT_FAILED, NO_CREDENTIALS, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS};
use function::catalog::{MovieList, Query};
use function::chat::{Conversation, Prompt};
use function::deadline::Deadline;
use function::model::{BedrockModel, FAILURES, Model, ModelFailure, Retry};
use harness::backend::Backend;
use harness::bedrock::{self, end, exception, stream, words};
use harness::http::{Request, Response};

use crate::support::{aws, sdk_config};

const FALLBACKS: [&str; 2] = ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "us.amazon.nova-lite-v1:0"];

/// The row for answers that Bedrock did not send.
const FOREIGN: &str = "an incomplete answer, or an answer of another server (half of a JSON document, JSON of another kind, \
                       HTML with any status, an error without a code)";

type Rule = fn(&Request) -> Option<Response>;

/// Asks a model with two fallbacks for a complete answer, or for the start of a streamed one.
async fn ask(config: &SdkConfig, streamed: bool) -> Result<(), ModelFailure> {
    let conversation = Conversation::from_body(r#"{"message": "hi"}"#).unwrap();
    let movies = Arc::new(MovieList::default()).select(&Query::default(), 50);
    let prompt = Prompt::new(&movies, &conversation);
    let model = BedrockModel::new(config, "us.anthropic.claude-haiku-5-5", &FALLBACKS.map(str::to_owned));
    let deadline = Deadline::within(Duration::from_secs(30));
    match streamed {
        true => model.begin(&prompt, deadline).await.map(drop),
        false => model.answer(&prompt, deadline).await.map(drop),
    }
}

fn calls(retry: Retry) -> usize {
    match retry {
        Retry::SameModel => 4,
        Retry::NextModel => 3,
        Retry::Never => 1,
    }
}

/// Asserts that the failure of `backend` matches the row `name`, and that the number of calls is that of the row.
async fn assert_row(backend: &Backend, name: &str, streamed: bool) {
    let row = FAILURES.iter().find(|row| row.name == name).unwrap();
    backend.clear_requests();
    let failure = ask(&sdk_config(&backend.url), streamed).await.unwrap_err();
    assert_eq!(failure.hint, row.hint, "{name}, streamed: {streamed}: {failure:?}");
    assert_eq!((failure.public, failure.retry), row.action, "{name}, streamed: {streamed}");
    assert_eq!(backend.requests().len(), calls(failure.retry), "{name}, streamed: {streamed}");
}

#[tokio::test]
async fn each_error_of_the_service_is_handled_by_its_row() {
    for row in FAILURES.iter().filter(|row| row.example.status > 0) {
        let example = row.example;
        let backend = aws(move |_| Some(Response::error(example.status, example.code, example.message)));
        for streamed in [false, true] {
            assert_row(&backend, row.name, streamed).await;
        }
    }
}

fn html(_: &Request) -> Option<Response> {
    Some(page(200, "text/html", "<html>Sign in to this network</html>"))
}

fn half(_: &Request) -> Option<Response> {
    let whole = bedrock::answer("Watch Alien.").to_string();
    Some(Response::ok(&whole[..whole.len() / 2]))
}

/// Half of a body in chunks, after which the connection is closed.
fn cut(_: &Request) -> Option<Response> {
    let (sender, response) = Response::streamed("application/json");
    sender.send(bedrock::answer("Watch Alien.").to_string().into_bytes()[..40].to_vec());
    sender.cut();
    Some(response)
}

/// A response of a proxy or a gateway.
fn page(status: u16, content_type: &str, body: &str) -> Response {
    Response { headers: vec![("content-type", content_type.to_owned())], ..Response::foreign(status, body) }
}

fn blank(_: &Request) -> Option<Response> {
    Some(Response::ok(bedrock::answer("")))
}

#[tokio::test]
async fn each_other_failure_is_handled_by_its_row() {
    let unreadable = FOREIGN;
    let broken = "no connection, or a broken connection";
    let no_text =
        "an answer without text, unless the token limit, the context window, a refusal or a guardrail ended it";
    let fault = "Bedrock failed in the middle of a stream";
    let whole: [(&str, Rule); 9] = [
        (unreadable, html),
        (unreadable, half),
        (unreadable, cut),
        (unreadable, |_| Some(Response::ok(""))),
        (unreadable, |_| Some(Response::ok("{}"))),
        (unreadable, |_| Some(Response::ok(r#"{"message": "Forbidden by gateway"}"#))),
        (no_text, blank),
        (broken, |_| None),
        (fault, |_| Some(Response::error(500, "InternalServerException", "oh"))),
    ];
    let streams: [(&str, Rule); 9] = [
        (unreadable, |_| Some(Response::ok("{}"))),
        (unreadable, |_| Some(Response::ok(r#"{"message": "Forbidden by gateway"}"#))),
        (unreadable, html),
        (unreadable, half),
        (unreadable, |_| Some(stream(&[words("Watch ")[..9].to_vec()]))),
        (no_text, |_| Some(stream(&[end("end_turn")]))),
        (broken, |_| None),
        (broken, |_| Some(stream(&[]))),
        (fault, |_| Some(stream(&[exception("internalServerException")]))),
    ];
    for (streamed, faults) in [(false, &whole[..]), (true, &streams)] {
        for &(name, rule) in faults {
            assert_row(&aws(rule), name, streamed).await;
        }
    }
    // Other tests show these: `attempts.rs` with a simulated clock, `environment.rs` through the program.
    let credentials = [NO_CREDENTIALS, ENDPOINT_FAILED, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS].map(|row| row.name);
    let tested = [unreadable, broken, no_text, fault, "no answer in time", "the request cannot be built"];
    let tested = [&tested[..], &credentials].concat();
    for row in FAILURES.iter().filter(|row| row.example.status == 0) {
        assert!(tested.contains(&row.name), "{} has no test", row.name);
    }
}

#[tokio::test]
async fn an_error_of_another_server_is_recognised_with_any_status() {
    for status in [302, 400, 403, 404, 407, 413, 429, 500, 502, 503] {
        let html = move |_: &Request| Some(page(status, "text/html", "<html>Sign in to this network</html>"));
        for streamed in [false, true] {
            assert_row(&aws(html), FOREIGN, streamed).await;
        }
        let failure = ask(&sdk_config(&aws(html).url), false).await.unwrap_err();
        let detail = format!("another server sent the answer: HTTP {status}, content type text/html, no error code");
        assert_eq!((failure.cause.code.as_str(), failure.cause.detail), ("UnreadableAnswer", detail));
    }
    for (status, name) in [
        (400, FOREIGN),
        (403, FOREIGN),
        (404, FOREIGN),
        (502, FOREIGN),
        (429, "too many requests, or another quota"),
        (503, "the model has no capacity at the moment"),
        (504, "the model did not answer Bedrock in time"),
    ] {
        for body in [r#"{"message": "Forbidden by gateway"}"#, ""] {
            assert_row(&aws(move |_| Some(page(status, "application/json", body))), name, false).await;
        }
    }
}

/// The REST protocol also names the error in the header, so the error is known even if the body is lost.
#[tokio::test]
async fn an_error_whose_code_is_only_in_the_header_is_of_the_service() {
    let code = "AccessDeniedException:http://internal.amazon.com/coral/com.amazon.bedrock/";
    let backend = aws(move |_| {
        let mut denied = page(403, "application/json", "<");
        denied.headers.push(("x-amzn-errortype", code.to_owned()));
        Some(denied)
    });
    assert_row(&backend, "the role may not call the model", false).await;
}

#[tokio::test]
async fn an_exception_before_the_first_word_is_handled_as_the_same_error_of_a_call() {
    for (exception_name, name) in [
        ("throttlingException", "too many requests, or another quota"),
        ("serviceUnavailableException", "the model has no capacity at the moment"),
        ("modelStreamErrorException", "the model failed"),
        ("validationException", "the model does not accept the request"),
        ("somethingNewException", "the model failed"),
    ] {
        let backend = aws(move |_| Some(stream(&[exception(exception_name)])));
        assert_row(&backend, name, true).await;
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_not_retried() {
    let backend = aws(|_| None);
    let mut config = sdk_config(&backend.url).into_builder();
    config.set_region(None);
    let config = config.build();
    for streamed in [false, true] {
        let failure = ask(&config, streamed).await.unwrap_err();
        assert!(failure.hint.contains("set AWS_REGION"), "{failure:?}");
        assert!(backend.requests().is_empty());
    }
}
