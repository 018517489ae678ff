//! The hints for renewing expired credentials, by their source.

use super::source::{Base, Source};

impl Source {
    /// The hint for a call that AWS refused because its session has expired. `profile` is the profile that
    /// `AWS_PROFILE` names.
    pub(super) fn renewal(&self, profile: Option<&str>) -> String {
        match self {
            Self::Environment => of_environment(profile),
            Self::Profile(chain) if chain.roles.is_empty() => chain.base.renewal(&chain.base_profile),
            // The next run assumes the role again.
            Self::Profile(_) | Self::WebIdentity => "run the same command again".to_owned(),
            Self::Container | Self::Machine(_) => BY_AWS.to_owned(),
        }
    }
}

impl Base {
    /// The hint for expired credentials of a profile.
    pub(super) fn renewal(&self, profile: &str) -> String {
        let expired = |renew: String| format!("the session has expired: {renew}, then run the same command again");
        match self {
            Self::Sso | Self::Login => expired(format!("log in again (`aws {} --profile {profile}`)", self.login())),
            Self::Keys => expired(format!(
                "renew aws_access_key_id, aws_secret_access_key and aws_session_token of the profile `{profile}`"
            )),
            Self::Process => expired(format!(
                "run the command of `credential_process` in the profile `{profile}` by hand and renew what it uses"
            )),
            Self::WebIdentity(file) => expired(format!("renew the token in {file}")),
            Self::Named(source) if source.eq_ignore_ascii_case("environment") => of_environment(None),
            Self::Named(_) => BY_AWS.to_owned(),
        }
    }

    /// The subcommand of AWS's CLI for this kind of login.
    pub(super) fn login(&self) -> &'static str {
        if *self == Self::Login { "login" } else { "sso login" }
    }
}

/// The hint for a role that AWS gives to a container or a machine.
const BY_AWS: &str = "the session has expired: wait a minute for AWS to renew it, then run the same command again";

fn of_environment(profile: Option<&str>) -> String {
    let instead = match profile {
        Some(profile) => format!("the profile `{profile}` of AWS_PROFILE, which they override"),
        None => "a profile".to_owned(),
    };
    format!(
        "the session has expired: renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or unset them \
         to use {instead}, then run the same command again"
    )
}

#[cfg(test)]
mod tests {
    use super::super::source::{Chain, Role};
    use super::*;
    use crate::hint::Hint;

    fn of(base: Base) -> Source {
        Source::Profile(Chain { profile: "dev".into(), roles: Vec::new(), base_profile: "dev".into(), base })
    }

    #[test]
    fn each_source_names_the_command_that_renews_it() {
        let login = "log in again (`aws login --profile dev`)";
        for (source, part) in [
            (
                Source::Environment,
                "renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or unset them",
            ),
            (of(Base::Sso), "log in again (`aws sso login --profile dev`)"),
            (of(Base::Login), login),
            (
                of(Base::Keys),
                "renew aws_access_key_id, aws_secret_access_key and aws_session_token of the profile `dev`",
            ),
            (of(Base::Process), "run the command of `credential_process` in the profile `dev` by hand and renew what"),
            (of(Base::WebIdentity("/t".into())), "renew the token in /t"),
            (of(Base::Named("Environment".into())), "renew AWS_ACCESS_KEY_ID"),
            (Source::Machine(None), "wait a minute for AWS to renew it"),
        ] {
            let hint = source.renewal(None);
            assert!(hint.starts_with("the session has expired: ") && hint.contains(part), "{hint}");
            let whole = Hint::from(hint).then(Hint::again()).to_string();
            assert_eq!(whole.matches(", then run the same command again").count(), 1, "{whole}");
        }
    }

    #[test]
    fn variables_are_named_even_if_aws_profile_is_set() {
        let hint = Source::Environment.renewal(Some("sso"));
        assert!(hint.contains("or unset them to use the profile `sso` of AWS_PROFILE, which they override"), "{hint}");
        assert!(!hint.contains("aws sso login"), "{hint}");
    }

    #[test]
    fn the_session_of_a_role_is_renewed_by_the_next_run() {
        let role = Role {
            profile: "dev".into(),
            arn: "r".into(),
            external_id: None,
            session_name: None,
            mfa_serial: None,
            duration: None,
        };
        let Source::Profile(chain) = of(Base::Keys) else { panic!("a profile") };
        let hint = Source::Profile(Chain { roles: vec![role], ..chain }).renewal(None);
        assert_eq!(hint, "run the same command again", "the next run assumes the role again");
    }
}
