//! The conversion of the model's answers and of Bedrock's errors.

use function::error::ModelTrouble;
use function::model::{Answer, Stop, Usage};
use harness::http::{Body, Response};
use serde_json::json;

use super::{ask, ask_at, converse};
use crate::support::{aws, nobody};

#[tokio::test]
async fn texts_are_picked_by_type_and_tokens_counted() {
    let thought = json!({"reasoningContent": {"reasoningText": {"text": "Hmm.", "signature": "s"}}});
    let content = json!([thought, {"text": "Watch "}, {"text": "The Warrior. "}]);
    let backend = aws(move |_| converse(content.clone(), "end_turn"));
    let usage = Usage { input_tokens: 608, output_tokens: 122, ..Usage::default() };
    let expected = Answer { text: "Watch The Warrior.".to_owned(), stop: Stop::Finished, usage };
    assert_eq!(ask(&backend, "us.anthropic.claude-haiku-5-5").await, Ok(expected));
}

#[tokio::test]
async fn a_stop_for_length_or_refusal_is_an_answer_and_silence_is_not() {
    for (content, stop_reason, expected) in [
        (json!([{"text": "Watch"}]), "max_tokens", Ok(Stop::Length)),
        (json!([]), "max_tokens", Ok(Stop::Length)),
        (json!([{"text": "Watch"}]), "model_context_window_exceeded", Ok(Stop::Length)),
        (json!([]), "refusal", Ok(Stop::Refused)),
        (json!([{"text": "No."}]), "content_filtered", Ok(Stop::Refused)),
        (json!([{"text": "No."}]), "guardrail_intervened", Ok(Stop::Refused)),
        (json!([{"text": "Yes."}]), "stop_sequence", Ok(Stop::Finished)),
        (json!([{"text": "Yes."}]), "something_new", Ok(Stop::Finished)),
        (json!([]), "end_turn", Err(ModelTrouble::NoText)),
        (json!([{"text": " \n"}]), "end_turn", Err(ModelTrouble::NoText)),
    ] {
        let backend = aws(move |_| converse(content.clone(), stop_reason));
        let answer = ask(&backend, "us.anthropic.claude-haiku-5-5").await;
        assert_eq!(answer.map(|answer| answer.stop).map_err(|failure| failure.public), expected, "{stop_reason}");
    }
}

#[tokio::test]
async fn bedrocks_errors_keep_their_code_and_message_for_the_log() {
    let eol = "This model version has reached the end of its life.";
    let backend = aws(move |_| Some(Response::error(404, "ResourceNotFoundException", eol)));
    let failure = ask(&backend, "us.anthropic.claude-3-5-haiku-20241022-v1:0").await.unwrap_err();
    assert_eq!(failure.public, ModelTrouble::NotAvailable);
    assert_eq!((failure.trouble.code.as_str(), failure.trouble.detail.as_str()), ("ResourceNotFoundException", eol));
    assert_eq!(failure.trouble.aws_request_id.as_deref(), Some("aws-1"));
    assert!(failure.hint.contains("end of life"));
}

#[tokio::test]
async fn throttling_is_tried_twice_and_a_refusal_once() {
    for (status, code, attempts) in [(429, "ThrottlingException", 2), (403, "AccessDeniedException", 1)] {
        let backend = aws(move |_| Some(Response::error(status, code, "no")));
        ask(&backend, "us.anthropic.claude-haiku-5-5").await.unwrap_err();
        assert_eq!(backend.requests().len(), attempts, "{code}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_a_failure_that_quotes_nothing() {
    let backend = aws(|_| Some(Response::ok("{\"output\": secret")));
    let failure = ask(&backend, "us.anthropic.claude-haiku-5-5").await.unwrap_err();
    assert_eq!(failure.public, ModelTrouble::Failed);
    assert!(!format!("{failure:?}").contains("secret"), "{failure:?}");
}

#[tokio::test]
async fn an_error_without_a_code_names_its_status_and_content_type_and_quotes_nothing() {
    let gateway = || Response { status: 502, headers: Vec::new(), body: Body::Whole(b"<html>secret</html>".to_vec()) };
    let backend = aws(move |_| Some(gateway()));
    let failure = ask(&backend, "us.anthropic.claude-haiku-5-5").await.unwrap_err();
    assert_eq!((failure.public, failure.trouble.code.as_str()), (ModelTrouble::Failed, "UnreadableAnswer"));
    assert_eq!(failure.trouble.detail, "the answer is not the service's: HTTP 502, content type none, no error code");
}

#[tokio::test]
async fn a_host_that_refuses_connections_is_unreachable() {
    let failure = ask_at(&nobody(), "us.anthropic.claude-haiku-5-5").await.unwrap_err();
    assert_eq!(failure.public, ModelTrouble::Unreachable);
    assert!(failure.trouble.detail.contains("refused"), "{failure:?}");
}
