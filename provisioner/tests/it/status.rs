//! `status`: what is deployed, which version serves, and where AWS differs from the template.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::cli::Run;
use crate::support::package;
use crate::support::proxy::chain::chain;
use crate::support::proxy::strict;
use crate::support::seed::{self, FUNCTION};
use crate::support::user::{User, code};

/// A user whose template has no package next to it.
fn without_package(user: User) -> User {
    let template = user.account.aws().template();
    user.always(template.kept())
}

async fn status(user: &User, args: &[&str]) -> Run {
    let (run, writes) = user.writes_of(&[&["status", "--detailed-exitcode"], args].concat()).await;
    assert_eq!(writes, [""; 0], "{run:?}");
    run
}

/// The text without the values that differ in each run: times and releases, the port and the API's id.
fn stable(run: &Run) -> String {
    [
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "TIME"),
        (r"release [0-9a-f]{8}", "release NAME"),
        (r"127\.0\.0\.1:\d+", "HOST"),
        (r"execute-api/[a-z0-9]+", "execute-api/API"),
        (r"(ApiId +)[a-z0-9]+", "${1}API"),
        (r"\b1\d{11}\b", "ACCOUNT"),
        (r"--template \S+/templates/chat.yaml", "--template COPY"),
        (r"lambda-url/[a-z0-9]+", "lambda-url/URL"),
    ]
    .iter()
    .fold(run.stdout.clone(), |text, (pattern, with)| {
        fancy_regex::Regex::new(pattern).expect("a pattern").replace_all(&text, *with).into_owned()
    })
}

async fn give_share(account: &Account, version: &str, share: f64) {
    let routing = aws_sdk_lambda::types::AliasRoutingConfiguration::builder();
    let routing = routing.additional_version_weights(version, share).build();
    let lambda = aws_sdk_lambda::Client::new(&account.sdk());
    lambda.update_alias().function_name(FUNCTION).name("live").routing_config(routing).send().await.expect("the share");
}

