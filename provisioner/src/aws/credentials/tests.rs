use aws_sdk_sts::error::ErrorMetadata;

use super::super::source::Role;
use super::*;

fn chain(base: Base) -> Chain {
    Chain { profile: "dev".to_owned(), roles: Vec::new(), base_profile: "base".to_owned(), base }
}

fn advice_for(from: Source, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Advice {
    NoCredentials { from, cause: CredentialsError::provider_error(cause) }.advice()
}

fn of_base(base: Base, cause: &str) -> Advice {
    advice_for(Source::Profile(chain(base)), cause)
}

#[track_caller]
fn assert_advice(advice: &Advice, cause: &str, hint: &str) {
    assert!(advice.cause.contains(cause), "{advice:?}");
    assert!(advice.hint.contains(hint), "{advice:?}");
}

#[test]
fn an_expired_login_names_the_command_that_renews_it() {
    let advice = of_base(Base::Sso, "the SSO token has expired and cannot be refreshed");
    assert_advice(
        &advice,
        "the profile `dev` gives no credentials: the SSO token has expired",
        "`aws sso login --profile base`",
    );
    let advice = of_base(Base::Login, "cached Login token is expired");
    assert_advice(&advice, "cached Login token is expired", "log in again (`aws login --profile base`)");
    let advice = of_base(Base::Login, "No such file or directory (os error 2)");
    assert_advice(&advice, "it is not logged in", "log in (`aws login --profile base`)");
    let advice = of_base(Base::Sso, "failed to load the cached SSO token");
    assert_advice(&advice, "it is not logged in", "log in (`aws sso login --profile base`)");
}

#[test]
fn a_role_missing_in_the_login_is_not_reported_as_an_expired_login() {
    let advice = of_base(Base::Sso, "ForbiddenException: No access");
    assert_advice(&advice, "No access", "check `sso_account_id` and `sso_role_name` of the profile `base`");
}

#[test]
fn a_failed_credential_process_is_reported_with_its_message_and_invalid_output_with_its_fault() {
    let failed = "Error retrieving credentials: external process exited with code exit status: 3. Stderr: no vault\n";
    let advice = of_base(Base::Process, failed);
    assert_advice(
        &advice,
        "its `credential_process` fails with exit status 3 and prints: no vault",
        "by hand: it must print JSON",
    );
    assert!(advice.cause.ends_with("no vault"), "{advice:?}");
    let silent = "Error retrieving credentials: external process exited with code exit status: 1. Stderr: ";
    assert_advice(&of_base(Base::Process, silent), "fails with exit status 1 without a message", "by hand");
    let nonsense = "Error retrieving credentials from external process, could not parse response: invalid JSON";
    assert_advice(&of_base(Base::Process, nonsense), "does not print credentials: invalid JSON", "it must print JSON");
}

/// The error that the SDK creates from STS's answer.
fn assuming(code: &str, message: &str) -> AssumeRoleError {
    AssumeRoleError::generic(ErrorMetadata::builder().code(code).message(message).build())
}

fn with_role(base: Base, error: AssumeRoleError) -> Advice {
    with_role_of(None, base, error)
}

fn with_role_of(mfa_serial: Option<&str>, base: Base, error: AssumeRoleError) -> Advice {
    let role = Role {
        profile: "dev".to_owned(),
        arn: "arn:aws:iam::123456789012:role/deployer".to_owned(),
        external_id: None,
        session_name: None,
        mfa_serial: mfa_serial.map(str::to_owned),
        duration: None,
    };
    advice_for(Source::Profile(Chain { roles: vec![role], ..chain(base) }), error)
}

#[test]
fn a_denied_assume_role_names_the_role_and_both_policies() {
    let advice =
        with_role(Base::Keys, assuming("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole"));
    assert_advice(
        &advice,
        "assuming the role arn:aws:iam::123456789012:role/deployer: User: x is not",
        "`sts:AssumeRole`",
    );
    assert_advice(&advice, "(AccessDenied)", "the role's trust policy");
    assert_advice(&advice, "the profile `dev`", "credentials of the profile `base`");
    let advice = with_role(Base::Sso, assuming("ExpiredToken", "The security token is expired"));
    assert_advice(&advice, "is expired (ExpiredToken)", "log in again (`aws sso login --profile base`)");
    let wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
    let advice = with_role_of(Some("arn:aws:iam::123456789012:mfa/me"), Base::Keys, assuming("AccessDenied", wrong));
    let rejected =
        format!("the profile `dev` gives no credentials: AWS did not accept the MFA code: {wrong} (AccessDenied)");
    assert_advice(&advice, &rejected, "wait for the next code of the device");
    assert!(!advice.hint.without_again().expect("a remedy").contains("same command"), "{advice:?}");
    // The profile names no device, so no code was sent.
    let none = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
    assert_advice(
        &with_role(Base::Keys, assuming("AccessDenied", none)),
        "assuming the role",
        "set `mfa_serial` in the profile",
    );
}

#[test]
fn expired_credentials_of_other_sources_get_no_login_hint() {
    let expired = || assuming("ExpiredToken", "The security token is expired");
    let advice = with_role(Base::Keys, expired());
    assert_advice(
        &advice,
        "(ExpiredToken)",
        "renew aws_access_key_id, aws_secret_access_key and aws_session_token of the profile `base`",
    );
    assert_advice(&with_role(Base::Process, expired()), "(ExpiredToken)", "run the command of `credential_process`");
}

#[test]
fn a_missing_token_file_is_named() {
    let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
    let advice = advice_for(Source::Profile(chain(Base::WebIdentity("/t".to_owned()))), missing());
    assert_advice(
        &advice,
        "the profile `dev` gives no credentials: the web identity token of /t",
        "check that /t names a file",
    );
    let advice = advice_for(Source::WebIdentity, missing());
    assert_advice(&advice, "AWS_WEB_IDENTITY_TOKEN_FILE", "check that AWS_WEB_IDENTITY_TOKEN_FILE names a file");
}

#[test]
fn a_machine_without_credentials_gets_no_network_error() {
    let of_profile = advice_for(Source::Machine(Some("dev".to_owned())), "dispatch failure");
    assert_advice(&of_profile, "the profile `dev` has no credentials", "log in with `aws login --profile dev`");
    let advice = advice_for(Source::Machine(None), "dispatch failure");
    assert_advice(&advice, "no AWS credentials were found", "log in (`aws login`, or `aws sso login --profile NAME`");
    assert_advice(
        &advice_for(Source::Container, "403"),
        "the container's credentials could not be read: 403",
        "check AWS_CONTAINER_",
    );
    let named = of_base(Base::Named("Ec2InstanceMetadata".to_owned()), "could not communicate with IMDS");
    assert_advice(&named, "its `credential_source` is `Ec2InstanceMetadata`, which has no credentials", "set another");
}
