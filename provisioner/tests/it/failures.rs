//! A run reports its failure, and the next run continues.

use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::chat::assert_is_all_there_is;
use crate::support::proxy::call::names;
use crate::support::proxy::rule::{AwsError, Fault, call};
use crate::support::proxy::trap::Trap;
use crate::support::seed;
use crate::support::user::User;

#[rstest]
#[tokio::test]
async fn a_denied_action_fails_at_once_with_a_hint(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let message = "User: arn:aws:iam::1:user/dev is not authorized to perform: lambda:CreateFunction";
    user.proxy.on(call("CreateFunction").answer(AwsError::new(403, "AccessDeniedException", message)));
    let run = user.run(&["deploy", "--no-smoke"]).await.expect_code(1);
    let sent = names(&user.proxy.calls()).into_iter().filter(|name| name == "lambda CreateFunction").count();
    assert_eq!(sent, 1, "{run:?}");
    for text in
        ["creating function cinedb-chat-bedrock: ", message, "hint: give these credentials `lambda:CreateFunction`; "]
    {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_failed_deploy_lists_the_completed_steps_and_the_next_deploy_completes_it(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    let denied = AwsError::new(403, "AccessDeniedException", "not authorized to perform: apigateway:POST");
    user.proxy.on(call("CreateIntegration").answer(denied));
    let run = user.run(&["deploy", "--no-smoke"]).await.expect_code(1);
    assert_eq!(run.stdout, "", "no outputs of half a stack");
    let world = user.world().await;
    assert_eq!(world.names("functions"), ["cinedb-chat-bedrock"]);
    assert_eq!(world["apis"]["cinedb-chat-bedrock"]["routes"], serde_json::json!({}));
    for text in
        ["ChatIntegration: creating an integration", "steps are done", "ChatRoute", "run the same command again"]
    {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }

    user.proxy.forget_rules();
    let (next, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    next.expect_success();
    let done_before = ["iam CreateRole", "lambda CreateFunction", "apigatewayv2 CreateApi", "logs CreateLogGroup"];
    assert!(!writes.iter().any(|write| done_before.contains(&write.as_str())), "{writes:?}");
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[rstest]
#[tokio::test]
async fn the_next_destroy_completes_a_failed_one(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let denied = AwsError::new(403, "AccessDeniedException", "not authorized to perform: lambda:DeleteFunction");
    user.proxy.on(call("DeleteFunction").answer(denied));
    let run = user.run(&["destroy", "--yes"]).await.expect_code(1);
    assert!(run.stderr.contains("deleting function cinedb-chat-bedrock"), "{run:?}");
    assert!(!user.world().await.is_empty());
    user.proxy.forget_rules();
    user.run(&["destroy", "--yes"]).await.expect_success();
    let world = user.world().await;
    assert!(world.is_empty(), "{world:?}");
}

#[rstest]
#[tokio::test]
async fn a_refused_read_is_an_error_and_creates_nothing(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let denied = AwsError::new(403, "AccessDenied", "not authorized to perform: iam:GetRole");
    user.proxy.on(call("GetRole").answer(denied));
    let (run, writes) = user.writes_of(&["deploy"]).await;
    let run = run.expect_code(1);
    assert_eq!(writes, [""; 0], "{run:?}");
    assert!(run.stderr.contains("reading role cinedb-chat-bedrock-role"), "{run:?}");
}

#[rstest]
#[tokio::test]
async fn each_refused_read_reports_that_nothing_was_changed(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    let user = User::of(account).always(["-P".to_owned(), format!("ApiId={}", movies.api_id)]);
    for (command, question) in [("deploy", "GetApi"), ("deploy", "GetCallerIdentity"), ("rollback", "ListAliases")] {
        user.proxy.on(call(question).answer(AwsError::new(403, "AccessDenied", "not authorized to perform: it")));
        let run = user.run(&[command]).await.expect_code(1);
        assert!(run.stderr.contains("nothing was changed"), "{question}: {run:?}");
        user.proxy.forget_rules();
    }
}

#[rstest]
#[tokio::test]
async fn two_failures_of_one_run_have_a_line_each(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    for (operation, code) in [("CreateRole", "LimitExceeded"), ("CreateLogGroup", "LimitExceededException")] {
        user.proxy.on(call(operation).answer(AwsError::new(400, code, "there are too many")));
    }
    let run = user.run(&["deploy", "--no-smoke"]).await.expect_code(1);
    let (_, list) = run.stderr.split_once("error: changing stack cinedb-chat: 2 steps failed\n").expect("the error");
    let (list, _) = list.split_once("\n\n").expect("what exists");
    let mut lines: Vec<_> = list.lines().collect();
    lines.sort_unstable();
    let [log_group, role] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(log_group.starts_with("  ChatLogGroup: creating log group ") && log_group.contains("too many"), "{list}");
    assert!(role.starts_with("  ChatRole: creating role ") && role.contains("too many"), "{list}");
}

/// API Gateway makes one change of an API at a time, and steps of the plan run side by side.
#[rstest]
#[tokio::test]
async fn a_conflict_with_another_change_of_the_api_is_retried(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let busy = "Unable to complete operation due to concurrent modification. Please try again later.";
    for operation in ["CreateStage", "CreateIntegration", "CreateRoute", "DeleteStage", "DeleteRoute", "DeleteApi"] {
        user.proxy.on(call(operation).first(2).answer(AwsError::new(409, "ConflictException", busy)));
    }
    let run = user.run(&["deploy", "--no-smoke"]).await.expect_success();
    assert!(run.stderr.contains("waiting for another change of the HTTP API"), "{run:?}");
    assert_is_all_there_is(&user.world().await, &user.account);
    user.run(&["destroy", "--yes"]).await.expect_success();
    let world = user.world().await;
    assert!(world.is_empty(), "{world:?}");
}

#[rstest]
#[tokio::test]
async fn every_other_conflict_of_the_api_is_an_error_at_once(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let conflict = AwsError::new(409, "ConflictException", "Route with key POST /chat already exists for this API");
    user.proxy.on(call("CreateRoute").answer(conflict));
    let run = user.run(&["deploy", "--no-smoke"]).await.expect_code(1);
    let sent = names(&user.proxy.calls()).into_iter().filter(|name| name == "apigatewayv2 CreateRoute").count();
    assert_eq!(sent, 1, "{run:?}");
    let expected = "it was created after the plan: Route with key POST /chat already exists for this API";
    assert!(run.stderr.contains(expected) && run.stderr.contains("hint: see what changed after the plan"), "{run:?}");
}

#[rstest]
#[tokio::test]
async fn a_function_created_by_another_deployer_since_the_plan_is_not_changed(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let late = aws.user().await;
    let early = User::in_account_of(&late);
    let trap = Trap::new();
    late.proxy.on(call("CreateFunction").first(1).suffer(Fault::PauseBefore(trap.clone())));
    let program = late.spawn(&["deploy", "--no-smoke", "-P", "MemorySize=1024"]);
    trap.sprung().await;
    early.deploy(&["-P", "MemorySize=768"]).await;
    // Its connection is closed, and it retries the call.
    trap.open();
    let ended = program.wait_with_output().await.unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    for expected in [
        "creating function cinedb-chat-bedrock: it was created after the plan",
        "hint: see what changed after the plan: `provisioner plan ",
    ] {
        assert!(stderr.contains(expected), "no `{expected}` in {stderr}");
    }
    assert_eq!(early.world().await["functions"]["cinedb-chat-bedrock"]["latest"]["memory"], 768);
}
