//! Credentials, and the hints where there are none.

mod fault;

use std::error::Error as StdError;

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use self::fault::Fault;
use super::advice::{Advice, LOG_IN, advice, refusal};
use super::mfa::{AskCode, NoCode, Roles};
use super::origin::NotAws;
use super::problem::{causes, not_aws, within};
use super::profile::Profiles;
use super::source::{Base, Chain, Source};
use crate::error::Result;
use crate::phrase::Phrase;

/// Creates the provider of the credentials from `source`. `config` is the clients' configuration, still without
/// credentials.
///
/// # Errors
/// When the first credentials of a role with MFA are of a kind that cannot be read apart from the role.
pub(super) fn provider(
    source: Source,
    profiles: &Profiles,
    config: &SdkConfig,
    http: SharedHttpClient,
    ask: Option<AskCode>,
) -> Result<SharedCredentialsProvider> {
    let conf = ProviderConfig::without_region().with_region(config.region().cloned()).with_http_client(http);
    let provider = match &source {
        Source::Profile(chain) if chain.needs_a_code() || chain.has_roles_to_assume() => {
            SharedCredentialsProvider::new(Roles::of(chain, profiles, config, &conf, ask)?)
        }
        Source::Profile(_) => {
            let profile = ProfileFileCredentialsProvider::builder().configure(&conf).profile_name(&profiles.name);
            SharedCredentialsProvider::new(profile.build())
        }
        Source::Environment => environment(),
        Source::WebIdentity => {
            let by_token = WebIdentityTokenCredentialsProvider::builder().configure(&conf);
            SharedCredentialsProvider::new(by_token.build())
        }
        Source::Container => container(&conf),
        Source::Machine(_) => machine(&conf),
    };
    Ok(SharedCredentialsProvider::new(Named { source, provider }))
}

/// The provider that reads environment variables.
pub(super) fn environment() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
}

/// The provider that asks the credentials endpoint of a container.
pub(super) fn container(conf: &ProviderConfig) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(conf).build())
}

/// The provider that asks the metadata service of an EC2 instance.
pub(super) fn machine(conf: &ProviderConfig) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(ImdsCredentialsProvider::builder().configure(conf).build())
}

/// The credentials of a provider. Fails where a call cannot be signed with them.
pub(super) async fn usable(provider: &SharedCredentialsProvider) -> provider::Result {
    let credentials = provider.provide_credentials().await?;
    match Fault::of(&credentials) {
        Some(fault) => Err(CredentialsError::provider_error(fault)),
        None => Ok(credentials),
    }
}

/// A provider that checks its credentials and adds their source to an error.
#[derive(Debug)]
struct Named {
    source: Source,
    provider: SharedCredentialsProvider,
}

impl ProvideCredentials for Named {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let named = |cause| CredentialsError::provider_error(NoCredentials { from: self.source.clone(), cause });
        future::ProvideCredentials::new(async move { usable(&self.provider).await.map_err(named) })
    }
}

/// Why there are no credentials. A call that fails with this error was not sent.
#[derive(Debug, thiserror::Error)]
#[error("no credentials")]
pub(super) struct NoCredentials {
    from: Source,
    #[source]
    cause: CredentialsError,
}

impl NoCredentials {
    /// The cause and the hint.
    pub(super) fn advice(&self) -> Advice {
        if let Some(fault) = within::<Fault>(&self.cause) {
            return fault.advice(&self.from);
        }
        let causes = causes(&self.cause);
        match &self.from {
            Source::Profile(chain) => of_profile(chain, &self.cause, &causes),
            Source::WebIdentity => web_identity("AWS_WEB_IDENTITY_TOKEN_FILE", &self.cause, &causes),
            Source::Container => Advice::new(
                format!("the container's credentials could not be read: {}", deepest(&causes)),
                "check AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI and the \
                 authorization token, or unset them to use other credentials",
            ),
            Source::Machine(Some(profile)) => Advice::new(
                format!(
                    "the profile `{profile}` has no credentials, and neither has a container or a role of this machine"
                ),
                super::source::log_in(profile),
            ),
            Source::Machine(None) | Source::Environment => Advice::new(
                "no AWS credentials were found: none in the environment, no profile with credentials in ~/.aws, and \
                 no role of this machine",
                LOG_IN,
            ),
        }
    }
}

