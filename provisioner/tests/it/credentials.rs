//! Credential failures are reported as such: the profile, the cause, and the next command, and never as a network
//! failure.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rstest::rstest;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::support::account::Account;
use crate::support::answering::Answering;
use crate::support::cli::Cli;
use crate::support::ministack::venv;
use crate::support::proxy::rule::{AwsError, call};
use crate::support::proxy::words;
use crate::support::user::User;

const PLAN: [&str; 5] = ["plan", "--template", "templates/local-catalog.yaml", "--profile", "dev"];

fn at_home(home: &Path, config: &str) -> Cli {
    fs::create_dir_all(home.join(".aws")).expect("a folder for the files");
    fs::write(home.join(".aws/config"), config).expect("the configuration");
    Cli::empty().env("HOME", home).env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true")
}

/// In the shell's notation: `printf` turns `\\n` into JSON's notation of a line break.
const KEY_WITH_A_LINE_BREAK: &str =
    "credential_process = printf '{\"Version\":1,\"AccessKeyId\":\"1111\\\\n\",\"SecretAccessKey\":\"x\"}'\n";

const ROLE: &str = "role_arn = arn:aws:iam::123456789012:role/r\n";

#[rstest]
#[case::a_missing_login(
    "[profile dev]\nlogin_session = arn:aws:iam::123456789012:user/me\n",
    &["the profile `dev` gives no credentials: it is not logged in", "hint: log in (`aws login --profile dev`)"]
)]
#[case::a_failing_process(
    "[profile dev]\ncredential_process = sh -c 'echo the vault is closed >&2; exit 3'\n",
    &["its `credential_process` fails with exit status 3 and prints: the vault is closed", "hint: run the command of"]
)]
#[case::a_process_with_invalid_output(
    "[profile dev]\ncredential_process = echo hello\n",
    &["its `credential_process` does not print credentials", "it must print JSON with Version 1"]
)]
#[case::a_process_without_a_secret(
    "[profile dev]\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"AKIA\"}'\n",
    &["does not print credentials", "SecretAccessKey"]
)]
#[case::a_circle_of_profiles(
    &format!("[profile dev]\n{ROLE}source_profile = b\n[profile b]\n{ROLE}source_profile = dev\n"),
    &["form a circle: `dev` → `b` → `dev`", "hint: set credentials or another `source_profile` in one of them"]
)]
#[case::a_missing_source_profile(
    &format!("[profile dev]\n{ROLE}source_profile = bas\n[profile base]\n"),
    &["its `source_profile` is `bas`, which does not exist", "hint: did you mean `base`?"]
)]
#[case::half_of_a_pair("[profile dev]\naws_access_key_id = AKIA\n", &["and no `aws_secret_access_key`", "hint: add"])]
#[case::an_invalid_file(
    "[profile dev]\nregion: us-east-1\n",
    &["reading the AWS configuration", "on line 2: Expected an '=' sign", "hint: correct "]
)]
#[case::a_missing_token_file(
    &format!("[profile dev]\n{ROLE}web_identity_token_file = /nowhere/token\n"),
    &["the web identity token of /nowhere/token could not be used", "No such file", "hint: check that /nowhere/token"]
)]
#[case::a_role_with_mfa_without_a_terminal(
    &format!(
        "[profile dev]\n{ROLE}source_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n\
         [profile base]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n"
    ),
    &[
        "requires the MFA code of arn:aws:iam::123456789012:mfa/me, but there is no terminal to ask for it",
        "`eval \"$(aws configure export-credentials --profile dev --format env)\"`",
        "and then the same command without `--profile`",
    ]
)]
#[case::a_role_with_mfa_and_a_region(
    &format!(
        "[profile dev]\n{ROLE}source_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n\
         region = us-east-1\n[profile base]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n"
    ),
    &["and then the same command with `--region us-east-1` and without `--profile`"]
)]
#[case::a_process_with_a_line_break_in_a_key(
    &format!("[profile dev]\n{KEY_WITH_A_LINE_BREAK}"),
    &[
        "the AccessKeyId that `credential_process` of the profile `dev` prints has a line break at its end",
        "hint: correct the command of `credential_process` in the profile `dev`"
    ]
)]
#[case::a_role_of_a_process_with_a_line_break_in_a_key(
    &format!("[profile dev]\n{ROLE}source_profile = base\n[profile base]\n{KEY_WITH_A_LINE_BREAK}"),
    &["the AccessKeyId that `credential_process` of the profile `base` prints has a line break at its end"]
)]
#[case::a_profile_with_only_a_region(
    "[profile dev]\nregion = us-east-1\n",
    &["the profile `dev` has no credentials", "hint: log in with `aws login --profile dev`"]
)]
#[tokio::test]
async fn a_profile_without_credentials_is_an_error_with_its_reason(#[case] config: &str, #[case] parts: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let run = at_home(home.path(), config).run(PLAN).await.expect_code(1);
    for part in parts.iter().chain(&["nothing was changed"]) {
        assert!(run.stderr.contains(part), "no `{part}` in {run:?}");
    }
    assert!(!run.stderr.contains("could not be reached"), "{run:?}");
}

