//! One change at a time: the plan contains exactly this change, and the deploy makes exactly this change.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::aws::Aws;
use crate::support::chat::assert_is_all_there_is;
use crate::support::package;
use crate::support::user::{User, code};

/// The steps of a plan that change something, without the fields for users and graphs.
fn changing(plan: &Value) -> Vec<Value> {
    let steps = plan["steps"].as_array().into_iter().flatten();
    let steps = steps.filter(|step| step["action"] != "keep");
    steps.map(|s| json!([s["logicalId"], s["action"], s["calls"], s["changes"]])).collect()
}

/// Deploys, then plans and makes the change of `args`. Returns the plan's changing steps, the writing calls, and the
/// changes of the world.
async fn change(user: &User, args: &[&str]) -> (Vec<Value>, Vec<String>, Vec<String>) {
    user.deploy(&[]).await;
    let before = user.world().await;
    let (plan, planned) = user.writes_of(&[&["plan", "--output", "json"], args].concat()).await;
    assert_eq!(planned, [""; 0], "planning changes nothing");
    let plan = plan.expect_success().json();
    let (run, writes) = user.writes_of(&[&["deploy", "--no-smoke"], args].concat()).await;
    run.expect_success();
    let changes = before.changes_to(&user.world().await);
    let (again, none) = user.writes_of(&[&["deploy", "--no-smoke"], args].concat()).await;
    assert_eq!(none, [""; 0], "the second run has nothing to do: {again:?}");
    (changing(&plan), writes, changes)
}

/// One call changes `$LATEST`, it is published once, and the alias is pointed at that version once. The earlier version
/// stays.
#[track_caller]
fn assert_is_a_release(plan: &[Value], writes: &[String], changes: &[String], released: &[&str]) {
    let steps: Vec<_> = plan.iter().map(|step| &step[0]).collect();
    assert_eq!(steps, ["ChatFunction", "ChatVersion", "ChatAlias"]);
    let expected = released.iter().chain(&["UpdateAlias"]).map(|operation| format!("lambda {operation}"));
    assert_eq!(writes, expected.collect::<Vec<_>>());
    let alias = r#"~ functions › cinedb-chat-bedrock › aliases › live › version: "1" → "2""#;
    assert!(changes.iter().any(|change| change == alias), "{changes:#?}");
    let latest = |change: &&String| change.contains("cinedb-chat-bedrock › latest");
    assert_eq!(changes.iter().filter(latest).count(), 1, "{changes:#?}");
    assert!(!changes.iter().any(|change| change.contains("› versions › 1")), "{changes:#?}");
}

#[rstest]
#[tokio::test]
async fn a_change_of_the_memory_sends_one_configuration_update(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (plan, writes, changes) = change(&aws.user().await, &["-P", "MemorySize=1024"]).await;
    let memory = json!([{"property": "MemorySize", "old": 512, "new": 1024}]);
    assert_eq!(plan[0], json!(["ChatFunction", "update", ["UpdateFunctionConfiguration"], memory]));
    assert_is_a_release(&plan, &writes, &changes, &["UpdateFunctionConfiguration", "PublishVersion"]);
    assert!(changes.contains(&"~ functions › cinedb-chat-bedrock › latest › memory: 512 → 1024".to_owned()));
}

#[rstest]
#[tokio::test]
async fn a_change_of_the_environment_sends_one_update_and_the_plan_hides_the_values(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (plan, writes, changes) = change(&aws.user().await, &["-P", "MovieLimit=21"]).await;
    assert_eq!(plan[0][0], "ChatFunction");
    let [change] = plan[0][3].as_array().unwrap().as_slice() else { panic!("{plan:?}") };
    assert_eq!(change["property"], "Environment.Variables.MOVIE_LIMIT");
    assert_eq!((&change["old"], &change["new"]), (&json!("(masked)"), &json!("(masked, different)")));
    assert_is_a_release(&plan, &writes, &changes, &["UpdateFunctionConfiguration", "PublishVersion"]);
    let expected = r#"~ functions › cinedb-chat-bedrock › latest › environment › MOVIE_LIMIT: "50" → "21""#;
    assert!(changes.contains(&expected.to_owned()), "{changes:?}");
}

#[rstest]
#[tokio::test]
async fn a_changed_policy_sends_only_a_put_of_that_policy(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let before = user.world().await;
    let copy = aws.template().edited("policies/dynamodb-read.json", "\"dynamodb:Scan\"", "\"dynamodb:PartiQLSelect\"");
    let arguments = copy.arguments();
    let args: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let plan = user.run(&[&["plan", "--output", "json"], &args[..]].concat()).await.expect_success().json();
    let planned = changing(&plan);
    assert_eq!(planned.len(), 1, "{planned:?}");
    assert_eq!((&planned[0][0], &planned[0][2]), (&json!("ChatRole"), &json!(["PutRolePolicy"])));
    let (run, writes) = user.writes_of(&[&["deploy", "--no-smoke"], &args[..]].concat()).await;
    run.expect_success();
    assert_eq!(writes, ["iam PutRolePolicy"]);
    let changes = before.changes_to(&user.world().await);
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert!(change.contains("DynamoDBReadPolicy") && change.contains("dynamodb:PartiQLSelect"), "{change}");
}

