//! The setup of the seed's README, made by hand with the SDK calls that its `aws` commands and console steps send.
//! Nothing here has an ownership tag.

use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use aws_sdk_apigatewayv2::types::{Cors, IntegrationType, ProtocolType};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, LastUpdateStatus, Runtime, State};
use serde_json::{Value, json};

use super::account::{Account, REGION};
use super::package;

pub(crate) const FUNCTION: &str = "cinedb-chat-bedrock";
pub(crate) const ROLE: &str = "cinedb-chat-bedrock-role";
pub(crate) const MANAGED_POLICY: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
pub(crate) const ROUTE: &str = "POST /chat";
/// The answer of the hand-made function to every caller, by which a test recognizes it.
pub(crate) const ANSWER: &str = "I recommend 'Celestial Nomads', says the hand-made function";

const MOVIES_FUNCTION: &str = "cinedb-movies";
const MOVIES_ROLE: &str = "cinedb-movies-role";

/// The API that existed before the chat: other routes, another function, CORS and a stage.
#[derive(Debug)]
pub(crate) struct Movies {
    pub(crate) api_id: String,
    pub(crate) integration_id: String,
}

/// The chat on that API, made by hand.
#[derive(Debug)]
pub(crate) struct Seed {
    pub(crate) movies: Movies,
    pub(crate) integration_id: String,
    pub(crate) route_id: String,
    /// The console generates it.
    pub(crate) statement_id: String,
    pub(crate) code_sha256: String,
}

/// Only the API named `movies`, as step 4 of the README finds it.
pub(crate) async fn movies_api(account: &Account) -> Movies {
    let sdk = account.sdk();
    create_role(&sdk, MOVIES_ROLE).await;
    create_function(&sdk, account, MOVIES_FUNCTION, MOVIES_ROLE, "list of movies").await;

    let gateway = aws_sdk_apigatewayv2::Client::new(&sdk);
    let cors = Cors::builder()
        .allow_origins("https://movies.example")
        .allow_methods("GET")
        .allow_methods("OPTIONS")
        .allow_headers("content-type")
        .max_age(300)
        .build();
    let api = gateway.create_api().name("movies").protocol_type(ProtocolType::Http).cors_configuration(cors);
    let api_id = api.tags("team", "movies").send().await.expect("the movies API").api_id.expect("its id");
    let integration_id = create_integration(&sdk, account, &api_id, MOVIES_FUNCTION).await;
    for key in ["GET /movies", "GET /movies/{id}"] {
        create_route(&sdk, &api_id, key, &integration_id).await;
    }
    gateway.create_stage().api_id(&api_id).stage_name("$default").auto_deploy(true).send().await.expect("its stage");
    add_permission(&sdk, account, MOVIES_FUNCTION, "movies-api", &api_id, "movies").await;
    Movies { api_id, integration_id }
}

/// The complete setup of the README, in its order, on the API of `movies_api`.
pub(crate) async fn manual_setup(account: &Account) -> Seed {
    let movies = movies_api(account).await;
    let sdk = account.sdk();

    // 1. Create IAM Role
    create_role(&sdk, ROLE).await;
    put_role_policy(&sdk, "DynamoDBReadPolicy", &dynamodb_policy()).await;
    put_role_policy(&sdk, "BedrockInvokePolicy", &bedrock_policy()).await;

    // 2. and 3. Create Deployment Package, Create Lambda Function
    let code_sha256 = create_function(&sdk, account, FUNCTION, ROLE, ANSWER).await;

    // 4. Create API Gateway Endpoint, with what the console adds by itself
    let api_id = &movies.api_id;
    let integration_id = create_integration(&sdk, account, api_id, FUNCTION).await;
    let route_id = create_route(&sdk, api_id, ROUTE, &integration_id).await;
    let statement_id = "3f0f4a9e-6f0c-5a51-8a9e-0d8f7a5f2c11".to_owned();
    add_permission(&sdk, account, FUNCTION, &statement_id, api_id, "chat").await;
    Seed { movies, integration_id, route_id, statement_id, code_sha256 }
}

/// `trust-policy.json`
pub(crate) fn trust_policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }],
    })
}

