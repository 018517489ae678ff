//! The credentials of a profile that was named.

use std::error::Error;
use std::fmt;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

/// How an error of them begins to tell whose they are.
const USING: &str = "using the profile ";

/// Credentials whose error tells the profile's name, which the SDK's own does not always.
#[derive(Debug)]
pub(super) struct OfProfile {
    pub(super) name: String,
    pub(super) credentials: ProfileFileCredentialsProvider,
}

impl ProvideCredentials for OfProfile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let named = |source| CredentialsError::provider_error(Named { name: self.name.clone(), source });
        future::ProvideCredentials::new(async move { self.credentials.provide_credentials().await.map_err(named) })
    }
}

#[derive(Debug)]
struct Named {
    name: String,
    source: CredentialsError,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{USING}{}", self.name)
    }
}

impl Error for Named {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// The profile that an error tells of, by its causes.
pub(super) fn told(causes: &[String]) -> Option<&str> {
    causes.iter().find_map(|cause| cause.strip_prefix(USING))
}
