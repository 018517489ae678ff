//! What a failed call looks like in the log.

use std::{error::Error, iter::successors, time::Duration};

use aws_sdk_bedrockruntime::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

/// Code and detail of an answer that broke off while it was read, or that something else than the service wrote.
const UNREADABLE: (&str, &str) = ("UnreadableAnswer", "the answer broke off or is not what the service writes");

/// Which part of a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The service answered with an error; `Trouble::code` is its code.
    Service,
    /// The same with a status of 500 or more: the fault is the service's.
    Fault,
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
        // What could not be parsed is a piece of the answer, and parsers quote it.
        let unreadable =
            || told(Stage::Other, "UnreadableAnswer", "the answer broke off or is not what the service writes");
        let (stage, code, detail) = match error {
            // A body that cannot be parsed makes an error of the operation too, also with the status 200: HTML of a proxy
            // or half of a JSON document.
            SdkError::ServiceError(context) if context.raw().status().is_success() => unreadable(),
            SdkError::ServiceError(context) => {
                // Something between here and AWS may answer instead, without a code.
                let status = context.raw().status();
                let stage = if status.is_server_error() { Stage::Fault } else { Stage::Service };
                let status = format!("HTTP {}", status.as_u16());
                let code = context.err().code().unwrap_or(&status);
                told(stage, code, context.err().message().unwrap_or_default())
            }
            SdkError::TimeoutError(_) => told(Stage::Timeout, "Timeout", "connecting took too long"),
            SdkError::DispatchFailure(failure) => {
                let cause = failure.as_connector_error().map(|error| chain(error)).unwrap_or_default();
                // What fails while a request is signed has no kind of its own.
                let (stage, code) = if failure.is_timeout() {
                    (Stage::Timeout, "DispatchFailure")
                } else if !failure.is_io() && cause.contains("credential") {
                    (Stage::Connection, "NoCredentials")
                } else if !failure.is_io() && cause.contains("signing region") {
                    (Stage::Other, "ConstructionFailure")
                } else {
                    (Stage::Connection, "DispatchFailure")
                };
                told(stage, code, &cause)
            }
            SdkError::ResponseError(_) => unreadable(),
            SdkError::ConstructionFailure(_) => {
                told(Stage::Other, "ConstructionFailure", "the request cannot be built")
            }
            _ => told(Stage::Other, "Unknown", ""),
        };
        Self { stage, code, detail, aws_request_id: error.request_id().map(str::to_owned) }
    }

    /// Of a stream that broke; `code` is that of an error which the service wrote into it. What other errors quote is a
    /// piece of the answer.
    pub fn of_stream<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: impl Fn(&E) -> &'static str) -> Self {
        let (stage, code, detail) = match error {
            SdkError::ServiceError(context) => {
                (Stage::Service, code(context.err()), context.err().message().unwrap_or_default())
            }
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
                (Stage::Connection, "StreamBroken", "the connection broke in the middle of the answer")
            }
            SdkError::ConstructionFailure(_) | SdkError::ResponseError(_) | _ => {
                (Stage::Other, UNREADABLE.0, UNREADABLE.1)
            }
        };
        Self { stage, code: code.to_owned(), detail: detail.to_owned(), aws_request_id: None }
    }

    /// Whether the service wrote it.
    pub fn is_from_service(&self) -> bool {
        matches!(self.stage, Stage::Service | Stage::Fault)
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
