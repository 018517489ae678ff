//! Sends one event to the deployed function.

use serde_json::Value;

use crate::support::user::User;

#[tokio::test]
async fn invoke_prints_the_answer_to_the_manual_setups_test_event() {
    let user = User::new();
    user.deploy(&[]).await;
    let (run, writes) = user.writes_of(&["invoke", "--event", "function/test-event.json"]).await;
    assert_eq!(writes, [""; 0]);
    let answer = run.expect_success().json();
    assert_eq!(answer["statusCode"], 200, "{answer:#}");
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert!(body["message"].as_str().is_some_and(|text| !text.is_empty()), "{body:#}");
    assert!(body["usage"]["inputTokens"].as_u64().is_some(), "{body:#}");
}

#[tokio::test]
async fn invoke_prints_an_error_answer_and_exits_with_1() {
    let user = User::new();
    user.deploy(&[]).await;
    let run = user.run(&["invoke", "--message", " "]).await.expect_code(1);
    assert_eq!(run.json()["statusCode"], 400, "{run:?}");
    assert!(run.json()["body"].as_str().unwrap().contains("Message is required"), "{run:?}");
    let error = "error: invoking cinedb-chat-bedrock: it answered 400\n\nhint: read the log: `provisioner invoke --log";
    assert!(run.stderr.contains(error), "{run:?}");
    let run = user.run(&["invoke", "--message", " ", "--log"]).await.expect_code(1);
    assert!(run.stderr.contains("hint: correct the event or the function, as the answer and the log say"), "{run:?}");
}

#[tokio::test]
async fn invoke_before_the_first_deploy_names_deploy() {
    let user = User::new();
    let run = user.run(&["invoke"]).await.expect_code(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("hint: deploy the stack first: `provisioner deploy`"), "{run:?}");
}
