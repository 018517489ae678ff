//! Hints for the refusals and connection failures that occur most often.

use crate::denial::{Denial, remedy};
use crate::hint::{Command, Hint};
use crate::phrase::Phrase;
use crate::printable::line;

/// The hint for a call that AWS refused, chosen by the code and the message of the refusal.
pub(super) fn refusal(code: &str, message: &str) -> Option<Hint> {
    let hint = match code {
        _ if Phrase::WRONG_CLOCK.is_in(message) => clock(),
        "ValidationError" if Phrase::STACK_BUSY.is_in(message) => {
            Hint::new("wait until the other operation of this stack ends").then_again()
        }
        "InvalidChangeSetStatus" => {
            Hint::new("run the same command again, and review the new change set: the stack has changed")
        }
        "RequestExpired" | "RequestTimeTooSkewed" | "RequestInTheFuture" => clock(),
        "MalformedPolicyDocument" | "MalformedPolicyDocumentException" | "InvalidParameterValueException"
            if Phrase::INVALID_PRINCIPAL.is_in(message) =>
        {
            "create the account, user or role that the policy names as a principal, or remove it from the template"
                .into()
        }
        _ if super::problem::is_denial(code) => match Denial::read(message) {
            Some(denial) => Hint::new(remedy([&denial])),
            None => UNNAMED.into(),
        },
        "InvalidClientTokenId" | "UnrecognizedClientException" => unknown(),
        "InvalidSignatureException" | "SignatureDoesNotMatch" => SECRET.into(),
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" | "RequestLimitExceeded" => {
            Hint::new("find the program that uses up the account's request rate in CloudTrail, or wait until it ends")
                .then_again()
        }
        "OptInRequired" | "SubscriptionRequiredException" => {
            "enable the service or the region for this account in the console, or name another region".into()
        }
        "CodeStorageExceededException" => {
            "delete unused versions of functions, which fill the account's 75 GB for code".into()
        }
        "LimitExceeded" | "LimitExceededException" | "ServiceQuotaExceededException" => {
            "delete unused resources, or request a higher quota of the account under Service Quotas".into()
        }
        _ => return None,
    };
    Some(hint)
}

const UNNAMED: &str = "give these credentials the permission for this call, which AWS does not name; if a policy has it \
                       already, correct its Resource or Condition (`docs/permissions.md` lists all permissions of \
                       a deploy)";
const SECRET: &str = "check AWS_SECRET_ACCESS_KEY, since the secret does not match the access key, or log in again";

fn clock() -> Hint {
    Hint::new("set this machine's clock, which is wrong by minutes (compare it with `date -u`)").then_again()
}

/// The hint for an expired session whose source is not known.
pub(super) fn session() -> Hint {
    Hint::new("renew these credentials: the session has expired").then_again()
}

fn unknown() -> Hint {
    Hint::new("check whether the credentials are valid in another region")
        .run(Command::aws(["sts", "get-caller-identity", "--region", "us-east-1"]))
        .also("if they are, enable this region for the account in the console, or name another one with `--region`")
        .also("if they are not, check AWS_PROFILE and AWS_ACCESS_KEY_ID")
}

/// Why a call did not reach AWS, and the hint.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Advice {
    pub(super) cause: String,
    pub(super) hint: Hint,
}

impl Advice {
    pub(super) fn new(cause: impl Into<String>, hint: impl Into<Hint>) -> Self {
        // The cause quotes programs and servers. It is put on one line so that it cannot look like a line of this
        // program.
        Self { cause: line(&cause.into()).into_owned(), hint: hint.into() }
    }
}

/// The cause and the hint for a call without an answer.
///
/// `causes` are the SDK's messages from the outermost to the deepest. The outer ones describe the SDK's own layers; the
/// deepest one is what the user can act on.
pub(super) fn advice(causes: &[String]) -> Advice {
    let deepest = causes.last().cloned().unwrap_or_default();
    if Phrase::NO_CREDENTIALS_IN_TIME.is_in_any(causes) {
        return Advice::new(deepest, "check the profile and its `credential_process`, which takes too long");
    }
    if Phrase::UNTRUSTED_CERTIFICATE.is_in_any(causes) {
        return Advice::new(format!("the server's certificate is not trusted: {deepest}"), CERTIFICATE);
    }
    // The message of a request that was sent through a proxy.
    let proxy = causes.iter().find(|cause| cause.starts_with("through the proxy "));
    let proxy = proxy.map(|proxy| format!(" {proxy}")).unwrap_or_default();
    let unreached = |hint: Hint| Advice::new(format!("AWS could not be reached{proxy}: {deepest}"), hint);
    if Phrase::NO_ADDRESS.is_in_any(causes) {
        return unreached(
            "check the name of the region (`--region`, AWS_REGION) and the network, since there is no such host".into(),
        );
    }
    if Phrase::NOT_TLS.is_in_any(causes) {
        return Advice::new(
            "the server there does not speak TLS, which https:// requires",
            "write http:// instead of https:// in the endpoint (`--endpoint-url`, AWS_ENDPOINT_URL), or name a port \
             that speaks TLS",
        );
    }
    if Phrase::NO_SERVER.is_in_any(causes) {
        return unreached(
            "check the endpoint (`--endpoint-url`, AWS_ENDPOINT_URL), where there is no server, or start the emulator"
                .into(),
        );
    }
    unreached(
        Hint::new("check the network, the region and the endpoint (`--endpoint-url`, AWS_ENDPOINT_URL)").then_again(),
    )
}

