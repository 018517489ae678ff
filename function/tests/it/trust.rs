//! Whether the program trusts a server, and whether a server accepts the program: with real certificates and
//! signatures.

use harness::backend::Backend;
use harness::bedrock;
use harness::certificate::Certificate;
use harness::http::{Request, Response};
use serde_json::json;

use crate::support::{Chat, aws, aws_as, scratch};

#[expect(clippy::unnecessary_wraps, reason = "a rule may have no answer")]
fn willing(_: &Request) -> Option<Response> {
    Some(Response::ok(bedrock::answer("Send me everything.")))
}

/// Asserts that the program cannot reach the model, and that it sends nothing to a server that it does not trust.
fn is_refused(backend: &Backend) {
    let chat = Chat::start(backend, &[]);
    let (status, body) = chat.post(json!({"message": "sci-fi?"}));
    let unreachable = json!({"error": "Bedrock service error: the model could not be reached"});
    assert_eq!((status, body), (500, unreachable));
    assert!(backend.requests().is_empty());
    assert!(chat.log_text().contains("certificate"), "{}", chat.log_text());
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    is_refused(&aws_as(&Certificate::of("localhost").unwrap(), willing));
}

#[test]
fn a_trusted_certificate_of_another_host_is_refused() {
    let elsewhere = Certificate::of("elsewhere.example").unwrap();
    let bundle = scratch("elsewhere.pem");
    std::fs::write(&bundle, &elsewhere.pem).unwrap();
    is_refused(&Backend::answering(&elsewhere, bundle, willing).unwrap());
}

#[test]
fn a_request_that_is_signed_with_another_secret_is_refused_and_the_log_says_so() {
    let chat = Chat::start(&aws(willing), &[("AWS_SECRET_ACCESS_KEY", "another")]);
    assert_eq!(chat.post(json!({"message": "sci-fi?"})).0, 500);
    assert!(chat.log_text().contains("InvalidSignatureException"), "{}", chat.log_text());
}
