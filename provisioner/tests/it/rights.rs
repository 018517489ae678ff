//! The serving version keeps its rights until its callers have been moved to the new one. MiniStack stores rights and
//! does not enforce them, so the tests check which rights the role has.

use serde_json::Value;

use crate::adopt::with_a_manual_stack;
use crate::releases::{a_template_whose_function_does_not_start, is_released, releases};
use crate::support::aws::Aws;
use crate::support::chat::{assert_is_all_there_is, assert_is_attached_to};
use crate::support::seed::ROLE;
use crate::support::user::User;
use crate::support::world::World;

const OTHERS: [&str; 4] = ["-P", "FoundationModel=anthropic.claude-sonnet-9", "-P", "TableName=books"];

/// The statements of the role's inline policies, without their names.
fn allowed(world: &World) -> Vec<Value> {
    let policies = world["roles"][ROLE]["inline"].as_object().into_iter().flatten();
    let statements = policies.flat_map(|(_, document)| document["Statement"].as_array().cloned().unwrap_or_default());
    let mut all: Vec<Value> = statements.map(|statement| unnamed(&statement)).collect();
    all.sort_by_key(Value::to_string);
    all
}

/// A statement without its name, with sorted lists, and with the item in place of a list of one.
fn unnamed(statement: &Value) -> Value {
    let mut statement = statement.clone();
    statement.as_object_mut().expect("a statement").remove("Sid");
    for list in ["Action", "Resource"] {
        if let Some(items) = statement[list].as_array_mut() {
            items.sort_by_key(Value::to_string);
            if let [only] = items.as_slice() {
                statement[list] = only.clone();
            }
        }
    }
    statement
}

#[tokio::test]
async fn the_serving_version_keeps_its_rights_until_a_tested_version_has_its_callers() {
    let user = User::new();
    user.deploy(&[]).await;
    let first = allowed(&user.world().await);
    let bad = a_template_whose_function_does_not_start();
    let (run, writes) = user.writes_of(&[&["deploy", &bad[0], &bad[1]], &OTHERS[..]].concat()).await;
    let run = run.expect_code(1);
    assert!(run.stderr.contains("version 2 of function cinedb-chat-bedrock failed its smoke test"), "{run:?}");
    assert_eq!(writes.iter().filter(|call| *call == "iam PutRolePolicy").count(), 2, "{writes:?}");
    let world = user.world().await;
    assert_eq!(releases(&world).0, "1");
    let both = allowed(&world);
    assert!(first.iter().all(|one| both.contains(one)), "{first:#?} are not in {both:#?}");
    assert_eq!(both.len(), 2 * first.len(), "the role also allows what the tested version needed: {both:#?}");

    let (run, writes) = user.writes_of(&[&["deploy", "--no-smoke"], &OTHERS[..]].concat()).await;
    run.expect_success();
    let released = ["lambda UpdateFunctionConfiguration", "lambda PublishVersion", "lambda UpdateAlias"];
    assert_eq!(writes, [&released[..], &["iam PutRolePolicy", "iam PutRolePolicy"]].concat());
    let world = user.world().await;
    assert!(is_released(&world, "3", &["1", "2", "3"]));
    let second = allowed(&world);
    assert!(second.len() == first.len() && !second.iter().any(|one| first.contains(one)), "{second:#?}");
    assert!(second.iter().all(|one| both.contains(one)), "{second:#?} are not in {both:#?}");
    let (_, again) = user.writes_of(&[&["deploy", "--no-smoke"], &OTHERS[..]].concat()).await;
    assert_eq!(again, [""; 0]);

    user.deploy(&[]).await;
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[tokio::test]
async fn a_manual_function_keeps_its_rights_until_its_successor_has_its_callers() {
    let (_, user) = with_a_manual_stack(Aws::MiniStack).await;
    let by_hand = allowed(&user.world().await);
    let bad = a_template_whose_function_does_not_start();
    let (run, writes) = user.writes_of(&["deploy", "--adopt", "--yes", &bad[0], &bad[1]]).await;
    run.expect_code(1);
    let world = user.world().await;
    assert_eq!(releases(&world).0, "1");
    let both = allowed(&world);
    assert!(by_hand.iter().all(|one| both.contains(one)), "{by_hand:#?} are not in {both:#?}");
    assert_eq!(writes.iter().filter(|call| *call == "iam PutRolePolicy").count(), 2, "{writes:?}");

    user.deploy(&["--adopt"]).await;
    assert_is_attached_to("movies", &user.world().await, &user.account);
}