#[tokio::test]
async fn half_of_a_key_pair_in_the_environment_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let cli = at_home(home.path(), "").env("AWS_ACCESS_KEY_ID", "AKIA");
    let run = cli.run(&PLAN[..3]).await.expect_code(1);
    assert!(run.stderr.contains("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"), "{run:?}");
}

#[tokio::test]
async fn a_missing_profile_is_reported_before_a_missing_region() {
    let home = tempfile::tempdir().unwrap();
    let run = at_home(home.path(), "[profile devel]\n").env("AWS_REGION", "").run(PLAN).await.expect_code(1);
    assert!(run.stderr.contains("there is no profile `dev` in "), "{run:?}");
    assert!(run.stderr.contains("hint: did you mean `devel`?"), "{run:?}");
    let by_variable = at_home(home.path(), "").env("AWS_PROFILE", "dev").run(&PLAN[..3]).await.expect_code(1);
    assert!(
        by_variable.stderr.contains("using the profile of AWS_PROFILE: there is no profile `dev`"),
        "{by_variable:?}"
    );
}

#[tokio::test]
async fn credentials_that_cannot_be_signed_with_name_their_variable() {
    let home = tempfile::tempdir().unwrap();
    let keys = || at_home(home.path(), "").env("AWS_ACCESS_KEY_ID", "1111").env("AWS_SECRET_ACCESS_KEY", "x");
    for (variable, value, fault) in [
        ("AWS_ACCESS_KEY_ID", "1111\n", "has a line break at its end"),
        ("AWS_SECRET_ACCESS_KEY", "x\n", "has a line break at its end"),
        ("AWS_SESSION_TOKEN", "a\u{1}b", "contains a control character"),
    ] {
        let run = keys().env(variable, value).run(&PLAN[..3]).await.expect_code(1);
        let hint = format!("hint: set {variable} again without it");
        for part in [&format!("{variable} {fault}"), "nothing was changed", hint.as_str()] {
            assert!(run.stderr.contains(part), "no `{part}` in {run:?}");
        }
        assert!(!run.stderr.contains("could not be reached"), "{run:?}");
    }
}

/// AWS refuses the session, and the hint names its source.
#[tokio::test]
async fn an_expired_session_names_the_command_that_renews_it() {
    let user = User::new();
    user.proxy.on(call("GetCallerIdentity").answer(words::expired("sts")));
    let home = tempfile::tempdir().unwrap();
    let process = "echo '{\"Version\": 1, \"AccessKeyId\": \"ASIA\", \"SecretAccessKey\": \"x\"}'";
    let config = format!(
        "[profile keys]\naws_access_key_id = ASIA\naws_secret_access_key = x\naws_session_token = t\n\
         [profile process]\ncredential_process = {process}\n"
    );
    let cli = || at_home(home.path(), &config).env("AWS_ENDPOINT_URL", user.proxy.url());
    let in_environment = || cli().env("AWS_ACCESS_KEY_ID", "ASIA").env("AWS_SECRET_ACCESS_KEY", "x");
    for (cli, args, hint) in [
        (
            in_environment(),
            &PLAN[..3],
            "renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or unset",
        ),
        (in_environment().env("AWS_PROFILE", "keys"), &PLAN[..3], "to use the profile `keys` of AWS_PROFILE"),
        (cli().env("AWS_PROFILE", "keys"), &PLAN[..3], "and aws_session_token of the profile `keys`"),
        (
            cli().env("AWS_PROFILE", "process"),
            &PLAN[..3],
            "run the command of `credential_process` in the profile `process`",
        ),
    ] {
        let run = cli.run(args).await.expect_code(1);
        assert!(run.stderr.contains("hint: the session has expired: ") && run.stderr.contains(hint), "{run:?}");
        assert!(!run.stderr.contains("aws sso login"), "{run:?}");
    }
}

