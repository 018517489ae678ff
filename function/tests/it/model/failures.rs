//! Tests every row of the model's failures over the network, before the caller has a part of the answer. Complete and
//! streamed answers are treated alike.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use function::aws::{ENDPOINT_FAILED, NO_CREDENTIALS, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS};
use function::catalog::{Query, Shelf};
use function::chat::{Conversation, Prompt};
use function::deadline::Deadline;
use function::model::{BedrockModel, FAILURES, Model, ModelFailure, Remedy};
use harness::backend::Backend;
use harness::bedrock::{self, EVENT_STREAM, end, exception, words};
use harness::http::{Body, Request, Response};

use crate::support::{aws, sdk_config};

const FALLBACKS: [&str; 2] = ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "us.amazon.nova-lite-v1:0"];

/// The row for answers that Bedrock did not send.
const FOREIGN: &str = "an answer that broke off while it was read, or that Bedrock did not write (half of a JSON document, \
                       JSON of another kind, HTML with any status, an error without a code)";

type Rule = fn(&Request) -> Option<Response>;

/// Asks a model with two fallbacks for a complete answer, or for the start of a streamed one.
async fn ask(config: &SdkConfig, streamed: bool) -> Result<(), ModelFailure> {
    let conversation = Conversation::from_body(r#"{"message": "hi"}"#).unwrap();
    let movies = Arc::new(Shelf::default()).select(&Query::default(), 50);
    let prompt = Prompt::new(&movies, &conversation);
    let model = BedrockModel::new(config, "us.anthropic.claude-haiku-5-5", &FALLBACKS.map(str::to_owned));
    let deadline = Deadline::within(Duration::from_secs(30));
    match streamed {
        true => model.begin(&prompt, deadline).await.map(drop),
        false => model.answer(&prompt, deadline).await.map(drop),
    }
}

fn calls(remedy: Remedy) -> usize {
    match remedy {
        Remedy::Again => 4,
        Remedy::Another => 3,
        Remedy::Nothing => 1,
    }
}

/// Asserts that the failure of `backend` matches the row `what`, and that the number of calls is that of the row.
async fn is_row(backend: &Backend, what: &str, streamed: bool) {
    let row = FAILURES.iter().find(|row| row.what == what).unwrap();
    backend.forget();
    let failure = ask(&sdk_config(&backend.url), streamed).await.unwrap_err();
    assert_eq!(failure.hint, row.hint, "{what}, streamed: {streamed}: {failure:?}");
    assert_eq!((failure.public, failure.remedy), row.then, "{what}, streamed: {streamed}");
    assert_eq!(backend.requests().len(), calls(failure.remedy), "{what}, streamed: {streamed}");
}

#[tokio::test]
async fn what_the_service_writes_is_treated_as_its_row_says() {
    for row in FAILURES.iter().filter(|row| row.example.status > 0) {
        let example = row.example;
        let backend = aws(move |_| Some(Response::error(example.status, example.code, example.message)));
        for streamed in [false, true] {
            is_row(&backend, row.what, streamed).await;
        }
    }
}

fn html(_: &Request) -> Option<Response> {
    let body = Body::Whole(b"<html>Sign in to this network</html>".to_vec());
    Some(Response { status: 200, headers: vec![("content-type", "text/html".to_owned())], body })
}

fn half(_: &Request) -> Option<Response> {
    let whole = bedrock::answer("Watch Alien.").to_string();
    Some(Response::ok(&whole[..whole.len() / 2]))
}

/// Half of a body in chunks, after which the connection is closed.
fn cut(_: &Request) -> Option<Response> {
    let (feed, response) = Response::fed("application/json");
    feed.send(bedrock::answer("Watch Alien.").to_string().into_bytes()[..40].to_vec());
    feed.cut();
    Some(response)
}

/// A response of a proxy or a gateway.
fn page(status: u16, content_type: &str, body: &str) -> Response {
    let body = Body::Whole(body.as_bytes().to_vec());
    Response { status, headers: vec![("content-type", content_type.to_owned())], body }
}

fn silent(_: &Request) -> Option<Response> {
    Some(Response::ok(bedrock::answer("")))
}

fn streaming(frames: &[Vec<u8>]) -> Response {
    let (feed, response) = Response::fed(EVENT_STREAM);
    feed.send(frames.concat());
    response
}

#[tokio::test]
async fn what_does_not_come_from_the_service_is_treated_as_its_row_says() {
    let unreadable = FOREIGN;
    let broken = "no connection, or one that broke";
    let silence = "an answer without text";
    let fault = "Bedrock failed in the middle of a stream";
    let whole: [(&str, Rule); 9] = [
        (unreadable, html),
        (unreadable, half),
        (unreadable, cut),
        (unreadable, |_| Some(Response::ok(""))),
        (unreadable, |_| Some(Response::ok("{}"))),
        (unreadable, |_| Some(Response::ok(r#"{"message": "Forbidden by gateway"}"#))),
        (silence, silent),
        (broken, |_| None),
        (fault, |_| Some(Response::error(500, "InternalServerException", "oh"))),
    ];
    let streams: [(&str, Rule); 9] = [
        (unreadable, |_| Some(Response::ok("{}"))),
        (unreadable, |_| Some(Response::ok(r#"{"message": "Forbidden by gateway"}"#))),
        (unreadable, html),
        (unreadable, half),
        (unreadable, |_| Some(streaming(&[words("Watch ")[..9].to_vec()]))),
        (silence, |_| Some(streaming(&[end("end_turn")]))),
        (broken, |_| None),
        (broken, |_| Some(streaming(&[]))),
        (fault, |_| Some(streaming(&[exception("internalServerException")]))),
    ];
    for (streamed, faults) in [(false, &whole[..]), (true, &streams)] {
        for &(what, rule) in faults {
            is_row(&aws(rule), what, streamed).await;
        }
    }
    // Other tests show these: `attempts.rs` with a simulated clock, `surroundings.rs` through the program.
    let credentials = [NO_CREDENTIALS, ENDPOINT_FAILED, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS].map(|row| row.what);
    let shown = [unreadable, broken, silence, fault, "no answer in time", "the request cannot be built"];
    let shown = [&shown[..], &credentials].concat();
    for row in FAILURES.iter().filter(|row| row.example.status == 0) {
        assert!(shown.contains(&row.what), "{} has no test", row.what);
    }
}

#[tokio::test]
async fn an_error_answer_that_bedrock_did_not_write_is_known_as_that_whatever_its_status() {
    for status in [302, 400, 403, 404, 407, 413, 429, 500, 502, 503] {
        let html = move |_: &Request| Some(page(status, "text/html", "<html>Sign in to this network</html>"));
        for streamed in [false, true] {
            is_row(&aws(html), FOREIGN, streamed).await;
        }
        let failure = ask(&sdk_config(&aws(html).url), false).await.unwrap_err();
        let detail = format!("the answer is not the service's: HTTP {status}, content type text/html, no error code");
        assert_eq!((failure.trouble.code.as_str(), failure.trouble.detail), ("UnreadableAnswer", detail));
    }
    for (status, what) in [
        (400, FOREIGN),
        (403, FOREIGN),
        (404, FOREIGN),
        (502, FOREIGN),
        (429, "too many requests, or another quota"),
        (503, "the model has no capacity at the moment"),
        (504, "the model did not answer Bedrock in time"),
    ] {
        for body in [r#"{"message": "Forbidden by gateway"}"#, ""] {
            is_row(&aws(move |_| Some(page(status, "application/json", body))), what, false).await;
        }
    }
}

/// The REST protocol also names the error in the header, so the error is known even if the body is lost.
#[tokio::test]
async fn an_error_that_only_the_header_names_is_the_services() {
    let code = "AccessDeniedException:http://internal.amazon.com/coral/com.amazon.bedrock/";
    let backend = aws(move |_| {
        let mut denied = page(403, "application/json", "<");
        denied.headers.push(("x-amzn-errortype", code.to_owned()));
        Some(denied)
    });
    is_row(&backend, "the role may not call the model", false).await;
}

#[tokio::test]
async fn an_exception_before_the_first_word_of_a_stream_is_treated_as_the_same_error_of_a_call() {
    for (name, what) in [
        ("throttlingException", "too many requests, or another quota"),
        ("serviceUnavailableException", "the model has no capacity at the moment"),
        ("modelStreamErrorException", "the model failed"),
        ("validationException", "the model does not accept the request"),
        ("somethingNewException", "the model failed"),
    ] {
        let backend = aws(move |_| Some(streaming(&[exception(name)])));
        is_row(&backend, what, true).await;
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_not_tried_again() {
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
