//! Tests of the support code, on which all other tests rely.

use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, Runtime};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::cli::Cli;
use crate::support::http::{options, post_chat, send};
use crate::support::ministack::{api_url, ministack};
use crate::support::package;
use crate::support::proxy::Proxy;
use crate::support::proxy::call::{Kind, names};
use crate::support::proxy::chain::chain;
use crate::support::proxy::rule::{AwsError, call, calls_that, writes};
use crate::support::seed;
use crate::support::world::World;

#[tokio::test]
async fn ministack_starts_and_answers() {
    let account = Account::fresh();
    let caller = aws_sdk_sts::Client::new(&account.sdk()).get_caller_identity().send().await.unwrap();
    assert_eq!(caller.account(), Some(account.id()));
    assert_eq!(
        send(&account, "GET", &format!("{}/_ministack/health", ministack().url()), &[], String::new()).await.status,
        200
    );
}

#[rstest]
#[tokio::test]
async fn two_accounts_do_not_see_each_other(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (mine, yours) = (aws.account().await, aws.account().await);
    create_role(&mine.sdk(), "mine").await.unwrap();
    assert_eq!(World::read(&mine).await.names("roles"), ["mine"]);
    let other = World::read(&yours).await;
    assert!(other.is_empty(), "{other:?}");
}

#[tokio::test]
async fn the_proxy_counts_and_names_calls() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    let sdk = account.sdk_through(proxy.url());
    create_role(&sdk, "role").await.unwrap();
    aws_sdk_dynamodb::Client::new(&sdk).list_tables().send().await.unwrap();
    aws_sdk_cloudwatchlogs::Client::new(&sdk).create_log_group().log_group_name("group").send().await.unwrap();
    aws_sdk_lambda::Client::new(&sdk).get_function().function_name("none").send().await.unwrap_err();
    aws_sdk_apigatewayv2::Client::new(&sdk).get_apis().send().await.unwrap();
    aws_sdk_sts::Client::new(&sdk).get_caller_identity().send().await.unwrap();

    let calls = [
        "iam CreateRole 200", "dynamodb ListTables 200", "logs CreateLogGroup 200", "lambda GetFunction 404",
        "apigatewayv2 GetApis 200", "sts GetCallerIdentity 200",
    ];
    assert_eq!(format!("{:?}", proxy.calls()), format!("[{}]", calls.join(", ")));
    assert_eq!(names(&proxy.writes()), ["iam CreateRole", "logs CreateLogGroup"]);
    assert_eq!(chain(&proxy.calls()).depth(), calls.len());
    assert_eq!(proxy.calls()[3].target, "/2015-03-31/functions/none");
    proxy.clear();
    assert!(proxy.calls().is_empty());
}

#[tokio::test]
async fn a_scripted_error_reaches_an_sdk_client_as_that_error_code() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    let sdk = account.sdk_through(proxy.url());
    let message = "User: <someone> is not authorized & \"so on\"";
    proxy.on(calls_that(|_| true).answer(AwsError::new(403, "AccessDeniedException", message)));
    let assert_denied = |code: Option<&str>, text: Option<&str>| {
        assert_eq!((code, text), (Some("AccessDeniedException"), Some(message)));
    };

    let e = create_role(&sdk, "role").await.unwrap_err();
    assert_denied(e.code(), e.message());
    let e = aws_sdk_sts::Client::new(&sdk).get_caller_identity().send().await.unwrap_err();
    assert_denied(e.code(), e.message());
    let e = aws_sdk_dynamodb::Client::new(&sdk).list_tables().send().await.unwrap_err();
    assert_denied(e.code(), e.message());
    let e = aws_sdk_cloudwatchlogs::Client::new(&sdk).describe_log_groups().send().await.unwrap_err();
    assert_denied(e.code(), e.message());
    let e = aws_sdk_lambda::Client::new(&sdk).list_functions().send().await.unwrap_err();
    assert_denied(e.code(), e.message());
    let e = aws_sdk_apigatewayv2::Client::new(&sdk).get_apis().send().await.unwrap_err();
    assert_denied(e.code(), e.message());
    assert!(proxy.calls().iter().all(|call| call.status == Some(403)), "{:?}", proxy.calls());
    assert!(World::read(&account).await.is_empty());

    proxy.forget_rules();
    create_role(&sdk, "role").await.unwrap();
}

#[tokio::test]
async fn permanent_rules_come_last_and_survive_a_reset() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    proxy.always(call("GetApis").reply(json!({"items": [{"name": "always"}]})));
    proxy.on(call("GetApis").answer(AwsError::new(403, "AccessDeniedException", "no")));
    let gateway = aws_sdk_apigatewayv2::Client::new(&account.sdk_through(proxy.url()));
    gateway.get_apis().send().await.unwrap_err();
    proxy.forget_rules();
    let apis = gateway.get_apis().send().await.unwrap();
    assert_eq!(apis.items()[0].name(), Some("always"));
}

