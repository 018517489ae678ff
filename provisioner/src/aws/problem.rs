//! What AWS or the way to it answered, as an error that a person can act on.

use std::error::Error as StdError;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};

use crate::error::Error;

/// Whether an answer says that the thing does not exist.
pub(super) fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.code().is_some_and(|code| {
        matches!(code, "NoSuchEntity" | "NoSuchEntityException" | "ResourceNotFoundException" | "NotFoundException")
    })
}

/// The answer to a call that removes something: gone already is as good as removed.
pub(super) fn gone_is_removed<T, E, R>(doing: impl Into<String>, answer: Result<T, SdkError<E, R>>) -> Result<(), Error>
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match answer {
        Ok(_) => Ok(()),
        Err(error) if is_missing(&error) => Ok(()),
        Err(error) => Err(problem(doing, &error)),
    }
}

/// Whether an error has this code and a message that holds this text.
pub(super) fn says<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, code: &str, text: &str) -> bool {
    error.code() == Some(code) && error.message().is_some_and(|message| message.contains(text))
}

/// The error of an SDK call, told in plain words.
pub(super) fn problem<E, R>(doing: impl Into<String>, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let error_with_code = match (error.code(), error.message()) {
        (Some(code), Some(message)) => Some((code, message)),
        (Some(code), None) => Some((code, "no message")),
        (None, _) => None,
    };
    match error_with_code {
        Some(("PreconditionFailedException" | "PreconditionFailed", message)) => {
            let cause =
                format!("it was changed since planned, by somebody else: {message} (PreconditionFailedException)");
            Error::new(doing, cause).hint(PLAN_AGAIN)
        }
        Some((code, message)) => {
            let told = Error::new(doing, format!("{message} ({code})"));
            match hint_for(code) {
                Some(hint) => told.hint(hint),
                None => told,
            }
        }
        None => unreached(doing, error),
    }
}

/// What helps when somebody else was at work in between.
pub(super) const PLAN_AGAIN: &str = "see what changed since planned with `provisioner plan`";

/// What helps against the answers that a person meets most.
fn hint_for(code: &str) -> Option<&'static str> {
    match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "ForbiddenException" => Some(
            "give these credentials the permission that the message names; `docs/permissions.md` lists all that a deploy needs",
        ),
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            Some("the session has expired: log in again (`aws sso login`), then run the same command")
        }
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch" => {
            Some("AWS does not know these credentials: check AWS_PROFILE, AWS_ACCESS_KEY_ID and the clock")
        }
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" => {
            Some("AWS limits the calls of this account: wait a minute, then run the same command")
        }
        _ => None,
    }
}

fn unreached<E, R>(doing: impl Into<String>, error: &SdkError<E, R>) -> Error
where
    E: StdError + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let mut causes = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    let chain = causes.join(": ");
    // The way down is the SDK's own; the deepest cause is what a person can act on.
    let cause = causes.pop().unwrap_or_default();
    if chain.contains("no providers in chain provided credentials") || chain.contains("IMDS") {
        return Error::new(doing, "no AWS credentials were found")
            .hint("log in (`aws sso login --profile NAME`, then `--profile NAME`) or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    if chain.to_ascii_lowercase().contains("token") && chain.to_ascii_lowercase().contains("expired") {
        return Error::new(doing, cause).hint("the session has expired: log in again (`aws sso login`)");
    }
    if cause.contains("could not find source profile") || chain.contains("was not defined") {
        return Error::new(doing, cause).hint("name a profile of ~/.aws/config: `aws configure list-profiles`");
    }
    Error::new(doing, format!("AWS could not be reached: {cause}"))
        .hint("check the network, the region and the endpoint (`--endpoint-url`, AWS_ENDPOINT_URL)")
}