/// The document in the README.
pub(crate) fn dynamodb_policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": ["dynamodb:Scan", "dynamodb:GetItem", "dynamodb:Query"],
            "Resource": "arn:aws:dynamodb:us-east-1:*:table/cinedb",
        }],
    })
}

/// `bedrock-policy.json`, which the README describes without showing it: all regions, this model and its profile.
pub(crate) fn bedrock_policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": ["bedrock:InvokeModel"],
            "Resource": [
                "arn:aws:bedrock:*::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0",
                "arn:aws:bedrock:*:*:inference-profile/us.anthropic.claude-3-5-haiku-20241022-v1:0",
            ],
        }],
    })
}

async fn create_role(sdk: &SdkConfig, name: &str) {
    let iam = aws_sdk_iam::Client::new(sdk);
    let role = iam.create_role().role_name(name).assume_role_policy_document(trust_policy().to_string());
    role.send().await.expect("a role");
    iam.attach_role_policy().role_name(name).policy_arn(MANAGED_POLICY).send().await.expect("its managed policy");
}

async fn put_role_policy(sdk: &SdkConfig, name: &str, document: &Value) {
    let iam = aws_sdk_iam::Client::new(sdk);
    let put = iam.put_role_policy().role_name(ROLE).policy_name(name).policy_document(document.to_string());
    put.send().await.expect("an inline policy");
}

/// Creates a function and waits until it is active, as a user at a terminal does. Returns the code's hash.
async fn create_function(sdk: &SdkConfig, account: &Account, name: &str, role: &str, answer: &str) -> String {
    let lambda = aws_sdk_lambda::Client::new(sdk);
    let zip = package::zip_of("lambda_function.py", python(answer).as_bytes(), 0o644);
    let created = lambda
        .create_function()
        .function_name(name)
        .runtime(Runtime::Python311)
        .role(account.role_arn(role))
        .handler("lambda_function.lambda_handler")
        .code(FunctionCode::builder().zip_file(Blob::new(zip)).build())
        .timeout(30)
        .memory_size(512)
        .environment(Environment::builder().variables("DYNAMODB_TABLE", "cinedb").build());
    let created = created.send().await.expect("a function");

    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let got = lambda.get_function_configuration().function_name(name).send().await.expect("its state");
        let updated = got.last_update_status() == Some(&LastUpdateStatus::Successful);
        if got.state() == Some(&State::Active) && updated {
            return created.code_sha256.expect("its code's hash");
        }
        assert!(Instant::now() < deadline, "{name} is not active: {got:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn python(answer: &str) -> String {
    format!(
        r#"import json

def lambda_handler(event, context):
    return {{
        "statusCode": 200,
        "headers": {{"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}},
        "body": json.dumps({{"message": {answer:?}, "usage": {{"inputTokens": 608, "outputTokens": 122}}}}),
    }}
"#
    )
}

async fn create_integration(sdk: &SdkConfig, account: &Account, api_id: &str, function: &str) -> String {
    let gateway = aws_sdk_apigatewayv2::Client::new(sdk);
    let created = gateway
        .create_integration()
        .api_id(api_id)
        .integration_type(IntegrationType::AwsProxy)
        .integration_method("POST")
        .integration_uri(account.function_arn(function))
        .payload_format_version("2.0")
        .send()
        .await;
    created.expect("an integration").integration_id.expect("its id")
}

pub(crate) async fn create_route(sdk: &SdkConfig, api_id: &str, key: &str, integration_id: &str) -> String {
    let gateway = aws_sdk_apigatewayv2::Client::new(sdk);
    let target = format!("integrations/{integration_id}");
    let created = gateway.create_route().api_id(api_id).route_key(key).target(target).send().await;
    created.expect("a route").route_id.expect("its id")
}

/// As the console does when it creates an integration: every method of the path, with a generated statement id.
async fn add_permission(sdk: &SdkConfig, account: &Account, function: &str, sid: &str, api_id: &str, path: &str) {
    let lambda = aws_sdk_lambda::Client::new(sdk);
    let added = lambda
        .add_permission()
        .function_name(function)
        .statement_id(sid)
        .action("lambda:InvokeFunction")
        .principal("apigateway.amazonaws.com")
        .source_arn(format!("arn:aws:execute-api:{REGION}:{}:{api_id}/*/*/{path}", account.id()));
    added.send().await.expect("a permission");
}
