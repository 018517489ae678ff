//! Whether the program trusts a server, and whether a server accepts the program: with real certificates and
//! signatures.

use harness::backend::Backend;
use harness::bedrock;
use harness::certificate::Certificate;
use harness::http::{Request, Response};
use serde_json::json;

use crate::support::{Chat, aws, aws_as, scratch};

#[expect(clippy::unnecessary_wraps, reason = "a rule may return `None`")]
fn answer(_: &Request) -> Option<Response> {
    Some(Response::ok(bedrock::answer("Send me everything.")))
}

/// Asserts that the program cannot reach the model, and that it sends nothing to a server that it does not trust.
fn assert_untrusted(backend: &Backend) {
    let chat = Chat::start(backend, &[]);
    let (status, body) = chat.post(json!({"message": "sci-fi?"}));
    let unreachable = json!({"error": "Bedrock service error: the model could not be reached"});
    assert_eq!((status, body), (500, unreachable));
    assert!(backend.requests().is_empty());
    assert!(chat.log_text().contains("certificate"), "{}", chat.log_text());
}

#[test]
fn a_self_signed_certificate_is_rejected() {
    assert_untrusted(&aws_as(&Certificate::for_host("localhost").unwrap(), answer));
}

#[test]
fn a_trusted_certificate_of_another_host_is_rejected() {
    let elsewhere = Certificate::for_host("elsewhere.example").unwrap();
    let bundle = scratch("elsewhere.pem");
    std::fs::write(&bundle, &elsewhere.pem).unwrap();
    assert_untrusted(&Backend::with_rule(&elsewhere, bundle, answer).unwrap());
}

#[test]
fn a_request_with_another_secret_key_is_rejected_and_logged() {
    let chat = Chat::start(&aws(answer), &[("AWS_SECRET_ACCESS_KEY", "another")]);
    assert_eq!(chat.post(json!({"message": "sci-fi?"})).0, 500);
    assert!(chat.log_text().contains("InvalidSignatureException"), "{}", chat.log_text());
}
