//! The failure of the model: a reason for the public, and details for the operator.

use std::time::Duration;

use super::failures::{FAILURES, OTHER};
use crate::aws::{Known, Stage, Trouble};
use crate::error::ModelTrouble;

/// The reason why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFailure {
    /// The reason for the caller.
    pub public: ModelTrouble,
    /// The details for the log.
    pub trouble: Trouble,
    /// The hint for the log.
    pub hint: &'static str,
    /// The remedy that may help while the caller has no part of an answer.
    pub remedy: Remedy,
}

/// A remedy after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Call the same model again: it is overloaded, or a connection broke.
    Again,
    /// Call another model: this one is slow, does not exist, or is not allowed for the account.
    Another,
    /// No remedy: the request would fail with any model.
    Nothing,
}

impl ModelFailure {
    /// The failure of a call that was cancelled because its time limit passed.
    pub fn out_of_time(budget: Duration) -> Self {
        Trouble::out_of_time(budget).into()
    }

    /// The failure of an answer without text.
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
