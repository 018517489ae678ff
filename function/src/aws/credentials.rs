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

use super::trouble::chain;
use super::{Example, Known, Sign};
use crate::settings::{Container, Source, printable, unfit, visible};

/// The longest time that a provider may take.
///
/// The credentials endpoint of a container is on the same machine or link. A longer wait would exceed the time limits
/// of the calls, and the log would then report a timeout of the service.
const LONGEST_LOAD: Duration = Duration::from_secs(1);

const fn row(what: &'static str, code: &'static [&'static str; 1], hint: &'static str) -> Known<()> {
    let example = Example { status: 0, code: code[0], message: "" };
    Known { what, sign: Sign::Code(code), example, hint, then: () }
}

/// The environment names no source of credentials.
pub const NO_CREDENTIALS: Known<()> = row(
    "no credentials",
    &["NoCredentials"],
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_CONTAINER_CREDENTIALS_FULL_URI: Lambda sets them from the \
     function's role",
);
/// The credentials endpoint of the container returns no credentials.
pub const ENDPOINT_FAILED: Known<()> = row(
    "the container's credentials endpoint does not give credentials",
    &["CredentialsEndpoint"],
    "check what answers at the address in AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, \
     which the detail names, and that it takes the token in AWS_CONTAINER_AUTHORIZATION_TOKEN or \
     AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
);
/// The file with the token for that endpoint cannot be used.
pub const TOKEN_FILE_FAILED: Known<()> = row(
    "the token file for the container's credentials endpoint cannot be used",
    &["CredentialsTokenFile"],
    "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to a file that the function can read and that holds the token alone, \
     without a line break at its end: the detail names the file",
);
/// A source returned credentials that no request can be signed with.
pub const UNFIT_CREDENTIALS: Known<()> = row(
    "credentials with characters that no request can be signed with",
    &["UnfitCredentials"],
    "set the value that the detail names again, without line breaks, control characters and spaces",
);

/// The reason why there are no credentials. It contains no value of a key or token.
///
/// `code` and `detail` are those of [`super::Trouble`].
#[derive(Debug, Error)]
#[error("{detail}")]
pub(super) struct NoCredentials {
    pub(super) code: &'static str,
    pub(super) detail: String,
}

impl NoCredentials {
    fn new(row: &Known<()>, detail: String) -> Self {
        Self { code: row.example.code, detail }
    }
}

/// An identity cache that contains only checked credentials.
#[derive(Debug)]
pub(super) struct CheckedCache {
    pub(super) cache: SharedIdentityCache,
    pub(super) source: Source,
}

impl ResolveCachedIdentity for CheckedCache {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        let checked = Checked { resolver, source: self.source.clone() };
        self.cache.resolve_cached_identity(SharedIdentityResolver::new(checked), components, bag)
    }
}

/// Loads credentials from `resolver` and checks them.
#[derive(Debug)]
struct Checked {
    resolver: SharedIdentityResolver,
    source: Source,
}

impl ResolveIdentity for Checked {
    fn resolve_identity<'a>(&'a self, components: &'a RuntimeComponents, bag: &'a ConfigBag) -> IdentityFuture<'a> {
        IdentityFuture::new(async move { Ok(self.load(components, bag).await?) })
    }

    /// The partition of `resolver`. Each call wraps `resolver` in a new value, and all calls must share one cache
    /// entry.
    fn cache_partition(&self) -> Option<IdentityCachePartition> {
        Some(self.resolver.cache_partition())
    }
}

impl Checked {
    async fn load(&self, components: &RuntimeComponents, bag: &ConfigBag) -> Result<Identity, NoCredentials> {
        let failed = |detail: String| match &self.source {
            Source::Container(container) => NoCredentials::new(&ENDPOINT_FAILED, format!("{container}: {detail}")),
            Source::Variables | Source::Unset => NoCredentials::new(&NO_CREDENTIALS, detail),
        };
        let names = match &self.source {
            Source::Unset => return Err(failed("no variable names a source of credentials".to_owned())),
            Source::Variables => Source::VARIABLES.map(str::to_owned),
            Source::Container(container) => {
                check_token_file(container)?;
                ["AccessKeyId", "SecretAccessKey", "Token"].map(|name| format!("{name} of {container},"))
            }
        };
        let loading = timeout(LONGEST_LOAD, self.resolver.resolve_identity(components, bag)).await;
        let loaded = loading.map_err(|_| failed(format!("no answer within {} ms", LONGEST_LOAD.as_millis())))?;
        let identity = loaded.map_err(|cause| failed(chain(cause.as_ref())))?;
        if let Some(credentials) = identity.data::<Credentials>() {
            let values =
                [Some(credentials.access_key_id()), Some(credentials.secret_access_key()), credentials.session_token()];
            for (name, value) in names.iter().zip(values) {
                if let Some(fault) = value.and_then(|value| unfit(value, visible)) {
                    return Err(NoCredentials::new(&UNFIT_CREDENTIALS, format!("{name} {fault}")));
                }
            }
        }
        Ok(identity)
    }
}

/// Checks the token file. The SDK reads it too, but its errors do not name the file.
fn check_token_file(container: &Container) -> Result<(), NoCredentials> {
    let Some(path) = &container.token_file else { return Ok(()) };
    let fault = match fs::read(path) {
        Ok(token) => unfit(&String::from_utf8_lossy(&token), printable),
        Err(cause) => Some(format!("cannot be read: {cause}")),
    };
    let at = |fault| format!("{path}, which AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names, {fault}");
    fault.map_or(Ok(()), |fault| Err(NoCredentials::new(&TOKEN_FILE_FAILED, at(fault))))
}

#[cfg(test)]
mod tests;
