//! The chat on an API outside the stack.

use rstest::rstest;
use serde_json::json;

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::chat::assert_is_attached_to;
use crate::support::http::{options, post_chat, send};
use crate::support::ministack::api_url;
use crate::support::seed;
use crate::support::user::{User, chat_url};
use crate::support::world::World;

#[rstest]
#[tokio::test]
async fn a_chat_is_attached_to_an_existing_api_and_destroy_restores_the_api(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    let before = World::read(&account).await;

    let api_id = format!("ApiId={}", movies.api_id);
    let user = User::of(account).always(["-P", api_id.as_str()]);
    user.deploy(&[]).await;
    let with_chat = user.world().await;
    assert_is_attached_to("movies", &with_chat, &user.account);
    assert_eq!(with_chat.names("apis"), ["movies"], "no API of its own");
    for change in before.changes_to(&with_chat).iter().filter(|change| change.contains("apis › ")) {
        let added = ["+ apis › movies › routes › ", "+ apis › movies › integrations › "];
        assert!(added.iter().any(|start| change.starts_with(start)), "{change}");
    }

    let (again, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    assert_eq!(writes, [""; 0], "{again:?}");

    let destroyed = user.run(&["destroy", "--yes"]).await.expect_success();
    let after = user.world().await;
    assert_eq!(before.changes_to(&after), [""; 0], "{destroyed:?}");
}

#[tokio::test]
async fn the_other_routes_of_an_existing_api_answer_as_before() {
    let account = Account::fresh();
    let movies = seed::movies_api(&account).await;
    let movies_url = api_url(&movies.api_id, "/movies");
    let list = send(&account, "GET", &movies_url, &[], String::new()).await;
    assert_eq!(list.status, 200, "{list:?}");

    let api_id = format!("ApiId={}", movies.api_id);
    let user = User::of(account).always(["-P", api_id.as_str()]);
    let report = user.run(&["deploy", "--output", "json"]).await.expect_success().json();
    let answer = post_chat(&user.account, chat_url(&report), &json!({"message": "A comedy, please"})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let list_again = send(&user.account, "GET", &movies_url, &[], String::new()).await;
    assert_eq!((list_again.status, list_again.body), (200, list.body));
    let preflight = options(&user.account, &movies_url, "https://movies.example").await;
    assert_eq!(preflight.header("access-control-allow-origin"), Some("https://movies.example"), "{preflight:?}");
}

#[rstest]
#[tokio::test]
async fn adopt_does_not_take_over_a_route_with_another_target(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    seed::create_route(&account.sdk(), &movies.api_id, seed::ROUTE, &movies.integration_id).await;
    let before = World::read(&account).await;
    let api_id = format!("ApiId={}", movies.api_id);
    let user = User::of(account).always(["-P", api_id.as_str()]);
    for args in [&["deploy"][..], &["deploy", "--adopt", "--yes"], &["plan", "--adopt"]] {
        let (run, writes) = user.writes_of(args).await;
        let run = run.expect_code(1);
        assert_eq!(writes, [""; 0], "{run:?}");
        assert!(run.stderr.contains("the route `POST /chat` has another target"), "{run:?}");
        assert!(run.stderr.contains("hint: "), "{run:?}");
        assert!(!run.stderr.contains("${"), "the message contains no reference syntax: {run:?}");
    }
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn an_unknown_api_id_is_an_error_before_the_first_write(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let (run, writes) = user.writes_of(&["deploy", "-P", "ApiId=nosuchapi1"]).await;
    let run = run.expect_code(1);
    assert_eq!(writes, [""; 0], "{run:?}");
    assert!(run.stderr.contains("nosuchapi1") && run.stderr.contains("there is no such API"), "{run:?}");
    assert!(user.world().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_destroy_without_the_api_parameter_is_refused_and_names_the_api(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    let api_id = format!("ApiId={}", movies.api_id);
    let user = User::of(account);
    user.deploy(&["-P", api_id.as_str()]).await.expect_success();
    let before = user.world().await;
    let (run, writes) = user.writes_of(&["destroy", "--yes"]).await;
    let run = run.expect_code(1);
    assert_eq!(writes, [""; 0], "{run:?}");
    assert!(
        run.stderr.contains(&format!("hint: pass the parameters of the deploy: `provisioner destroy -P {api_id}")),
        "{run:?}"
    );
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[rstest]
#[tokio::test]
async fn a_destroy_deletes_the_other_resources_when_the_api_no_longer_exists(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let account = aws.account().await;
    let movies = seed::movies_api(&account).await;
    let api_id = format!("ApiId={}", movies.api_id);
    let user = User::of(account).always(["-P", api_id.as_str()]);
    user.deploy(&[]).await.expect_success();
    let api = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    api.delete_api().api_id(&movies.api_id).send().await.unwrap();
    user.run(&["destroy", "--yes"]).await.expect_success();
    let after = user.world().await;
    assert!(!after.names("functions").contains(&seed::FUNCTION), "{after:?}");
    assert!(!after.names("roles").contains(&seed::ROLE), "{after:?}");
}
