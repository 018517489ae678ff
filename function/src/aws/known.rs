//! Failures whose cause is known: what distinguishes each from the others, and what to do about it.

use super::{Stage, Trouble};

/// A failure with a known cause.
#[derive(Debug, Clone, Copy)]
pub struct Known<T> {
    /// What happened, as a document says it.
    pub what: &'static str,
    /// What distinguishes it from other failures.
    pub sign: Sign,
    /// AWS's own words. They come from its documentation and from public reports of users.
    pub example: Example,
    /// For the log: what to do about it, as an imperative.
    pub hint: &'static str,
    /// What follows from it.
    pub then: T,
}

/// What a failure is known by.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    /// Its message has one of these texts, which are in lower case. One code of AWS has many causes.
    Says(&'static [&'static str]),
    /// Its code is one of these.
    Code(&'static [&'static str]),
    /// It came from this part of the call.
    Stage(Stage),
    /// Nothing: it is any other failure.
    Any,
}

/// A failure of the service as it comes over the network. Those that do not come from the service have the status 0.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the parts of an answer")]
pub struct Example {
    pub status: u16,
    pub code: &'static str,
    pub message: &'static str,
}

impl Known<()> {
    /// The same failure, with what follows from it.
    pub const fn then<T>(self, then: T) -> Known<T> {
        Known { what: self.what, sign: self.sign, example: self.example, hint: self.hint, then }
    }
}

impl<T> Known<T> {
    /// The first row of `rows` that `trouble` fits.
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

/// The hint of the first row that `trouble` fits.
pub fn hint<T>(rows: &'static [Known<T>], trouble: &Trouble) -> Option<&'static str> {
    Known::of(rows, trouble).map(|row| row.hint)
}
