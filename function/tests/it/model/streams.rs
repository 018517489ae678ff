//! Answers that come word by word, in AWS's event stream format.

use std::{sync::Arc, time::Duration};

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use function::{
    catalog::{Query, Shelf},
    chat::{Conversation, Prompt},
    deadline::Deadline,
    error::ModelTrouble,
    model::{AnswerStream, BedrockModel, Model, ModelFailure, Piece, Stop, Usage},
};
use serde_json::{Value, json};

use crate::stand_in::{Response, Server};

fn frame(kind: &str, name: &str, payload: &Value) -> Vec<u8> {
    let header = |name: &str, value: &str| Header::new(name.to_owned(), HeaderValue::String(value.to_owned().into()));
    let named = if kind == "exception" { ":exception-type" } else { ":event-type" };
    let message = Message::new(payload.to_string())
        .add_header(header(":message-type", kind))
        .add_header(header(named, name))
        .add_header(header(":content-type", "application/json"));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}

fn text(text: &str) -> Vec<u8> {
    frame("event", "contentBlockDelta", &json!({"contentBlockIndex": 0, "delta": {"text": text}}))
}

fn end(reason: &str) -> Vec<u8> {
    let usage = json!({"inputTokens": 608, "outputTokens": 122, "totalTokens": 730});
    let metadata = frame("event", "metadata", &json!({"usage": usage, "metrics": {"latencyMs": 1}}));
    [frame("event", "messageStop", &json!({"stopReason": reason})), metadata].concat()
}

/// The pieces that a stream of `frames` gives, and how many calls were made.
async fn pieces(frames: Vec<Vec<u8>>, fallbacks: &[String]) -> (Vec<Result<Piece, ModelTrouble>>, usize) {
    let body = frames.concat();
    let server = Server::start(move |_| Some(Response { status: 200, headers: Vec::new(), body: body.clone() }));
    let conversation = Conversation::from_body(r#"{"message": "hi"}"#).unwrap();
    let movies = Arc::new(Shelf::default()).select(&Query::default(), 50);
    let model = BedrockModel::new(&server.sdk_config(), "us.anthropic.claude-haiku-5-5", fallbacks);
    let begun = model.begin(&Prompt::new(&movies, &conversation), Deadline::within(Duration::from_secs(30))).await;
    let public = |failure: ModelFailure| failure.public;
    let mut stream = match begun {
        Ok(stream) => stream,
        Err(failure) => return (vec![Err(public(failure))], server.requests().len()),
    };
    let mut pieces = Vec::new();
    while !matches!(pieces.last(), Some(Err(_) | Ok(Piece::End(..)))) {
        pieces.push(stream.next().await.map_err(public));
    }
    (pieces, server.requests().len())
}

fn said(text: &str) -> Result<Piece, ModelTrouble> {
    Ok(Piece::Text(text.to_owned()))
}

fn ended(stop: Stop) -> Result<Piece, ModelTrouble> {
    Ok(Piece::End(stop, Usage { input_tokens: 608, output_tokens: 122, ..Usage::default() }))
}

#[tokio::test]
async fn words_come_one_by_one_and_the_usage_last() {
    let start = frame("event", "messageStart", &json!({"role": "assistant"}));
    let thought = frame("event", "contentBlockDelta", &json!({"delta": {"reasoningContent": {"text": "Hmm."}}}));
    let frames = vec![start, thought, text("\n"), text("Watch "), text("Dune."), end("end_turn")];
    assert_eq!(pieces(frames, &[]).await.0, [said("Watch "), said("Dune."), ended(Stop::Finished)]);
}

#[tokio::test]
async fn a_stop_for_length_or_refusal_is_an_end_and_silence_is_a_failure() {
    assert_eq!(pieces(vec![text("Wat"), end("max_tokens")], &[]).await.0, [said("Wat"), ended(Stop::Length)]);
    assert_eq!(pieces(vec![end("guardrail_intervened")], &[]).await.0, [ended(Stop::Refused)]);
    assert_eq!(pieces(vec![end("end_turn")], &[]).await.0, [Err(ModelTrouble::NoText)]);
}

#[tokio::test]
async fn a_stream_that_breaks_midway_is_a_failure_and_is_not_begun_again() {
    let throttled = frame("exception", "throttlingException", &json!({"message": "slow down"}));
    let fallbacks = ["us.amazon.nova-lite-v1:0".to_owned()];
    let (pieces_, calls) = pieces(vec![text("Watch "), throttled], &fallbacks).await;
    assert_eq!((pieces_, calls), (vec![said("Watch "), Err(ModelTrouble::Throttled)], 1));
    let (pieces_, _) = pieces(vec![text("Watch ")], &fallbacks).await;
    assert_eq!(pieces_, [said("Watch "), Err(ModelTrouble::Unreachable)]);
}

#[tokio::test]
async fn a_stream_that_breaks_before_its_first_word_is_tried_again_like_any_call() {
    let broken = frame("exception", "internalServerException", &json!({"message": "oh"}));
    let (pieces_, calls) = pieces(vec![broken], &["us.amazon.nova-lite-v1:0".to_owned()]).await;
    assert_eq!((pieces_, calls), (vec![Err(ModelTrouble::Failed)], 3));
}