#[rstest]
#[tokio::test]
async fn a_policy_is_deleted_only_after_confirmation(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let before = user.world().await;
    let iam = aws_sdk_iam::Client::new(&user.account.sdk());
    let put = iam.put_role_policy().role_name("cinedb-chat-bedrock-role").policy_name("ByHand");
    let document =
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}"#;
    put.policy_document(document).send().await.unwrap();
    let policy = "policy `ByHand` of role `cinedb-chat-bedrock-role`";
    let plan = user.run(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains(&format!("\ndeletes or replaces {policy}: without a terminal")), "{plan:?}");
    let (refused, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    assert!(
        refused
            .expect_code(1)
            .stderr
            .contains(&format!("deletes or replaces resources ({policy}), and there is no terminal"))
    );
    assert_eq!(writes, [""; 0]);
    user.deploy(&["--yes"]).await;
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn changed_code_sends_one_upload(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let zip = aws.other_package();
    let argument = code(zip);
    let (plan, writes, changes) = change(&user, &["--code", argument.to_str().unwrap()]).await;
    let (old, new) = (package::sha256(aws.package()), package::sha256(zip));
    assert_eq!(plan[0][2], json!(["UpdateFunctionCode"]));
    let [change] = plan[0][3].as_array().unwrap().as_slice() else { panic!("{plan:?}") };
    assert_eq!((&change["old"], &change["new"]), (&json!(old), &json!(new)));
    assert_is_a_release(&plan, &writes, &changes, &["UpdateFunctionCode"]);
    assert!(changes.contains(&format!("~ functions › cinedb-chat-bedrock › latest › code_sha256: {old:?} → {new:?}")));
}

#[tokio::test]
async fn a_change_of_the_throttle_sends_one_stage_update() {
    let (plan, writes, changes) = change(&User::new(), &["-P", "ThrottleRate=7"]).await;
    let rate = json!([{"property": "DefaultRouteSettings.ThrottlingRateLimit", "old": 5.0, "new": 7.0}]);
    assert_eq!(plan, [json!(["ChatStage", "update", ["UpdateStage"], rate])]);
    assert_eq!(writes, ["apigatewayv2 UpdateStage"]);
    assert_eq!(changes, ["~ apis › cinedb-chat-bedrock › stages › $default › defaults › rate: 5.0 → 7.0"]);
}

#[rstest]
#[tokio::test]
async fn a_deploy_reverts_manual_changes(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let before = user.world().await;
    let sdk = user.account.sdk_through(user.proxy.url());
    let lambda = aws_sdk_lambda::Client::new(&sdk);
    lambda.update_function_configuration().function_name("cinedb-chat-bedrock").timeout(3).send().await.unwrap();
    let iam = aws_sdk_iam::Client::new(&sdk);
    iam.delete_role_policy()
        .role_name("cinedb-chat-bedrock-role")
        .policy_name("DynamoDBReadPolicy")
        .send()
        .await
        .unwrap();
    let gateway = aws_sdk_apigatewayv2::Client::new(&sdk);
    let api = &before["apis"]["cinedb-chat-bedrock"];
    let (api_id, route) = (api["id"].as_str().unwrap(), api["routes"]["POST /chat"]["id"].as_str().unwrap());
    gateway.delete_route().api_id(api_id).route_id(route).send().await.unwrap();

    let (run, mut writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    run.expect_success();
    writes.sort();
    assert_eq!(writes, ["apigatewayv2 CreateRoute", "iam PutRolePolicy", "lambda UpdateFunctionConfiguration"]);
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[rstest]
#[tokio::test]
async fn one_call_each_sets_replaces_and_removes_a_permissions_boundary(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let arn = |name: &str| format!("arn:aws:iam::{}:policy/{name}", user.account.id());
    let bounded = |name: &str| format!("PermissionsBoundary={}", arn(name));
    let on_the_role = async || user.world().await["roles"]["cinedb-chat-bedrock-role"]["boundary"].clone();
    user.deploy(&["-P", &bounded("one")]).await;
    assert_eq!(on_the_role().await, arn("one"));

    let (run, writes) = user.writes_of(&["deploy", "--no-smoke", "-P", &bounded("two")]).await;
    run.expect_success();
    assert_eq!((writes, on_the_role().await), (vec!["iam PutRolePermissionsBoundary".to_owned()], json!(arn("two"))));

    let (run, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    run.expect_success();
    assert_eq!((writes, on_the_role().await), (vec!["iam DeleteRolePermissionsBoundary".to_owned()], Value::Null));
    user.run(&["destroy", "--yes"]).await.expect_success();
}
