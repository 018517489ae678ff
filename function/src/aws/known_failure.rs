//! Failures with a known cause: the pattern by which each is recognised, and what to do about it.

use super::{Failure, Stage};

/// A failure with a known cause.
#[derive(Debug, Clone, Copy)]
pub struct KnownFailure<T> {
    /// The name of the failure in the documentation.
    pub name: &'static str,
    /// The pattern that distinguishes it from other failures.
    pub pattern: Pattern,
    /// An example in AWS's words, from AWS's documentation and from public reports of users.
    pub example: Example,
    /// The hint in the log, as an imperative.
    pub hint: &'static str,
    /// What the function does after the failure.
    pub action: T,
}

/// The pattern by which a failure is recognised.
#[derive(Debug, Clone, Copy)]
pub enum Pattern {
    /// Its message contains one of these texts, which are in lower case. One AWS error code has many causes.
    Message(&'static [&'static str]),
    /// Its code is one of these.
    Code(&'static [&'static str]),
    /// It occurred in this part of the call.
    Stage(Stage),
    /// Any failure.
    Any,
}

/// A failure as the service sends it over the network. A failure that the service did not send has the status 0.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the parts of an answer")]
pub struct Example {
    pub status: u16,
    pub code: &'static str,
    pub message: &'static str,
}

impl KnownFailure<()> {
    /// The same failure with the action `action`.
    pub const fn with_action<T>(self, action: T) -> KnownFailure<T> {
        KnownFailure { name: self.name, pattern: self.pattern, example: self.example, hint: self.hint, action }
    }
}

impl<T> KnownFailure<T> {
    /// The first row of `rows` that matches `failure`.
    pub fn find<'a>(rows: &'a [Self], failure: &Failure) -> Option<&'a Self> {
        let message = failure.detail.to_lowercase();
        rows.iter().find(|row| match row.pattern {
            Pattern::Message(texts) => failure.is_from_service() && texts.iter().any(|text| message.contains(text)),
            Pattern::Code(codes) => codes.contains(&failure.code.as_str()),
            Pattern::Stage(stage) => stage == failure.stage,
            Pattern::Any => true,
        })
    }
}

/// The hint of the first row that matches `failure`.
pub fn hint<T>(rows: &'static [KnownFailure<T>], failure: &Failure) -> Option<&'static str> {
    KnownFailure::find(rows, failure).map(|row| row.hint)
}
