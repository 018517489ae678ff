//! The model that answers.

mod answer;
mod bedrock;
mod failure;
mod table;

pub use answer::{Answer, Stop, Usage};
pub use bedrock::BedrockModel;
pub use failure::ModelFailure;
pub use table::{Accepts, MAX_TOKENS, MODELS, TEMPERATURE, accepts};

use crate::chat::Prompt;

/// What answers a prompt.
pub trait Model {
    /// One answer, or why there is none. The caller sets the time limit and drops the future when it is over.
    fn answer(&self, prompt: &Prompt<'_>) -> impl Future<Output = Result<Answer, ModelFailure>>;
}
