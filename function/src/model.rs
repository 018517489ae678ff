//! The model that answers.

mod answer;
mod attempts;
mod bedrock;
mod failure;
mod failures;
mod request;
mod stream;
mod table;

pub use answer::{Answer, Stop, Usage};
pub use attempts::MAX_ATTEMPTS;
pub use bedrock::BedrockModel;
pub use failure::{ModelFailure, Remedy};
pub use failures::FAILURES;
pub use stream::BedrockStream;
pub use table::{Accepts, MAX_TOKENS, MODELS, TEMPERATURE, accepts};

use crate::{chat::Prompt, deadline::Deadline};

/// What answers a prompt.
pub trait Model {
    /// An answer that comes word by word.
    type Stream: AnswerStream;

    /// One answer, or why there is none. The caller drops the future when `deadline` is over.
    fn answer(&self, prompt: &Prompt<'_>, deadline: Deadline) -> impl Future<Output = Result<Answer, ModelFailure>>;

    /// An answer of which the first piece is there: until then nothing has been promised to anybody.
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
    End(Stop, Usage),
}

/// An answer that comes word by word. Dropping it hangs up.
pub trait AnswerStream: Send + 'static {
    /// The next piece, or why there will be none.
    fn next(&mut self) -> impl Future<Output = Result<Piece, ModelFailure>> + Send;
}
