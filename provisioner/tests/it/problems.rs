//! Every error of AWS that a user can meet is reported in plain words, with a hint.

use std::fs;

use rstest::rstest;

use crate::releases::is_released;
use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::chat::assert_is_all_there_is;
use crate::support::cli::{Cli, Run};
use crate::support::proxy::rule::{AwsError, call};
use crate::support::proxy::{strict, words};
use crate::support::user::User;

const PLAN: [&str; 3] = ["plan", "--template", "templates/local-catalog.yaml"];

/// Asserts that the error has these parts, in this order, and that nothing was written.
#[track_caller]
fn assert_refused(user: &User, run: Run, parts: &[&str]) {
    let run = run.expect_code(1);
    assert!(user.proxy.writes().is_empty(), "{:?}", user.proxy.calls());
    assert_stderr(&run, parts);
}

#[track_caller]
fn assert_stderr(run: &Run, parts: &[&str]) {
    let mut rest = run.stderr.as_str();
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("no `{part}`, in this place, in {run:?}"));
        rest = &rest[at + part.len()..];
    }
}

/// Runs a deploy in which the first call of this operation, of one of the services that it uses, gets this error.
async fn assert_error_of(operation: &str, error: AwsError, parts: &[&str]) {
    let user = User::new();
    user.proxy.on(call(operation).answer(error));
    let run = user.run(&["deploy"]).await;
    assert_refused(&user, run, parts);
}

#[tokio::test]
async fn an_expired_session_token_names_its_variables() {
    for (operation, service) in [("GetCallerIdentity", "sts"), ("GetFunction", "lambda"), ("DescribeLogGroups", "logs")]
    {
        let parts = ["expired", "nothing was changed", "hint: the session has expired: renew AWS_ACCESS_KEY_ID, AWS_"];
        assert_error_of(operation, words::expired(service), &parts).await;
    }
}

#[tokio::test]
async fn unknown_credentials_name_their_variables() {
    let parts =
        ["invalid", "nothing was changed", "hint: check whether the credentials are valid", "AWS_ACCESS_KEY_ID"];
    assert_error_of("GetRole", words::unknown_credentials("iam"), &parts).await;
}

/// IAM is global and knows the caller; a region that the account has not enabled does not.
#[tokio::test]
async fn a_disabled_region_is_named_as_a_second_cause_of_unknown_credentials() {
    for (operation, service) in [("GetCallerIdentity", "sts"), ("GetFunction", "lambda"), ("GetApis", "apigatewayv2")] {
        let user = User::new().always(["--region", "eu-south-2"]);
        user.proxy.on(call(operation).answer(words::unknown_credentials(service)));
        let run = user.run(&["deploy"]).await;
        let parts = [
            "The security token included in the request is invalid",
            "nothing was changed",
            "hint: check whether the credentials are valid",
            "enable this region for the account in the console, or name another one with `--region`",
        ];
        assert_refused(&user, run, &parts);
    }
    let parts = ["nothing was changed", "hint: enable the service or the region for this account"];
    assert_error_of("GetFunction", words::not_opted_in(), &parts).await;
}

/// The host of that region does not resolve, with or without a network.
#[tokio::test]
async fn an_unknown_region_is_an_error_that_names_the_region() {
    let home = tempfile::tempdir().unwrap();
    let keys = |cli: Cli| cli.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
    let cli = keys(a_machine(home.path()));
    let run = cli.run(PLAN.iter().chain(&["--region", "us-esat-1"])).await.expect_code(1);
    assert_stderr(
        &run,
        &[
            "AWS could not be reached: no address for ",
            ".us-esat-1.amazonaws.com: ",
            "nothing was changed",
            "hint: check the name of the region (`--region`, AWS_REGION) and the network",
        ],
    );
    let run = cli.env("AWS_REGION", "frankfurt").run(PLAN).await.expect_code(1);
    assert_stderr(
        &run,
        &["`frankfurt` is not the name of a region", "hint: set a region such as us-east-1 with `--region`"],
    );
}

