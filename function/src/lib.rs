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

#![cfg_attr(test, expect(clippy::disallowed_methods, reason = "tests read the clock and the environment"))]

#[expect(clippy::disallowed_methods, reason = "connections become idle after a time")]
pub mod aws;
#[expect(clippy::disallowed_methods, reason = "the films in memory become old after a time")]
pub mod catalog;
pub mod chat;
#[expect(clippy::disallowed_methods, reason = "it is the clock of a request")]
pub mod deadline;
#[cfg(test)]
mod document;
pub mod error;
pub mod event;
#[expect(clippy::disallowed_methods, reason = "it measures how long an answer takes")]
pub mod handler;
mod json;
pub mod log;
#[expect(clippy::disallowed_methods, reason = "an attempt ends at its deadline")]
pub mod model;
pub mod reply;
pub mod runtime;
#[expect(clippy::disallowed_methods, reason = "it reads the environment variables")]
pub mod settings;
mod text;
