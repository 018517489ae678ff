//! The first deploy, and the next one.

use rstest::rstest;
use serde_json::json;

use crate::support::aws::Aws;
use crate::support::chat::{assert_is_all_there_is, assert_is_there};
use crate::support::http::{options, post_chat};
use crate::support::proxy::call::names;
use crate::support::proxy::rule::{AwsError, call};
use crate::support::user::{User, chat_url};

#[rstest]
#[tokio::test]
async fn a_first_deploy_creates_the_resources_and_answers_a_chat_over_http(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    let report = user.run(&["deploy", "--output", "json"]).await.expect_success().json();
    assert_is_all_there_is(&user.world().await, &user.account);
    let checks = user.proxy.calls().iter().filter(|call| call.name() == "lambda Invoke").count();
    assert_eq!(checks, 1, "the version answered a chat before callers got it: {report:#}");

    if aws.runs_functions() {
        a_chat_is_answered(&user, chat_url(&report)).await;
    }
}

async fn a_chat_is_answered(user: &User, url: &str) {
    let question = json!({"message": "Recommend me a sci-fi movie", "history": []});
    let answer = post_chat(&user.account, url, &question).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body["message"].as_str().is_some_and(|text| !text.is_empty()), "{answer:?}");
    for count in ["inputTokens", "outputTokens"] {
        assert!(answer.body["usage"][count].as_u64().is_some(), "{answer:?}");
    }

    let blank = post_chat(&user.account, url, &json!({"message": " "})).await;
    assert_eq!((blank.status, &blank.body), (400, &json!({"error": "Message is required"})), "{blank:?}");

    let preflight = options(&user.account, url, "https://films.example").await;
    assert!(matches!(preflight.status, 200 | 204), "{preflight:?}");
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"), "{preflight:?}");
}

#[rstest]
#[tokio::test]
async fn a_second_deploy_sends_no_write_and_no_smoke_test_and_prints_the_same_outputs(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    let first = user.deploy(&[]).await;
    let before = user.world().await;

    user.proxy.clear();
    let second = user.run(&["deploy"]).await.expect_success();
    let harmless = user.proxy.calls().iter().all(|call| !call.is_write() && call.operation != "Invoke");
    assert!(harmless, "{:?}\n{second:?}", user.proxy.calls());
    assert!(second.stderr.contains("nothing to do"), "{second:?}");
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn two_stacks_are_deployed_in_one_account(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let other = ["--stack", "other", "-P", "FunctionName=other-chat", "-P", "RoleName=other-chat-role"];
    let (one, two) = tokio::join!(user.deploy(&[]), user.deploy(&other));
    let world = user.world().await;
    assert_is_there(&world, &user.account);
    assert_eq!(world.names("functions"), ["cinedb-chat-bedrock", "other-chat"]);
    assert_eq!(world.names("apis"), ["cinedb-chat-bedrock", "other-chat"]);
    assert_eq!(world["functions"]["other-chat"]["tags"]["provisioner:stack"], "other");
    assert_ne!(one.stdout, two.stdout);

    let (again, writes) = user.writes_of(&["deploy"]).await;
    assert_eq!(writes, [""; 0], "{again:?}");
    let (again, writes) = user.writes_of(&[&["deploy"], &other[..]].concat()).await;
    assert_eq!(writes, [""; 0], "{again:?}");

    user.run(&[&["destroy", "--yes"], &other[..]].concat()).await.expect_success();
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[rstest]
#[tokio::test]
async fn a_deploy_waits_until_lambda_can_assume_the_role(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let message = "The role defined for the function cannot be assumed by Lambda.";
    let not_yet = AwsError::new(400, "InvalidParameterValueException", message);
    user.proxy.on(call("CreateFunction").first(2).answer(not_yet));
    let run = user.deploy(&[]).await;
    let attempts = names(&user.proxy.writes()).iter().filter(|name| *name == "lambda CreateFunction").count();
    assert_eq!(attempts, 3, "{run:?}");
    assert!(run.stderr.contains("waiting until Lambda can assume role"), "{run:?}");
    assert!(run.stderr.contains("cinedb-chat-bedrock-role"), "{run:?}");
    assert_is_all_there_is(&user.world().await, &user.account);
}
