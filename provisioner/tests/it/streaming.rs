//! The second function, which streams its answers word by word.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;

use crate::support::aws::Aws;
use crate::support::package;
use crate::support::proxy::rule::{AwsError, call};
use crate::support::user::{TemplateCopy, User, code};

const STREAM: &str = "cinedb-chat-bedrock-stream";

fn with_streaming() -> User {
    let stream = format!("StreamFunction={}", package::function_zip_file().display());
    let chat = code(package::function_zip_file()).into_string().expect("a path in UTF-8");
    User::new().always(["-P", "Streaming=true", "--code", &chat, "--code", &stream])
}

#[tokio::test]
async fn a_deploy_creates_the_streaming_function_its_url_two_permissions_and_its_concurrency_limit() {
    let user = with_streaming();
    let report = user.run(&["deploy", "--output", "json"]).await.expect_success().json();
    assert!(report["outputs"]["StreamUrl"].as_str().is_some_and(|url| url.contains("lambda-url")), "{report:#}");
    let world = user.world().await;
    let function = &world["functions"][STREAM];
    assert_eq!(function["latest"]["environment"]["STREAMING"], "true");
    assert_eq!(function["reserved_concurrency"], 5);
    let alias = &function["aliases"]["live"];
    let url = json!({"auth": "NONE", "mode": "RESPONSE_STREAM", "origins": ["*"], "methods": ["POST"]});
    assert_eq!((&alias["version"], &alias["url"]), (&json!("1"), &url));
    let statements = alias["policy"].as_object().unwrap().values();
    let mut allowed: Vec<_> = statements.map(|one| (one["Action"].clone(), one["Condition"].clone())).collect();
    allowed.sort_by_key(|(action, _)| action.to_string());
    assert_eq!(
        allowed,
        [
            (json!("lambda:InvokeFunction"), json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})),
            (json!("lambda:InvokeFunctionUrl"), json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})),
        ]
    );
    let actions =
        &world["roles"]["cinedb-chat-bedrock-role"]["inline"]["BedrockInvokePolicy"]["Statement"][0]["Action"];
    assert_eq!(*actions, json!(["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]));

    let (run, writes) = user.writes_of(&["deploy"]).await;
    run.expect_success();
    assert_eq!(writes, [""; 0]);
    let forgotten = User::in_account_of(&user).run(&["plan"]).await.expect_success();
    let hint = "if the parameter `Streaming` is missing, pass it: `provisioner plan -P Streaming=true";
    assert!(forgotten.stdout.contains(hint), "{forgotten:?}");
    // Without the deploy's parameters, the second function would remain, with a public URL and without a role.
    let (refused, writes) = User::in_account_of(&user).writes_of(&["destroy", "--yes"]).await;
    let refused = refused.expect_code(1);
    assert_eq!(writes, [""; 0], "{refused:?}");
    for text in [
        "ChatRole: AWS::Lambda::Function `cinedb-chat-bedrock-stream` depends on it and would stay",
        "is this stack's `StreamFunction`",
        "hint: if the parameter `Streaming` is missing, pass it: `provisioner destroy -P Streaming=true",
    ] {
        assert!(refused.stderr.contains(text), "no {text} in {refused:?}");
    }
    user.run(&["destroy", "--yes"]).await.expect_success();
    assert!(user.world().await.names("functions").is_empty());
}

#[tokio::test]
async fn a_function_url_is_updated_in_place() {
    let user = with_streaming();
    user.deploy(&[]).await;
    let (run, writes) =
        user.writes_of(&["deploy", "--no-smoke", "-P", "AllowedOrigin=https://films.example.org"]).await;
    run.expect_success();
    assert_eq!(writes.iter().filter(|call| call.ends_with("UpdateFunctionUrlConfig")).count(), 1, "{writes:?}");
    let world = user.world().await;
    assert_eq!(world["functions"][STREAM]["aliases"]["live"]["url"]["origins"], json!(["https://films.example.org"]));
}

#[tokio::test]
async fn a_deploy_creates_the_function_without_reservable_concurrency() {
    let user = with_streaming();
    let message = "Specified ReservedConcurrentExecutions for function decreases account's \
                   UnreservedConcurrentExecution below its minimum value of [10].";
    let refused = AwsError::new(400, "InvalidParameterValueException", message);
    user.proxy.on(call("PutFunctionConcurrency").answer(refused));
    let run = user.deploy(&[]).await;
    assert!(
        run.stderr.contains("the concurrency limit 5 of function cinedb-chat-bedrock-stream is not set"),
        "{run:?}"
    );
}

#[rstest]
#[tokio::test]
async fn fallback_models_are_in_the_environment_and_in_the_policy_of_the_role(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    let fallbacks =
        ["FallbackModel=anthropic.claude-haiku-4-5-20251001-v1:0", "SecondFallbackModel=amazon.nova-lite-v1:0"];
    user.deploy(&["-P", fallbacks[0], "-P", fallbacks[1]]).await;
    let world = user.world().await;
    let expected = &world["functions"]["cinedb-chat-bedrock"]["latest"]["environment"]["FALLBACK_MODEL_IDS"];
    assert_eq!(*expected, "us.anthropic.claude-haiku-4-5-20251001-v1:0,us.amazon.nova-lite-v1:0");
    let policy = world["roles"]["cinedb-chat-bedrock-role"]["inline"]["BedrockInvokePolicy"].to_string();
    for model in ["anthropic.claude-haiku-5-5", "anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-lite-v1:0"] {
        for resource in [format!("inference-profile/us.{model}\""), format!("::foundation-model/{model}\"")] {
            assert!(policy.contains(&resource), "no {resource} in {policy}");
        }
    }
}

#[tokio::test]
async fn a_partial_failure_names_the_released_function_and_its_rollback_command() {
    let user = with_streaming();
    user.run(&["deploy", "--no-smoke"]).await.expect_success();
    // The first function is the chat's.
    let bad = TemplateCopy::new().edited("templates/chat.yaml", "MOVIE_LIMIT: !Ref MovieLimit", "MOVIE_LIMIT: plenty");
    let bad = bad.kept();
    // Both smoke tests are sent before one is answered.
    user.proxy.on(call("Invoke").delay(Duration::from_secs(3)));
    let run = user.run(&["deploy", "-P", "MemorySize=1024", &bad[0], &bad[1]]).await.expect_code(1);
    for text in [
        "ChatAlias: version 2 of function cinedb-chat-bedrock failed its smoke test: ",
        "the callers of cinedb-chat-bedrock:live still get version 1",
        "roll back, because the callers of cinedb-chat-bedrock-stream:live already get version 2: `provisioner rollback --alias StreamAlias ",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    user.proxy.forget_rules();
    user.run(&["rollback", "--alias", "StreamAlias"]).await.expect_success();
    assert_eq!(user.world().await["functions"][STREAM]["aliases"]["live"]["version"], "1");
}
