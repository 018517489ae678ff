//! The log fields of a failed call.

use std::collections::HashMap;
use std::error::Error;
use std::iter::successors;
use std::time::Duration;

use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::de::IgnoredAny;

use super::credentials::CredentialsError;

/// The code of an incomplete answer, or of an answer that another server sent.
const UNREADABLE: &str = "UnreadableAnswer";
/// The header in which a service with the REST protocol names its error.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// The part of a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The service responded with an error. `Failure::code` is its code.
    Service,
    /// The service responded with an error and a status of 500 or more: the fault is in the service.
    Fault,
    /// Another server responded, or the answer is incomplete.
    Foreign,
    /// The service did not respond in time.
    Timeout,
    /// The service could not be reached, or there were no credentials for the call.
    Connection,
    /// Any other failure, such as a request that cannot be built.
    Other,
}

/// A failed call, for the log only: `detail` may contain ARNs and account ids. It never contains a body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "a record for the log")]
pub struct Failure {
    pub stage: Stage,
    pub code: String,
    pub detail: String,
    pub aws_request_id: Option<String>,
}

impl Failure {
    /// A failure without a request id of AWS.
    pub fn new(stage: Stage, code: &str, detail: impl Into<String>) -> Self {
        Self { stage, code: code.to_owned(), detail: detail.into(), aws_request_id: None }
    }

    /// The same failure with the request id of AWS, if there is one.
    pub fn with_request_id(self, aws_request_id: Option<&str>) -> Self {
        Self { aws_request_id: aws_request_id.map(str::to_owned), ..self }
    }

    /// The failure of an SDK call. An `SdkError` displays as "service error", and its debug output contains the whole
    /// response, so this takes its parts one by one.
    pub fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let failure = match error {
            // The SDK also returns an error of the operation for a body that it cannot parse, even with the status 200:
            // HTML from a proxy or half of a JSON document.
            SdkError::ServiceError(context) if context.raw().status().is_success() => Self::unreadable(None),
            SdkError::ServiceError(context) => {
                let (answer, error) = (context.raw(), context.err());
                let stage = if answer.status().is_server_error() { Stage::Fault } else { Stage::Service };
                match error_code(error, answer) {
                    Some(code) => Self::new(stage, code, error.message().unwrap_or_default()),
                    None => foreign_answer(answer),
                }
            }
            SdkError::TimeoutError(_) => Self::new(Stage::Timeout, "Timeout", "the attempt took too long"),
            SdkError::DispatchFailure(failure) => {
                let error = failure.as_connector_error();
                let cause = error.map(|error| error_chain(error)).unwrap_or_default();
                // A failure while the request is signed has no separate variant of `SdkError`.
                if let Some(missing) = error.and_then(|error| find_cause::<CredentialsError>(error)) {
                    Self::new(Stage::Connection, missing.code, missing.detail.as_str())
                } else if failure.is_timeout() {
                    Self::new(Stage::Timeout, "DispatchFailure", cause)
                } else if !failure.is_io() && cause.contains("signing region") {
                    Self::new(Stage::Other, "ConstructionFailure", cause)
                } else {
                    Self::new(Stage::Connection, "DispatchFailure", cause)
                }
            }
            SdkError::ResponseError(_) => Self::unreadable(None),
            SdkError::ConstructionFailure(_) => {
                Self::new(Stage::Other, "ConstructionFailure", "the request cannot be built")
            }
            _ => Self::new(Stage::Other, "Unknown", ""),
        };
        failure.with_request_id(error.request_id())
    }

    /// The failure of an incomplete answer, or of an answer that another server sent. It quotes nothing of the
    /// parser's error, because parsers quote the text that they cannot read.
    pub fn unreadable(aws_request_id: Option<&str>) -> Self {
        Self::new(Stage::Foreign, UNREADABLE, "the answer is incomplete, or another server sent it")
            .with_request_id(aws_request_id)
    }

    /// The failure of a stream. `code` returns the code of an error that the service wrote into the stream. Other
    /// errors are not quoted, because they may contain a part of the answer.
    pub fn of_stream<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: impl Fn(&E) -> &'static str) -> Self {
        match error {
            SdkError::ServiceError(context) => {
                Self::new(Stage::Service, code(context.err()), context.err().message().unwrap_or_default())
            }
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
                Self::new(Stage::Connection, "StreamBroken", "the connection broke in the middle of the answer")
            }
            SdkError::ConstructionFailure(_) | SdkError::ResponseError(_) | _ => Self::unreadable(None),
        }
    }

    /// Whether the service sent the error.
    pub fn is_from_service(&self) -> bool {
        matches!(self.stage, Stage::Service | Stage::Fault)
    }

    /// The failure of a call that was cancelled because its time limit passed.
    pub fn out_of_time(budget: Duration) -> Self {
        Self::new(Stage::Timeout, "Timeout", format!("no answer within {} ms", budget.as_millis()))
    }
}

/// The error code that the service sent, in the body or only in the header. `None` if the service did not send the
/// response.
fn error_code<'a>(error: &'a impl ProvideErrorMetadata, answer: &'a HttpResponse) -> Option<&'a str> {
    let header = || answer.headers().get(ERROR_TYPE)?.split(':').next()?.rsplit('#').next();
    error.code().or_else(header).filter(|code| !code.is_empty())
}

/// The failure of an error response without a code.
///
/// AWS's services always send a code, so a proxy, a gateway or a sign-in page sent this response. If it is JSON, its
/// status becomes the code, because 429 or 503 means the same from any server.
fn foreign_answer(answer: &HttpResponse) -> Failure {
    let status = answer.status().as_u16();
    let content_type = answer.headers().get("content-type");
    let is_json = match answer.body().bytes().unwrap_or_default() {
        [] => content_type.is_none_or(|name| name.contains("json")),
        body => serde_json::from_slice::<HashMap<String, IgnoredAny>>(body).is_ok(),
    };
    let code = if is_json { format!("HTTP {status}") } else { UNREADABLE.to_owned() };
    let content_type: String = content_type.unwrap_or("none").chars().take(80).collect();
    let detail = format!("another server sent the answer: HTTP {status}, content type {content_type}, no error code");
    Failure::new(Stage::Foreign, &code, detail)
}

/// The first `T` in the chain of an error and its causes.
fn find_cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}

/// An error with its causes, as `outer: inner: innermost`.
pub(super) fn error_chain(error: &(dyn Error + 'static)) -> String {
    let causes = successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