#[tokio::test]
async fn an_sdk_client_recognises_a_modelled_error() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    let lambda = aws_sdk_lambda::Client::new(&account.sdk_through(proxy.url()));
    let message = "The role defined for the function cannot be assumed by Lambda.";
    proxy.on(call("CreateFunction").first(1).answer(AwsError::new(400, "InvalidParameterValueException", message)));
    let create = || {
        let code = FunctionCode::builder().zip_file(Blob::new(package::zip_of("bootstrap", b"#!/bin/sh", 0o755)));
        let create = lambda.create_function().function_name("f").role(account.role_arn("r")).code(code.build());
        create.runtime(Runtime::Providedal2023).handler("bootstrap").send()
    };
    let error = create().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_value_exception(), "{error:?}");
    assert_eq!(error.message(), Some(message));
    create().await.unwrap();
}

#[tokio::test]
async fn only_the_nth_call_is_refused_and_the_sdk_retries() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    let sdk = account.sdk_through(proxy.url());
    proxy.on(writes().nth(2).answer(AwsError::new(429, "Throttling", "Rate exceeded")));
    create_role(&sdk, "one").await.unwrap();
    create_role(&sdk, "two").await.unwrap();
    let calls = "[iam CreateRole 200, iam CreateRole 429, iam CreateRole 200]";
    assert_eq!(format!("{:?}", proxy.calls()), calls);
}

#[tokio::test]
async fn a_lost_response_took_effect_and_a_dropped_request_did_not() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    let sdk = account.sdk_through(proxy.url()).into_builder().retry_config(RetryConfig::disabled()).build();
    proxy.on(call("CreateRole").nth(1).lose_response());
    proxy.on(call("CreateRole").nth(2).drop_request());
    assert!(create_role(&sdk, "lost").await.unwrap_err().as_service_error().is_none());
    assert!(create_role(&sdk, "dropped").await.unwrap_err().as_service_error().is_none());
    assert_eq!(World::read(&account).await.names("roles"), ["lost"]);
    assert_eq!(format!("{:?}", proxy.calls()), "[iam CreateRole (no answer), iam CreateRole (no answer)]");
}

#[tokio::test]
async fn a_delayed_call_gets_its_answer_later() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    proxy.on(call("CreateRole").delay(Duration::from_millis(120)));
    let began = Instant::now();
    create_role(&account.sdk_through(proxy.url()), "late").await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(120));
    assert_eq!(World::read(&account).await.names("roles"), ["late"]);
}

#[tokio::test]
async fn the_manual_setup_matches_its_readme() {
    let account = Account::fresh();
    let seed = seed::manual_setup(&account).await;
    let world = World::read(&account).await;

    let role = &world["roles"][seed::ROLE];
    assert_eq!(role["trust"], seed::trust_policy());
    assert_eq!(role["attached"], json!([seed::MANAGED_POLICY]));
    let inline = json!({"BedrockInvokePolicy": seed::bedrock_policy(), "DynamoDBReadPolicy": seed::dynamodb_policy()});
    assert_eq!(role["inline"], inline);

    let function = &world["functions"][seed::FUNCTION];
    let latest = &function["latest"];
    assert_eq!(latest["runtime"], "python3.11");
    assert_eq!(latest["handler"], "lambda_function.lambda_handler");
    assert_eq!(latest["role"], account.role_arn(seed::ROLE));
    assert_eq!((&latest["timeout"], &latest["memory"]), (&json!(30), &json!(512)));
    assert_eq!(latest["environment"], json!({"DYNAMODB_TABLE": "cinedb"}));
    assert_eq!(latest["code_sha256"], seed.code_sha256);
    assert_eq!((&latest["state"], &latest["last_update"]), (&json!("Active"), &json!("Successful")));
    assert_eq!((&function["tags"], &function["versions"], &function["aliases"]), (&json!({}), &json!({}), &json!({})));
    let permission = &function["policy"][&seed.statement_id];
    assert_eq!(permission["Principal"]["Service"], "apigateway.amazonaws.com");
    let api_id = &seed.movies.api_id;
    let source = format!("arn:aws:execute-api:us-east-1:{}:{api_id}/*/*/chat", account.id());
    assert_eq!(permission["Condition"]["ArnLike"]["AWS:SourceArn"], source);

    let api = &world["apis"]["movies"];
    assert_eq!(&api["id"], api_id);
    assert_eq!(api["cors"]["origins"], json!(["https://movies.example"]));
    let routes: Vec<&String> = api["routes"].as_object().unwrap().keys().collect();
    assert_eq!(routes, ["GET /movies", "GET /movies/{id}", seed::ROUTE]);
    let chat = &api["routes"][seed::ROUTE];
    assert_eq!(chat["id"], seed.route_id);
    assert_eq!(chat["target"], format!("integrations/{}", seed.integration_id));
    let movies = &api["routes"]["GET /movies"]["target"];
    assert_eq!(movies, &format!("integrations/{}", seed.movies.integration_id));
    assert_eq!(api["integrations"][&seed.integration_id]["uri"], account.function_arn(seed::FUNCTION));
    assert_eq!(api["stages"]["$default"]["auto_deploy"], true);
}

