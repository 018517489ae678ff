//! The answer of AWS, or a failure to reach it, as an error that the user can act on.

use std::error::Error as StdError;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};

use super::advice::{Advice, advice, refusal, session};
use super::credentials::NoCredentials;
use super::http::ByProxy;
use super::origin::{self, NotAws};
use super::pace::{REFUSED_FOR, is_refusal};
use crate::denial::Denial;
use crate::error::{Error, ErrorKind};
use crate::hint::{Command, Hint};
use crate::phrase::Phrase;
use crate::printable::line;

/// The error type of an SDK call, with the traits that an error message needs.
pub(super) trait Refusal: ProvideErrorMetadata + StdError + Send + Sync + 'static {}

impl<E: ProvideErrorMetadata + StdError + Send + Sync + 'static> Refusal for E {}

/// Whether an answer means that the resource does not exist.
pub(super) fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code().is_some_and(|code| MISSING.contains(&code))
}

/// The answer of an SDK call, or its error.
pub(super) type Answer<T, E> = Result<T, SdkError<E>>;

/// The answer of a call about a resource that may not exist; `None` if it does not.
pub(super) fn if_exists<T, E: Refusal>(doing: impl Into<String>, answer: Answer<T, E>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(problem(doing, &error)),
    }
}

/// Whether an error has this code and a message that contains this phrase.
pub(super) fn has_message<E: ProvideErrorMetadata>(error: &SdkError<E>, code: &str, phrase: Phrase) -> bool {
    error.code() == Some(code) && error.message().is_some_and(|message| phrase.is_in(message))
}

/// The hint after a concurrent change.
fn plan_again() -> Hint {
    Hint::new("see what changed after the plan").run(Command::provisioner(["plan"]))
}

/// The error after a concurrent change, with the current state.
pub(super) fn overtaken(doing: impl Into<String>, now: &str) -> Error {
    let cause = format!("another change was made after the plan: {now}");
    Error::new(doing, cause).hint(plan_again()).of_kind(ErrorKind::Overtaken)
}

/// The hint when AWS fails several times in a row.
fn later() -> Hint {
    Hint::new("wait a minute, since AWS reports an internal error").then_again()
}

/// The hint when a refusal does not look like one of AWS.
const NOT_AWS: &str = "check the endpoint (`--endpoint-url`, AWS_ENDPOINT_URL) and each proxy before it: AWS sends an \
                       error code with each refusal";

/// The error of an SDK call, in plain words.
pub(super) fn problem<E: Refusal>(doing: impl Into<String>, error: &SdkError<E>) -> Error {
    let doing = doing.into();
    if let Some((Advice { cause, hint }, kind)) = before_it_was_sent(error) {
        return Error::new(doing, cause).hint(hint).of_kind(kind);
    }
    // A message is put on one line, so that it cannot look like a line of this program.
    let message = line(error.message().unwrap_or("no message"));
    let failure = match (error.code(), message.as_ref()) {
        (Some(code), message) if CONFLICT.contains(&code) && Phrase::NAME_TAKEN.is_in(message) => {
            // The plan creates only what it did not find.
            Error::new(doing, format!("it was created after the plan: {message} ({code})")).hint(plan_again())
        }
        (Some("PreconditionFailedException" | "PreconditionFailed"), message) => {
            return overtaken(doing, &format!("{message} (PreconditionFailedException)"));
        }
        (Some(code), message)
            if is_denial(code)
                && let Some(denial) = Denial::read(message) =>
        {
            Error::new(doing, format!("{message} ({code})")).denied(denial)
        }
        (Some(code), message) => {
            let failure = Error::new(doing, format!("{message} ({code}){}", refused_for(error))).of_kind(kind(code));
            match hint(error, code, message) {
                Some(hint) => failure.hint(hint),
                None if is_unanswered(error) => failure.hint(later()),
                None => failure,
            }
        }
        (None, _) if let Some(not_aws) = not_aws(error) => {
            let Advice { cause, hint } = not_aws.advice();
            Error::new(doing, cause).hint(hint).of_kind(ErrorKind::Network)
        }
        (None, _) if let Some(status) = status(error) => {
            let message = error.message().map(|message| format!(": {}", line(message))).unwrap_or_default();
            let failure = Error::new(doing, format!("the answer has status {status} and no error code{message}"));
            failure.hint(if status >= 500 { later() } else { NOT_AWS.into() })
        }
        // The SDK's message for this is Rust debug text.
        (None, _) if let SdkError::ServiceError(answer) = error => {
            let status = answer.raw().status().as_u16();
            Error::new(doing, format!("the answer with status {status} cannot be read")).hint(later())
        }
        (None, _) => {
            let causes = causes(error);
            let advice = advice(&causes);
            Error::new(doing, advice.cause).hint(advice.hint).of_kind(ErrorKind::Network)
        }
    };
    match error.code() {
        Some(code) if CONFLICT.contains(&code) => failure.of_kind(ErrorKind::Conflict),
        _ if is_unanswered(error) => failure.of_kind(ErrorKind::Unanswered),
        Some(code) if is_refusal(code) => failure.of_kind(ErrorKind::Throttled),
        _ => failure,
    }
}

