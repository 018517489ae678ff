//! Streamed answers in AWS's event stream format.

use std::sync::Arc;
use std::time::Duration;

use function::catalog::{Query, Shelf};
use function::chat::{Conversation, Prompt};
use function::deadline::Deadline;
use function::error::ModelTrouble;
use function::model::{AnswerStream, BedrockModel, Model, ModelFailure, Piece, Stop, Usage};
use harness::bedrock::{EVENT_STREAM, end, event, exception, words};
use harness::http::Response;
use serde_json::json;

use crate::support::{aws, sdk_config};

/// The pieces of a stream of `frames`, and the number of calls.
async fn pieces(frames: Vec<Vec<u8>>, fallbacks: &[String]) -> (Vec<Result<Piece, ModelTrouble>>, usize) {
    let backend = aws(move |_| {
        let (feed, response) = Response::fed(EVENT_STREAM);
        frames.iter().for_each(|frame| feed.send(frame.clone()));
        Some(response)
    });
    let conversation = Conversation::from_body(r#"{"message": "hi"}"#).unwrap();
    let movies = Arc::new(Shelf::default()).select(&Query::default(), 50);
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

fn said(text: &str) -> Result<Piece, ModelTrouble> {
    Ok(Piece::Text(text.to_owned()))
}

fn ended(stop: Stop) -> Result<Piece, ModelTrouble> {
    Ok(Piece::End(stop, Usage { input_tokens: 608, output_tokens: 122, ..Usage::default() }))
}

#[tokio::test]
async fn words_come_one_by_one_and_the_usage_last() {
    let start = event("messageStart", &json!({"role": "assistant"}));
    let thought = event("contentBlockDelta", &json!({"delta": {"reasoningContent": {"text": "Hmm."}}}));
    let frames = vec![start, thought, words("\n"), words("Watch "), words("Dune."), end("end_turn")];
    assert_eq!(pieces(frames, &[]).await.0, [said("Watch "), said("Dune."), ended(Stop::Finished)]);
}

#[tokio::test]
async fn a_stop_for_length_or_refusal_is_an_end_and_silence_is_a_failure() {
    assert_eq!(pieces(vec![words("Wat"), end("max_tokens")], &[]).await.0, [said("Wat"), ended(Stop::Length)]);
    assert_eq!(pieces(vec![end("guardrail_intervened")], &[]).await.0, [ended(Stop::Refused)]);
    assert_eq!(pieces(vec![end("end_turn")], &[]).await.0, [Err(ModelTrouble::NoText)]);
}

#[tokio::test]
async fn a_stream_that_breaks_midway_is_a_failure_and_is_not_begun_again() {
    let throttled = exception("throttlingException");
    let fallbacks = ["us.amazon.nova-lite-v1:0".to_owned()];
    let (pieces_, calls) = pieces(vec![words("Watch "), throttled], &fallbacks).await;
    assert_eq!((pieces_, calls), (vec![said("Watch "), Err(ModelTrouble::Throttled)], 1));
    let (pieces_, _) = pieces(vec![words("Watch ")], &fallbacks).await;
    assert_eq!(pieces_, [said("Watch "), Err(ModelTrouble::Unreachable)]);
}

#[tokio::test]
async fn a_stream_that_breaks_before_its_first_word_is_tried_again_like_any_call() {
    let broken = exception("internalServerException");
    let (pieces_, calls) = pieces(vec![broken], &["us.amazon.nova-lite-v1:0".to_owned()]).await;
    assert_eq!((pieces_, calls), (vec![Err(ModelTrouble::Failed)], 3));
}
