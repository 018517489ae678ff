//! The failure of the model: a reason for the caller, and details for the operator.

use std::time::Duration;

use super::failures::{FAILURES, OTHER};
use crate::aws::{Failure, KnownFailure, Stage};
use crate::error::ModelError;

/// The reason why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFailure {
    /// The reason for the caller.
    pub public: ModelError,
    /// The details for the log.
    pub cause: Failure,
    /// The hint for the log.
    pub hint: &'static str,
    /// The call that may succeed while the caller has no part of an answer.
    pub retry: Retry,
}

/// The retry after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Call the same model again: it is overloaded, or a connection broke.
    SameModel,
    /// Call another model: this one is slow, does not exist, or is not allowed for the account.
    NextModel,
    /// Do not retry: the request would fail with any model.
    Never,
}

impl ModelFailure {
    /// The failure of a call that was cancelled because its time limit passed.
    pub fn out_of_time(budget: Duration) -> Self {
        Failure::out_of_time(budget).into()
    }

    /// The failure of an answer without text.
    pub fn no_text(stop_reason: &str, aws_request_id: Option<&str>) -> Self {
        let detail = format!("the answer has no text, stop reason {stop_reason}");
        Failure::new(Stage::Other, "NoText", detail).with_request_id(aws_request_id).into()
    }
}

impl From<Failure> for ModelFailure {
    fn from(cause: Failure) -> Self {
        let &KnownFailure { hint, action: (public, retry), .. } =
            KnownFailure::find(FAILURES, &cause).unwrap_or(&OTHER);
        Self { public, cause, hint, retry }
    }
}
