//! The chat Lambda: `POST /chat` answered by Claude on Amazon Bedrock, with films from a `DynamoDB` table.
//!
//! The walk of one request, each arrow a value with a name:
//!
//! ```text
//! event → body → Conversation → (+ Movies) → Prompt → Answer → Reply
//! event.rs       chat/          catalog/     chat/    model/   reply.rs
//! ```
//!
//! [`handler`] is that walk. It knows the catalogue and the model only through the traits [`catalog::Catalog`] and
//! [`model::Model`], so that it is tested without AWS. `chat` is pure.

pub mod aws;
pub mod catalog;
pub mod chat;
pub mod deadline;
#[cfg(test)]
mod document;
pub mod error;
pub mod event;
pub mod handler;
mod json;
pub mod log;
pub mod model;
pub mod reply;
pub mod runtime;
pub mod settings;
mod text;
