//! Why the model gave no answer: one reason for the public, one record for the engineer.

use std::time::Duration;

use super::failures::{FAILURES, OTHER};
use crate::{
    aws::{Known, Stage, Trouble},
    error::ModelTrouble,
};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFailure {
    /// For the caller.
    pub public: ModelTrouble,
    /// For the log.
    pub trouble: Trouble,
    /// For the log: what to do about it.
    pub hint: &'static str,
    /// What may help, as long as the caller has no word of an answer.
    pub remedy: Remedy,
}

/// What may help after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Asking the same model again: it is overloaded, or a connection broke.
    Again,
    /// Asking another model: this one is slow, gone or not ours.
    Another,
    /// Nothing: the request would fail anywhere.
    Nothing,
}

impl ModelFailure {
    /// Of a call that was given up because its time was over.
    pub fn out_of_time(budget: Duration) -> Self {
        Trouble::out_of_time(budget).into()
    }

    /// Of an answer in which there is nothing to show.
    pub fn no_text(stop_reason: &str, aws_request_id: Option<&str>) -> Self {
        let trouble = Trouble {
            stage: Stage::Other,
            code: "NoText".to_owned(),
            detail: format!("the answer has no text, stop reason {stop_reason}"),
            aws_request_id: aws_request_id.map(str::to_owned),
        };
        trouble.into()
    }
}

impl From<Trouble> for ModelFailure {
    fn from(trouble: Trouble) -> Self {
        let &Known { hint, then: (public, remedy), .. } = Known::of(FAILURES, &trouble).unwrap_or(&OTHER);
        Self { public, trouble, hint, remedy }
    }
}
