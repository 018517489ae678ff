//! The quick redeploy.

use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::seed;
use crate::support::user::code;

#[rstest]
#[tokio::test]
async fn an_update_before_the_first_deploy_is_refused_and_names_deploy(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let (run, writes) = user.writes_of(&["update"]).await;
    let run = run.expect_code(1);
    assert_eq!(writes, [""; 0], "{run:?}");
    assert!(run.stderr.contains("function cinedb-chat-bedrock does not exist"), "{run:?}");
    assert!(run.stderr.contains("hint: deploy the stack first: `provisioner deploy --code"), "{run:?}");
    assert_eq!(run.stdout, "");
}

#[rstest]
#[tokio::test]
async fn an_update_with_the_same_code_sends_nothing(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let (run, writes) = user.writes_of(&["update"]).await;
    assert_eq!(writes, [""; 0], "{run:?}");
    assert!(run.expect_success().stderr.contains("nothing to do"));
}

#[rstest]
#[tokio::test]
async fn an_update_uploads_new_code_sends_a_smoke_test_and_changes_nothing_else(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let before = user.world().await;
    let argument = code(aws.other_package());
    let args = ["update", "--code", argument.to_str().unwrap(), "-P", "ThrottleRate=9", "-P", "MemorySize=256"];
    let (run, writes) = user.writes_of(&args).await;
    let run = run.expect_success();
    let changes = ["lambda UpdateFunctionConfiguration", "lambda UpdateFunctionCode"];
    assert_eq!(writes, [&changes[..], &["lambda UpdateAlias"]].concat(), "{run:?}");
    assert!(user.proxy.calls().iter().any(|call| call.name() == "lambda Invoke"), "{run:?}");
    assert!(run.stderr.contains("`update` changes functions only; `deploy` does this"), "{run:?}");
    let changes = before.changes_to(&user.world().await);
    let of = |part: &str| changes.iter().filter(|change| change.contains(part)).count();
    assert_eq!(of("functions › cinedb-chat-bedrock › latest"), 2, "code and memory: {changes:?}");
    assert_eq!(of("functions › cinedb-chat-bedrock › aliases › live › version"), 1, "{changes:?}");
    assert!(changes.iter().all(|change| change.contains("functions › cinedb-chat-bedrock")), "{changes:?}");
}

#[rstest]
#[tokio::test]
async fn an_update_of_the_configuration_skips_unchanged_code(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let (run, writes) = user.writes_of(&["update", "--no-smoke", "-P", "MemorySize=256"]).await;
    run.expect_success();
    assert_eq!(writes, ["lambda UpdateFunctionConfiguration", "lambda PublishVersion", "lambda UpdateAlias"]);
}

#[rstest]
#[tokio::test]
async fn an_update_does_not_change_a_function_that_callers_reach_without_its_alias(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let world = user.world().await;
    let api = &world["apis"][seed::FUNCTION];
    let (integration_id, _) = api["integrations"].as_object().unwrap().iter().next().unwrap();
    let gateway = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    let by_hand = gateway.update_integration().api_id(api["id"].as_str().unwrap()).integration_id(integration_id);
    by_hand.integration_uri(user.account.function_arn(seed::FUNCTION)).send().await.expect("a hand at the console");
    let (refused, writes) = user.writes_of(&["update", "-P", "MemorySize=1024"]).await;
    let refused = refused.expect_code(1);
    assert_eq!(writes, [""; 0]);
    for text in [
        "ChatIntegration calls function",
        "hint: move the traffic to the alias first: `provisioner deploy -P MemorySize=1024",
    ] {
        assert!(refused.stderr.contains(text), "no `{text}` in {refused:?}");
    }
    user.deploy(&["-P", "MemorySize=1024"]).await;
    user.run(&["update", "--no-smoke", "-P", "MemorySize=512"]).await.expect_success();
}