/// The hint for a refused call. For an expired session it depends on the credentials.
fn hint<E>(error: &SdkError<E>, code: &str, message: &str) -> Option<Hint> {
    match code {
        "ExpiredToken" | "ExpiredTokenException" => {
            let renewal = error.raw_response().and_then(origin::renewal);
            Some(renewal.map_or_else(session, Hint::from))
        }
        _ => refusal(code, message),
    }
}

/// The origin of an answer that does not come from AWS.
pub(super) fn not_aws<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Option<NotAws> {
    let SdkError::ServiceError(answer) = error else { return None };
    if error.code().is_some() { None } else { origin::not_aws(answer.raw()) }
}

/// For how long a call was throttled, where the retries ended without success.
fn refused_for<E>(error: &SdkError<E>) -> String {
    let seconds = error.raw_response().and_then(|answer| answer.headers().get(REFUSED_FOR)?.parse::<u64>().ok());
    seconds
        .map_or_else(String::new, |seconds| format!(", for {} minutes and on each retry", seconds.div_ceil(60).max(1)))
}

/// The status of an error answer.
fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|answer| answer.status().as_u16()).filter(|status| *status >= 400)
}

/// The kind of a refusal with this code.
fn kind(code: &str) -> ErrorKind {
    match code {
        _ if MISSING.contains(&code) => ErrorKind::NotFound,
        "ExpiredToken" | "ExpiredTokenException" | "InvalidClientTokenId" | "UnrecognizedClientException" => {
            ErrorKind::Credentials
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" => ErrorKind::Credentials,
        _ => ErrorKind::Service { code: code.to_owned() },
    }
}

/// The error codes of resources that do not exist.
const MISSING: [&str; 6] = [
    "NoSuchEntity", "NoSuchEntityException", "NotFound", "NotFoundException", "ResourceNotFound",
    "ResourceNotFoundException",
];

/// The error codes for missing permissions.
const DENIAL: [&str; 5] =
    ["AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "ForbiddenException"];

/// The error codes of conflicts.
const CONFLICT: [&str; 6] = [
    "EntityAlreadyExists", "EntityAlreadyExistsException", "ResourceAlreadyExistsException",
    "ResourceConflictException", "ResourceInUseException", "ConflictException",
];

/// Whether an error code means that a permission is missing.
pub(super) fn is_denial(code: &str) -> bool {
    DENIAL.contains(&code)
}

/// Whether the call has no usable answer, so that it may have taken effect, or a retry may succeed.
fn is_unanswered<E>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(answer) => answer.raw().status().as_u16() >= 500,
        SdkError::ConstructionFailure(_) | _ => false,
    }
}