#[rstest]
#[tokio::test]
async fn the_status_of_an_unchanged_stack_needs_no_package(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = without_package(aws.user().await);
    user.deploy(&[]).await;
    let run = status(&user, &[]).await.expect_code(0);
    insta::allow_duplicates! {
    insta::assert_snapshot!(stable(&run), @r#"
    stack cinedb-chat in us-east-1, account ACCOUNT

    function cinedb-chat-bedrock (ChatFunction), last changed TIME
      alias live points to version 1
      version 1  TIME  release NAME  (live, matches the template; its code is not compared)

    ApiId         API
    ChatUrl       http://HOST/_aws/execute-api/API/$default/chat
    FunctionArn   arn:aws:lambda:us-east-1:ACCOUNT:function:cinedb-chat-bedrock
    FunctionName  cinedb-chat-bedrock
    RoleArn       arn:aws:iam::ACCOUNT:role/cinedb-chat-bedrock-role

    no drift: all 10 resources match the template; not all code is compared

    note: the code of ChatFunction is not compared: there is no package on this machine
    "#);
    }
    let package = code(aws.package()).into_string().unwrap();
    let run = status(&user, &["--code", &package]).await.expect_code(0);
    assert!(!run.stdout.contains("not compared"), "{run:?}");
    let other = code(aws.other_package()).into_string().unwrap();
    let run = status(&user, &["--code", &other]).await.expect_code(2);
    assert!(run.stdout.contains("Code.Sha256"), "{run:?}");
    let run = status(&user, &["--code", "ChatFunction=nowhere.zip"]).await.expect_code(1);
    assert!(run.stderr.contains("reading the package nowhere.zip"), "a named package is read: {run:?}");
    assert!(run.stderr.contains("hint: build the package, or pass another: `--code ChatFunction=ZIP`"));
}

#[rstest]
#[tokio::test]
async fn a_status_lists_each_manual_change_as_the_plan_does(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = without_package(aws.user().await);
    user.deploy(&[]).await;
    let sdk = user.account.sdk_through(user.proxy.url());
    let lambda = aws_sdk_lambda::Client::new(&sdk);
    lambda.update_function_configuration().function_name(FUNCTION).memory_size(3008).send().await.unwrap();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&sdk);
    let group = format!("/aws/lambda/{FUNCTION}");
    logs.delete_retention_policy().log_group_name(&group).send().await.unwrap();
    let run = status(&user, &[]).await.expect_code(2);
    let text = stable(&run);
    let (_, below_the_outputs) = text.split_once("cinedb-chat-bedrock-role\n\n").expect("the last output");
    insta::allow_duplicates! {
    insta::assert_snapshot!(below_the_outputs, @r#"
    2 of 10 resources differ from the template (AWS → template)

      ~ AWS::Logs::LogGroup    ChatLogGroup  /aws/lambda/cinedb-chat-bedrock
          RetentionInDays  (none) → 14
      ~ AWS::Lambda::Function  ChatFunction  cinedb-chat-bedrock
          MemorySize  3008 → 512

    note: the code of ChatFunction is not compared: there is no package on this machine

    hint: if the deploy had other parameters, pass them: `provisioner status -P NAME=VALUE --template COPY`; see the changes: `provisioner plan --template COPY`; apply the template: `provisioner deploy --template COPY`
    "#);
    }
    user.run(&["status"]).await.expect_success();

    let json = status(&user, &["--output", "json"]).await.expect_code(2).json();
    let plan = user.run(&["plan", "--output", "json"]).await.expect_success().json();
    let changes = |all: &Value, id: &str| {
        let one = all.as_array().unwrap().iter().find(|one| one["logicalId"] == id).unwrap();
        (one["action"].clone(), one["changes"].clone())
    };
    for id in ["ChatFunction", "ChatLogGroup"] {
        assert_eq!(changes(&json["differences"], id), changes(&plan["steps"], id), "{id}");
    }
}

#[rstest]
#[tokio::test]
async fn a_status_omits_outputs_of_resources_that_do_not_exist(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = without_package(aws.user().await);
    user.deploy(&[]).await;
    let lambda = aws_sdk_lambda::Client::new(&user.account.sdk_through(user.proxy.url()));
    lambda.delete_function().function_name(FUNCTION).send().await.expect("no function");
    let outputs = status(&user, &["--output", "json"]).await.expect_code(2).json()["outputs"].clone();
    let names: Vec<_> = outputs.as_object().expect("the outputs").keys().cloned().collect();
    assert_eq!(names, ["ApiId", "ChatUrl", "RoleArn"], "not FunctionArn and FunctionName");
}

#[rstest]
#[tokio::test]
async fn a_status_shows_a_canary_weight_and_the_commands_that_complete_and_undo_it(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = without_package(aws.user().await);
    user.deploy(&[]).await;
    user.deploy(&["-P", "MemorySize=1024"]).await;
    user.run(&["rollback", "--no-smoke"]).await.expect_success();
    give_share(&user.account, "2", 0.1).await;
    let run = status(&user, &["-P", "MemorySize=1024"]).await.expect_code(2);
    insta::allow_duplicates! {
    insta::assert_snapshot!(stable(&run), @r#"
    stack cinedb-chat in us-east-1, account ACCOUNT

    function cinedb-chat-bedrock (ChatFunction), last changed TIME
      alias live points to version 1 (90%) and version 2 (10%)
      version 2  TIME  release NAME  (10% of live, matches the template; its code is not compared)
      version 1  TIME  release NAME  (90% of live)
      canary of live in progress: finish it with `provisioner deploy --template COPY -P MemorySize=1024`; or undo it with `provisioner rollback --alias ChatAlias --template COPY -P MemorySize=1024`

    ApiId         API
    ChatUrl       http://HOST/_aws/execute-api/API/$default/chat
    FunctionArn   arn:aws:lambda:us-east-1:ACCOUNT:function:cinedb-chat-bedrock
    FunctionName  cinedb-chat-bedrock
    RoleArn       arn:aws:iam::ACCOUNT:role/cinedb-chat-bedrock-role

    1 of 10 resources differs from the template (AWS → template)

      ~ AWS::Lambda::Alias  ChatAlias  cinedb-chat-bedrock:live
          FunctionVersion  1 → 2
          RoutingConfig.2  0.1 → (none)

    note: the code of ChatFunction is not compared: there is no package on this machine

    hint: if the deploy had other parameters, pass them: `provisioner status -P NAME=VALUE --template COPY -P MemorySize=1024`; see the changes: `provisioner plan --template COPY -P MemorySize=1024`; apply the template: `provisioner deploy --template COPY -P MemorySize=1024`
    "#);
    }
    let json = status(&user, &["--output", "json"]).await.expect_code(2).json();
    let shares = json!([{"version": "1", "share": 0.9}, {"version": "2", "share": 0.1}]);
    assert_eq!(json["functions"][0]["aliases"], json!([{"logicalId": "ChatAlias", "name": "live", "shares": shares}]));

    user.run(&["rollback", "--no-smoke", "--alias", "ChatAlias"]).await.expect_success();
    let run = status(&user, &[]).await.expect_code(2);
    assert!(!run.stdout.contains("canary"), "undone: {run:?}");
}

#[rstest]
#[tokio::test]
async fn a_status_without_a_deployed_stack_names_deploy(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = without_package(aws.user().await);
    let run = status(&user, &[]).await.expect_code(2);
    insta::allow_duplicates! {
    insta::assert_snapshot!(stable(&run), @r#"
    stack cinedb-chat in us-east-1, account ACCOUNT

    not deployed: none of the template's 10 resources belongs to this stack

    hint: deploy the stack: `provisioner deploy --template COPY`; or if it is deployed already, check the account, the region, and the names and parameters of the deploy
    "#);
    }
    let json = status(&user, &["--output", "json"]).await.expect_code(2).json();
    assert_eq!((&json["state"], &json["functions"], &json["outputs"]), (&json!("notDeployed"), &json!([]), &json!({})));

    let account = aws.account().await;
    let manual = seed::manual_setup(&account).await;
    let user = without_package(User::of(account)).always(["-P".to_owned(), format!("ApiId={}", manual.movies.api_id)]);
    let run = status(&user, &[]).await.expect_code(2);
    for text in ["not deployed", "exists and was not created by this stack", "`provisioner deploy --adopt"] {
        assert!(run.stdout.contains(text), "no `{text}` in {run:?}");
    }
}

#[tokio::test]
async fn a_status_shows_each_function() {
    let stream = format!("StreamFunction={}", package::function_zip_file().display());
    let user = without_package(User::new()).always(["-P", "Streaming=true"]);
    user.deploy(&["--code", &stream, "--code", code(package::function_zip_file()).to_str().unwrap()]).await;
    let run = status(&user, &[]).await.expect_code(0);
    insta::assert_snapshot!(stable(&run), @r#"
    stack cinedb-chat in us-east-1, account ACCOUNT

    function cinedb-chat-bedrock (ChatFunction), last changed TIME
      alias live points to version 1
      version 1  TIME  release NAME  (live, matches the template; its code is not compared)

    function cinedb-chat-bedrock-stream (StreamFunction), last changed TIME
      alias live points to version 1
      version 1  TIME  release NAME  (live, matches the template; its code is not compared)

    ApiId         API
    ChatUrl       http://HOST/_aws/execute-api/API/$default/chat
    FunctionArn   arn:aws:lambda:us-east-1:ACCOUNT:function:cinedb-chat-bedrock
    FunctionName  cinedb-chat-bedrock
    RoleArn       arn:aws:iam::ACCOUNT:role/cinedb-chat-bedrock-role
    StreamUrl     http://HOST/_aws/lambda-url/URL/

    no drift: all 17 resources match the template; not all code is compared

    note: the code of ChatFunction and StreamFunction is not compared: there is no package on this machine
    "#);
}

#[rstest]
#[tokio::test]
async fn an_existing_api_is_not_drift_and_a_deleted_one_is(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    let user = without_package(User::of(account));
    let api_id = format!("ApiId={}", movies.api_id);
    let attached = ["-P", api_id.as_str()];
    user.deploy(&attached).await;
    let run = status(&user, &attached).await.expect_code(0);
    assert!(run.stdout.contains(&format!("{}/", movies.api_id)), "the URL: {run:?}");
    let run = status(&user, &[]).await.expect_code(2);
    assert!(run.stdout.contains(&api_id), "the parameter is named: {run:?}");

    let api = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    api.delete_api().api_id(&movies.api_id).send().await.unwrap();
    let run = status(&user, &attached).await.expect_code(2);
    assert!(run.stdout.contains("there is no such API"), "{run:?}");
}

#[tokio::test]
async fn a_status_shows_resources_of_cloudformation_as_such() {
    let user = without_package(User::new());
    user.run(&["deploy", "--no-smoke", "--engine", "cloudformation"]).await.expect_success();
    // MiniStack's CloudFormation ignores CORS and throttling, and AWS's does not: they are the difference.
    let run = status(&user, &[]).await.expect_code(2);
    insta::assert_snapshot!(stable(&run), @r#"
    stack cinedb-chat in us-east-1, account ACCOUNT
    owned by CloudFormation's stack cinedb-chat

    function cinedb-chat-bedrock (ChatFunction), last changed TIME
      alias live points to version 1
      version 1  TIME  release NAME  (live, matches the template; its code is not compared)  (release NAME)

    ApiId         API
    ChatUrl       http://HOST/_aws/execute-api/API/$default/chat
    FunctionArn   arn:aws:lambda:us-east-1:ACCOUNT:function:cinedb-chat-bedrock
    FunctionName  cinedb-chat-bedrock
    RoleArn       arn:aws:iam::ACCOUNT:role/cinedb-chat-bedrock-role

    2 of 10 resources differ from the template (AWS → template)

      ~ AWS::ApiGatewayV2::Api    ChatApi    cinedb-chat-bedrock
          CorsConfiguration.AllowHeaders  [] → ["content-type"]
          CorsConfiguration.AllowMethods  [] → ["POST"]
          CorsConfiguration.AllowOrigins  [] → ["*"]
          CorsConfiguration.MaxAge        (none) → 3600
      ~ AWS::ApiGatewayV2::Stage  ChatStage  $default
          DefaultRouteSettings.ThrottlingBurstLimit  (none) → 10
          DefaultRouteSettings.ThrottlingRateLimit   (none) → 5.0

    note: the code of ChatFunction is not compared: there is no package on this machine

    hint: apply the template: `provisioner deploy --engine cloudformation --stack cinedb-chat --template COPY`; compare with CloudFormation's drift detection, since this status omits tags and permissions: `aws cloudformation detect-stack-drift --stack-name cinedb-chat`
    "#);
}

#[rstest]
#[tokio::test]
async fn a_status_sends_its_reads_concurrently(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = without_package(aws.user().await);
    user.deploy(&[]).await;
    user.proxy.clear();
    user.proxy.answer_in_rounds();
    user.run(&["status"]).await.expect_success();
    let calls = user.proxy.calls();
    user.proxy.forget_rules();
    assert!(chain(&calls).depth() <= 3, "versions, then as a plan: {calls:?}");
}

#[rstest]
#[tokio::test]
async fn a_status_does_not_wait_for_an_update_in_progress(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    user.proxy.clear();
    user.proxy.on(strict::slow_function(usize::MAX));
    let lambda = aws_sdk_lambda::Client::new(&user.account.sdk_through(user.proxy.url()));
    lambda.update_function_configuration().function_name(FUNCTION).memory_size(1024).send().await.expect("a change");
    let run = user.run(&["status"]).await.expect_success();
    assert!(run.stderr.contains("function cinedb-chat-bedrock has an update in progress"), "{run:?}");
    assert!(run.stdout.contains("MemorySize"), "{run:?}");
}
