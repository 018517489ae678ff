//! Processes one request, from the event to the reply.

mod streamed;

pub use streamed::Events;

use std::time::SystemTime;

use tokio::time::{Instant, timeout};
use tracing::Instrument;

use crate::aws::{self, Failure};
use crate::catalog::{self, Catalog, Query, Selection};
use crate::chat::{Conversation, Prompt};
use crate::deadline::Deadline;
use crate::error::{ChatError, ModelError};
use crate::event::{Event, Method};
use crate::model::{Answer, Model, ModelFailure, StopReason, Usage};
use crate::reply::Reply;
use crate::settings::Origin;

/// The hint if the table has no rows.
const EMPTY_TABLE_HINT: &str =
    "add films to the table in DYNAMODB_TABLE, or set DYNAMODB_TABLE to the table that contains them";
/// The hint if rows are too long for a prompt.
const LONG_ROWS_HINT: &str = "lower MOVIE_LIMIT, or shorten the longest rows of the table";

/// Handles requests with a catalogue, a model and the allowed origin.
#[derive(Debug, Clone)]
pub struct Handler<C, M> {
    catalog: C,
    model: M,
    origin: Origin,
}

impl<C: Catalog, M: Model> Handler<C, M> {
    /// Creates the handler. It is created once, before the first request.
    pub fn new(catalog: C, model: M, origin: &Origin) -> Self {
        Self { catalog, model, origin: origin.clone() }
    }

    /// Handles one invocation, which Lambda ends at `deadline`.
    pub async fn invoke(&self, event: Event, request_id: &str, deadline: SystemTime) -> Reply {
        // The span has the level ERROR, so that lines have the request id at every log level that can be set.
        let span = tracing::error_span!("request", requestId = request_id);
        self.reply(event, Deadline::for_invocation(deadline)).instrument(span).await
    }

    /// Returns a reply in every case, and before the deadline.
    pub async fn reply(&self, event: Event, deadline: Deadline) -> Reply {
        let started = Instant::now();
        let reply = match self.reply_without_model(&event) {
            Some(reply) => reply,
            None => match self.chat(event, deadline).await {
                Ok(answer) => Reply::answer(&self.origin, &answer),
                Err(error) => Reply::error(&self.origin, error),
            },
        };
        tracing::info!(status = reply.status_code, totalMs = millis(started), "replied");
        reply
    }

    /// The reply to an event that needs no answer of the model.
    fn reply_without_model(&self, event: &Event) -> Option<Reply> {
        match event.method() {
            Ok(Method::Options) => Some(Reply::preflight(&self.origin)),
            Ok(Method::Other) => Some(Reply::method_not_allowed(&self.origin)),
            Err(unreadable) => Some(Reply::error(&self.origin, unreadable.into())),
            Ok(Method::Post) => None,
        }
    }

    /// Reads and validates the conversation of a request.
    ///
    /// A `POST` of `text/plain` needs no preflight request: a browser sends it from every page, and only hides the
    /// answer from the page. The handler therefore rejects a page of another origin here, before the request causes
    /// any cost.
    fn conversation(&self, event: Event) -> Result<Conversation, ChatError> {
        let read = if event.origins().all(|origin| self.origin.admits(origin)) {
            event.into_body().and_then(|body| Conversation::from_body(&body)).map_err(ChatError::from)
        } else {
            Err(ChatError::ForeignOrigin)
        };
        read.inspect_err(|error| tracing::info!(reason = %error, "refused"))
    }

    async fn chat(&self, event: Event, deadline: Deadline) -> Result<Answer, ChatError> {
        let conversation = self.conversation(event)?;
        let movies = self.movies(&conversation, deadline).await;
        let prompt = Prompt::new(&movies, &conversation);
        log_prompt(&prompt, &conversation);
        self.answer(&prompt, deadline).await.map_err(|failure| log_failure(failure, &conversation).into())
    }

    /// The films for the prompt. If there are none, the chat answers from general knowledge.
    async fn movies(&self, conversation: &Conversation, deadline: Deadline) -> Selection {
        let (started, budget) = (Instant::now(), deadline.remaining_for_catalog());
        let query = Query::new(conversation.weighted_texts());
        let read = timeout(budget, self.catalog.movies(&query)).await;
        let catalog_ms = millis(started);
        match read.unwrap_or_else(|_| Err(Failure::out_of_time(budget))) {
            Ok(movies) if movies.is_empty() => {
                tracing::warn!(
                    catalogMs = catalog_ms,
                    hint = EMPTY_TABLE_HINT,
                    "the catalogue is empty: answering from general knowledge"
                );
                movies
            }
            Ok(movies) => {
                tracing::info!(
                    catalogMs = catalog_ms,
                    movies = movies.len(),
                    matched = movies.matched,
                    "films selected"
                );
                movies
            }
            Err(failure) => {
                let hint = aws::hint(catalog::FAILURES, &failure);
                let Failure { stage: _, code, detail, aws_request_id } = failure;
                tracing::warn!(
                    catalogMs = catalog_ms,
                    code,
                    detail,
                    awsRequestId = aws_request_id,
                    hint,
                    "the catalogue cannot be read: answering from general knowledge"
                );
                Selection::default()
            }
        }
    }

    async fn answer(&self, prompt: &Prompt<'_>, deadline: Deadline) -> Result<Answer, ModelFailure> {
        let (started, budget) = (Instant::now(), deadline.remaining());
        let answer = timeout(budget, self.model.answer(prompt, deadline)).await;
        let answer = answer.unwrap_or_else(|_| Err(ModelFailure::out_of_time(budget)))?;
        log_answer(started, answer.usage, answer.text.chars().count(), answer.stop);
        Ok(answer)
    }
}

fn log_prompt(prompt: &Prompt<'_>, conversation: &Conversation) {
    if prompt.omitted > 0 {
        tracing::warn!(
            movies = prompt.movies,
            leftOut = prompt.omitted,
            hint = LONG_ROWS_HINT,
            "films do not fit into the prompt"
        );
    }
    tracing::info!(
        messageChars = conversation.message_chars,
        historyTurns = conversation.history_turns,
        historyChars = conversation.history_chars,
        movies = prompt.movies,
        catalogBytes = prompt.catalog.as_ref().map_or(0, String::len),
        "asking the model"
    );
}

fn log_answer(started: Instant, usage: Usage, chars: usize, stop: StopReason) {
    tracing::info!(
        modelMs = millis(started),
        inputTokens = usage.input_tokens,
        outputTokens = usage.output_tokens,
        cacheReadInputTokens = usage.cache_read,
        cacheWriteInputTokens = usage.cache_write,
        answerChars = chars,
        ?stop,
        "model answered"
    );
}

/// Logs Bedrock's message for the operator, unless it repeats a text of the caller.
fn log_failure(failure: ModelFailure, conversation: &Conversation) -> ModelError {
    let ModelFailure { public, cause: Failure { stage: _, code, detail, aws_request_id }, hint, retry: _ } = failure;
    let detail = if conversation.is_quoted_in(&detail) { "withheld: it quotes the conversation" } else { &detail };
    tracing::error!(code, detail, awsRequestId = aws_request_id, hint, public = %public, "the model gave no answer");
    public
}

/// The milliseconds since `started`, to three decimal places.
fn millis(started: Instant) -> f64 {
    (started.elapsed().as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests;
