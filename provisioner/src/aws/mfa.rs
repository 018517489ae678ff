//! The roles of a profile. The SDK for Rust ignores `mfa_serial`, calls `AssumeRole` without an MFA code, and signs
//! with unchecked credentials (aws-config 1.13).

mod code;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use tokio::sync::Mutex;
use tokio::time::Instant;

pub use self::code::AskCode;
pub(super) use self::code::NoCode;
use super::credentials::{container, environment, machine, usable};
use super::pace::is_refusal;
use super::problem::within;
use super::profile::Profiles;
use super::source::{Base, Chain, Role};
use crate::error::{Error, Result};

/// Credentials that expire sooner than this are not used again.
const MARGIN: Duration = Duration::from_secs(60);

/// For how long other callers get the same failure, if it may be temporary. The clients of a run ask within
/// milliseconds, and each new attempt asks the user for another code.
const SHARED: Duration = Duration::from_secs(10);

/// The provider of the credentials of a profile's roles.
pub(super) struct Roles {
    base: SharedCredentialsProvider,
    roles: Vec<Role>,
    config: SdkConfig,
    ask: Option<AskCode>,
    /// The region, where the profile contains it.
    region: Option<String>,
    /// The result of the last MFA code. The user is asked once, however many clients need the credentials, and a
    /// failure is the answer to all of them.
    given: Mutex<Option<Given>>,
}

/// The result of the last attempt.
struct Given {
    outcome: std::result::Result<Credentials, Arc<CredentialsError>>,
    at: Instant,
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roles").field("roles", &self.roles).finish_non_exhaustive()
    }
}

impl Roles {
    /// # Errors
    /// When the first credentials of the roles are of a kind that cannot be read apart from the role.
    pub(super) fn of(
        chain: &Chain,
        profiles: &Profiles,
        config: &SdkConfig,
        conf: &ProviderConfig,
        ask: Option<AskCode>,
    ) -> Result<Self> {
        let base = match &chain.base {
            Base::Keys => SharedCredentialsProvider::new(keys(chain, profiles)),
            _ if chain.roles.first().is_none_or(|role| role.profile != chain.base_profile) => {
                let profile = ProfileFileCredentialsProvider::builder().configure(conf);
                SharedCredentialsProvider::new(profile.profile_name(&chain.base_profile).build())
            }
            Base::Named(source) => match source.to_ascii_lowercase().as_str() {
                "environment" => environment(),
                "ecscontainer" => container(conf),
                _ => machine(conf),
            },
            Base::Sso | Base::Login | Base::Process | Base::WebIdentity(_) => {
                return Err(Error::new(
                    format!("using the profile `{}`", chain.profile),
                    "its role requires MFA, and its first credentials are in the same profile",
                )
                .hint("move them to another profile, and set `source_profile` to its name"));
            }
        };
        let region = profiles.set.get("region").filter(|own| config.region().is_some_and(|used| used.as_ref() == *own));
        Ok(Self {
            base,
            roles: chain.roles.clone(),
            config: config.clone(),
            ask,
            region: region.map(str::to_owned),
            given: Mutex::default(),
        })
    }

    async fn credentials(&self) -> provider::Result {
        if self.roles.iter().all(|role| role.mfa_serial.is_none()) {
            return self.assumed().await;
        }
        let mut given = self.given.lock().await;
        let given = match given.take() {
            Some(before) if !self.has_run_out(&before) => given.insert(before),
            _ => {
                let outcome = self.assumed().await.map_err(Arc::new);
                given.insert(Given { outcome, at: Instant::now() })
            }
        };
        given.outcome.clone().map_err(|failure| CredentialsError::provider_error(Remembered(failure)))
    }

    /// Whether the user must be asked again.
    fn has_run_out(&self, Given { outcome, at }: &Given) -> bool {
        let now = self.config.time_source().unwrap_or_default().now();
        match outcome {
            Ok(credentials) => credentials.expiry().is_some_and(|until| until < now + MARGIN),
            Err(failure) => !is_final(failure) && at.elapsed() >= SHARED,
        }
    }

    async fn assumed(&self) -> provider::Result {
        let mut credentials = usable(&self.base).await?;
        for role in &self.roles {
            credentials = self.assume(role, credentials).await?;
        }
        Ok(credentials)
    }

    async fn assume(&self, role: &Role, credentials: Credentials) -> provider::Result {
        let code = match &role.mfa_serial {
            Some(serial) => Some(code::code(self.ask.as_ref(), serial, &role.profile, self.region.as_deref()).await?),
            None => None,
        };
        let as_base = self.config.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials));
        let request = aws_sdk_sts::Client::new(&as_base.build())
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(role.session_name.as_deref().unwrap_or("provisioner"))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration)
            .set_serial_number(role.mfa_serial.clone())
            .set_token_code(code);
        let answer = request.send().await.map_err(CredentialsError::provider_error)?;
        let given =
            answer.credentials.ok_or_else(|| CredentialsError::unhandled("the answer contains no credentials"))?;
        let until = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            Some(until),
            "AssumeRole",
        ))
    }
}

/// Whether a retry fails in the same way: there is no code, or STS refuses the code or the role. A call that did not
/// reach STS, a server fault, and an answer that does not come from STS may be temporary.
fn is_final(failure: &CredentialsError) -> bool {
    let refusal = within::<SdkError<AssumeRoleError>>(failure).filter(|error| {
        let is_client_error = error.raw_response().is_some_and(|answer| answer.status().is_client_error());
        is_client_error && error.code().is_some_and(|code| !is_refusal(code))
    });
    within::<NoCode>(failure).is_some() || refusal.is_some()
}

impl ProvideCredentials for Roles {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

fn keys(chain: &Chain, profiles: &Profiles) -> Credentials {
    let profile = profiles.set.get_profile(&chain.base_profile);
    let text = |name: &str| profile.and_then(|profile| profile.get(name)).map(str::to_owned);
    let key = |name: &str| text(name).unwrap_or_default();
    Credentials::new(key("aws_access_key_id"), key("aws_secret_access_key"), text("aws_session_token"), None, "profile")
}

/// A failure that an earlier caller got too.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Remembered(#[source] Arc<CredentialsError>);

#[cfg(test)]
mod tests;
