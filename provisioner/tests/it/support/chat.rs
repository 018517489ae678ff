//! The judge: the meaning of `templates/chat.yaml` with its default parameters on AWS, written by hand from the
//! template and AWS's documentation, without the planner's code.

use std::path::Path;

use serde_json::{Value, json};

use super::account::{Account, REGION};
use super::aws::Aws;
use super::package;
use super::seed::{FUNCTION, MANAGED_POLICY, ROLE, ROUTE};
use super::world::World;

pub(crate) const LOG_GROUP: &str = "/aws/lambda/cinedb-chat-bedrock";

const PROFILE: &str = "us.anthropic.claude-haiku-5-5";
const MODEL: &str = "anthropic.claude-haiku-5-5";

/// The part of a release that the tests change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Release {
    pub(crate) memory: u32,
    pub(crate) package: &'static Path,
}

impl Release {
    /// The template's defaults.
    pub(crate) fn first(aws: Aws) -> Self {
        Self { memory: 512, package: aws.package() }
    }

    /// Different code and a different configuration.
    pub(crate) fn next(aws: Aws) -> Self {
        Self { memory: 1024, package: aws.other_package() }
    }
}

/// The account contains the complete stack with its own API, and nothing else.
#[track_caller]
pub(crate) fn assert_is_all_there_is(world: &World, account: &Account) {
    assert_release_is_all_there_is(world, account, Release::first(account.aws()));
}

/// The same for a release other than the first.
#[track_caller]
pub(crate) fn assert_release_is_all_there_is(world: &World, account: &Account, release: Release) {
    assert_releases_are_all_there_is(world, account, release, release);
}

/// The same where callers get another release than the last deployed one.
#[track_caller]
pub(crate) fn assert_releases_are_all_there_is(world: &World, account: &Account, latest: Release, live: Release) {
    assert_eq!(world.names("roles"), [ROLE]);
    assert_eq!(world.names("log_groups"), [LOG_GROUP]);
    assert_eq!(world.names("functions"), [FUNCTION]);
    assert_eq!(world.names("apis"), [FUNCTION]);
    assert_eq!((world.names("policies").len(), world.names("tables").len()), (0, 0), "{world:?}");
    assert_is_there_with(world, account, latest, live);
}

/// The stack with its own API is as the template defines it, whatever else exists.
#[track_caller]
pub(crate) fn assert_is_there(world: &World, account: &Account) {
    let first = Release::first(account.aws());
    assert_is_there_with(world, account, first, first);
}

#[track_caller]
fn assert_is_there_with(world: &World, account: &Account, latest: Release, live: Release) {
    let api = &world["apis"][FUNCTION];
    let api_id = api["id"].as_str().unwrap_or_default();
    assert_role(world, account);
    assert_log_group(world);
    assert_function(world, account, latest, live);
    assert_permissions(world, account, api_id, &["POST"]);

    assert_eq!(api["protocol"], "HTTP");
    let cors =
        json!({"headers": ["content-type"], "methods": ["POST"], "origins": ["*"], "expose": [], "max_age": 3600});
    assert_eq!(without(&api["cors"], &["credentials"]), cors);
    assert_eq!(api["tags"], tags("ChatApi"));
    assert_calls_the_function(api, account, &[ROUTE]);
    assert_eq!(api["routes"].as_object().map(serde_json::Map::len), Some(1), "{api:#}");
    assert_eq!(api["integrations"].as_object().map(serde_json::Map::len), Some(1), "{api:#}");

    assert_eq!(api["stages"].as_object().map(serde_json::Map::len), Some(1), "{api:#}");
    let stage = &api["stages"]["$default"];
    assert_eq!(stage["auto_deploy"], true);
    assert_eq!((&stage["defaults"]["rate"], &stage["defaults"]["burst"]), (&json!(5.0), &json!(10)));
    assert_eq!(stage["tags"], tags("ChatStage"));
}

/// The stack on an API outside it is as the template defines it.
#[track_caller]
pub(crate) fn assert_is_attached_to(api_name: &str, world: &World, account: &Account) {
    assert_release_is_attached_to(api_name, world, account, Release::first(account.aws()));
}

/// The same for a release other than the first.
#[track_caller]
pub(crate) fn assert_release_is_attached_to(api_name: &str, world: &World, account: &Account, release: Release) {
    let api = &world["apis"][api_name];
    assert_role(world, account);
    assert_log_group(world);
    assert_function(world, account, release, release);
    assert_permissions(world, account, api["id"].as_str().unwrap_or_default(), &["POST", "OPTIONS"]);
    assert_calls_the_function(api, account, &[ROUTE, "OPTIONS /chat"]);
}

#[track_caller]
fn assert_role(world: &World, account: &Account) {
    let account_id = account.id();
    let profile = format!("arn:aws:bedrock:*:{account_id}:inference-profile/{PROFILE}");
    let expected = json!({
        "arn": account.role_arn(ROLE),
        "trust": {
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "LambdaRunsAsThisRole",
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }],
        },
        "attached": [MANAGED_POLICY],
        "inline": {
            "DynamoDBReadPolicy": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Sid": "ReadTheCatalogue",
                    "Effect": "Allow",
                    "Action": "dynamodb:Scan",
                    "Resource": format!("arn:aws:dynamodb:{REGION}:{account_id}:table/cinedb"),
                }],
            },
            "BedrockInvokePolicy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "InvokeTheInferenceProfile",
                        "Effect": "Allow",
                        "Action": "bedrock:InvokeModel",
                        "Resource": &profile,
                    },
                    {
                        "Sid": "InvokeTheModelOnlyThroughThatProfile",
                        "Effect": "Allow",
                        "Action": "bedrock:InvokeModel",
                        "Resource": format!("arn:aws:bedrock:*::foundation-model/{MODEL}"),
                        "Condition": {"StringLike": {"bedrock:InferenceProfileArn": &profile}},
                    },
                ],
            },
        },
        "tags": {
            "provisioner:resource": "ChatRole", "provisioner:stack": "cinedb-chat", "provisioner:region": REGION,
        },
    });
    let role = without(&world["roles"][ROLE], &["id", "max_session", "description"]);
    assert_same(&in_order(role), &in_order(expected));
}

