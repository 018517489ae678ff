//! Where credentials come from, decided from the environment and the profiles before any request is sent.
//!
//! The order is the SDK's: `aws_config::default_provider::credentials` and `aws_config::profile::credentials`, 1.13.

use aws_config::profile::Profile;
use aws_types::os_shim_internal::Env;

use super::profile::Profiles;
use crate::error::{Error, Result};

/// Where credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    Environment,
    /// A profile.
    Profile(Chain),
    /// `AWS_WEB_IDENTITY_TOKEN_FILE`.
    WebIdentity,
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    Container,
    /// The role of this EC2 instance, because nothing else is configured. Contains the name of the selected profile,
    /// which has no credentials.
    Machine(Option<String>),
}

/// A profile with the profiles that it builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    /// The name of the selected profile.
    pub(super) profile: String,
    /// The roles to assume, in order; the role of the selected profile is the last.
    pub(super) roles: Vec<Role>,
    /// The profile that contains the first credentials.
    pub(super) base_profile: String,
    /// The kind of these credentials.
    pub(super) base: Base,
}

/// A role of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) profile: String,
    pub(super) arn: String,
    pub(super) external_id: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) mfa_serial: Option<String>,
    /// In seconds.
    pub(super) duration: Option<i32>,
}

/// The kind of the credentials that a profile itself contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Base {
    /// Keys in the file.
    Keys,
    /// `aws sso login`.
    Sso,
    /// `aws login`.
    Login,
    /// `credential_process`.
    Process,
    /// `web_identity_token_file`, with its path.
    WebIdentity(String),
    /// `credential_source`, with its value.
    Named(String),
}

