//! A template from `cdk synth` is used like any other: `tests/cdk_app/cdk.out` is output of the real CDK.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::http::send;
use crate::support::ministack::api_url;
use crate::support::proxy::call::names;
use crate::support::user::User;
use crate::support::world::World;

/// The template of an app with a function from a folder, its role, a table with read access for the role, and a route
/// of an HTTP API.
fn template() -> [String; 4] {
    let cdk_out = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cdk_app/cdk.out");
    let template = cdk_out.join("films.template.json").display().to_string();
    ["--template".to_owned(), template, "--stack".to_owned(), "films".to_owned()]
}

fn alone(world: &World, kind: &str) -> Value {
    let [name] = world.names(kind).try_into().unwrap_or_else(|all| panic!("not just one of {kind}: {all:?}"));
    world[kind][name].clone()
}

#[tokio::test]
async fn the_direct_engine_deploys_a_cdk_folder_and_a_second_run_changes_nothing() {
    let user = User::new().always(template());
    let deploy = user.plain(&["deploy", "--no-smoke"]).await.expect_success();
    for left_out in ["CDKMetadata (AWS::CDK::Metadata, ", "Parameters.BootstrapVersion", "Rules.CheckBootstrapVersion"]
    {
        assert!(deploy.stderr.contains(&format!("left out: {left_out}")), "no {left_out} in {deploy:?}");
    }
    assert!(deploy.stdout.starts_with("Url  http"), "{deploy:?}");
    let world = user.world().await;
    let api = alone(&world, "apis");
    let url = api_url(api["id"].as_str().expect("an id"), "/film");
    let answer = send(&user.account, "GET", &url, &[], String::new()).await;
    assert_eq!((answer.status, &answer.body["film"]), (200, &Value::from("Arrival")), "{answer:?}");
    assert_eq!(alone(&world, "functions")["latest"]["runtime"], "python3.13");
    let role = alone(&world, "roles");
    assert_eq!(role["attached"].as_array().map(Vec::len), Some(1));
    let granted = &role["inline"]["HandlerServiceRoleDefaultPolicyCBD0CC91"]["Statement"];
    assert!(granted.to_string().contains("dynamodb:GetItem"), "{role:#}");

    user.proxy.clear();
    let again = user.plain(&["deploy", "--no-smoke"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    assert_eq!(names(&user.proxy.writes()), [""; 0]);

    user.plain(&["destroy", "--yes"]).await.expect_success();
    let rest = World::read(&user.account).await;
    assert_eq!(
        [rest.names("functions"), rest.names("roles"), rest.names("tables")],
        [const { vec![] }; 3] as [Vec<&str>; 3]
    );
}

#[tokio::test]
async fn the_cloudformation_engine_uploads_a_cdk_folder_as_a_zip_and_deploys_it() {
    let user = User::new().always(template());
    user.plain(&["deploy", "--no-smoke", "--engine", "cloudformation"]).await.expect_success();
    let world = user.world().await;
    let api = alone(&world, "apis");
    let url = api_url(api["id"].as_str().expect("an id"), "/film");
    assert_eq!(send(&user.account, "GET", &url, &[], String::new()).await.body["film"], "Arrival");
    let again = user.plain(&["deploy", "--no-smoke", "--engine", "cloudformation"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
}
