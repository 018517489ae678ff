//! The pure part: converts the body of a request and the selected films to the prompt for the model.

mod conversation;
pub mod limits;
mod prompt;

pub use conversation::{Conversation, Role, Turn};
pub use prompt::{INSTRUCTIONS, Prompt};
