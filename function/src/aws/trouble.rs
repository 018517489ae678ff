//! What a failed call looks like in the log.

use std::{error::Error, iter::successors, time::Duration};

use aws_sdk_bedrockruntime::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

/// Which part of a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The service answered with an error; `Trouble::code` is its code.
    Service,
    /// The service did not answer in time.
    Timeout,
    /// The service was not reached, or there were no credentials to call it with.
    Connection,
    /// Anything else, such as an answer that could not be read.
    Other,
}

/// A failed call, for the log only: `detail` may hold ARNs and account ids. It never holds a body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "a record for the log")]
pub struct Trouble {
    pub stage: Stage,
    pub code: String,
    pub detail: String,
    pub aws_request_id: Option<String>,
}

impl Trouble {
    /// Of an SDK call. An `SdkError` prints as "service error" and debug-prints with the whole response, so its parts
    /// are taken one by one.
    pub fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let told = |stage, code: &str, detail: &str| (stage, code.to_owned(), detail.to_owned());
        let (stage, code, detail) = match error {
            SdkError::ServiceError(context) => {
                // Something between here and AWS may answer instead, without a code.
                let status = format!("HTTP {}", context.raw().status().as_u16());
                let code = context.err().code().unwrap_or(&status);
                told(Stage::Service, code, context.err().message().unwrap_or_default())
            }
            SdkError::TimeoutError(_) => told(Stage::Timeout, "Timeout", "connecting took too long"),
            SdkError::DispatchFailure(failure) => {
                let stage = if failure.is_timeout() { Stage::Timeout } else { Stage::Connection };
                let cause = failure.as_connector_error().map(|error| chain(error)).unwrap_or_default();
                told(stage, "DispatchFailure", &cause)
            }
            // What could not be parsed is a piece of the answer, and parsers like to quote it.
            SdkError::ResponseError(_) => told(Stage::Other, "ResponseError", "the answer cannot be read"),
            SdkError::ConstructionFailure(_) => {
                told(Stage::Other, "ConstructionFailure", "the request cannot be built")
            }
            _ => told(Stage::Other, "Unknown", ""),
        };
        Self { stage, code, detail, aws_request_id: error.request_id().map(str::to_owned) }
    }

    /// Of a stream that broke. What it quotes is a piece of the answer, so only a service's own words are kept.
    pub fn of_stream<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: &str) -> Self {
        let (stage, detail) = match error.as_service_error() {
            Some(told) => (Stage::Service, told.message().unwrap_or_default()),
            None => (Stage::Connection, "the connection broke in the middle of the answer"),
        };
        Self { stage, code: code.to_owned(), detail: detail.to_owned(), aws_request_id: None }
    }

    /// Of a call that was given up because its time was over.
    pub fn out_of_time(budget: Duration) -> Self {
        Self {
            stage: Stage::Timeout,
            code: "Timeout".to_owned(),
            detail: format!("no answer within {} ms", budget.as_millis()),
            aws_request_id: None,
        }
    }
}

/// An error with its causes, as `outer: inner: innermost`.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