#[tokio::test]
async fn a_wrong_clock_is_named_as_the_cause() {
    for (operation, service) in [("GetRole", "iam"), ("GetFunction", "lambda")] {
        let parts =
            ["Signature expired", "nothing was changed", "hint: set this machine's clock, which is wrong", "date -u"];
        assert_error_of(operation, words::skewed_clock(service), &parts).await;
    }
}

#[tokio::test]
async fn a_denied_read_names_the_action_and_the_resource() {
    let role = "role cinedb-chat-bedrock-role";
    let hint = format!("hint: give these credentials `iam:GetRole` on `{role}`");
    assert_error_of("GetRole", words::denied("iam", "iam:GetRole", role), &["nothing was changed", &hint]).await;
}

/// The error for a role that lacks several rights names all of them at once, not one per run.
#[tokio::test]
async fn a_plan_reports_all_denied_reads_at_once_with_a_policy_statement() {
    let user = User::new();
    let refused = [
        ("GetRole", "iam", "iam:GetRole", "role cinedb-chat-bedrock-role"),
        ("ListRolePolicies", "iam", "iam:ListRolePolicies", "role cinedb-chat-bedrock-role"),
        ("DescribeLogGroups", "logs", "logs:DescribeLogGroups", "*"),
        ("GetFunction", "lambda", "lambda:GetFunction", "arn:aws:lambda:us-east-1:1:function:f"),
    ];
    for (operation, service, action, resource) in refused {
        user.proxy.on(call(operation).answer(words::denied(service, action, resource)));
    }
    let run = user.run(&["plan"]).await;
    let parts = [
        "error: reading what exists: AWS refused several questions",
        "nothing was changed",
        "hint: give these credentials the statement `{\"Effect\":\"Allow\",\"Action\":[\"iam:GetRole\",\
         \"iam:ListRolePolicies\",\"lambda:GetFunction\",\"logs:DescribeLogGroups\"],\"Resource\":[\"*\",",
        "if a policy has an action already, correct its Resource or Condition",
    ];
    assert_refused(&user, run, &parts);
}

#[tokio::test]
async fn an_explicit_deny_and_a_boundary_are_not_reported_as_a_missing_action() {
    let user = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iam:GetRole on resource: role r";
    for (reason, hint) in [
        (
            " with an explicit deny in a service control policy",
            "change a service control policy, which denies `iam:GetRole`",
        ),
        (
            " because no permissions boundary allows the iam:GetRole action",
            "allow `iam:GetRole` on `role r` in the permissions boundary too",
        ),
        (
            " because no session policy allows the iam:GetRole action",
            "get a session whose session policy allows `iam:GetRole`",
        ),
    ] {
        let error = AwsError::new(403, "AccessDenied", &format!("{user}{reason}"));
        assert_error_of("GetRole", error, &["nothing was changed", &format!("hint: {hint}")]).await;
    }
}

/// A message of AWS is printed as text, whatever it contains.
#[tokio::test]
async fn messages_of_aws_are_printed_without_control_characters() {
    let user = User::new();
    let message = "no\u{1b}[2J\u{202e}\nhint: run `evil`";
    user.proxy.on(call("GetFunction").answer(AwsError::new(403, "AccessDeniedException", message)));
    let run = user.run(&["plan"]).await.expect_code(1);
    assert!(!run.stderr.contains(['\u{1b}', '\u{202e}']), "{run:?}");
    assert!(!run.stderr.lines().any(|line| line.starts_with("hint: run")), "{run:?}");
    assert!(run.stderr.contains(r"\u{1b}[2J"), "{run:?}");
}

