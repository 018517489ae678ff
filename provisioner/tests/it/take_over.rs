//! A route that points at an integration outside the stack is taken over on request, and given back.

use std::time::Duration;

use rstest::rstest;

use crate::interrupt::until_called;
use crate::support::aws::Aws;
use crate::support::proxy::call::names;
use crate::support::proxy::rule::{AwsError, call};
use crate::support::seed;
use crate::support::user::User;
use crate::support::world::World;

/// A user whose API has a `POST /chat` that points at another function, and the world before.
async fn with_a_former_target(aws: Aws) -> (User, World) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    seed::create_route(&account.sdk(), &movies.api_id, seed::ROUTE, &movies.integration_id).await;
    let before = World::read(&account).await;
    let api_id = format!("ApiId={}", movies.api_id);
    (User::of(account).always(["-P", api_id.as_str()]), before)
}

fn target(world: &World) -> String {
    world["apis"]["movies"]["routes"][seed::ROUTE]["target"].as_str().unwrap_or_default().to_owned()
}

#[rstest]
#[tokio::test]
async fn destroy_restores_a_route_that_was_taken_over(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (user, before) = with_a_former_target(aws).await;
    let refused = user.run(&["deploy"]).await.expect_code(1);
    assert!(
        refused.stderr.contains("point the route to this stack, until `destroy` restores its target"),
        "{refused:?}"
    );
    let plan = user.run(&["plan", "--take-over"]).await.expect_success();
    assert!(plan.stdout.contains(&format!("taken over from {}", target(&before))), "{plan:?}");

    user.run(&["deploy", "--take-over"]).await.expect_success();
    assert_ne!(target(&user.world().await), target(&before));
    let (again, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    again.expect_success();
    assert_eq!(writes, [""; 0], "a route of the stack needs no option");

    let destroyed = user.run(&["destroy", "--yes"]).await.expect_success();
    assert!(destroyed.stderr.contains("its former target"), "{destroyed:?}");
    assert_eq!(destroyed.stdout, "", "no outputs of deleted resources");
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn a_takeover_killed_at_the_route_is_completed_or_undone(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    for undone in [false, true] {
        let (user, before) = with_a_former_target(aws).await;
        user.proxy.on(call("UpdateRoute").delay(Duration::from_secs(600)));
        let mut program = user.spawn(&["deploy", "--no-smoke", "--take-over"]);
        until_called(&user.proxy, "UpdateRoute").await;
        program.kill().await.unwrap();
        user.proxy.forget_rules();
        assert_eq!(target(&user.world().await), target(&before), "callers keep their target");
        if !undone {
            user.deploy(&["--take-over"]).await;
            assert_ne!(target(&user.world().await), target(&before));
        }
        let report = user.run(&["destroy", "--yes", "--output", "json"]).await.expect_success().json();
        assert_eq!(report["outputs"], serde_json::json!({}));
        assert_eq!(before.changes_to(&user.world().await), [""; 0], "undone: {undone}");
    }
}

#[rstest]
#[tokio::test]
async fn prune_restores_a_route_that_was_taken_over(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (user, before) = with_a_former_target(aws).await;
    user.deploy(&["--take-over"]).await;
    // The stack moves to its own API: the last value of a parameter counts.
    let moved = ["deploy", "--no-smoke", "--prune", "--yes", "-P", "ApiId="];
    let user = user.without_always();
    user.run(&moved).await.expect_success();
    let movies = |world: &World| world["apis"]["movies"].clone();
    assert_eq!(movies(&user.world().await), movies(&before));
}

#[rstest]
#[tokio::test]
async fn a_stack_that_moves_to_another_api_removes_its_route_from_the_first(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (user, before) = with_a_former_target(aws).await;
    user.deploy(&["--take-over"]).await;
    let user = user.without_always();
    let (run, writes) = user.writes_of(&["deploy", "--no-smoke", "--yes"]).await;
    let run = run.expect_code(1);
    for text in [
        "still has a route of this stack",
        "hint: if the parameter `ApiId` is missing, pass it: `provisioner plan -P ApiId=",
        "; or delete it in this deploy: `provisioner deploy --prune",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(writes, [""; 0]);
    user.deploy(&["--prune", "--yes"]).await;
    assert_eq!(user.world().await["apis"]["movies"], before["apis"]["movies"]);
}

#[rstest]
#[tokio::test]
async fn destroy_restores_the_last_target_of_a_route(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (user, before) = with_a_former_target(aws).await;
    user.deploy(&["--take-over"]).await;
    // The owner points it at another integration, and the stack takes it over again.
    let gateway = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    let api = &before["apis"]["movies"];
    let api_id = api["id"].as_str().unwrap();
    let proxy = aws_sdk_apigatewayv2::types::IntegrationType::HttpProxy;
    let other = gateway.create_integration().api_id(api_id).integration_type(proxy).integration_method("POST");
    let other = other.integration_uri("https://films.example.org").payload_format_version("1.0").send().await.unwrap();
    let target = format!("integrations/{}", other.integration_id().unwrap());
    let routes = gateway.get_routes().api_id(api_id).send().await.unwrap();
    let route = routes.items().iter().find(|one| one.route_key() == Some(seed::ROUTE)).unwrap().route_id().unwrap();
    gateway.update_route().api_id(api_id).route_id(route).target(&target).send().await.unwrap();
    user.deploy(&["--take-over"]).await;
    user.run(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(self::target(&user.world().await), target);
}

#[rstest]
#[tokio::test]
async fn a_route_is_deleted_when_its_previous_integration_no_longer_exists(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (user, before) = with_a_former_target(aws).await;
    user.deploy(&["--take-over"]).await;
    let api = &before["apis"]["movies"];
    let gateway = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    let api_id = api["id"].as_str().unwrap();
    // The owner deletes it, with the other routes that pointed at the same target.
    for route in gateway.get_routes().api_id(api_id).send().await.unwrap().items() {
        if route.target() == Some(target(&before).as_str()) {
            gateway.delete_route().api_id(api_id).route_id(route.route_id().unwrap()).send().await.unwrap();
        }
    }
    let former = target(&before);
    let old = former.trim_start_matches("integrations/");
    gateway.delete_integration().api_id(api_id).integration_id(old).send().await.unwrap();

    let missing = format!("its former target ({former}) does not exist any more");
    let plan = user.run(&["plan", "--prune"]).await.expect_success();
    assert!(!plan.stdout.contains(&missing), "the plan deletes the route: {plan:?}");
    let (destroyed, writes) = user.writes_of(&["destroy", "--yes"]).await;
    let destroyed = destroyed.expect_success();
    assert!(destroyed.stderr.contains(&missing), "{destroyed:?}");
    assert!(writes.contains(&"apigatewayv2 DeleteRoute".to_owned()), "{writes:?}");
    assert!(!writes.contains(&"apigatewayv2 UpdateRoute".to_owned()), "{writes:?}");
    assert_eq!(user.world().await["apis"]["movies"]["routes"][seed::ROUTE], serde_json::Value::Null);
}

#[rstest]
#[tokio::test]
async fn settings_of_the_apis_owner_are_reported_before_the_first_write(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    let gateway = aws_sdk_apigatewayv2::Client::new(&account.sdk());
    gateway.create_stage().api_id(&movies.api_id).stage_name("prod").auto_deploy(false).send().await.expect("a stage");
    let api_id = format!("ApiId={}", movies.api_id);
    let user = User::of(account).always(["-P", api_id.as_str()]);
    let plan = user.run(&["plan"]).await.expect_success();
    let deployment = format!("aws apigatewayv2 create-deployment --api-id {} --stage-name prod`", movies.api_id);
    for note in ["stage `prod`", "has no auto-deploy", &deployment, "has a CORS configuration", "has no throttle"] {
        assert!(plan.stdout.contains(note), "no `{note}` in {plan:?}");
    }
    let deployed = user.deploy(&[]).await;
    assert_eq!(deployed.stderr.matches(&deployment).count(), 1, "the plan has the remaining step: {deployed:?}");
    let after = user.run(&["plan"]).await.expect_success();
    assert!(!after.stdout.contains("note:"), "the notes are printed once: {after:?}");
    let again = user.deploy(&[]).await;
    assert!(!again.stderr.contains("create-deployment"), "{again:?}");
    let destroyed = user.run(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(destroyed.stderr.matches(&deployment).count(), 1, "{destroyed:?}");
}

#[rstest]
#[tokio::test]
async fn stages_are_read_only_when_needed_and_a_denied_read_is_not_an_error(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    let api_id = format!("ApiId={}", movies.api_id);
    let user = User::of(account).always(["-P", api_id.as_str()]);
    user.proxy.on(call("GetStages").answer(AwsError::new(403, "AccessDeniedException", "User is not authorized")));
    for command in [&["plan"][..], &["deploy", "--no-smoke", "--yes"]] {
        let run = user.run(command).await.expect_success();
        let note = format!("the stages of API {} are not known: ", movies.api_id);
        assert!(run.stdout.contains(&note) || run.stderr.contains(&note), "{run:?}");
    }
    user.proxy.clear();
    user.run(&["update"]).await.expect_success();
    let calls = names(&user.proxy.calls());
    assert!(!calls.contains(&"apigatewayv2 GetStages".to_owned()), "{calls:?}");
    user.run(&["destroy", "--yes"]).await.expect_success();
}

#[rstest]
#[tokio::test]
async fn a_websocket_api_is_refused_before_the_first_write(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let gateway = aws_sdk_apigatewayv2::Client::new(&account.sdk());
    let protocol = aws_sdk_apigatewayv2::types::ProtocolType::Websocket;
    let api =
        gateway.create_api().name("talk").protocol_type(protocol).route_selection_expression("$request.body.action");
    let api_id = format!("ApiId={}", api.send().await.expect("an API").api_id.expect("its id"));
    let user = User::of(account).always(["-P", api_id.as_str()]);
    let (run, writes) = user.writes_of(&["deploy"]).await;
    let run = run.expect_code(1);
    assert!(
        run.stderr.contains("is a WEBSOCKET API and not an HTTP API") && run.stderr.contains("get-apis"),
        "{run:?}"
    );
    assert_eq!(writes, [""; 0]);
}
