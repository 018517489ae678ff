//! The chat Lambda: `POST /chat` answered by Claude on Amazon Bedrock, with films from a `DynamoDB` table.
//!
//! The steps of one request. Each step produces a named value:
//!
//! ```text
//! event → body → Conversation → (+ Movies) → Prompt → Answer → Reply
//! event.rs       chat/          catalog/     chat/    model/   reply.rs
//! ```
//!
//! [`handler`] performs these steps. It uses the catalogue and the model only through the traits [`catalog::Catalog`]
//! and [`model::Model`], so that the tests need no AWS. `chat` is pure.

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
