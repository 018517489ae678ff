//! Calls that something else may block for a while.

use aws_sdk_sts::error::SdkError;

use super::Aws;
use super::problem::{Answer, Refusal, if_exists, problem};
use super::retry::with_retries;
use crate::error::Result;
use crate::resources::Ids;

impl Aws {
    /// Sends a call, and retries it while `wait_reason` returns a reason to wait. For callers that handle the error
    /// themselves.
    pub(super) async fn with_retries<T, E, F: Future<Output = Answer<T, E>>>(
        &self,
        wait_reason: impl Fn(&SdkError<E>) -> Option<String>,
        call: impl FnMut() -> F,
    ) -> Answer<T, E> {
        with_retries(|what| (self.notify)(what), wait_reason, call).await
    }

    /// Sends a call, and retries it while `wait_reason` returns a reason to wait. `doing` describes the call in an error.
    pub(super) async fn sent<T, E: Refusal, F: Future<Output = Answer<T, E>>>(
        &self,
        doing: impl Into<String>,
        wait_reason: impl Fn(&SdkError<E>) -> Option<String>,
        call: impl FnMut() -> F,
    ) -> Result<T> {
        self.with_retries(wait_reason, call).await.map_err(|error| problem(doing, &error))
    }

    /// The same for a call that deletes something. Not found counts as deleted.
    pub(super) async fn removed<T, E: Refusal, F: Future<Output = Answer<T, E>>>(
        &self,
        doing: impl Into<String>,
        wait_reason: impl Fn(&SdkError<E>) -> Option<String>,
        call: impl FnMut() -> F,
    ) -> Result<Ids> {
        if_exists(doing, self.with_retries(wait_reason, call).await)?;
        Ok(Ids::new())
    }
}