fn of_profile(chain: &Chain, error: &(dyn StdError + 'static), causes: &[String]) -> Advice {
    let Chain { profile, roles, base_profile, base } = chain;
    let of = |cause: String| format!("the profile `{profile}` gives no credentials: {cause}");
    let advise = |cause: String, hint: String| Advice::new(of(cause), hint);
    if let Some(no_code) = within::<NoCode>(error) {
        return Advice::new(of(no_code.to_string()), no_code.hint(profile));
    }
    if let Some(Advice { cause, hint }) = not_aws_but(error) {
        return advise(cause, hint.to_string());
    }
    if let Some((code, message)) = refused_role(error) {
        // STS's message begins with this text for a wrong code, a code that was already used, and another user's
        // device.
        if chain.needs_a_code() && Phrase::WRONG_MFA_CODE.is_in(message) {
            return advise(format!("AWS did not accept the MFA code: {message} ({code})"), ANOTHER_CODE.to_owned());
        }
        let arns: Vec<_> = roles.iter().map(|role| role.arn.as_str()).collect();
        let hint = match code {
            "AccessDenied" => format!(
                "allow the credentials of the profile `{base_profile}` the action `sts:AssumeRole` on the role, and \
                 name them in the role's trust policy; for a role that requires MFA, set `mfa_serial` in the profile"
            ),
            "ExpiredToken" | "ExpiredTokenException" => base.renewal(base_profile),
            _ => refusal(code, message)
                .map_or_else(|| format!("check the profile `{profile}` and that role"), |hint| hint.to_string()),
        };
        return advise(format!("assuming the role {}: {message} ({code})", arns.join(" or ")), hint);
    }
    if let (Base::WebIdentity(file), false) = (base, Phrase::NO_ANSWER.is_in_any(causes)) {
        let Advice { cause, hint } = web_identity(file, error, causes);
        return advise(cause, hint.to_string());
    }
    if Phrase::NO_ANSWER.is_in_any(causes) && !matches!(base, Base::Named(_)) {
        let Advice { cause, hint } = advice(causes);
        return advise(cause, hint.to_string());
    }
    let deepest = deepest(causes);
    match base {
        Base::Sso if Phrase::ROLE_NOT_IN_LOGIN.is_in_any(causes) => advise(
            deepest,
            format!(
                "check `sso_account_id` and `sso_role_name` of the profile `{base_profile}`: the login is valid, but \
                 does not include that role"
            ),
        ),
        Base::Sso | Base::Login if Phrase::NO_LOGIN.is_in(&deepest) => advise("it is not logged in".to_owned(), {
            format!("log in (`aws {} --profile {base_profile}`), then run the same command", base.login())
        }),
        Base::Sso | Base::Login => advise(deepest, base.renewal(base_profile)),
        Base::Process => advise(
            of_process(&deepest),
            format!(
                "run the command of `credential_process` in the profile `{base_profile}` by hand: it must print JSON \
                 with Version 1, AccessKeyId and SecretAccessKey"
            ),
        ),
        Base::Named(source) => advise(
            format!("its `credential_source` is `{source}`, which has no credentials: {deepest}"),
            format!(
                "set another `credential_source` in the profile `{base_profile}`, or run the command where this one has credentials"
            ),
        ),
        Base::Keys | Base::WebIdentity(_) => advise(deepest, super::source::log_in(base_profile)),
    }
}

const ANOTHER_CODE: &str = "wait for the next code of the device, because AWS accepts each code once (if AWS refused the \
                            next one too, check `mfa_serial` of the profile and the clock of the device), then run the \
                            same command again";

/// The cause and the hint where an answer does not come from AWS.
fn not_aws_but(error: &(dyn StdError + 'static)) -> Option<Advice> {
    let role = || not_aws(within::<SdkError<AssumeRoleError>>(error)?);
    let by_token = || not_aws(within::<SdkError<AssumeRoleWithWebIdentityError>>(error)?);
    within::<NotAws>(error).map(NotAws::advice).or_else(|| Some(role().or_else(by_token)?.advice()))
}

/// The code and the message with which STS refused to assume a role.
fn refused_role<'a>(error: &'a (dyn StdError + 'static)) -> Option<(&'a str, &'a str)> {
    let role = within::<AssumeRoleError>(error).map(AssumeRoleError::meta);
    let by_token = || within::<AssumeRoleWithWebIdentityError>(error).map(AssumeRoleWithWebIdentityError::meta);
    let meta = role.or_else(by_token)?;
    Some((meta.code()?, meta.message().unwrap_or("no message")))
}

fn web_identity(file: &str, error: &(dyn StdError + 'static), causes: &[String]) -> Advice {
    if let Some(advice) = not_aws_but(error) {
        return advice;
    }
    if let Some((code, message)) = refused_role(error) {
        return Advice::new(
            format!("AWS does not accept the web identity token: {message} ({code})"),
            format!("renew the token that {file} names, and check the role and its trust policy"),
        );
    }
    if Phrase::NO_ANSWER.is_in_any(causes) {
        return advice(causes);
    }
    Advice::new(
        format!("the web identity token of {file} could not be used: {}", deepest(causes)),
        format!("check that {file} names a file with a token, and the role for it"),
    )
}

/// The SDK's messages are `Error retrieving credentials: external process exited with code exit status: 3. Stderr: …`
/// and `Error retrieving credentials from external process, could not parse response: …`.
fn of_process(words: &str) -> String {
    if let Some((_, rest)) = words.split_once("exited with code ") {
        let (status, output) = rest.split_once(". Stderr: ").unwrap_or((rest, ""));
        let output = match output.trim() {
            "" => "without a message".to_owned(),
            output => format!("and prints: {output}"),
        };
        return format!("its `credential_process` fails with {} {output}", status.replace(": ", " "));
    }
    match words.split_once("could not parse response: ") {
        Some((_, why)) => format!("its `credential_process` does not print credentials: {why}"),
        None => format!("its `credential_process` fails: {words}"),
    }
}

fn deepest(causes: &[String]) -> String {
    causes.last().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
