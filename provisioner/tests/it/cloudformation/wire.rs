//! Answers of AWS's CloudFormation that MiniStack's does not give: the proxy gives them in AWS's words.

use crate::support::account::Account;
use crate::support::proxy::call::Call;
use crate::support::proxy::rule::{AwsError, call, calls_that};
use crate::support::proxy::words;
use crate::support::user::User;

const DEPLOY: [&str; 4] = ["deploy", "--no-smoke", "--engine", "cloudformation"];

#[tokio::test]
async fn throttling_does_not_end_the_watch_of_a_stack() {
    let user = User::new();
    // The first read is for the newest event, before the operation begins. Six throttled reads in a row are more than
    // the SDK retries.
    user.proxy.on(call("DescribeStackEvents").from(2, 6).answer(words::throttled("cloudformation")));
    let deployed = user.run(&DEPLOY).await.expect_success();
    assert!(deployed.stderr.contains("done    AWS::Lambda::Function           ChatFunction "), "{deployed:?}");
}

#[tokio::test]
async fn a_session_that_expires_during_the_watch_reports_that_cloudformation_continues() {
    let user = User::new();
    user.proxy.on(call("DescribeStackEvents").from(2, 100).answer(words::expired("cloudformation")));
    let failed = user.run(&DEPLOY).await.expect_code(1);
    for expected in
        ["(ExpiredToken)", "CloudFormation continues the operation", "AWS_ACCESS_KEY_ID", "describe-stack-events"]
    {
        assert!(failed.stderr.contains(expected), "no `{expected}` in {failed:?}");
    }
}

#[tokio::test]
async fn the_second_of_two_deployers_is_refused_and_changes_nothing() {
    let user = User::new();
    let busy = "Stack:arn:aws:cloudformation:us-east-1:123456789012:stack/cinedb-chat/1 is in UPDATE_IN_PROGRESS state \
                and can not be updated.";
    user.proxy.on(call("CreateChangeSet").answer(AwsError::new(400, "ValidationError", busy)));
    let before = user.world().await;
    let refused = user.run(&DEPLOY).await.expect_code(1);
    assert!(refused.stderr.contains("hint: wait until the other operation of this stack ends"), "{refused:?}");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[tokio::test]
async fn an_obsolete_change_set_is_deleted_and_reported() {
    let user = User::new();
    let obsolete = "ChangeSet [provisioner-1] cannot be executed in its current execution status of [OBSOLETE]";
    user.proxy.on(call("ExecuteChangeSet").answer(AwsError::new(400, "InvalidChangeSetStatus", obsolete)));
    let before = user.world().await;
    let refused = user.run(&DEPLOY).await.expect_code(1);
    assert!(refused.stderr.contains("hint: run the same command again, and review the new change set"), "{refused:?}");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[tokio::test]
async fn denied_stack_events_fail_a_deploy_at_its_start_or_report_that_cloudformation_continues() {
    let denied = || words::denied("cloudformation", "cloudformation:DescribeStackEvents", "*");
    let user = User::new();
    let before = user.world().await;
    user.proxy.on(call("DescribeStackEvents").answer(denied()));
    let refused = user.run(&DEPLOY).await.expect_code(1);
    let exists = "nothing was changed except bucket provisioner-";
    for expected in [exists, "hint: give these credentials `cloudformation:DescribeStackEvents`"] {
        assert!(refused.stderr.contains(expected), "no `{expected}` in {refused:?}");
    }
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
    user.proxy.forget_rules();

    user.proxy.on(call("DescribeStackEvents").from(2, 100).answer(denied()));
    let failed = user.run(&DEPLOY).await.expect_code(1);
    for expected in [
        "CloudFormation continues the operation",
        "hint: see the result: `aws cloudformation describe-stacks",
        "DescribeStackEvents`",
    ] {
        assert!(failed.stderr.contains(expected), "no `{expected}` in {failed:?}");
    }
}

#[tokio::test]
async fn a_small_template_without_packages_uses_no_bucket() {
    let template = "Resources:\n  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /app/one}}\n";
    let user = User::of_template(Account::fresh(), template).always(["--stack", "logs"]);
    let denied = words::denied("cloudformation", "cloudformation:DescribeStackEvents", "*");
    user.proxy.on(call("DescribeStackEvents").answer(denied));
    let deploy = ["deploy", "--no-smoke", "--engine", "cloudformation"];
    let refused = user.plain(&deploy).await.expect_code(1);
    assert!(refused.stderr.contains("\nnothing was changed\n"), "{refused:?}");
    user.proxy.forget_rules();
    user.plain(&deploy).await.expect_success();
    let uploads: Vec<_> = user.proxy.calls().into_iter().filter(|call| call.service == "s3").collect();
    assert!(uploads.is_empty(), "{uploads:?}");
}

#[tokio::test]
async fn a_denied_bucket_list_names_the_action_and_the_bucket() {
    let user = User::new();
    let bucket = "arn:aws:s3:::films-packages";
    let because = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: s3:ListBucket on resource: \
                   \"arn:aws:s3:::films-packages\" because no identity-based policy allows the s3:ListBucket action";
    for (message, hint) in [
        (because, format!("hint: give these credentials `s3:ListBucket` on `{bucket}`; if a policy")),
        ("Access Denied", format!("hint: give these credentials `s3:ListBucket` on `{bucket}`; if the bucket belongs")),
    ] {
        let of_the_bucket = |call: &Call| call.service == "s3" && call.operation.contains("/films-packages");
        user.proxy.on(calls_that(of_the_bucket).answer(AwsError::new(403, "AccessDenied", message)));
        let run = user.run(&[&DEPLOY[..], &["--bucket", "films-packages"]].concat()).await.expect_code(1);
        assert!(run.stderr.contains("looking for bucket films-packages") && run.stderr.contains(&hint), "{run:?}");
        user.proxy.forget_rules();
    }
}