#[tokio::test]
async fn the_manual_setup_answers_over_http_in_its_own_account_only() {
    let account = Account::fresh();
    let seed = seed::manual_setup(&account).await;
    let url = api_url(&seed.movies.api_id, "/chat");

    // When a function changes, MiniStack ends the processes of the functions of this name in all accounts, and other
    // tests change theirs: such a request is sent again.
    let question = json!({"message": "Recommend me a sci-fi movie", "history": []});
    let mut answer = post_chat(&account, &url, &question).await;
    for _ in 0..5 {
        if answer.status == 502 {
            answer = post_chat(&account, &url, &question).await;
        }
    }
    assert_eq!((answer.status, &answer.body["message"]), (200, &json!(seed::ANSWER)), "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));

    let preflight = options(&account, &url, "https://movies.example").await;
    assert_eq!(preflight.status, 204, "{preflight:?}");
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://movies.example"));
    assert_eq!(preflight.body, Value::Null);

    let stranger = post_chat(&Account::fresh(), &url, &json!({"message": "Hi"})).await;
    assert_ne!(stranger.status, 200, "{stranger:?}");
}

#[tokio::test]
async fn a_chat_through_the_proxy_counts_as_an_invocation() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    let movies = seed::movies_api(&account).await;
    let url = format!("{}/_aws/execute-api/{}/$default/movies", proxy.url(), movies.api_id);
    assert_eq!(send(&account, "GET", &url, &[], String::new()).await.status, 200);
    assert_eq!(names(&proxy.calls()), ["execute-api GET /movies"]);
    assert_eq!(proxy.calls()[0].kind, Kind::Invoke);
    assert!(proxy.writes().is_empty());
}