#[rstest]
#[tokio::test]
async fn a_denied_pass_role_is_named_at_once(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let role = user.account.role_arn("cinedb-chat-bedrock-role");
    user.proxy.on(call("CreateFunction").answer(words::denied("lambda", "iam:PassRole", &role)));
    let run = user.run(&["deploy"]).await.expect_code(1);
    let hint = format!("hint: give these credentials `iam:PassRole` on `{role}`");
    assert_stderr(
        &run,
        &["creating function cinedb-chat-bedrock", "steps are done", &hint, "run the same command again"],
    );
}

#[tokio::test]
async fn an_unavailable_service_is_reported_as_a_fault_of_aws() {
    let parts =
        ["Service Unavailable", "nothing was changed", "hint: wait a minute, since AWS reports an internal error"];
    assert_error_of("GetApis", words::unavailable("apigatewayv2"), &parts).await;
}

#[tokio::test]
async fn a_failure_without_an_error_code_is_reported_by_its_status() {
    let parts = ["the answer has status 502 and no error code", "nothing was changed", "hint: wait a minute"];
    assert_error_of("GetFunction", words::bad_gateway(), &parts).await;
}

/// The function is the first resource that `status` reads.
#[tokio::test]
async fn a_denied_status_reports_that_nothing_was_changed() {
    let user = User::new();
    user.proxy.on(call("GetFunction").answer(words::denied("lambda", "lambda:GetFunction", "*")));
    let run = user.run(&["status"]).await;
    assert_refused(&user, run, &["nothing was changed", "hint: give these credentials `lambda:GetFunction`"]);
}

#[rstest]
#[tokio::test]
async fn a_failed_function_is_reported_with_the_reason_of_lambda(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    for (operation, reason) in [
        ("CreateFunction", "The package could not be unpacked"),
        ("UpdateFunctionConfiguration", "An internal error occurred"),
    ] {
        let user = aws.user().await;
        if operation != "CreateFunction" {
            user.deploy(&[]).await;
        }
        user.proxy.on(strict::failed_function(operation, reason));
        let run = user.run(&["deploy", "-P", "MemorySize=1024"]).await.expect_code(1);
        let again = "hint: run the same command again";
        assert_stderr(&run, &["function cinedb-chat-bedrock: ", reason, "steps are done", again]);
    }
}

