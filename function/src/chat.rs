//! The pure part: from the body of a request and the films at hand to the prompt for the model.

mod conversation;
pub mod limits;
mod prompt;

pub use conversation::{Conversation, Role, Turn};
pub use prompt::{INSTRUCTIONS, Prompt};
