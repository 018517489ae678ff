//! Roles that ask for the code of a device (`mfa_serial`): the SDK for Rust ignores that setting and calls
//! `AssumeRole` without a code, as of aws-config 1.13.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use tokio::task::spawn_blocking;

use super::profile::Profiles;
use super::source::{Base, Chain, Role};
use crate::error::{Error, Result};

/// Asks a person a question. `None` without an answer.
pub type AskCode = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Credentials of roles of which one asks for a code.
pub(super) struct WithCode {
    base: SharedCredentialsProvider,
    /// From the first that asks for a code on.
    roles: Vec<Role>,
    config: SdkConfig,
    ask: Option<AskCode>,
}

impl fmt::Debug for WithCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithCode").field("roles", &self.roles).finish_non_exhaustive()
    }
}

impl WithCode {
    /// # Errors
    /// When the first credentials of such a role are of a kind that has no provider of its own.
    pub(super) fn of(
        chain: &Chain,
        profiles: &Profiles,
        config: &SdkConfig,
        conf: &ProviderConfig,
        ask: Option<AskCode>,
    ) -> Result<Self> {
        let before = chain.roles.iter().take_while(|role| role.mfa_serial.is_none()).count();
        let of_profile = |name: &str| {
            SharedCredentialsProvider::new(
                ProfileFileCredentialsProvider::builder().configure(conf).profile_name(name).build(),
            )
        };
        let base = match before.checked_sub(1).and_then(|last| chain.roles.get(last)) {
            Some(role) => of_profile(&role.profile),
            None => match &chain.base {
                Base::Keys => SharedCredentialsProvider::new(keys(chain, profiles)),
                _ if chain.roles.first().is_none_or(|role| role.profile != chain.base_profile) => {
                    of_profile(&chain.base_profile)
                }
                Base::Named(source) => named(source, conf),
                Base::Sso | Base::Login | Base::Process | Base::WebIdentity(_) => {
                    return Err(Error::new(
                        format!("using the profile `{}`", chain.profile),
                        "its role asks for MFA, and its first credentials are in the same profile",
                    )
                    .hint("move them to a profile of their own, and name that as `source_profile`"));
                }
            },
        };
        Ok(Self { base, roles: chain.roles[before..].to_vec(), config: config.clone(), ask })
    }

    async fn credentials(&self) -> provider::Result {
        let mut credentials = self.base.provide_credentials().await?;
        for role in &self.roles {
            credentials = self.assume(role, credentials).await?;
        }
        Ok(credentials)
    }

    async fn assume(&self, role: &Role, credentials: Credentials) -> provider::Result {
        let code = match &role.mfa_serial {
            Some(serial) => Some(self.code(role, serial).await?),
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
        let given = answer.credentials.ok_or_else(|| CredentialsError::unhandled("the answer holds no credentials"))?;
        let until = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            Some(until),
            "AssumeRole with MFA",
        ))
    }

    async fn code(&self, role: &Role, serial: &str) -> std::result::Result<String, CredentialsError> {
        let no_code = || CredentialsError::provider_error(NoCode { serial: serial.to_owned() });
        let ask = self.ask.clone().ok_or_else(no_code)?;
        let question = format!("MFA code of {serial} for the profile `{}`:", role.profile);
        let answer = spawn_blocking(move || ask(&question)).await.map_err(CredentialsError::unhandled)?;
        answer.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()).ok_or_else(no_code)
    }
}

impl ProvideCredentials for WithCode {
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

fn named(source: &str, conf: &ProviderConfig) -> SharedCredentialsProvider {
    match source.to_ascii_lowercase().as_str() {
        "environment" => SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()),
        "ecscontainer" => SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(conf).build()),
        _ => SharedCredentialsProvider::new(ImdsCredentialsProvider::builder().configure(conf).build()),
    }
}

/// No person gave the code.
#[derive(Debug)]
pub(super) struct NoCode {
    serial: String,
}

impl NoCode {
    /// How else such a profile can be used.
    pub(super) fn hint(&self, profile: &str) -> String {
        format!(
            "run it in a terminal, or run `eval \"$(aws configure export-credentials --profile {profile} --format \
             env)\"`, which asks for the code, and then the same command without `--profile`"
        )
    }
}

impl fmt::Display for NoCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its role asks for the MFA code of {}, and no one is there to type it", self.serial)
    }
}

impl StdError for NoCode {}

#[cfg(test)]
#[path = "mfa/tests.rs"]
mod tests;
