//! The rollback target, and how many versions are kept for rollbacks.

use std::fs;
use std::path::Path;

use rstest::rstest;
use serde_json::json;

use crate::fire::under_fire;
use crate::releases::{is_released, releases};
use crate::support::aws::Aws;
use crate::support::chat::assert_is_all_there_is;
use crate::support::proxy::chain::chain;
use crate::support::proxy::rule::{AwsError, call};
use crate::support::user::{TemplateCopy, User, chat_url};

/// A stack with two versions, the second of which serves.
async fn with_two_versions(aws: Aws) -> User {
    let user = aws.user().await;
    user.deploy(&[]).await;
    user.deploy(&["-P", "MemorySize=1024"]).await;
    assert!(is_released(&user.world().await, "2", &["1", "2"]));
    user
}

#[tokio::test]
async fn callers_lose_no_answer_during_a_rollback_and_the_next_deploy_moves_forward() {
    let user = User::new();
    let report = user.run(&["deploy", "--output", "json"]).await.expect_success().json();
    user.deploy(&["-P", "MemorySize=1024"]).await;
    user.proxy.clear();
    user.proxy.answer_in_rounds();
    let (run, answers) = under_fire(&user, chat_url(&report), user.run(&["rollback"])).await;
    let run = run.expect_success();
    assert!(run.stderr.contains("FunctionVersion  2 → 1"), "{run:?}");
    let facts = "\n\n  alias cinedb-chat-bedrock:live\n      points to   version 2 → 1\n      smoke test  POST /chat expects 200 (ChatRoute)";
    assert_eq!(run.stderr.matches(&format!("{facts}\n")).count(), 1, "in the plan: {run:?}");
    assert_eq!(run.stderr.matches(&format!("{facts}: passed\n")).count(), 1, "when it is done: {run:?}");
    assert!(run.stderr.contains("the next deploy points the alias to the version of the template again"), "{run:?}");
    assert!(!answers.is_empty() && answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let calls: Vec<_> = user.proxy.calls().into_iter().filter(|call| call.service != "execute-api").collect();
    let writes: Vec<_> = calls.iter().filter(|call| call.is_write()).map(|call| call.operation.clone()).collect();
    assert_eq!(writes, ["UpdateAlias"]);
    user.proxy.forget_rules();
    assert_eq!(chain(&calls).depth(), 3, "read, smoke test, move: {calls:?}");
    assert!(is_released(&user.world().await, "1", &["1", "2"]));

    let (_, writes) = user.writes_of(&["deploy", "--no-smoke", "-P", "MemorySize=1024"]).await;
    assert_eq!(writes, ["lambda UpdateAlias"]);
    assert!(is_released(&user.world().await, "2", &["1", "2"]));
}

#[rstest]
#[tokio::test]
async fn a_rollback_needs_only_the_template(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = with_two_versions(aws).await;
    let copy = aws.template();
    let zip = copy.chat().with_file_name("../target/package/function.zip");
    assert!(!Path::new(&zip).exists());
    let template = copy.arguments();
    let run = user.run(&["rollback", &template[0], &template[1], "--output", "json"]).await.expect_success();
    assert_eq!(run.json()["done"], json!(["ChatAlias"]));
    assert_eq!(run.json()["outputs"], json!({}), "the URL is not known");
    assert!(is_released(&user.world().await, "1", &["1", "2"]));
}

#[tokio::test]
async fn a_rollback_to_a_version_that_fails_its_smoke_test_requires_no_smoke() {
    let user = User::new();
    let bad = TemplateCopy::new().edited("templates/chat.yaml", "MOVIE_LIMIT: !Ref MovieLimit", "MOVIE_LIMIT: plenty");
    let bad = bad.kept();
    user.run(&["deploy", "--no-smoke", &bad[0], &bad[1]]).await.expect_success();
    user.deploy(&[]).await;
    let run = user.run(&["rollback"]).await.expect_code(1);
    for text in [
        "version 1 of function cinedb-chat-bedrock failed its smoke test",
        "plenty",
        "\n\nnothing was changed\nthe callers of cinedb-chat-bedrock:live still get version 2\n",
        "hint: read the function's log: `aws logs tail /aws/lambda/cinedb-chat-bedrock --since 10m",
        ", then choose another version from the list, and name it with `--to`: `provisioner status",
        "provisioner rollback --to 1 --no-smoke",
        "if IAM denied one of its calls, deploy the state of the template",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert!(
        !run.stderr.contains("steps are done")
            && !run.stderr.contains("the same command")
            && !run.stderr.contains("run it again"),
        "{run:?}"
    );
    assert_eq!(releases(&user.world().await).0, "2");
    user.run(&["rollback", "--to", "1", "--no-smoke"]).await.expect_success();
    assert_eq!(releases(&user.world().await).0, "1");
}

#[rstest]
#[tokio::test]
async fn an_impossible_rollback_is_refused_before_the_first_write(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = with_two_versions(aws).await;
    for (args, texts) in [
        (
            &["rollback", "--to", "7"][..],
            ["has no version 7; it has 1, 2", "name one of these versions: `provisioner rollback --to N"],
        ),
        (
            &["rollback", "--alias", "Other"],
            ["the template has no alias `Other`", "(ChatAlias): `provisioner rollback --alias ChatAlias"],
        ),
        (
            &["rollback", "-P", "FunctionName=other"],
            ["function other does not exist", "`provisioner rollback --stack NAME -P FunctionName=NAME"],
        ),
        (
            &["rollback", "--stack", "other"],
            ["belongs to the stack `cinedb-chat`", "`provisioner rollback --stack cinedb-chat"],
        ),
    ] {
        let (run, writes) = user.writes_of(args).await;
        let run = run.expect_code(1);
        assert_eq!(writes, [""; 0]);
        for text in texts.into_iter().chain(["nothing was changed"]) {
            assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
        }
    }
    user.run(&["rollback", "--to", "1"]).await.expect_success();
    let run = user.run(&["rollback"]).await.expect_code(1);
    assert!(run.stderr.contains("there is no version before 1, which the alias points to"), "{run:?}");
    for (to, outcome) in [("1", "nothing to do"), ("2", "1 to change")] {
        let run = user.run(&["rollback", "--to", to]).await.expect_success();
        assert!(run.stderr.contains(outcome) && !run.stderr.contains("moves forward again"), "{run:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_rollback_reports_a_template_without_an_alias(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let template = aws.template();
    let plain = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      LogGroupName: plain\n";
    fs::write(template.chat(), plain).unwrap();
    let arguments = template.arguments();
    let run = user.run(&["rollback", &arguments[0], &arguments[1]]).await.expect_code(1);
    assert!(
        run.stderr.contains("hint: restore an earlier state of the template and the code, and deploy it"),
        "{run:?}"
    );
}

#[rstest]
#[tokio::test]
async fn a_rollback_does_not_overwrite_a_concurrent_move_of_the_alias(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = with_two_versions(aws).await;
    let message = "The Revision Id provided does not match the latest Revision Id.";
    user.proxy.on(call("UpdateAlias").answer(AwsError::new(412, "PreconditionFailedException", message)));
    let given = ["--alias", "ChatAlias", "--no-smoke", "--region", "us-east-1"];
    let run = user.run(&[&["rollback"][..], &given].concat()).await.expect_code(1);
    assert!(run.stderr.contains("after the plan"), "{run:?}");
    let proposed = run.stderr.split("roll back to the same version: `").nth(1).and_then(|rest| rest.split('`').next());
    let proposed = proposed.unwrap_or_default();
    let expected = "provisioner rollback --to 1 --region us-east-1 --alias ChatAlias --no-smoke";
    assert_eq!(proposed, expected, "the command selects the same stack and alias: {run:?}");
    assert_eq!(releases(&user.world().await).0, "2");
}

#[rstest]
#[tokio::test]
async fn old_versions_are_deleted_after_the_move_of_callers_and_a_second_run_writes_nothing(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    for memory in ["1024", "1025", "1026"] {
        user.deploy(&["-P", &format!("MemorySize={memory}")]).await;
    }
    assert!(is_released(&user.world().await, "4", &["1", "2", "3", "4"]));
    let next = ["deploy", "--no-smoke", "--keep-versions", "3", "-P", "MemorySize=1027"];
    let (run, writes) = user.writes_of(&next).await;
    let run = run.expect_success();
    assert!(run.stderr.contains("deletes versions 1, 2: 3 are kept"), "{run:?}");
    assert_eq!(writes[..3], ["lambda UpdateFunctionConfiguration", "lambda PublishVersion", "lambda UpdateAlias"]);
    assert_eq!(writes[3..], ["lambda DeleteFunction"; 2]);
    assert!(is_released(&user.world().await, "5", &["3", "4", "5"]));
    let (_, again) = user.writes_of(&next).await;
    assert_eq!(again, [""; 0]);

    user.run(&["rollback", "--to", "3"]).await.expect_success();
    let (_, writes) = user.writes_of(&["update", "--no-smoke", "--keep-versions", "1", "-P", "MemorySize=1027"]).await;
    assert_eq!(writes, ["lambda UpdateAlias", "lambda DeleteFunction", "lambda DeleteFunction"]);
    assert!(is_released(&user.world().await, "5", &["5"]));
    user.deploy(&[]).await;
    assert_is_all_there_is(&user.world().await, &user.account);
}