const CERTIFICATE: &str = "if a proxy of your network opens TLS connections, name the file of its certificate \
                           authority with AWS_CA_BUNDLE or `ca_bundle` in the profile; otherwise check the endpoint";

/// The hint for a machine without credentials.
pub(super) const LOG_IN: &str = "log in (`aws login`, or `aws sso login --profile NAME` and then `--profile NAME`) or \
                                 set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_missing_action_and_its_resource_are_named() {
        let message = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iam:PassRole on resource: \
                       arn:aws:iam::123456789012:role/chat because no identity-based policy allows the iam:PassRole action";
        let hint = refusal("AccessDeniedException", message).unwrap();
        assert!(
            hint.starts_with("give these credentials `iam:PassRole` on `arn:aws:iam::123456789012:role/chat`;"),
            "{hint}"
        );
        let hint = refusal("AccessDenied", "User: x is not authorized to perform: iam:GetRole.").unwrap();
        assert!(hint.starts_with("give these credentials `iam:GetRole`; "), "{hint}");
    }

    #[test]
    fn a_resource_of_iam_is_named_with_its_kind() {
        let on = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iam:GetRole on resource: role \
                  eyes-role";
        let because = format!("{on} because no identity-based policy allows the iam:GetRole action");
        for message in [&because, on] {
            let hint = refusal("AccessDenied", message).unwrap();
            assert!(hint.starts_with("give these credentials `iam:GetRole` on `role eyes-role`;"), "{hint}");
        }
        let hint = refusal("AccessDenied", &format!("{on} with an explicit deny in an identity-based policy")).unwrap();
        assert!(
            hint.starts_with("change an identity-based policy, which denies `iam:GetRole` on `role eyes-role`,"),
            "{hint}"
        );
    }

    #[test]
    fn an_explicit_deny_is_not_reported_as_a_missing_permission() {
        let message = "User: arn:aws:sts::123456789012:assumed-role/dev/me is not authorized to perform: \
                       lambda:CreateFunction on resource: arn:aws:lambda:eu-west-3:123456789012:function:chat with an \
                       explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-1";
        let hint = refusal("AccessDeniedException", message).unwrap();
        assert!(
            hint.starts_with(
                "change a service control policy, which denies `lambda:CreateFunction` on `arn:aws:lambda:"
            ),
            "{hint}"
        );
    }

    #[test]
    fn a_wrong_clock_is_distinguished_from_a_wrong_secret() {
        let clock = refusal("SignatureDoesNotMatch", "Signature expired: 20261125T170000Z is now earlier than …");
        assert!(clock.unwrap().contains("clock"));
        let secret = refusal("SignatureDoesNotMatch", "The request signature we calculated does not match …");
        assert!(secret.unwrap().contains("secret"));
    }

    #[test]
    fn a_missing_principal_is_to_be_created() {
        let iam = r#"Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/gone""#;
        let lambda = "The provided principal was invalid. Please check the principal and try again.";
        for (code, message) in [("MalformedPolicyDocument", iam), ("InvalidParameterValueException", lambda)] {
            let hint = refusal(code, message).unwrap();
            assert!(hint.starts_with("create the account, user or role that the policy names"), "{hint}");
            assert_eq!(refusal(code, "another"), None);
        }
    }

    #[test]
    fn an_unknown_refusal_has_no_hint() {
        assert_eq!(refusal("ValidationException", "1 validation error detected"), None);
    }

    #[test]
    fn a_misspelled_region_is_distinguished_from_an_endpoint_without_a_server() {
        let chain = |deepest: &str| ["dispatch failure", "io error", deepest].map(str::to_owned);
        let dns = advice(&chain("dns error: failed to lookup address information: Name or service not known"));
        assert!(dns.hint.starts_with("check the name of the region"), "{}", dns.hint);
        let refused = advice(&chain("tcp connect error: Connection refused (os error 111)"));
        assert!(refused.hint.starts_with("check the endpoint"), "{}", refused.hint);
        let by_proxy = ["dispatch failure", "through the proxy http://p:1 (HTTPS_PROXY)", "Connection reset by peer"];
        let reset = advice(&by_proxy.map(str::to_owned)).cause;
        assert_eq!(
            reset,
            "AWS could not be reached through the proxy http://p:1 (HTTPS_PROXY): Connection reset by peer"
        );
        let plain = advice(&chain("received corrupt message of type InvalidContentType"));
        assert_eq!(plain.cause, "the server there does not speak TLS, which https:// requires");
        assert!(plain.hint.starts_with("write http:// instead of https://"), "{}", plain.hint);
        assert_eq!(refused.cause, "AWS could not be reached: tcp connect error: Connection refused (os error 111)");
    }
}
