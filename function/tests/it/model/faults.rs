//! The calls to a failing Bedrock, and the use of its cache.

use std::sync::Arc;
use std::time::Duration;

use function::catalog::{MovieListBuilder, Query};
use function::chat::{Conversation, Prompt};
use function::deadline::Deadline;
use function::model::{BedrockModel, Model, ModelFailure, Usage};
use harness::backend::Backend;
use harness::http::Response;
use serde_json::{Value, json};

use super::{converse, row};
use crate::support::{aws, sdk_config};

const FALLBACKS: [&str; 2] = ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "us.amazon.nova-lite-v1:0"];

/// Asks a model with both fallbacks about a catalogue of `films` films.
async fn ask(backend: &Backend, films: usize, message: &str) -> Result<function::model::Answer, ModelFailure> {
    let mut builder = MovieListBuilder::default();
    (0..films).for_each(|film| builder.add(&row(&format!("Film number {film} about {}", "nothing ".repeat(10)))));
    let conversation = Conversation::from_body(&json!({"message": message}).to_string()).unwrap();
    let movies = Arc::new(builder.finish()).select(&Query::new(conversation.weighted_texts()), 50);
    let model =
        BedrockModel::new(&sdk_config(&backend.url), "us.anthropic.claude-haiku-5-5", &FALLBACKS.map(str::to_owned));
    model.answer(&Prompt::new(&movies, &conversation), Deadline::within(Duration::from_secs(30))).await
}

#[tokio::test]
async fn a_fallback_model_gets_its_own_parameters() {
    let backend = aws(|request| match request.line.contains("haiku-5-5") {
        true => Some(Response::error(429, "ThrottlingException", "slow down")),
        false => converse(json!([{"text": "Yes."}]), "end_turn"),
    });
    assert_eq!(ask(&backend, 1, "hi").await.unwrap().text, "Yes.");
    let requests: Vec<Value> = backend.requests().iter().map(|request| request.json()).collect();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0], requests[1]);
    assert!(requests[0].get("additionalModelRequestFields").is_some());
    assert!(requests[2].get("additionalModelRequestFields").is_none());
    assert!(requests[2]["inferenceConfig"]["temperature"].is_number());
}

#[tokio::test]
async fn a_request_makes_at_most_four_calls() {
    for (status, code) in [(429, "ThrottlingException"), (503, "ServiceUnavailableException"), (500, "x")] {
        let backend = aws(move |_| Some(Response::error(status, code, "no")));
        ask(&backend, 1, "hi").await.unwrap_err();
        assert!(backend.requests().len() <= function::model::MAX_ATTEMPTS, "{code}");
    }
    let backend = aws(|_| None);
    ask(&backend, 1, "hi").await.unwrap_err();
    assert_eq!(backend.requests().len(), function::model::MAX_ATTEMPTS);
}

#[tokio::test]
async fn denied_access_and_end_of_life_have_different_hints() {
    for (status, code, message, hint) in [
        (403, "AccessDeniedException", "not authorized to perform: bedrock:InvokeModel", "allow bedrock:InvokeModel"),
        (404, "ResourceNotFoundException", "This model version has reached the end of its life.", "end of life"),
        (404, "ResourceNotFoundException", "Could not resolve the foundation model", "list-inference-profiles"),
    ] {
        let backend = aws(move |_| Some(Response::error(status, code, message)));
        let failure = ask(&backend, 1, "hi").await.unwrap_err();
        assert!(failure.hint.contains(hint), "{failure:?}");
        assert_eq!(backend.requests().len(), 3, "each model once");
    }
}

/// The types of the blocks in the first message.
async fn blocks(films: usize, message: &str) -> Vec<String> {
    let backend = aws(|_| converse(json!([{"text": "Yes."}]), "end_turn"));
    ask(&backend, films, message).await.unwrap();
    let body = backend.requests()[0].json();
    let blocks = body["messages"][0]["content"].as_array().unwrap();
    blocks.iter().flat_map(|block| block.as_object().unwrap().keys().cloned()).collect()
}

#[tokio::test]
async fn a_cache_point_follows_a_long_shared_block() {
    assert_eq!(blocks(50, "hello").await, ["text", "cachePoint", "text"]);
    assert_eq!(blocks(1, "hello").await, ["text", "text"], "too short");
    assert_eq!(blocks(50, "number 7?").await, ["text", "text"], "chosen for this question");
}

#[tokio::test]
async fn cached_tokens_are_counted() {
    let backend = aws(|_| {
        let message = json!({"message": {"role": "assistant", "content": [{"text": "Yes."}]}});
        let usage = json!({"inputTokens": 8, "outputTokens": 2, "totalTokens": 3_610,
            "cacheReadInputTokens": 3_600, "cacheWriteInputTokens": 0});
        let stop = "end_turn";
        Some(Response::ok(json!({"output": message, "stopReason": stop, "usage": usage, "metrics": {"latencyMs": 1}})))
    });
    let usage = ask(&backend, 1, "hi").await.unwrap().usage;
    assert_eq!(usage, Usage { input_tokens: 8, output_tokens: 2, cache_read: Some(3_600), cache_write: Some(0) });
    assert_eq!(
        usage.to_json().to_string(),
        r#"{"inputTokens":8,"outputTokens":2,"cacheReadInputTokens":3600,"cacheWriteInputTokens":0}"#
    );
}
