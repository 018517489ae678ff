//! From CloudFormation to the direct engine: resources that a stack owns are refused, and resources that it has
//! released give the same world.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::http::post_chat;
use crate::support::ministack::api_url;
use crate::support::user::User;

const BY_CLOUDFORMATION: [&str; 3] = ["--no-smoke", "--engine", "cloudformation"];

/// The action of a plan for each resource, and the properties that change.
fn steps(plan: &Value) -> BTreeMap<String, (String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let steps = plan["steps"].as_array().into_iter().flatten();
    steps
        .map(|step| {
            let changes = step["changes"].as_array().into_iter().flatten();
            (text(&step["logicalId"]), (text(&step["action"]), changes.map(|one| text(&one["property"])).collect()))
        })
        .collect()
}

#[tokio::test]
async fn resources_of_a_cloudformation_stack_are_refused_and_retained_ones_are_adopted() {
    let user = User::new();
    user.run(&[&["deploy"], &BY_CLOUDFORMATION[..]].concat()).await.expect_success();
    let before = user.world().await;

    for args in [&["deploy", "--adopt", "--yes"][..], &["deploy", "--yes"], &["plan", "--adopt"]] {
        let (refused, writes) = user.writes_of(args).await;
        let refused = refused.expect_code(1);
        assert_eq!(writes, [""; 0], "{refused:?}");
        for expected in
            ["belongs to CloudFormation's stack `cinedb-chat`", "make CloudFormation release the resources first"]
        {
            assert!(refused.stderr.contains(expected), "no `{expected}` in {refused:?}");
        }
    }
    let destroyed = user.run(&["destroy", "--yes"]).await.expect_success();
    assert!(destroyed.stderr.contains("it belongs to CloudFormation's stack `cinedb-chat`"), "{destroyed:?}");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);

    let (kept, writes) = user.writes_of(&["destroy", "--engine", "cloudformation", "--keep-resources"]).await;
    let kept = kept.expect_success();
    for expected in [
        "(removed from the stack, kept)", "10 to remove from the stack", "all resources are retained",
        "kept    AWS::Lambda::Function",
    ] {
        assert!(kept.stderr.contains(expected), "no `{expected}` in {kept:?}");
    }
    let to_cloudformation: Vec<_> = writes.into_iter().filter(|name| name.starts_with("cloudformation")).collect();
    assert_eq!(
        to_cloudformation,
        ["CreateChangeSet", "ExecuteChangeSet", "DeleteStack"].map(|n| format!("cloudformation {n}"))
    );
    assert_eq!(before.changes_to(&user.world().await), [""; 0], "everything stays");

    let plan = user.run(&["plan", "--adopt", "--output", "json"]).await.expect_success().json();
    let tags_and = |more: &[&str]| {
        let mut properties: Vec<_> = more.iter().map(|name| (*name).to_owned()).collect();
        properties.extend(["Tags.provisioner:resource", "Tags.provisioner:stack"].map(str::to_owned));
        ("adopt".to_owned(), properties)
    };
    let description = ("adopt".to_owned(), vec!["Description".to_owned()]);
    // MiniStack's CloudFormation ignores these properties; AWS's does not.
    let cors = ["AllowHeaders", "AllowMethods", "AllowOrigins", "MaxAge"].map(|p| format!("CorsConfiguration.{p}"));
    let throttle = ["Burst", "Rate"].map(|p| format!("DefaultRouteSettings.Throttling{p}Limit"));
    let expected = BTreeMap::from([
        ("ChatRole", tags_and(&["Tags.provisioner:region"])),
        ("ChatLogGroup", tags_and(&[])),
        ("ChatFunction", tags_and(&[])),
        ("ChatApi", tags_and(&cors.each_ref().map(String::as_str))),
        ("ChatStage", tags_and(&throttle.each_ref().map(String::as_str))),
        ("ChatAlias", description.clone()),
        ("ChatIntegration", description),
        ("ChatVersion", ("keep".to_owned(), Vec::new())),
        ("ChatRoute", ("keep".to_owned(), Vec::new())),
        // CloudFormation's statement has its own id. The stack adds a second statement, which `destroy` may remove.
        ("ChatPermission", ("create".to_owned(), Vec::new())),
    ]);
    let expected: BTreeMap<_, _> = expected.into_iter().map(|(id, step)| (id.to_owned(), step)).collect();
    assert_eq!(steps(&plan), expected);

    user.deploy(&["--adopt"]).await;
    let plan = user.run(&["plan", "--adopt", "--output", "json"]).await.expect_success().json();
    let rest: Vec<_> = steps(&plan).into_iter().filter(|(_, (action, _))| action != "keep").collect();
    // MiniStack returns the tags with which an API or a stage was created, and ignores `TagResource`.
    let tags_only = [("ChatApi", tags_and(&[])), ("ChatStage", tags_and(&[]))];
    assert_eq!(rest, tags_only.map(|(id, step)| (id.to_owned(), step)));
    let world = user.world().await;
    let api_id = world["apis"]["cinedb-chat-bedrock"]["id"].as_str().expect("the API's id");
    let url = api_url(api_id, "/chat");
    assert_eq!(post_chat(&user.account, &url, &json!({"message": "A thriller"})).await.status, 200);
}
