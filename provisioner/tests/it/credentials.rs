//! Failures of credentials are told as that: the profile, the cause, and what to run. Never as the network.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rstest::rstest;
use tokio::process::Command;

use crate::support::account::Account;
use crate::support::cli::Cli;
use crate::support::ministack::venv;

const PLAN: [&str; 5] = ["plan", "--template", "templates/local-catalog.yaml", "--profile", "dev"];

fn at_home(home: &Path, config: &str) -> Cli {
    fs::create_dir_all(home.join(".aws")).expect("a folder for the files");
    fs::write(home.join(".aws/config"), config).expect("the configuration");
    Cli::empty().env("HOME", home).env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true")
}

const ROLE: &str = "role_arn = arn:aws:iam::123456789012:role/r\n";

#[rstest]
#[case::a_login_that_never_was(
    "[profile dev]\nlogin_session = arn:aws:iam::123456789012:user/me\n",
    &["the profile `dev` gives no credentials: it is not logged in", "hint: log in (`aws login --profile dev`)"]
)]
#[case::a_process_that_fails(
    "[profile dev]\ncredential_process = sh -c 'echo the vault is closed >&2; exit 3'\n",
    &["its `credential_process` fails with exit status 3 and says: the vault is closed", "hint: run the command of"]
)]
#[case::a_process_that_prints_nonsense(
    "[profile dev]\ncredential_process = echo hello\n",
    &["its `credential_process` does not print credentials", "it must print JSON with Version 1"]
)]
#[case::a_process_without_a_secret(
    "[profile dev]\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"AKIA\"}'\n",
    &["does not print credentials", "SecretAccessKey"]
)]
#[case::profiles_in_a_circle(
    &format!("[profile dev]\n{ROLE}source_profile = b\n[profile b]\n{ROLE}source_profile = dev\n"),
    &["in a circle: `dev` → `b` → `dev`", "hint: give one of them credentials of its own"]
)]
#[case::a_source_that_is_not_there(
    &format!("[profile dev]\n{ROLE}source_profile = bas\n[profile base]\n"),
    &["its `source_profile` is `bas`, and there is no such profile", "hint: did you mean `base`?"]
)]
#[case::half_of_a_pair("[profile dev]\naws_access_key_id = AKIA\n", &["and no `aws_secret_access_key`", "hint: add"])]
#[case::an_ill_formed_file(
    "[profile dev]\nregion: us-east-1\n",
    &["reading the AWS configuration", "on line 2: Expected an '=' sign", "hint: correct "]
)]
#[case::a_token_file_that_is_missing(
    &format!("[profile dev]\n{ROLE}web_identity_token_file = /nowhere/token\n"),
    &["the web identity token of /nowhere/token could not be used", "No such file", "hint: check that /nowhere/token"]
)]
#[case::a_role_that_asks_for_a_code_without_a_terminal(
    &format!(
        "[profile dev]\n{ROLE}source_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n\
         [profile base]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n"
    ),
    &[
        "asks for the MFA code of arn:aws:iam::123456789012:mfa/me, and no one is there to type it",
        "`eval \"$(aws configure export-credentials --profile dev --format env)\"`",
    ]
)]
#[tokio::test]
async fn a_profile_that_gives_no_credentials_says_why(#[case] config: &str, #[case] parts: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let run = at_home(home.path(), config).run(PLAN).await.expect_code(1);
    for part in parts.iter().chain(&["nothing was changed"]) {
        assert!(run.stderr.contains(part), "no `{part}` in {run:?}");
    }
    assert!(!run.stderr.contains("could not be reached"), "{run:?}");
}

#[tokio::test]
async fn half_of_a_pair_in_the_environment_is_told_and_not_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let cli = at_home(home.path(), "").env("AWS_ACCESS_KEY_ID", "AKIA");
    let run = cli.run(&PLAN[..3]).await.expect_code(1);
    assert!(run.stderr.contains("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"), "{run:?}");
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_told_before_the_region_that_it_would_have() {
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

/// A terminal of its own for a program, in which the code is typed when it is asked for.
const TERMINAL: &str = "
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen, typed = b'', False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if not typed and b'MFA code of' in seen:
        os.write(terminal, b'123456\\n')
        typed = True
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
";

#[tokio::test]
async fn in_a_terminal_the_code_is_asked_for_and_the_role_assumed_with_it() {
    let (account, home) = (Account::fresh(), tempfile::tempdir().unwrap());
    let config = format!(
        "[profile dev]\nrole_arn = arn:aws:iam::{id}:role/r\nsource_profile = base\nregion = us-east-1\n\
         mfa_serial = arn:aws:iam::{id}:mfa/me\n[profile base]\naws_access_key_id = {id}\naws_secret_access_key = test\n",
        id = account.id()
    );
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/config"), config).unwrap();
    let terminal = home.path().join("terminal.py");
    fs::write(&terminal, TERMINAL).unwrap();
    fs::set_permissions(&terminal, fs::Permissions::from_mode(0o644)).unwrap();
    let output = Command::new(venv().join("bin/python"))
        .arg(&terminal)
        .arg(env!("CARGO_BIN_EXE_provisioner"))
        .args(PLAN)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_ENDPOINT_URL", account.endpoint())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .await
        .unwrap();
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{seen}");
    let question = format!("MFA code of arn:aws:iam::{}:mfa/me for the profile `dev`:", account.id());
    assert_eq!(seen.matches(&question).count(), 1, "{seen}");
    assert!(seen.contains("1 to create"), "{seen}");
}