#[tokio::test]
async fn a_profile_with_only_a_region_uses_the_credentials_of_the_container() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let given = format!(
        r#"{{"AccessKeyId": "{}", "SecretAccessKey": "test", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}}"#,
        account.id()
    );
    let container = Answering::with(200, "application/json", &given).await;
    let cli = || {
        at_home(home.path(), "[profile dev]\nregion = us-east-1\n")
            .env("AWS_ENDPOINT_URL", account.endpoint())
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{}/v1", container.url()))
    };
    cli().run(PLAN).await.expect_success();
    cli().env("AWS_PROFILE", "dev").run(&PLAN[..3]).await.expect_success();
    let other_keys = cli().env("AWS_ACCESS_KEY_ID", "1\n").env("AWS_SECRET_ACCESS_KEY", "x");
    other_keys.run(PLAN).await.expect_success();
}

/// The key from aws-config's own examples (1.13, `login/cache.rs`). It signs only a renewal.
const DPOP_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\n\
    MHcCAQEEIFDZHUzOG1Pzq+6F0mjMlOSp1syN9LRPBuHMoCFXTcXhoAoGCCqGSM49\n\
    AwEHoUQDQgAE9qhj+KtcdHj1kVgwxWWWw++tqoh7H7UHs7oXh8jBbgF47rrYGC+t\n\
    djiIaHK3dBvvdE7MGj5HsepzLm3Kj91bqA==\n\
    -----END EC PRIVATE KEY-----\n";

/// The cache of `aws login`: a file with the SHA-256 of the session's ARN as its name.
fn logged_in(home: &Path, account: &Account, expires: &str) -> Cli {
    let session = "arn:aws:iam::123456789012:user/me";
    let cli = at_home(home, &format!("[profile dev]\nregion = us-east-1\nlogin_session = {session}\n"));
    let cache = home.join(".aws/login/cache");
    fs::create_dir_all(&cache).expect("a folder for the cache");
    let name: String = Sha256::digest(session).iter().map(|byte| format!("{byte:02x}")).collect();
    let token = json!({
        "accessToken": {
            "accessKeyId": account.id(), "secretAccessKey": "test", "sessionToken": "t",
            "accountId": account.id(), "expiresAt": expires,
        },
        "tokenType": "aws_sigv4",
        "refreshToken": "refresh",
        "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": DPOP_KEY,
    });
    fs::write(cache.join(name).with_extension("json"), token.to_string()).expect("the cache");
    cli.env("AWS_ENDPOINT_URL", account.endpoint())
}

#[tokio::test]
async fn a_profile_of_aws_login_uses_its_cached_credentials() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let run = logged_in(home.path(), &account, "2099-01-01T00:00:00Z").run(PLAN).await.expect_success();
    assert!(run.stdout.contains("1 to create"), "{run:?}");
}

#[tokio::test]
async fn a_refresh_token_renews_an_expired_login_and_the_next_run_uses_it() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let renewed = json!({
        "accessToken": {"accessKeyId": account.id(), "secretAccessKey": "renewed", "sessionToken": "t2"},
        "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "another",
    });
    let sign_in = Answering::with(200, "application/json", &renewed.to_string()).await;
    let cli = logged_in(home.path(), &account, "2020-01-01T00:00:00Z").env("AWS_ENDPOINT_URL_SIGNIN", sign_in.url());
    let run = cli.run(PLAN).await.expect_success();
    assert!(run.stdout.contains("1 to create"), "{run:?}");
    let kept = fs::read_dir(home.path().join(".aws/login/cache")).unwrap().next().unwrap().unwrap();
    let kept = fs::read_to_string(kept.path()).unwrap();
    assert!(kept.contains("renewed") && kept.contains("another"), "{kept}");
}

