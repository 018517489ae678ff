//! Adopts a stack that the seed's own commands created by hand.

use rstest::rstest;
use serde_json::json;

use crate::fire::{are_whole, signature, under_fire};
use crate::support::aws::Aws;
use crate::support::chat::assert_is_attached_to;
use crate::support::http::post_chat;
use crate::support::ministack::api_url;
use crate::support::proxy::strict::slow_api;
use crate::support::seed::{self, Seed};
use crate::support::user::User;
use crate::support::world::World;

/// The resources of the seed's commands, and a user that attaches the chat to their API.
pub(crate) async fn with_a_manual_stack(aws: Aws) -> (Seed, User) {
    let account = aws.account().await;
    let manual = seed::manual_setup(&account).await;
    let user = User::of(account).always(["-P".to_owned(), format!("ApiId={}", manual.movies.api_id)]);
    (manual, user)
}

#[rstest]
#[tokio::test]
async fn a_deploy_refuses_a_manual_setup_without_adopt_and_adopts_it_with_adopt(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (manual, user) = with_a_manual_stack(aws).await;
    let before = user.world().await;

    let (refused, writes) = user.writes_of(&["deploy", "--yes"]).await;
    let refused = refused.expect_code(1);
    assert_eq!(writes, [""; 0], "{refused:?}");
    for text in ["cinedb-chat-bedrock-role", "was not created by this stack", "hint: ", "--adopt"] {
        assert!(refused.stderr.contains(text), "no `{text}` in {refused:?}");
    }

    let (plan, writes) = user.writes_of(&["plan", "--adopt", "--output", "json"]).await;
    assert_eq!(writes, [""; 0]);
    let plan = plan.expect_success().json();
    let action = |id: &str| {
        let mut steps = plan["steps"].as_array().into_iter().flatten();
        steps.find(|step| step["logicalId"] == id).map(|step| step["action"].clone()).unwrap_or_default()
    };
    for id in ["ChatRole", "ChatFunction", "ChatIntegration"] {
        assert_eq!(action(id), "adopt", "{id} in {plan:#}");
    }
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);

    user.deploy(&["--adopt"]).await;
    let adopted = user.world().await;
    assert_is_attached_to("movies", &adopted, &user.account);
    let (old, new) = (&before["apis"]["movies"], &adopted["apis"]["movies"]);
    assert_eq!(new["routes"][seed::ROUTE]["id"], manual.route_id, "the route is the same");
    assert_eq!(new["integrations"].as_object().unwrap().len(), old["integrations"].as_object().unwrap().len());
    for part in ["cors", "stages", "tags"] {
        assert_eq!(new[part], old[part], "{part}");
    }
    if aws.runs_functions() {
        let url = api_url(&manual.movies.api_id, "/chat");
        let answer = post_chat(&user.account, &url, &json!({"message": "A thriller"})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_ne!(answer.body["message"], seed::ANSWER, "the new code answers");
    }

    let (again, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    again.expect_success();
    assert_eq!(writes, [""; 0]);

    user.run(&["destroy", "--yes"]).await.expect_success();
    let rest = user.world().await;
    assert_eq!((rest.names("functions"), rest.names("roles")), (vec!["cinedb-movies"], vec!["cinedb-movies-role"]));
    let routes: Vec<_> = rest["apis"]["movies"]["routes"].as_object().unwrap().keys().collect();
    assert_eq!(routes, ["GET /movies", "GET /movies/{id}"]);
}

#[rstest]
#[tokio::test]
async fn an_adoption_changes_the_function_only_after_the_move_of_its_callers_is_deployed(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (_, user) = with_a_manual_stack(aws).await;
    let args = ["deploy", "--adopt", "--yes", "--no-smoke"];
    let function = |world: World| world["functions"][seed::FUNCTION]["latest"].clone();
    let before = function(user.world().await);
    user.proxy.on(slow_api("FAILED", 1));
    let run = user.run(&args).await.expect_code(1);
    for text in ["is in force: its deployment failed", "as scripted", "hint: correct the cause that API Gateway names"]
    {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(function(user.world().await), before);

    let (_, user) = with_a_manual_stack(aws).await;
    user.proxy.on(slow_api("PENDING", 2));
    let run = user.run(&args).await.expect_success();
    assert!(run.stderr.contains("waiting until the last change of HTTP API"), "{run:?}");
    let calls: Vec<String> = user.proxy.calls().into_iter().map(|call| call.operation).collect();
    let read = calls.iter().rposition(|call| call == "GetDeployments").expect("a read of the deployments");
    let changed = calls.iter().position(|call| call == "UpdateFunctionConfiguration").expect("a change");
    assert_eq!(calls.iter().filter(|call| *call == "GetDeployments").count(), 3, "{calls:?}");
    assert!(read < changed, "{calls:?}");
}

#[tokio::test]
async fn an_adoption_keeps_an_integration_that_other_routes_use_and_callers_lose_no_answer() {
    let (manual, user) = with_a_manual_stack(Aws::MiniStack).await;
    let api_id = &manual.movies.api_id;
    seed::create_route(&user.account.sdk(), api_id, "GET /health", &manual.integration_id).await;
    let before = user.world().await;

    let url = api_url(api_id, "/chat");
    let (run, answers) = under_fire(&user, &url, user.run(&["deploy", "--adopt", "--yes"])).await;
    run.expect_success();
    are_whole(&answers, seed::ANSWER, &signature(&user, &url).await);
    let adopted = user.world().await;
    assert_is_attached_to("movies", &adopted, &user.account);
    let (old, new) = (&before["apis"]["movies"], &adopted["apis"]["movies"]);
    assert_eq!(new["integrations"][&manual.integration_id], old["integrations"][&manual.integration_id]);
    assert_eq!(new["routes"]["GET /health"], old["routes"]["GET /health"]);
    assert_eq!(new["routes"][seed::ROUTE]["id"], manual.route_id, "the route is the same");

    let (again, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    again.expect_success();
    assert_eq!(writes, [""; 0]);

    user.run(&["destroy", "--yes"]).await.expect_success();
    let rest = user.world().await;
    let routes: Vec<_> = rest["apis"]["movies"]["routes"].as_object().unwrap().keys().collect();
    assert_eq!(routes, ["GET /health", "GET /movies", "GET /movies/{id}"]);
    let integrations = &rest["apis"]["movies"]["integrations"];
    assert_eq!(integrations[&manual.integration_id], old["integrations"][&manual.integration_id]);
    assert_eq!(integrations.as_object().unwrap().len(), 2, "{integrations:#}");
}
