//! What a model answers, in the words of Converse and of `ConverseStream`.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use serde_json::{Value, json};

/// What a stream of events calls itself.
pub const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// A whole answer of one text.
#[must_use]
pub fn answer(text: &str) -> Value {
    answer_of(json!([{"text": text}]), "end_turn")
}

/// A whole answer of these blocks, and why it stops.
#[must_use]
pub fn answer_of(content: Value, stop_reason: &str) -> Value {
    json!({
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop_reason,
        "usage": usage(),
        "metrics": {"latencyMs": 1},
    })
}

/// The event that brings the next words.
#[must_use]
pub fn words(text: &str) -> Vec<u8> {
    event("contentBlockDelta", &json!({"contentBlockIndex": 0, "delta": {"text": text}}))
}

/// The events with which an answer ends.
#[must_use]
pub fn end(stop_reason: &str) -> Vec<u8> {
    let metadata = event("metadata", &json!({"usage": usage(), "metrics": {"latencyMs": 1}}));
    [event("messageStop", &json!({"stopReason": stop_reason})), metadata].concat()
}

/// Any event.
#[must_use]
pub fn event(name: &str, payload: &Value) -> Vec<u8> {
    frame("event", ":event-type", name, payload)
}

/// An error in the middle of an answer.
#[must_use]
pub fn exception(name: &str) -> Vec<u8> {
    frame("exception", ":exception-type", name, &json!({"message": "so it goes"}))
}

fn usage() -> Value {
    json!({"inputTokens": 608, "outputTokens": 122, "totalTokens": 730})
}

fn frame(kind: &str, named: &str, name: &str, payload: &Value) -> Vec<u8> {
    let header = |name: &str, value: &str| Header::new(name.to_owned(), HeaderValue::String(value.to_owned().into()));
    let message = Message::new(payload.to_string())
        .add_header(header(":message-type", kind))
        .add_header(header(named, name))
        .add_header(header(":content-type", "application/json"));
    let mut bytes = Vec::new();
    // It fails for headers and payloads beyond megabytes, and then the reader finds no frame.
    let _ = write_message_to(&message, &mut bytes);
    bytes
}
