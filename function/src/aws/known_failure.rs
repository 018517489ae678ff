//! Failures with a known cause: how each differs from the others, and what to do about it.

use super::{Stage, Trouble};

/// A failure with a known cause.
#[derive(Debug, Clone, Copy)]
pub struct Known<T> {
    /// The failure, as the documentation names it.
    pub what: &'static str,
    /// The sign that distinguishes it from other failures.
    pub sign: Sign,
    /// An example in AWS's words, from AWS's documentation and from public reports of users.
    pub example: Example,
    /// The hint in the log, as an imperative.
    pub hint: &'static str,
    /// The consequence of the failure.
    pub then: T,
}

/// The sign by which a failure is recognised.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    /// Its message contains one of these texts, which are in lower case. One AWS error code has many causes.
    Says(&'static [&'static str]),
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

impl Known<()> {
    /// The same failure with the consequence `then`.
    pub const fn then<T>(self, then: T) -> Known<T> {
        Known { what: self.what, sign: self.sign, example: self.example, hint: self.hint, then }
    }
}

impl<T> Known<T> {
    /// The first row of `rows` that matches `trouble`.
    pub fn of<'a>(rows: &'a [Self], trouble: &Trouble) -> Option<&'a Self> {
        let message = trouble.detail.to_lowercase();
        rows.iter().find(|row| match row.sign {
            Sign::Says(texts) => trouble.is_from_service() && texts.iter().any(|text| message.contains(text)),
            Sign::Code(codes) => codes.contains(&trouble.code.as_str()),
            Sign::Stage(stage) => stage == trouble.stage,
            Sign::Any => true,
        })
    }
}

/// The hint of the first row that matches `trouble`.
pub fn hint<T>(rows: &'static [Known<T>], trouble: &Trouble) -> Option<&'static str> {
    Known::of(rows, trouble).map(|row| row.hint)
}