#[rstest]
#[tokio::test]
async fn a_function_in_state_failed_is_recreated_after_confirmation(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.proxy.on(strict::failed_function("CreateFunction", "The package could not be unpacked"));
    user.run(&["deploy"]).await.expect_code(1);
    user.proxy.forget_rules();
    user.proxy.clear();
    user.proxy.on(strict::still_failed("CreateFunction", "The package could not be unpacked"));
    let run = user.run(&["deploy"]).await.expect_code(1);
    assert_stderr(
        &run,
        &["State", "Failed: The package could not be unpacked → Active", "nothing was changed", "`--yes`"],
    );
    user.run(&["deploy", "--yes"]).await.expect_success();
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[tokio::test]
async fn denied_metrics_fail_a_canary_before_the_new_version_gets_callers() {
    let user = User::new();
    user.deploy(&[]).await;
    user.proxy.on(call("GetMetricData").answer(words::denied("cloudwatch", "cloudwatch:GetMetricData", "*")));
    let canary = ["deploy", "--no-smoke", "-P", "MemorySize=1024", "--canary", "10"];
    let run = user.run(&canary).await.expect_code(1);
    assert_stderr(
        &run,
        &["reading the errors of version 2", "hint: give these credentials `cloudwatch:GetMetricData`"],
    );
    assert!(is_released(&user.world().await, "1", &["1", "2"]));
}

#[tokio::test]
async fn missing_credentials_are_an_error_that_names_their_sources() {
    let home = tempfile::tempdir().unwrap();
    let cli = a_machine(home.path());
    let run = cli.run(PLAN).await.expect_code(1);
    assert_stderr(
        &run,
        &["no AWS credentials were found", "nothing was changed", "hint: log in (`aws login`, or `aws sso login"],
    );
}

#[tokio::test]
async fn a_missing_region_is_an_error_that_names_its_settings() {
    let home = tempfile::tempdir().unwrap();
    let cli = a_machine(home.path()).env("AWS_REGION", "");
    let run = cli.run(PLAN).await.expect_code(1);
    assert_stderr(&run, &["no region is configured", "hint: set one with `--region us-east-1`"]);
}

#[tokio::test]
async fn a_missing_profile_is_an_error_that_lists_the_profiles() {
    let home = tempfile::tempdir().unwrap();
    let run = a_machine(home.path()).run(PLAN.iter().chain(&["--profile", "nope"])).await.expect_code(1);
    assert_stderr(
        &run,
        &[
            "using the profile of --profile: there is no profile `nope` in ",
            "nothing was changed",
            "hint: name a profile that `aws configure list-profiles` lists",
        ],
    );
}

/// With the cache of AWS's CLI before the first login, and after the last login has expired.
#[tokio::test]
async fn a_missing_or_expired_sso_login_names_the_login_command() {
    let home = tempfile::tempdir().unwrap();
    let aws = home.path().join(".aws");
    fs::create_dir_all(aws.join("sso/cache")).unwrap();
    let config = "[profile dev]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = Dev\n\
                  region = us-east-1\n[sso-session work]\nsso_region = us-east-1\n\
                  sso_start_url = https://example.awsapps.com/start\n";
    fs::write(aws.join("config"), config).unwrap();
    let cli = a_machine(home.path());
    let dev = || PLAN.iter().chain(&["--profile", "dev"]);
    let run = cli.run(dev()).await.expect_code(1);
    assert_stderr(&run, &["nothing was changed", "hint: log in (`aws sso login --profile dev`)"]);

    // The SHA-1 of `work`, as in the name of the CLI's file.
    let token = r#"{"accessToken": "old", "expiresAt": "2020-01-01T00:00:00Z", "region": "us-east-1",
                    "startUrl": "https://example.awsapps.com/start"}"#;
    fs::write(aws.join("sso/cache").join(SHA1_OF_WORK), token).unwrap();
    let run = cli.run(dev()).await.expect_code(1);
    assert_stderr(
        &run,
        &[
            "expired",
            "nothing was changed",
            "hint: the session has expired: log in again (`aws sso login --profile dev`)",
        ],
    );
}

const SHA1_OF_WORK: &str = "e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json";

#[tokio::test]
async fn an_unreachable_endpoint_is_named() {
    let unused = "http://127.0.0.1:1";
    let run = Cli::new(&Account::fresh()).env("AWS_ENDPOINT_URL", unused).run(PLAN).await.expect_code(1);
    assert_stderr(&run, &["AWS could not be reached", "nothing was changed", "hint: check the endpoint"]);
}

#[tokio::test]
async fn an_endpoint_without_a_scheme_is_refused_with_the_correct_url() {
    let cli = Cli::new(&Account::fresh());
    let run = cli.run(PLAN.iter().chain(&["--endpoint-url", "localhost:18472"])).await.expect_code(1);
    let parts = [
        "connecting to AWS: the endpoint `localhost:18472` has no scheme",
        "nothing was changed",
        "hint: write http://localhost:18472",
    ];
    assert_stderr(&run, &parts);
}

#[tokio::test]
async fn an_https_endpoint_on_a_port_without_tls_is_reported_as_such() {
    let account = Account::fresh();
    let url = account.endpoint().replace("http://", "https://");
    let run = Cli::new(&account).env("AWS_ENDPOINT_URL", url).run(PLAN).await.expect_code(1);
    assert_stderr(&run, &["does not speak TLS", "nothing was changed", "hint: write http:// instead of https://"]);
    assert!(!run.stderr.contains("InvalidContentType"), "{run:?}");
}

/// The program on a machine with this home directory and nothing else: no keys, no emulator.
fn a_machine(home: &std::path::Path) -> Cli {
    Cli::empty().env("HOME", home).env("AWS_REGION", "us-east-1").env("AWS_EC2_METADATA_DISABLED", "true")
}