/// The role with the statements of every policy sorted, because their order has no meaning.
fn in_order(mut role: Value) -> Value {
    for document in role["inline"].as_object_mut().into_iter().flatten().map(|(_, document)| document) {
        if let Some(statements) = document["Statement"].as_array_mut() {
            statements.sort_by_key(|statement| statement["Sid"].to_string());
        }
    }
    role
}

#[track_caller]
fn assert_log_group(world: &World) {
    let group = &world["log_groups"][LOG_GROUP];
    assert_eq!((&group["retention"], &group["tags"]), (&json!(14), &tags("ChatLogGroup")), "{group:#}");
}

#[track_caller]
fn assert_function(world: &World, account: &Account, latest: Release, live: Release) {
    let function = &world["functions"][FUNCTION];
    let unknown = account.aws().unknown_of_functions();
    let expected = |release| without(&configuration(account, release), unknown);
    assert_same(&without(&without(&function["latest"], &["description", "snap_start"]), unknown), &expected(latest));
    let alias = &function["aliases"]["live"];
    let tag = "provisioner:stack=cinedb-chat provisioner:resource=ChatAlias";
    // The version that it pointed at before may follow.
    let description = alias["description"].as_str().and_then(|text| {
        let tag = text.split(" provisioner:before=").next()?;
        tag.split(" provisioner:since=").next()
    });
    assert_eq!((description, &alias["weights"]), (Some(tag), &Value::Null), "{alias:#}");
    let version = &function["versions"][alias["version"].as_str().unwrap_or_default()];
    assert_same(
        &without(&without(version, &["description", "snap_start", "last_update"]), unknown),
        &without(&expected(live), &["last_update"]),
    );
    assert_eq!(function["tags"], tags("ChatFunction"));
}

fn configuration(account: &Account, release: Release) -> Value {
    json!({
        "runtime": "provided.al2023",
        "handler": "bootstrap",
        "role": account.role_arn(ROLE),
        "code_sha256": package::sha256(release.package),
        "memory": release.memory,
        "timeout": 30,
        "environment": {
            "DYNAMODB_TABLE": "cinedb", "MODEL_ID": PROFILE, "CATALOG_TTL": "900", "MOVIE_LIMIT": "50", "ALLOWED_ORIGIN": "*",
        },
        "architectures": ["x86_64"],
        "package": "Zip",
        "storage": 512,
        "layers": [],
        "tracing": "PassThrough",
        "logging": {"format": "JSON", "application": "INFO", "system": "INFO", "group": LOG_GROUP},
        "state": "Active",
        "last_update": "Successful",
    })
}

/// One statement for each method, for this path of this API, and none that allows more.
#[track_caller]
fn assert_permissions(world: &World, account: &Account, api_id: &str, methods: &[&str]) {
    let policy = world["functions"][FUNCTION]["aliases"]["live"]["policy"].as_object().cloned().unwrap_or_default();
    let own = policy.values().filter(|s| s["Sid"].as_str().is_some_and(|sid| sid.starts_with("cinedb-chat-")));
    let mut own: Vec<Value> = own.map(|statement| without(statement, &["Sid"])).collect();
    let mut expected: Vec<Value> = methods
        .iter()
        .map(|method| {
            let source = format!("arn:aws:execute-api:{REGION}:{}:{api_id}/*/{method}/chat", account.id());
            json!({
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": format!("{}:live", account.function_arn(FUNCTION)),
                "Condition": {"ArnLike": {"AWS:SourceArn": source}},
            })
        })
        .collect();
    own.sort_by_key(|s| s["Condition"].to_string());
    expected.sort_by_key(|s| s["Condition"].to_string());
    assert_same(&own.into(), &expected.into());
}

/// The routes point at one integration with the function, which is the only one with it.
#[track_caller]
fn assert_calls_the_function(api: &Value, account: &Account, routes: &[&str]) {
    let to_function = |integration: &Value| {
        integration["uri"].as_str().is_some_and(|uri| uri.contains(&format!("{}:live", account.function_arn(FUNCTION))))
    };
    let integrations = api["integrations"].as_object().into_iter().flatten();
    let integrations: Vec<_> = integrations.filter(|(_, one)| to_function(one)).collect();
    let [(id, integration)] = integrations.as_slice() else { panic!("not just one integration with it: {api:#}") };
    let settings = [&integration["type"], &integration["payload"], &integration["timeout"]];
    assert_eq!(settings, [&json!("AWS_PROXY"), &json!("2.0"), &json!(30000)], "{integration:#}");
    for key in routes {
        assert_eq!(api["routes"][key]["target"], format!("integrations/{id}"), "{key} in {api:#}");
        let authorization = api["routes"][key]["authorization"].as_str().unwrap_or("NONE");
        assert_eq!(authorization, "NONE", "{key}");
    }
}

/// The ownership tag of everything in the stack.
fn tags(logical_id: &str) -> Value {
    json!({"provisioner:resource": logical_id, "provisioner:stack": "cinedb-chat"})
}

fn without(value: &Value, fields: &[&str]) -> Value {
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        object.retain(|key, _| !fields.contains(&key.as_str()));
    }
    value
}

#[track_caller]
fn assert_same(found: &Value, expected: &Value) {
    assert!(found == expected, "found {found:#}\nexpected {expected:#}");
}
