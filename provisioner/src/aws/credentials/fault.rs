//! Credentials that cannot be used. They are checked before a call is signed with them: the SDK for Rust panics for a
//! line break in an access key id, and sends nothing for a session token that is not valid in a header (aws-sigv4 1.6).

use aws_credential_types::Credentials;

use super::super::advice::Advice;
use super::super::source::{Base, Chain, Source};

/// A part of a set of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Id,
    Secret,
    Token,
}

impl Part {
    /// The name of the part in a profile.
    fn setting(self) -> &'static str {
        match self {
            Self::Id => "aws_access_key_id",
            Self::Secret => "aws_secret_access_key",
            Self::Token => "aws_session_token",
        }
    }

    /// The name of the part in the environment.
    fn variable(self) -> String {
        self.setting().to_ascii_uppercase()
    }

    /// The name of the part in the output of a `credential_process` and in an answer of STS.
    fn key(self) -> &'static str {
        match self {
            Self::Id => "AccessKeyId",
            Self::Secret => "SecretAccessKey",
            Self::Token => "SessionToken",
        }
    }

    /// The name of the part in the answers of the metadata services of EC2 and of containers.
    fn metadata_key(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::Id | Self::Secret => self.key(),
        }
    }
}

/// A part of the credentials that was received and cannot be sent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {} {what}", .part.key())]
pub(in super::super) struct Fault {
    part: Part,
    /// The fault, as a predicate.
    what: &'static str,
}

impl Fault {
    /// The first fault of these credentials.
    pub(in super::super) fn of(credentials: &Credentials) -> Option<Self> {
        let parts = [
            (Part::Id, Some(credentials.access_key_id())),
            (Part::Secret, Some(credentials.secret_access_key())),
            // An empty token counts as absent.
            (Part::Token, credentials.session_token().filter(|token| !token.is_empty())),
        ];
        parts.into_iter().find_map(|(part, text)| Some(Self { part, what: fault(text?)? }))
    }

    /// The source of the part and its fault, and the hint that corrects it.
    pub(super) fn advice(&self, from: &Source) -> Advice {
        let Self { part, what } = self;
        let received = |from: &str, key: &str| {
            Advice::new(format!("the {key} that {from} gives {what}"), format!("correct the answer of {from}"))
        };
        match from {
            Source::Environment => self.in_the_environment(),
            Source::Profile(chain) => self.in_a_profile(chain),
            Source::Container => received("the container's credentials endpoint", part.metadata_key()),
            Source::WebIdentity => received("STS for the web identity token", part.key()),
            Source::Machine(_) => received("the metadata service of this machine", part.metadata_key()),
        }
    }

    fn in_the_environment(&self) -> Advice {
        let (what, variable) = (self.what, self.part.variable());
        let set = if self.is_empty() { format!("set {variable}") } else { format!("set {variable} again without it") };
        Advice::new(format!("{variable} {what}"), format!("{set}, or unset it to use a profile"))
    }

    /// Whether the received text is empty.
    fn is_empty(&self) -> bool {
        self.what == EMPTY
    }

    fn in_a_profile(&self, Chain { base_profile, base, .. }: &Chain) -> Advice {
        let Self { part, what } = self;
        match base {
            Base::Keys => {
                let setting = part.setting();
                Advice::new(
                    format!("`{setting}` of the profile `{base_profile}` {what}"),
                    format!(
                        "correct `{setting}` in that profile, or set its keys with `aws configure --profile {base_profile}`"
                    ),
                )
            }
            Base::Process => {
                let key = part.key();
                let must = if self.is_empty() { format!("a value for {key}") } else { format!("{key} without it") };
                Advice::new(
                    format!("the {key} that `credential_process` of the profile `{base_profile}` prints {what}"),
                    format!(
                        "correct the command of `credential_process` in the profile `{base_profile}`: it must print {must}"
                    ),
                )
            }
            Base::Named(source) if source.eq_ignore_ascii_case("environment") => self.in_the_environment(),
            Base::Sso | Base::Login | Base::WebIdentity(_) | Base::Named(_) => {
                // The other named sources are the metadata services.
                let key = if matches!(base, Base::Named(_)) { part.metadata_key() } else { part.key() };
                Advice::new(
                    format!("the {key} that the profile `{base_profile}` gives {what}"),
                    format!("renew the credentials of the profile `{base_profile}`"),
                )
            }
        }
    }
}

/// The fault of an empty text.
const EMPTY: &str = "is empty";