/// Why a call did not reach AWS: there are no credentials, the proxy refuses it, or the answer did not come from AWS.
fn before_it_was_sent(error: &(dyn StdError + 'static)) -> Option<(Advice, ErrorKind)> {
    let by_proxy = within::<ByProxy>(error).and_then(ByProxy::advice).map(|advice| (advice, ErrorKind::Network));
    let without_credentials = || within::<NoCredentials>(error).map(|error| (error.advice(), ErrorKind::Credentials));
    let not_aws = || within::<NotAws>(error).map(|error| (error.advice(), ErrorKind::Network));
    by_proxy.or_else(without_credentials).or_else(not_aws)
}

/// The error and its causes, from the outermost to the deepest.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        let error: &'a (dyn StdError + 'static) = *error;
        error.source()
    })
}

/// The first of the error and its causes that is a `T`.
pub(super) fn within<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    chain(error).find_map(|cause| cause.downcast_ref())
}

/// The messages of the error and its causes, from the outermost to the deepest.
pub(super) fn causes(error: &(dyn StdError + 'static)) -> Vec<String> {
    chain(error).map(ToString::to_string).collect()
}

/// The error of a wait that lasted the usual patience.
pub(super) fn took_too_long(doing: String) -> Error {
    Error::new(doing, "it took longer than two minutes").hint(Hint::again())
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::operation::get_function::GetFunctionError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    #[test]
    fn a_rate_exceeded_for_minutes_is_an_error_with_the_duration_and_a_hint() {
        let refused = |seconds: Option<&'static str>| {
            let mut answer = HttpResponse::new(429.try_into().unwrap(), SdkBody::empty());
            if let Some(seconds) = seconds {
                answer.headers_mut().insert(REFUSED_FOR, seconds);
            }
            let metadata = ErrorMetadata::builder().code("TooManyRequestsException").message("Rate exceeded");
            let error = SdkError::service_error(GetFunctionError::generic(metadata.build()), answer);
            problem("reading function chat", &error)
        };
        let error = refused(Some("300"));
        let cause = "Rate exceeded (TooManyRequestsException), for 5 minutes and on each retry";
        assert_eq!(error.headline(), format!("reading function chat: {cause}"));
        assert!(error.next_step().unwrap().contains("CloudTrail"), "{error}");
        assert!(error.passes() && !error.is_unanswered(), "it had no effect");
        assert_eq!(refused(None).headline(), "reading function chat: Rate exceeded (TooManyRequestsException)");
    }

    #[test]
    fn each_refusal_has_a_kind() {
        let kind = |code: &str, message: &str| {
            let metadata = ErrorMetadata::builder().code(code).message(message).build();
            let answer = HttpResponse::new(400.try_into().unwrap(), SdkBody::empty());
            problem("x", &SdkError::service_error(GetFunctionError::generic(metadata), answer)).kind().clone()
        };
        let denied = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iam:GetRole";
        assert_eq!(kind("AccessDenied", denied), ErrorKind::Denied([Denial::read(denied).unwrap()].into()));
        let of_sns =
            "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: SNS:ListSubscriptionsByTopic";
        assert_eq!(kind("AuthorizationError", of_sns), ErrorKind::Denied([Denial::read(of_sns).unwrap()].into()));
        for (code, expected) in [
            ("ResourceNotFoundException", ErrorKind::NotFound),
            ("ResourceConflictException", ErrorKind::Conflict),
            ("PreconditionFailedException", ErrorKind::Overtaken),
            ("ThrottlingException", ErrorKind::Throttled),
            ("ExpiredToken", ErrorKind::Credentials),
            ("SignatureDoesNotMatch", ErrorKind::Credentials),
            ("ValidationException", ErrorKind::Service { code: "ValidationException".to_owned() }),
        ] {
            assert_eq!(kind(code, "no"), expected, "{code}");
        }
    }
}
