//! The model that answers.

mod answer;
mod attempts;
mod bedrock;
mod failure;
mod failures;
mod request;
mod stream;
mod table;

pub use answer::{Answer, StopReason, Usage};
pub use attempts::MAX_ATTEMPTS;
pub use bedrock::BedrockModel;
pub use failure::{ModelFailure, Retry};
pub use failures::FAILURES;
pub use stream::BedrockStream;
pub use table::{MAX_TOKENS, MODELS, ModelParameters, TEMPERATURE, parameters_of};

use crate::chat::Prompt;
use crate::deadline::Deadline;

/// Answers a prompt.
pub trait Model {
    /// A streamed answer.
    type Stream: AnswerStream;

    /// One answer, or the reason why there is none. The caller drops the future when `deadline` passes.
    fn answer(&self, prompt: &Prompt<'_>, deadline: Deadline) -> impl Future<Output = Result<Answer, ModelFailure>>;

    /// A streamed answer whose first piece has arrived. Until then nothing is sent to the caller, so another model can
    /// be used.
    fn begin(
        &self,
        prompt: &Prompt<'_>,
        deadline: Deadline,
    ) -> impl Future<Output = Result<Self::Stream, ModelFailure>>;
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The next words.
    Text(String),
    /// The end, which is the last piece.
    End(StopReason, Usage),
}

/// A streamed answer. Dropping it closes the connection.
pub trait AnswerStream: Send + 'static {
    /// The next piece, or the reason why there is none.
    fn next(&mut self) -> impl Future<Output = Result<Piece, ModelFailure>> + Send;
}