#[tokio::test]
async fn an_empty_aws_profile_counts_as_unset() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let config =
        format!("[default]\nregion = us-east-1\naws_access_key_id = {}\naws_secret_access_key = test\n", account.id());
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let cli = Cli::empty().env("HOME", home.path()).env("AWS_ENDPOINT_URL", account.endpoint());
    cli.env("AWS_PROFILE", "").run(&PLAN[..3]).await.expect_success();
}

/// Runs a program in a terminal of its own, which types `TYPED` whenever the program asks for the code.
const TERMINAL: &str = "
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen, typed = b'', 0
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if seen.count(b'MFA code of') > typed:
        os.write(terminal, os.environ['TYPED'].encode())
        typed += 1
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
";

/// The exit code of a plan with a role that needs an MFA code, and the output that a user who types this sees.
async fn in_a_terminal(account: &Account, endpoint: &str, typed: &str) -> (Option<i32>, String) {
    let home = tempfile::tempdir().expect("a home");
    let config = format!(
        "[profile dev]\nrole_arn = arn:aws:iam::{id}:role/r\nsource_profile = base\nregion = us-east-1\n\
         mfa_serial = arn:aws:iam::{id}:mfa/me\n[profile base]\naws_access_key_id = {id}\naws_secret_access_key = test\n",
        id = account.id()
    );
    fs::create_dir(home.path().join(".aws")).expect("a folder for the files");
    fs::write(home.path().join(".aws/config"), config).expect("the configuration");
    let terminal = home.path().join("terminal.py");
    fs::write(&terminal, TERMINAL).expect("the script");
    fs::set_permissions(&terminal, fs::Permissions::from_mode(0o644)).expect("its mode");
    let output = Command::new(venv().join("bin/python"))
        .arg(&terminal)
        .arg(env!("CARGO_BIN_EXE_provisioner"))
        .args(["plan", "--profile", "dev"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env_clear()
        .env("TYPED", typed)
        .env("HOME", home.path())
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .await
        .expect("python");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

const QUESTION: &str = "MFA code of arn:aws:iam::";

#[tokio::test]
async fn a_terminal_asks_for_the_mfa_code_and_assumes_the_role_with_it() {
    let account = Account::fresh();
    let (code, seen) = in_a_terminal(&account, account.endpoint(), "123456\n").await;
    assert_eq!(code, Some(0), "{seen}");
    let question = format!("{QUESTION}{}:mfa/me for the profile `dev`:", account.id());
    assert_eq!(seen.matches(&question).count(), 1, "{seen}");
    assert!(seen.contains("to create"), "{seen}");
}

/// Several clients of the chat's plan ask at the same time.
#[tokio::test]
async fn a_wrong_mfa_code_is_reported_after_one_question() {
    let user = User::new();
    let wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    user.proxy.on(call("AssumeRole").answer(AwsError::new(403, "AccessDenied", wrong)));
    let (code, seen) = in_a_terminal(&user.account, user.proxy.url(), "000000\n").await;
    assert_eq!(code, Some(1), "{seen}");
    assert_eq!(seen.matches(QUESTION).count(), 1, "{seen}");
    for part in ["AWS did not accept the MFA code: MultiFactorAuthentication failed with invalid MFA", "(AccessDenied)"]
    {
        assert!(seen.contains(part), "no `{part}` in {seen}");
    }
    assert!(seen.contains("hint: wait for the next code of the device"), "{seen}");
}

#[tokio::test]
async fn the_end_of_the_input_and_invalid_mfa_codes_end_the_questions() {
    let account = Account::fresh();
    for (typed, times, part) in
        [("\u{4}", 1, "but the input ended before the code"), ("abc\n", 3, "but no answer was six digits")]
    {
        let (code, seen) = in_a_terminal(&account, account.endpoint(), typed).await;
        assert_eq!(code, Some(1), "{seen}");
        let questions =
            seen.matches("mfa/me for the profile `dev`: ").count() + seen.matches("six digits; MFA code").count();
        assert_eq!(questions, times, "{seen}");
        assert!(seen.contains(part) && !seen.contains("there is no terminal"), "{seen}");
    }
}
