//! Checks credentials before a request is signed with them.
//!
//! The SDK's signer panics on a key or token with characters that a header cannot contain (aws-runtime 1.10.2,
//! `auth.rs`), and the errors of the SDK's providers do not name the variable that is the cause. The cache below, which
//! both clients share, therefore adds a check between each provider and the signer.

use std::fs;
use std::time::Duration;

use aws_sdk_bedrockruntime::config::{
    ConfigBag, Credentials, ResolveCachedIdentity, ResolveIdentity, RuntimeComponents, SharedIdentityCache,
};
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityCachePartition, IdentityFuture, SharedIdentityResolver,
};
use thiserror::Error;
use tokio::time::timeout;

use super::failure::error_chain;
use super::{Example, KnownFailure, Pattern};
use crate::settings::{ContainerCredentials, CredentialSource, printable, value_error, visible};

/// The longest time that a provider may take.
///
/// The credentials endpoint of a container is on the same machine or link. A longer wait would exceed the time limits
/// of the calls, and the log would then report a timeout of the service.
const LOAD_TIMEOUT: Duration = Duration::from_secs(1);

const fn row(name: &'static str, code: &'static [&'static str; 1], hint: &'static str) -> KnownFailure<()> {
    let example = Example { status: 0, code: code[0], message: "" };
    KnownFailure { name, pattern: Pattern::Code(code), example, hint, action: () }
}

/// The environment names no source of credentials.
pub const NO_CREDENTIALS: KnownFailure<()> = row(
    "no credentials",
    &["NoCredentials"],
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_CONTAINER_CREDENTIALS_FULL_URI: Lambda sets them from the \
     function's role",
);
/// The credentials endpoint of the container returns no credentials.
pub const ENDPOINT_FAILED: KnownFailure<()> = row(
    "the container's credentials endpoint returns no credentials",
    &["CredentialsEndpoint"],
    "check which server answers at the address in AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, \
     which the detail names, and that it accepts the token in AWS_CONTAINER_AUTHORIZATION_TOKEN or \
     AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
);
/// The file with the token for that endpoint cannot be used.
pub const TOKEN_FILE_FAILED: KnownFailure<()> = row(
    "the token file for the container's credentials endpoint cannot be used",
    &["CredentialsTokenFile"],
    "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to a readable file that contains only the token, without a line break at \
     its end: the detail names the file",
);
/// A source returned credentials with characters that are not allowed in a signed request.
pub const UNFIT_CREDENTIALS: KnownFailure<()> = row(
    "credentials with characters that are not allowed in a signed request",
    &["UnfitCredentials"],
    "replace the value that the detail names: line breaks, control characters and spaces are not allowed",
);

/// The reason why there are no credentials. It contains no value of a key or token.
///
/// `code` and `detail` are those of [`super::Failure`].
#[derive(Debug, Error)]
#[error("{detail}")]
pub(super) struct CredentialsError {
    pub(super) code: &'static str,
    pub(super) detail: String,
}

impl CredentialsError {
    fn new(row: &KnownFailure<()>, detail: String) -> Self {
        Self { code: row.example.code, detail }
    }
}

/// An identity cache that contains only checked credentials.
#[derive(Debug)]
pub(super) struct CheckedCache {
    pub(super) cache: SharedIdentityCache,
    pub(super) source: CredentialSource,
}

impl ResolveCachedIdentity for CheckedCache {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        let checked = CheckedResolver { resolver, source: self.source.clone() };
        self.cache.resolve_cached_identity(SharedIdentityResolver::new(checked), components, bag)
    }
}

/// Loads credentials from `resolver` and checks them.
#[derive(Debug)]
struct CheckedResolver {
    resolver: SharedIdentityResolver,
    source: CredentialSource,
}

impl ResolveIdentity for CheckedResolver {
    fn resolve_identity<'a>(&'a self, components: &'a RuntimeComponents, bag: &'a ConfigBag) -> IdentityFuture<'a> {
        IdentityFuture::new(async move { Ok(self.load(components, bag).await?) })
    }

    /// The partition of `resolver`. Each call wraps `resolver` in a new value, and all calls must share one cache
    /// entry.
    fn cache_partition(&self) -> Option<IdentityCachePartition> {
        Some(self.resolver.cache_partition())
    }
}

impl CheckedResolver {
    async fn load(&self, components: &RuntimeComponents, bag: &ConfigBag) -> Result<Identity, CredentialsError> {
        let failed = |detail: String| match &self.source {
            CredentialSource::Container(container) => {
                CredentialsError::new(&ENDPOINT_FAILED, format!("{container}: {detail}"))
            }
            CredentialSource::Variables | CredentialSource::Unset => CredentialsError::new(&NO_CREDENTIALS, detail),
        };
        let names = match &self.source {
            CredentialSource::Unset => return Err(failed("no variable names a source of credentials".to_owned())),
            CredentialSource::Variables => CredentialSource::VARIABLES.map(str::to_owned),
            CredentialSource::Container(container) => {
                check_token_file(container)?;
                ["AccessKeyId", "SecretAccessKey", "Token"].map(|name| format!("{name} of {container},"))
            }
        };
        let loading = timeout(LOAD_TIMEOUT, self.resolver.resolve_identity(components, bag)).await;
        let loaded = loading.map_err(|_| failed(format!("no answer within {} ms", LOAD_TIMEOUT.as_millis())))?;
        let identity = loaded.map_err(|cause| failed(error_chain(cause.as_ref())))?;
        if let Some(credentials) = identity.data::<Credentials>() {
            let values =
                [Some(credentials.access_key_id()), Some(credentials.secret_access_key()), credentials.session_token()];
            for (name, value) in names.iter().zip(values) {
                if let Some(fault) = value.and_then(|value| value_error(value, visible)) {
                    return Err(CredentialsError::new(&UNFIT_CREDENTIALS, format!("{name} {fault}")));
                }
            }
        }
        Ok(identity)
    }
}

/// Checks the token file. The SDK reads it too, but its errors do not name the file.
fn check_token_file(container: &ContainerCredentials) -> Result<(), CredentialsError> {
    let Some(path) = &container.token_file else { return Ok(()) };
    let fault = match fs::read(path) {
        Ok(token) => value_error(&String::from_utf8_lossy(&token), printable),
        Err(cause) => Some(format!("cannot be read: {cause}")),
    };
    let at = |fault| format!("{path}, which AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names, {fault}");
    fault.map_or(Ok(()), |fault| Err(CredentialsError::new(&TOKEN_FILE_FAILED, at(fault))))
}

#[cfg(test)]
mod tests;
