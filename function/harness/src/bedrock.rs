//! A model's answers in the format of Converse and `ConverseStream`.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use serde_json::{Value, json};

use crate::http::Response;

/// The content type of an event stream.
pub const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// A complete answer with one text.
#[must_use]
pub fn answer(text: &str) -> Value {
    answer_of(json!([{"text": text}]), "end_turn")
}

/// A complete answer with the content blocks `content` and its stop reason.
#[must_use]
pub fn answer_of(content: Value, stop_reason: &str) -> Value {
    json!({
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop_reason,
        "usage": usage(),
        "metrics": {"latencyMs": 1},
    })
}

/// An event with the next words of an answer.
#[must_use]
pub fn words(text: &str) -> Vec<u8> {
    event("contentBlockDelta", &json!({"contentBlockIndex": 0, "delta": {"text": text}}))
}

/// The events that end an answer.
#[must_use]
pub fn end(stop_reason: &str) -> Vec<u8> {
    let metadata = event("metadata", &json!({"usage": usage(), "metrics": {"latencyMs": 1}}));
    [event("messageStop", &json!({"stopReason": stop_reason})), metadata].concat()
}

/// A streamed answer of these events.
#[must_use]
pub fn stream(events: &[Vec<u8>]) -> Response {
    let (sender, response) = Response::streamed(EVENT_STREAM);
    events.iter().for_each(|event| sender.send(event.clone()));
    response
}

/// An event of any type.
#[must_use]
pub fn event(name: &str, payload: &Value) -> Vec<u8> {
    frame("event", ":event-type", name, payload)
}

/// An error in the middle of a streamed answer.
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
    // Writing fails only for headers and payloads of several megabytes. The reader then finds no frame.
    let _ = write_message_to(&message, &mut bytes);
    bytes
}
