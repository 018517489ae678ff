//! The same paths on another AWS than MiniStack, so that nothing is fitted to one emulator. The judge is the same.

use serde_json::json;

use crate::support::account::Account;
use crate::support::chat::{Release, assert_is_all_there_is, assert_is_attached_to, assert_release_is_all_there_is};
use crate::support::moto::moto;
use crate::support::proxy::rule::call;
use crate::support::seed;
use crate::support::user::{TemplateCopy, User, code};
use crate::support::world::World;

/// What is not done there, and why.
const LEFT_OUT: [(&str, &str); 6] = [
    ("Invoke, the check of a version, chats over HTTP", "moto runs functions in Docker only"),
    ("changes of a stage", "moto has no UpdateStage"),
    ("whether a change of an API is in force", "moto has no GetDeployments of HTTP APIs"),
    ("`LoggingConfig` of functions", "moto does not keep it"),
    ("changes by somebody else between plan and write", "moto's revision ids never change"),
    ("CloudFormation", "moto's has no kinds of API Gateway v2, and leaves them out without a word"),
];

/// With the chat's template but for what moto does not keep, which would be sent again at every deploy.
fn user_of(account: Account) -> User {
    let logging = "      LoggingConfig:\n        LogFormat: JSON # the function writes JSON; this makes Lambda's own lines JSON \
                   too\n        LogGroup: !Ref ChatLogGroup # the usual name; as a Ref it also makes the group exist before \
                   the first line\n";
    User::of(account).always(TemplateCopy::new().edited("templates/chat.yaml", logging, "").kept())
}

async fn user() -> (User, impl Drop) {
    let (account, turn) = moto().await;
    (user_of(account), turn)
}

#[tokio::test]
async fn a_first_deploy_makes_all_and_a_second_nothing() {
    let (user, _turn) = user().await;
    user.deploy(&[]).await;
    assert_is_all_there_is(&user.world().await, &user.account);
    let plan = user.run(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains("nothing to do") && !plan.stdout.contains("note:"), "{plan:?}");
    let (again, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    again.expect_success();
    assert_eq!(writes, [""; 0]);
}

#[tokio::test]
async fn an_update_changes_code_and_configuration_and_publishes_once() {
    let (user, _turn) = user().await;
    user.deploy(&[]).await;
    let release = Release::next();
    let zip = code(release.package);
    let update = ["update", "--no-smoke", "-P", "MemorySize=1024", "--code", zip.to_str().unwrap()];
    user.run(&update).await.expect_success();
    let world = user.world().await;
    assert_release_is_all_there_is(&world, &user.account, release);
    let function = &world["functions"][seed::FUNCTION];
    assert_eq!(function["versions"].as_object().map(serde_json::Map::len), Some(2), "{function:#}");
    let (again, writes) = user.writes_of(&update).await;
    again.expect_success();
    assert_eq!(writes, [""; 0]);
}

#[tokio::test]
async fn the_chat_joins_an_api_of_others_and_leaves_it_as_it_was() {
    let (account, _turn) = moto().await;
    let movies = seed::movies_api(&account).await;
    let before = World::read(&account).await;
    let user = user_of(account).always(["-P".to_owned(), format!("ApiId={}", movies.api_id)]);
    user.deploy(&[]).await;
    let world = user.world().await;
    assert_is_attached_to("movies", &world, &user.account);
    assert_eq!(world.names("apis"), ["movies"], "no API of its own");
    user.run(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);
}

#[tokio::test]
async fn a_chat_made_by_hand_is_adopted() {
    let (account, _turn) = moto().await;
    let made = seed::by_hand(&account).await;
    let user = user_of(account).always(["-P".to_owned(), format!("ApiId={}", made.movies.api_id)]);
    let (refused, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    assert_eq!(writes, [""; 0], "{refused:?}");
    refused.expect_code(1);
    user.proxy.on(call("GetDeployments").stand_in(json!({"items": []})));
    user.deploy(&["--adopt", "--yes"]).await;
    assert_is_attached_to("movies", &user.world().await, &user.account);
    let (again, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    again.expect_success();
    assert_eq!(writes, [""; 0]);
}

#[tokio::test]
async fn a_destroy_leaves_nothing() {
    let (user, _turn) = user().await;
    user.deploy(&[]).await;
    user.run(&["destroy", "--yes"]).await.expect_success();
    let world = user.world().await;
    assert!(world.is_empty(), "{world:?}");
}

#[test]
fn the_page_of_promises_holds_what_is_left_out_and_why() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reliability.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows =
        page.lines().skip_while(|line| *line != "| left out | why |").skip(2).take_while(|line| line.starts_with('|'));
    let expected: Vec<String> = LEFT_OUT.iter().map(|(what, why)| format!("| {what} | {why} |")).collect();
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}
