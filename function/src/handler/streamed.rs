//! Handles a request of a function URL in the mode `RESPONSE_STREAM`: server-sent events instead of one reply.
//!
//! The event `token` has the next words. `done` has the usage and ends the answer, or `error` ends it if the model fails.
//! Nothing is sent before the model's first words arrive: until then an error has its status code and a JSON body. The
//! URL adds the CORS headers.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use lambda_runtime::{MetadataPrelude, StreamResponse};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use tracing::{Instrument, Span};

use super::{Handler, log_answer, log_failure, log_prompt, millis};
use crate::catalog::Catalog;
use crate::chat::{Conversation, Prompt};
use crate::deadline::Deadline;
use crate::error::ChatError;
use crate::event::Event;
use crate::model::{AnswerStream, Model, ModelFailure, Piece};
use crate::reply::Reply;

/// The chunks of a response.
///
/// The next chunk is requested only after the previous one is sent: a slow client slows the model's stream down. If the
/// client closes the connection, the stream is dropped.
pub type Events = Pin<Box<dyn Stream<Item = Result<Bytes, Infallible>> + Send>>;

impl<C: Catalog, M: Model> Handler<C, M> {
    /// Handles one invocation, which Lambda ends at `deadline`.
    pub async fn invoke_streaming(
        &self,
        event: Event,
        request_id: &str,
        deadline: SystemTime,
    ) -> StreamResponse<Events> {
        let span = tracing::error_span!("request", requestId = request_id);
        self.stream(event, Deadline::for_invocation(deadline)).instrument(span).await
    }

    /// Returns a response in every case, and ends it before the deadline.
    pub async fn stream(&self, event: Event, deadline: Deadline) -> StreamResponse<Events> {
        let started = Instant::now();
        let reply = match self.reply_without_model(&event) {
            Some(reply) => reply,
            None => match self.begin(event, deadline).await {
                Ok((answer, conversation)) => {
                    tracing::info!(status = 200, firstWordsMs = millis(started), "replying");
                    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
                    return response(StatusCode::OK, headers, events(answer, conversation, deadline));
                }
                Err(error) => Reply::error(&self.origin, error),
            },
        };
        tracing::info!(status = reply.status_code, totalMs = millis(started), "replied");
        complete(reply)
    }

    async fn begin(&self, event: Event, deadline: Deadline) -> Result<(M::Stream, Conversation), ChatError> {
        let conversation = self.conversation(event)?;
        let movies = self.movies(&conversation, deadline).await;
        let prompt = Prompt::new(&movies, &conversation);
        log_prompt(&prompt, &conversation);
        let budget = deadline.remaining();
        let started = timeout(budget, self.model.begin(&prompt, deadline)).await;
        match started.unwrap_or_else(|_| Err(ModelFailure::out_of_time(budget))) {
            Ok(answer) => Ok((answer, conversation)),
            Err(failure) => Err(log_failure(failure, &conversation).into()),
        }
    }
}

/// A response with a complete reply.
fn complete(reply: Reply) -> StreamResponse<Events> {
    let status = StatusCode::from_u16(reply.status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(header::CONTENT_TYPE, reply.headers.content_type), (header::ALLOW, reply.headers.allow)];
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
    response(status, headers, Box::pin(stream::iter(reply.body.map(|body| Ok(Bytes::from(body))))))
}

fn response(
    status_code: StatusCode,
    headers: impl IntoIterator<Item = (header::HeaderName, &'static str)>,
    stream: Events,
) -> StreamResponse<Events> {
    let headers: HeaderMap = headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    StreamResponse { metadata_prelude: MetadataPrelude { status_code, headers, cookies: Vec::new() }, stream }
}

/// An answer that is being streamed.
struct StreamedAnswer<S> {
    stream: S,
    conversation: Conversation,
    deadline: Deadline,
    started: Instant,
    chars: usize,
    is_ended: bool,
    span: Span,
}

/// Converts the pieces of an answer to events.
pub(super) fn events<S: AnswerStream>(stream: S, conversation: Conversation, deadline: Deadline) -> Events {
    let (started, span) = (Instant::now(), Span::current());
    let answer = StreamedAnswer { stream, conversation, deadline, started, chars: 0, is_ended: false, span };
    Box::pin(stream::unfold(answer, |mut answer| async move {
        if answer.is_ended {
            return None;
        }
        let span = answer.span.clone();
        let event = answer.next().instrument(span).await;
        Some((Ok(event), answer))
    }))
}

impl<S: AnswerStream> StreamedAnswer<S> {
    async fn next(&mut self) -> Bytes {
        let budget = self.deadline.remaining();
        let piece = timeout(budget, self.stream.next()).await;
        match piece.unwrap_or_else(|_| Err(ModelFailure::out_of_time(budget))) {
            Ok(Piece::Text(text)) => {
                self.chars += text.chars().count();
                token(&text).into()
            }
            Ok(Piece::End(stop, usage)) => {
                self.is_ended = true;
                log_answer(self.started, usage, self.chars, stop);
                let separator = if self.chars == 0 { "" } else { "\n\n" };
                let note = stop.note().map(|note| token(&format!("{separator}{note}"))).unwrap_or_default();
                (note + &event("done", &json!({"usage": usage.to_json()}))).into()
            }
            Err(failure) => {
                self.is_ended = true;
                let error = ChatError::Model(log_failure(failure, &self.conversation));
                event("error", &json!({"error": error.to_string()})).into()
            }
        }
    }
}

impl<S> Drop for StreamedAnswer<S> {
    fn drop(&mut self) {
        if !self.is_ended {
            let _request = self.span.enter();
            tracing::info!(answerChars = self.chars, "the client disconnected: the model's stream is closed");
        }
    }
}

fn token(text: &str) -> String {
    event("token", &json!({"text": text}))
}

/// JSON has line breaks only as escapes in its strings, so one `data` line can contain it.
fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}
