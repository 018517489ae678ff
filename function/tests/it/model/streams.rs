//! Streamed answers in AWS's event stream format.

use std::sync::Arc;
use std::time::Duration;

use function::catalog::{MovieList, Query};
use function::chat::{Conversation, Prompt};
use function::deadline::Deadline;
use function::error::ModelError;
use function::model::{AnswerStream, BedrockModel, Model, ModelFailure, Piece, StopReason, Usage};
use harness::bedrock::{self, end, event, exception, words};
use serde_json::json;

use crate::support::{aws, sdk_config};

/// The pieces of a stream of `frames`, and the number of calls.
async fn pieces(frames: Vec<Vec<u8>>, fallbacks: &[String]) -> (Vec<Result<Piece, ModelError>>, usize) {
    let backend = aws(move |_| Some(bedrock::stream(&frames)));
    let conversation = Conversation::from_body(r#"{"message": "hi"}"#).unwrap();
    let movies = Arc::new(MovieList::default()).select(&Query::default(), 50);
    let model = BedrockModel::new(&sdk_config(&backend.url), "us.anthropic.claude-haiku-5-5", fallbacks);
    let begun = model.begin(&Prompt::new(&movies, &conversation), Deadline::within(Duration::from_secs(30))).await;
    let public = |failure: ModelFailure| failure.public;
    let mut stream = match begun {
        Ok(stream) => stream,
        Err(failure) => return (vec![Err(public(failure))], backend.requests().len()),
    };
    let mut pieces = Vec::new();
    while !matches!(pieces.last(), Some(Err(_) | Ok(Piece::End(..)))) {
        pieces.push(stream.next().await.map_err(public));
    }
    (pieces, backend.requests().len())
}

fn text(text: &str) -> Result<Piece, ModelError> {
    Ok(Piece::Text(text.to_owned()))
}

fn ended(stop: StopReason) -> Result<Piece, ModelError> {
    Ok(Piece::End(stop, Usage { input_tokens: 608, output_tokens: 122, ..Usage::default() }))
}

#[tokio::test]
async fn words_arrive_one_by_one_and_the_usage_last() {
    let start = event("messageStart", &json!({"role": "assistant"}));
    let thought = event("contentBlockDelta", &json!({"delta": {"reasoningContent": {"text": "Hmm."}}}));
    let frames = vec![start, thought, words("\n"), words("Watch "), words("Dune."), end("end_turn")];
    assert_eq!(pieces(frames, &[]).await.0, [text("Watch "), text("Dune."), ended(StopReason::Finished)]);
}

#[tokio::test]
async fn a_stream_without_text_is_a_failure_unless_it_stops_for_length_or_refusal() {
    assert_eq!(pieces(vec![words("Wat"), end("max_tokens")], &[]).await.0, [text("Wat"), ended(StopReason::Length)]);
    assert_eq!(pieces(vec![end("guardrail_intervened")], &[]).await.0, [ended(StopReason::Refused)]);
    assert_eq!(pieces(vec![end("end_turn")], &[]).await.0, [Err(ModelError::NoText)]);
}

#[tokio::test]
async fn a_stream_that_breaks_after_its_first_word_is_not_retried() {
    let throttled = exception("throttlingException");
    let fallbacks = ["us.amazon.nova-lite-v1:0".to_owned()];
    let (received, calls) = pieces(vec![words("Watch "), throttled], &fallbacks).await;
    assert_eq!((received, calls), (vec![text("Watch "), Err(ModelError::Throttled)], 1));
    let (received, _) = pieces(vec![words("Watch ")], &fallbacks).await;
    assert_eq!(received, [text("Watch "), Err(ModelError::Unreachable)]);
}

#[tokio::test]
async fn a_stream_that_breaks_before_its_first_word_is_retried_as_a_call_is() {
    let broken = exception("internalServerException");
    let (received, calls) = pieces(vec![broken], &["us.amazon.nova-lite-v1:0".to_owned()]).await;
    assert_eq!((received, calls), (vec![Err(ModelError::Failed)], 3));
}
