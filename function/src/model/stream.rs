//! A streamed answer, through `ConverseStream`.

use aws_sdk_bedrockruntime::operation::RequestId;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamOutput;
use aws_sdk_bedrockruntime::types::ConverseStreamOutput as Event;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;

use super::bedrock::{read_usage, stop_reason};
use super::{AnswerStream, ModelFailure, Piece, Usage};
use crate::aws::{Failure, Stage};

/// A stream whose first piece has arrived.
#[derive(Debug)]
pub struct BedrockStream {
    events: ConverseStreamOutput,
    first: Option<Piece>,
    has_text: bool,
    stop_reason: Option<String>,
    usage: Usage,
}

impl BedrockStream {
    /// Waits for the first piece: until it arrives, another model can be called instead.
    pub(super) async fn begin(events: ConverseStreamOutput) -> Result<Self, ModelFailure> {
        let usage = Usage::default();
        let mut stream = Self { events, first: None, has_text: false, stop_reason: None, usage };
        stream.first = Some(stream.receive().await?);
        Ok(stream)
    }

    /// Reads only the text blocks, as [`super::bedrock`] does. White space before the first word is dropped.
    async fn receive(&mut self) -> Result<Piece, ModelFailure> {
        while let Some(event) = self.receive_event().await? {
            #[expect(clippy::wildcard_enum_match_arm, reason = "the enum is non-exhaustive, and the rest is no text")]
            match event {
                Event::ContentBlockDelta(delta) => {
                    let text =
                        delta.delta().and_then(|delta| delta.as_text().ok()).map(String::as_str).unwrap_or_default();
                    let text = if self.has_text { text } else { text.trim_start() };
                    if !text.is_empty() {
                        self.has_text = true;
                        return Ok(Piece::Text(text.to_owned()));
                    }
                }
                Event::MessageStop(end) => self.stop_reason = Some(end.stop_reason().as_str().to_owned()),
                Event::Metadata(metadata) => self.usage = metadata.usage().map(read_usage).unwrap_or_default(),
                _ => {}
            }
        }
        match &self.stop_reason {
            Some(reason) => Ok(Piece::End(stop_reason(reason, !self.has_text, self.events.request_id())?, self.usage)),
            None => {
                let detail = "the stream ended before the answer did";
                Err(self.failure(Failure::new(Stage::Connection, "StreamEnded", detail)))
            }
        }
    }

    async fn receive_event(&mut self) -> Result<Option<Event>, ModelFailure> {
        let received = self.events.stream.recv().await;
        received.map_err(|error| self.failure(Failure::of_stream(&error, error_code)))
    }

    fn failure(&self, failure: Failure) -> ModelFailure {
        failure.with_request_id(self.events.request_id()).into()
    }
}

/// The code of an error in a stream. Its type is the only information about the code.
fn error_code(error: &ConverseStreamOutputError) -> &'static str {
    use ConverseStreamOutputError as Error;
    #[expect(clippy::wildcard_enum_match_arm, reason = "the enum is non-exhaustive")]
    match error {
        Error::ThrottlingException(_) => "ThrottlingException",
        Error::ServiceUnavailableException(_) => "ServiceUnavailableException",
        Error::InternalServerException(_) => "InternalServerException",
        Error::ModelStreamErrorException(_) => "ModelStreamErrorException",
        Error::ValidationException(_) => "ValidationException",
        _ => "StreamError",
    }
}

impl AnswerStream for BedrockStream {
    async fn next(&mut self) -> Result<Piece, ModelFailure> {
        match self.first.take() {
            Some(piece) => Ok(piece),
            None => self.receive().await,
        }
    }
}