/// The fault of the text of a key or token. Those of AWS are visible ASCII characters.
fn fault(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some(EMPTY)
    } else if text.ends_with(['\n', '\r']) {
        Some("has a line break at its end")
    } else if text.contains(['\n', '\r']) {
        Some("contains a line break")
    } else if text.contains(|c: char| c.is_control()) {
        Some("contains a control character")
    } else if !text.is_ascii() {
        Some("contains a character that is not ASCII")
    } else if text.trim() != text {
        Some("has a space at its beginning or end")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str, secret: &str, token: Option<&str>) -> Option<Fault> {
        Fault::of(&Credentials::new(id, secret, token.map(str::to_owned), None, "test"))
    }

    #[test]
    fn invalid_parts_of_credentials_are_found_and_valid_ones_accepted() {
        let fault = |part, what| Some(Fault { part, what });
        assert_eq!(of("AKIAIOSFODNN7EXAMPLE", "wJalr/+=", Some("FwoGZXIvYXdzEB=")), None);
        assert_eq!(of("000000000000", "x", Some("")), None);
        assert_eq!(of("1111\n", "x", None), fault(Part::Id, "has a line break at its end"));
        assert_eq!(of("1111\r\n", "x", None), fault(Part::Id, "has a line break at its end"));
        assert_eq!(of("11\n11", "x", None), fault(Part::Id, "contains a line break"));
        assert_eq!(of("1111", "x\n", None), fault(Part::Secret, "has a line break at its end"));
        assert_eq!(of("1111", "x", Some("a\u{1}b")), fault(Part::Token, "contains a control character"));
        assert_eq!(of("1111", "x", Some("é")), fault(Part::Token, "contains a character that is not ASCII"));
        assert_eq!(of("1111 ", "x", None), fault(Part::Id, "has a space at its beginning or end"));
        assert_eq!(of("", "x", None), fault(Part::Id, "is empty"));
    }

    #[test]
    fn a_fault_names_the_variable_the_setting_or_the_command() {
        let cause_and_hint = |base: Option<Base>, id: &str, token: Option<&str>| {
            let chain = |base| Chain { profile: "dev".into(), roles: Vec::new(), base_profile: "base".into(), base };
            let from = base.map_or(Source::Environment, |base| Source::Profile(chain(base)));
            let Advice { cause, hint } = of(id, "x", token).unwrap().advice(&from);
            format!("{cause}; {hint}")
        };
        let by_variable = cause_and_hint(None, "1\n", None);
        assert!(by_variable.starts_with("AWS_ACCESS_KEY_ID has a line break at its end; set AWS_ACCESS_KEY_ID again"));
        assert!(
            cause_and_hint(None, "1", Some("a\u{1}b"))
                .starts_with("AWS_SESSION_TOKEN contains a control character; set")
        );
        let named = cause_and_hint(Some(Base::Named("Environment".into())), "1\n", None);
        assert!(named.starts_with("AWS_ACCESS_KEY_ID has a line break"), "{named}");
        let keys = cause_and_hint(Some(Base::Keys), "a\u{1}b", None);
        assert!(keys.starts_with("`aws_access_key_id` of the profile `base` contains a control character;"), "{keys}");
        let process = cause_and_hint(Some(Base::Process), "1\n", None);
        assert!(process.starts_with("the AccessKeyId that `credential_process` of the profile `base` prints has a"));
        assert!(process.ends_with("it must print AccessKeyId without it"), "{process}");
        let empty = cause_and_hint(Some(Base::Process), "", None);
        assert!(empty.ends_with("prints is empty; correct the command of `credential_process` in the profile `base`: it must print a value for AccessKeyId"), "{empty}");
        let variable = cause_and_hint(None, "", None);
        assert!(variable.ends_with("is empty; set AWS_ACCESS_KEY_ID, or unset it to use a profile"), "{variable}");
    }

    #[test]
    fn a_fault_of_the_token_uses_the_name_of_its_source() {
        let cause = |from: &Source| of("1", "x", Some("a\u{1}b")).unwrap().advice(from).cause;
        let profile = |base| {
            let (profile, base_profile) = ("dev".into(), "base".into());
            Source::Profile(Chain { profile, roles: Vec::new(), base_profile, base })
        };
        for (from, start) in [
            (Source::Environment, "AWS_SESSION_TOKEN contains"),
            (Source::Container, "the Token that the container's credentials endpoint gives contains"),
            (Source::WebIdentity, "the SessionToken that STS for the web identity token gives contains"),
            (profile(Base::Keys), "`aws_session_token` of the profile `base` contains"),
            (
                profile(Base::Process),
                "the SessionToken that `credential_process` of the profile `base` prints contains",
            ),
            (profile(Base::Sso), "the SessionToken that the profile `base` gives contains"),
            (profile(Base::Named("Ec2InstanceMetadata".into())), "the Token that the profile `base` gives contains"),
            (profile(Base::Named("EcsContainer".into())), "the Token that the profile `base` gives contains"),
        ] {
            assert!(cause(&from).starts_with(start), "{}", cause(&from));
        }
    }
}
