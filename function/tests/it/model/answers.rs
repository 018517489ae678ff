//! The conversion of the model's answers and of Bedrock's errors.

use function::error::ModelError;
use function::model::{Answer, StopReason, Usage};
use harness::http::Response;
use serde_json::json;

use super::{ask, ask_at, converse};
use crate::support::{aws, closed_address};

#[tokio::test]
async fn only_text_blocks_are_read_and_tokens_are_counted() {
    let thought = json!({"reasoningContent": {"reasoningText": {"text": "Hmm.", "signature": "s"}}});
    let content = json!([thought, {"text": "Watch "}, {"text": "The Warrior. "}]);
    let backend = aws(move |_| converse(content.clone(), "end_turn"));
    let usage = Usage { input_tokens: 608, output_tokens: 122, ..Usage::default() };
    let expected = Answer { text: "Watch The Warrior.".to_owned(), stop: StopReason::Finished, usage };
    assert_eq!(ask(&backend, "us.anthropic.claude-haiku-5-5").await, Ok(expected));
}

#[tokio::test]
async fn an_answer_that_stops_for_length_or_refusal_may_be_blank() {
    for (content, stop_reason, expected) in [
        (json!([{"text": "Watch"}]), "max_tokens", Ok(StopReason::Length)),
        (json!([]), "max_tokens", Ok(StopReason::Length)),
        (json!([{"text": "Watch"}]), "model_context_window_exceeded", Ok(StopReason::Length)),
        (json!([]), "refusal", Ok(StopReason::Refused)),
        (json!([{"text": "No."}]), "content_filtered", Ok(StopReason::Refused)),
        (json!([{"text": "No."}]), "guardrail_intervened", Ok(StopReason::Refused)),
        (json!([{"text": "Yes."}]), "stop_sequence", Ok(StopReason::Finished)),
        (json!([{"text": "Yes."}]), "something_new", Ok(StopReason::Finished)),
        (json!([]), "end_turn", Err(ModelError::NoText)),
        (json!([{"text": " \n"}]), "end_turn", Err(ModelError::NoText)),
    ] {
        let backend = aws(move |_| converse(content.clone(), stop_reason));
        let answer = ask(&backend, "us.anthropic.claude-haiku-5-5").await;
        assert_eq!(answer.map(|answer| answer.stop).map_err(|failure| failure.public), expected, "{stop_reason}");
    }
}

#[tokio::test]
async fn an_error_of_bedrock_has_its_code_and_message_for_the_log() {
    let eol = "This model version has reached the end of its life.";
    let backend = aws(move |_| Some(Response::error(404, "ResourceNotFoundException", eol)));
    let failure = ask(&backend, "us.anthropic.claude-3-5-haiku-20241022-v1:0").await.unwrap_err();
    assert_eq!(failure.public, ModelError::NotAvailable);
    assert_eq!((failure.cause.code.as_str(), failure.cause.detail.as_str()), ("ResourceNotFoundException", eol));
    assert_eq!(failure.cause.aws_request_id.as_deref(), Some("aws-1"));
    assert!(failure.hint.contains("end of life"));
}

#[tokio::test]
async fn throttling_is_retried_once_and_denied_access_is_not() {
    for (status, code, attempts) in [(429, "ThrottlingException", 2), (403, "AccessDeniedException", 1)] {
        let backend = aws(move |_| Some(Response::error(status, code, "no")));
        ask(&backend, "us.anthropic.claude-haiku-5-5").await.unwrap_err();
        assert_eq!(backend.requests().len(), attempts, "{code}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_a_failure_without_its_text() {
    let backend = aws(|_| Some(Response::ok("{\"output\": secret")));
    let failure = ask(&backend, "us.anthropic.claude-haiku-5-5").await.unwrap_err();
    assert_eq!(failure.public, ModelError::Failed);
    assert!(!format!("{failure:?}").contains("secret"), "{failure:?}");
}

#[tokio::test]
async fn an_error_without_a_code_has_its_status_and_content_type() {
    let backend = aws(|_| Some(Response::foreign(502, "<html>secret</html>")));
    let failure = ask(&backend, "us.anthropic.claude-haiku-5-5").await.unwrap_err();
    assert_eq!((failure.public, failure.cause.code.as_str()), (ModelError::Failed, "UnreadableAnswer"));
    assert_eq!(failure.cause.detail, "another server sent the answer: HTTP 502, content type none, no error code");
}

#[tokio::test]
async fn a_host_that_refuses_connections_is_unreachable() {
    let failure = ask_at(&closed_address(), "us.anthropic.claude-haiku-5-5").await.unwrap_err();
    assert_eq!(failure.public, ModelError::Unreachable);
    assert!(failure.cause.detail.contains("refused"), "{failure:?}");
}
