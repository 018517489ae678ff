//! The errors that the caller gets when there is no answer.
//!
//! Every text here is public: it names the field and the limit that it violates, or one of a fixed list of reasons, and
//! never repeats a text of AWS or of the caller.

use thiserror::Error;

use crate::chat::limits::{MAX_BODY_BYTES, MAX_HISTORY_CHARS, MAX_HISTORY_TURNS, MAX_MESSAGE_CHARS};

/// The reason why `POST /chat` has no answer. Its `Display` is the reply's `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChatError {
    /// The caller's error: 400.
    #[error("{0}")]
    BadRequest(#[from] BadRequest),
    /// A page whose origin is not the allowed one: 403.
    #[error("Pages of this origin may not use the chat")]
    ForeignOrigin,
    /// Bedrock's error: 500. The prefix is part of the API contract.
    #[error("Bedrock service error: {0}")]
    Model(#[from] ModelError),
}

/// The error in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant's text says what it is")]
pub enum BadRequest {
    #[error("Message is required")]
    NoMessage,
    #[error("The event is not valid JSON: line {line}, column {column}")]
    EventIsNotJson { line: usize, column: usize },
    #[error("The event names no HTTP method")]
    NoMethod,
    #[error("The body must be text")]
    BodyIsNotText,
    #[error("The body is marked as base64 but is not valid base64")]
    BodyIsNotBase64,
    #[error("The body is not valid UTF-8")]
    BodyIsNotUtf8,
    #[error("The body is too large: the limit is {MAX_BODY_BYTES} bytes")]
    BodyTooLarge,
    #[error("The body is not valid JSON: line {line}, column {column}")]
    BodyIsNotJson { line: usize, column: usize },
    #[error("The body must be a JSON object")]
    BodyIsNotAnObject,
    #[error("message must be a string")]
    MessageIsNotAString,
    #[error("message is too long: {chars} characters, the limit is {MAX_MESSAGE_CHARS}")]
    MessageTooLong { chars: usize },
    #[error("history must be a list")]
    HistoryIsNotAList,
    #[error("history has too many turns: {turns}, the limit is {MAX_HISTORY_TURNS}")]
    TooManyTurns { turns: usize },
    #[error("history is too long: {chars} characters in all, the limit is {MAX_HISTORY_CHARS}")]
    HistoryTooLong { chars: usize },
    #[error("history[{index}] must be an object with role and content")]
    TurnIsNotAnObject { index: usize },
    #[error("history[{index}].role must be \"user\" or \"assistant\"")]
    UnknownRole { index: usize },
    #[error("history[{index}].content must be a string")]
    ContentIsNotAString { index: usize },
}

/// The public reason why the model gave no answer. The log has the technical details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant's text says what it is")]
pub enum ModelError {
    #[error("the model did not answer in time")]
    TimedOut,
    #[error("too many requests at the moment, please try again shortly")]
    Throttled,
    #[error("the model is busy, please try again shortly")]
    Busy,
    #[error("the model is not available")]
    NotAvailable,
    #[error("access to the model was refused")]
    AccessRefused,
    #[error("the model did not accept the request")]
    RequestRefused,
    #[error("the model could not be reached")]
    Unreachable,
    #[error("the model gave no answer")]
    NoText,
    #[error("the model failed")]
    Failed,
}