impl Source {
    /// Decides the source.
    ///
    /// # Errors
    /// When the configuration cannot give credentials: half of a key pair, a profile that does not exist, profiles that
    /// name each other in a circle, a web identity token without its role.
    pub(super) fn of(env: &Env, profiles: &Profiles) -> Result<Self> {
        let set = |name: &str| env.get(name).is_ok_and(|value| !value.trim().is_empty());
        // A user who names a profile with `--profile` means its account, whatever keys the environment contains.
        let means_a_profile = profiles.named_by == Some("--profile");
        if !means_a_profile {
            match (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY") || set("SECRET_ACCESS_KEY")) {
                (true, true) => return Ok(Self::Environment),
                (true, false) => return Err(half_of_a_pair("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
                (false, true) => return Err(half_of_a_pair("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")),
                (false, false) => {}
            }
        }
        if let Some(profile) = profiles.used()? {
            // A profile may contain only a region. The search then continues, as in AWS's CLI.
            if let Some(chain) = Chain::of(profiles, profile)? {
                return Ok(Self::Profile(chain));
            }
        }
        // With `--profile` AWS's CLI reads no credentials from the environment, this token included (botocore 1.43,
        // `create_credential_resolver`).
        if !means_a_profile && set("AWS_WEB_IDENTITY_TOKEN_FILE") {
            return if set("AWS_ROLE_ARN") { Ok(Self::WebIdentity) } else { Err(token_without_a_role()) };
        }
        if set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || set("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            return Ok(Self::Container);
        }
        Ok(Self::Machine(profiles.named_by.map(|_| profiles.name.clone())))
    }
}

impl Chain {
    /// Follows a profile to its first credentials; `None` when it has none.
    fn of(profiles: &Profiles, first: &Profile) -> Result<Option<Self>> {
        let (mut roles, mut visited, mut profile) = (Vec::new(), Vec::<&str>::new(), first);
        let base = loop {
            if visited.contains(&profile.name()) {
                return Err(circle(first.name(), &visited, profile.name()));
            }
            visited.push(profile.name());
            // In a profile that another one builds on, keys have precedence.
            if visited.len() > 1 && keys(profile)? {
                break Some(Base::Keys);
            }
            let role = profile.get("role_arn").filter(|_| profile.get("web_identity_token_file").is_none());
            let Some(arn) = role else { break base(profiles, profile)? };
            roles.push(Role::of(profile, arn)?);
            match (profile.get("source_profile"), profile.get("credential_source")) {
                (Some(_), Some(_)) => {
                    return Err(refused(profile.name(), "it has both `source_profile` and `credential_source`")
                        .hint("remove one of the two"));
                }
                (None, None) => {
                    return Err(refused(
                        profile.name(),
                        "it has `role_arn`, but neither `source_profile` nor `credential_source`",
                    )
                    .hint("set `source_profile` to a profile whose credentials may assume the role"));
                }
                (None, Some(_)) => break base(profiles, profile)?,
                (Some(source), None) if source == profile.name() => break base(profiles, profile)?,
                (Some(source), None) => match profiles.set.get_profile(source) {
                    Some(next) => profile = next,
                    None => {
                        let cause = format!("its `source_profile` is `{source}`, which does not exist");
                        return Err(refused(profile.name(), cause).hint(profiles.which_profiles(source)));
                    }
                },
            }
        };
        let Some(base) = base else {
            if roles.is_empty() {
                return Ok(None);
            }
            let cause = format!("its `source_profile`, `{}`, has no credentials", profile.name());
            return Err(refused(first.name(), cause).hint(log_in(profile.name())));
        };
        roles.reverse();
        Ok(Some(Self { profile: first.name().to_owned(), roles, base_profile: profile.name().to_owned(), base }))
    }

    /// Whether a role of the chain needs an MFA code.
    pub(super) fn needs_a_code(&self) -> bool {
        self.roles.iter().any(|role| role.mfa_serial.is_some())
    }

    /// Whether the first credentials are read here, apart from the roles: they are in another profile, or of a kind
    /// that is read here. The SDK for Rust assumes the other roles by itself.
    pub(super) fn has_roles_to_assume(&self) -> bool {
        let apart = |role: &Role| role.profile != self.base_profile;
        self.roles.first().is_some_and(|role| apart(role) || matches!(self.base, Base::Keys | Base::Named(_)))
    }
}

impl Role {
    fn of(profile: &Profile, arn: &str) -> Result<Self> {
        let text = |name: &str| profile.get(name).map(str::to_owned);
        let seconds = |value: &str| {
            value.parse().map_err(|_| {
                refused(profile.name(), format!("its `duration_seconds` is `{value}`, which is not a number"))
                    .hint("write it as seconds, such as `duration_seconds = 3600`")
            })
        };
        Ok(Self {
            profile: profile.name().to_owned(),
            arn: arn.to_owned(),
            external_id: text("external_id"),
            session_name: text("role_session_name"),
            mfa_serial: text("mfa_serial"),
            duration: profile.get("duration_seconds").map(seconds).transpose()?,
        })
    }
}

fn base(profiles: &Profiles, profile: &Profile) -> Result<Option<Base>> {
    let has = |name: &str| profile.get(name).is_some();
    if let Some(source) = profile.get("credential_source") {
        return match source.to_ascii_lowercase().as_str() {
            "environment" | "ec2instancemetadata" | "ecscontainer" => Ok(Some(Base::Named(source.to_owned()))),
            _ => Err(refused(profile.name(), format!("its `credential_source` is `{source}`"))
                .hint("write `Environment`, `Ec2InstanceMetadata` or `EcsContainer`")),
        };
    }
    if let Some(file) = profile.get("web_identity_token_file") {
        if !has("role_arn") {
            return Err(refused(profile.name(), "it has `web_identity_token_file` and no `role_arn`")
                .hint("add the role that the token is for: `role_arn = ARN`"));
        }
        return Ok(Some(Base::WebIdentity(file.to_owned())));
    }
    if ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "sso_region"].into_iter().any(has) {
        return sso(profiles, profile).map(Some);
    }
    if has("login_session") {
        return Ok(Some(Base::Login));
    }
    if has("credential_process") {
        return Ok(Some(Base::Process));
    }
    Ok(keys(profile)?.then_some(Base::Keys))
}

/// Checks that a profile contains everything that `aws sso login` needs.
fn sso(profiles: &Profiles, profile: &Profile) -> Result<Base> {
    let hint = format!("configure it again with `aws configure sso --profile {}`", profile.name());
    let session = profile.get("sso_session");
    let session_is_there = |name: &str| profiles.set.sso_session(name).is_some();
    if let Some(session) = session.filter(|name| !session_is_there(name)) {
        let cause = format!("its `sso_session` is `{session}`, but there is no `[sso-session {session}]`");
        return Err(refused(profile.name(), cause).hint(hint));
    }
    let of_session = |name: &str| session.and_then(|session| profiles.set.sso_session(session)?.get(name)).is_some();
    for name in ["sso_start_url", "sso_region", "sso_account_id", "sso_role_name"] {
        if profile.get(name).is_none() && !of_session(name) {
            return Err(refused(profile.name(), format!("it has no `{name}`")).hint(hint));
        }
    }
    Ok(Base::Sso)
}

/// Whether the profile contains keys.
fn keys(profile: &Profile) -> Result<bool> {
    let has = |name: &str| profile.get(name).is_some_and(|value| !value.is_empty());
    let half = |there: &str, missing: &str| {
        Err(refused(profile.name(), format!("it has `{there}` and no `{missing}`"))
            .hint(format!("add `{missing}`, or set both with `aws configure --profile {}`", profile.name())))
    };
    match (has("aws_access_key_id"), has("aws_secret_access_key")) {
        (true, false) => half("aws_access_key_id", "aws_secret_access_key"),
        (false, true) => half("aws_secret_access_key", "aws_access_key_id"),
        (there, _) => Ok(there),
    }
}

fn refused(profile: &str, cause: impl Into<String>) -> Error {
    Error::new(format!("using the profile `{profile}`"), cause.into())
}

/// The commands that give a profile credentials.
pub(super) fn log_in(profile: &str) -> String {
    format!(
        "log in with `aws login --profile {profile}` or `aws sso login --profile {profile}`, or set keys with \
         `aws configure --profile {profile}`"
    )
}

fn circle(first: &str, visited: &[&str], again: &str) -> Error {
    let names: Vec<_> = visited.iter().chain([&again]).map(|name| format!("`{name}`")).collect();
    refused(first, format!("the `source_profile` settings form a circle: {}", names.join(" → ")))
        .hint("set credentials or another `source_profile` in one of them")
}

fn token_without_a_role() -> Error {
    Error::new(
        "reading the credentials of the environment",
        "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not",
    )
    .hint("set AWS_ROLE_ARN to the role that the token is for, or unset AWS_WEB_IDENTITY_TOKEN_FILE")
}

fn half_of_a_pair(there: &str, missing: &str) -> Error {
    Error::new("reading the credentials of the environment", format!("{there} is set and {missing} is not"))
        .hint(format!("set {missing} too, or unset {there} to use a profile"))
}

#[cfg(test)]
mod tests;