#[tokio::test]
async fn a_function_change_waits_for_open_chats_in_every_account() {
    let (mine, other) = (Account::fresh(), Account::fresh());
    let manual = seed::manual_setup(&mine).await;
    seed::manual_setup(&other).await;
    let (chats, changes) = (Proxy::start(), Proxy::start());
    let url = api_url(&manual.movies.api_id, "/chat").replace(ministack().url(), chats.url());
    let change = async |account: &Account| {
        let lambda = aws_sdk_lambda::Client::new(&account.sdk_through(changes.url()));
        for timeout in 3..13 {
            let change = lambda.update_function_configuration().function_name(seed::FUNCTION).timeout(timeout);
            change.send().await.expect("a change");
        }
    };
    let chat = async {
        for _ in 0..20 {
            let answer = post_chat(&mine, &url, &json!({"message": "Hi"})).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    };
    tokio::join!(change(&mine), change(&other), chat);
}

#[tokio::test]
async fn a_comparison_of_worlds_lists_each_change() {
    let account = Account::fresh();
    let seed = seed::manual_setup(&account).await;
    let before = World::read(&account).await;
    assert_eq!(before, World::read(&account).await);

    let sdk = account.sdk();
    let iam = aws_sdk_iam::Client::new(&sdk);
    iam.delete_role_policy().role_name(seed::ROLE).policy_name("BedrockInvokePolicy").send().await.unwrap();
    let gateway = aws_sdk_apigatewayv2::Client::new(&sdk);
    let api_id = &seed.movies.api_id;
    gateway.delete_route().api_id(api_id).route_id(&seed.route_id).send().await.unwrap();
    let route = gateway.create_route().api_id(api_id).route_key("GET /movies").send().await.unwrap();
    let lambda = aws_sdk_lambda::Client::new(&sdk);
    lambda.tag_resource().resource(account.function_arn(seed::FUNCTION)).tags("a", "b").send().await.unwrap();
    let reserve = lambda.put_function_concurrency().function_name(seed::FUNCTION);
    reserve.reserved_concurrent_executions(7).send().await.unwrap();

    let changes: Vec<String> = before.changes_to(&World::read(&account).await);
    let starts = [
        "- apis › movies › routes › POST /chat: {",
        "+ functions › cinedb-chat-bedrock › reserved_concurrency: 7",
        "+ functions › cinedb-chat-bedrock › tags › a: \"b\"",
        "- roles › cinedb-chat-bedrock-role › inline › BedrockInvokePolicy: {",
    ];
    // Whether the new route or the old one of the same key is "the second" depends on their random ids.
    let (second, rest): (Vec<_>, Vec<_>) = changes.iter().partition(|line| line.contains("› GET /movies"));
    assert!(
        second.iter().any(|line| line.starts_with("+ apis › movies › routes › GET /movies (2): {")),
        "{changes:#?}"
    );
    assert!(second.iter().any(|line| line.contains(route.route_id().unwrap())), "{changes:#?}");
    assert_eq!(rest.len(), starts.len(), "{changes:#?}");
    assert!(rest.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{changes:#?}");
}

#[tokio::test]
async fn a_world_separates_the_policy_of_a_function_from_those_of_its_aliases() {
    let account = Account::fresh();
    seed::manual_setup(&account).await;
    let lambda = aws_sdk_lambda::Client::new(&account.sdk());
    let version = lambda.publish_version().function_name(seed::FUNCTION).send().await.unwrap();
    let alias = lambda.create_alias().function_name(seed::FUNCTION).name("live");
    alias.function_version(version.version().unwrap()).send().await.unwrap();
    let permission =
        lambda.add_permission().function_name(seed::FUNCTION).qualifier("live").statement_id("of-the-alias");
    let permission = permission.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com");
    permission.send().await.unwrap();

    let world = World::read(&account).await;
    let function = &world["functions"][seed::FUNCTION];
    let sids = |policy: &Value| policy.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(!sids(&function["policy"]).contains(&"of-the-alias".to_owned()), "{function}");
    assert_eq!(sids(&function["aliases"]["live"]["policy"]), ["of-the-alias"]);
    assert_eq!(function["aliases"]["live"]["version"], "1");
    assert_eq!(function["versions"]["1"]["code_sha256"], function["latest"]["code_sha256"]);
}

#[tokio::test]
async fn a_world_contains_log_groups_and_tables() {
    use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};

    let account = Account::fresh();
    let sdk = account.sdk();
    let logs = aws_sdk_cloudwatchlogs::Client::new(&sdk);
    logs.create_log_group().log_group_name("/aws/lambda/chat").tags("a", "b").send().await.unwrap();
    logs.put_retention_policy().log_group_name("/aws/lambda/chat").retention_in_days(30).send().await.unwrap();
    let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap();
    let id =
        AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build().unwrap();
    let table = aws_sdk_dynamodb::Client::new(&sdk).create_table().table_name("cinedb").key_schema(key);
    table.attribute_definitions(id).billing_mode(BillingMode::PayPerRequest).send().await.unwrap();

    let world = World::read(&account).await;
    let group = &world["log_groups"]["/aws/lambda/chat"];
    assert_eq!((&group["retention"], &group["tags"]), (&json!(30), &json!({"a": "b"})));
    let table = &world["tables"]["cinedb"];
    assert_eq!((&table["keys"], &table["billing"]), (&json!({"id": "HASH"}), &json!("PAY_PER_REQUEST")));
}

#[tokio::test]
async fn the_package_contains_the_built_function_as_an_executable() {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(package::function_zip())).unwrap();
    assert_eq!(zip.len(), 1);
    let mut bootstrap = zip.by_name("bootstrap").unwrap();
    assert_eq!(bootstrap.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    let built = std::fs::read(package::function_binary()).unwrap();
    assert!(bootstrap.size() <= built.len() as u64, "with or without its debug information");
    let mut begins = [0; 32];
    std::io::Read::read_exact(&mut bootstrap, &mut begins).unwrap();
    assert_eq!(begins[..], built[..32], "a binary of the same kind, with the same entry point");
}

#[tokio::test]
async fn a_run_keeps_the_output_of_the_program() {
    let (account, proxy) = (Account::fresh(), Proxy::start());
    let cli = Cli::through(&account, &proxy).env("NO_COLOR", "1").directory(&std::env::temp_dir());
    let run = cli.run(["--version"]).await.expect_success();
    assert!(run.stdout.starts_with("provisioner "), "{run:?}");
    assert!(proxy.calls().is_empty());
    let _ = Cli::new(&account).spawn(["--version"]).wait().await;
    let refused = Cli::new(&account).run(["no-such-command"]).await;
    assert!(refused.code.is_some_and(|code| code != 0), "{refused:?}");
    assert!(!refused.stderr.is_empty(), "{refused:?}");
}

async fn create_role(
    sdk: &aws_config::SdkConfig,
    name: &str,
) -> Result<(), aws_sdk_iam::error::SdkError<aws_sdk_iam::operation::create_role::CreateRoleError>> {
    let create = aws_sdk_iam::Client::new(sdk).create_role().role_name(name);
    create.assume_role_policy_document(seed::trust_policy().to_string()).send().await.map(|_| ())
}
