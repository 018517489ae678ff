//! A new version that first gets a share of the traffic.

use std::time::Duration;

use serde_json::json;
use tokio::process::Child;

use crate::interrupt::{ctrl_c, terminate, until_called_times};
use crate::releases::is_released;
use crate::support::chat::assert_is_all_there_is;
use crate::support::metrics::count;
use crate::support::proxy::rule::call;
use crate::support::proxy::strict::shared_out;
use crate::support::seed::FUNCTION;
use crate::support::user::User;
use crate::support::world::World;

const CANARY: [&str; 4] = ["--canary", "10", "-P", "MemorySize=1024"];

/// A stack with one version, which serves.
async fn with_one_version() -> User {
    let user = User::new();
    user.deploy(&[]).await;
    user
}

/// Waits until the new version has its share, which it gets after the first read of the metrics.
async fn until_it_watches(user: &User) {
    until_called_times(&user.proxy, "GetMetricData", 2).await;
}

/// The version with the remaining traffic, and the weights of other versions.
fn shares(world: &World) -> (String, serde_json::Value) {
    let live = &world["functions"][FUNCTION]["aliases"]["live"];
    (live["version"].as_str().unwrap_or_default().to_owned(), live["weights"].clone())
}

#[tokio::test]
async fn a_canary_without_failures_gets_its_weight_and_then_all_traffic() {
    let user = with_one_version().await;
    let args = [&["deploy", "--bake", "1s"], &CANARY[..]].concat();
    let (run, writes) = user.writes_of(&args).await;
    let run = run.expect_success();
    let [update, publish] = ["lambda UpdateFunctionConfiguration", "lambda PublishVersion"];
    assert_eq!(writes, [update, publish, "lambda UpdateAlias", "lambda UpdateAlias"]);
    for text in [
        "      canary      10% of the traffic for 1s, then all; none if it fails\n",
        "watching version 2 of function cinedb-chat-bedrock for 1s",
        "CloudWatch has no invocation of version 2: the canary tested nothing",
        "      points to   version 1 → 2\n",
        "      canary      10% of the traffic for 1s: no more failures than before\n",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(shares(&user.world().await), ("2".to_owned(), json!(null)));
    let (again, writes) = user.writes_of(&args).await;
    let again = again.expect_success();
    assert_eq!(writes, [""; 0]);
    assert!(again.stderr.contains("`--canary` has no effect: the alias already points to this version"), "{again:?}");
}

#[tokio::test]
async fn a_failing_canary_loses_its_weight_and_the_error_reports_the_failures() {
    let user = with_one_version().await;
    let run = async { user.run(&[&["update", "--bake", "60s", "--output", "json"], &CANARY[..]].concat()).await };
    let errors = async {
        until_it_watches(&user).await;
        count(&user.account, FUNCTION, "live", "1", 108, 0).await;
        count(&user.account, FUNCTION, "live", "2", 12, 3).await;
    };
    let (run, ()) = tokio::join!(run, errors);
    let run = run.expect_code(1);
    for text in [
        "watching version 2 of function cinedb-chat-bedrock: 3 of 12 invocations of version 2 failed, 0 of 108 of version 1",
        "the callers of cinedb-chat-bedrock:live get version 1 again",
        "find the cause of the failed invocations in the function's log",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(run.json()["undone"], json!(["ChatAlias"]));
    assert_eq!(shares(&user.world().await), ("1".to_owned(), json!(null)));
    assert!(is_released(&user.world().await, "1", &["1", "2"]));
}

#[tokio::test]
async fn a_deploy_completes_and_a_rollback_undoes_a_canary_killed_in_its_bake() {
    for (then, live) in [("deploy", "2"), ("rollback", "1")] {
        let user = watched().await;
        let args = if then == "deploy" { &["deploy", "-P", "MemorySize=1024"][..] } else { &["rollback"] };
        let (run, writes) = user.writes_of(args).await;
        run.expect_success();
        assert_eq!(writes, ["lambda UpdateAlias"], "{then}");
        assert_eq!(shares(&user.world().await), (live.to_owned(), json!(null)), "{then}");
    }
}

#[tokio::test]
async fn the_same_command_bakes_a_killed_canary_again() {
    let user = watched().await;
    let (run, writes) = user.writes_of(&[&["deploy", "--bake", "1s"], &CANARY[..]].concat()).await;
    let run = run.expect_success();
    assert_eq!(writes, ["lambda UpdateAlias"], "the weight is set: {run:?}");
    assert_eq!(shares(&user.world().await), ("2".to_owned(), json!(null)));
    user.deploy(&[]).await;
    assert_is_all_there_is(&user.world().await, &user.account);
}

/// A stack whose second version has a tenth of the traffic, because the program was killed during the watch.
async fn watched() -> User {
    let user = with_one_version().await;
    user.proxy.clear();
    user.proxy.on(call("GetMetricData").from(2, 1).delay(Duration::from_secs(600)));
    let mut program = user.spawn(&[&["deploy", "--no-smoke"], &CANARY[..]].concat());
    until_it_watches(&user).await;
    program.kill().await.expect("a program that can be killed");
    user.proxy.forget_rules();
    assert_eq!(shares(&user.world().await), ("1".to_owned(), json!({"2": 0.1})));
    user
}

#[tokio::test]
async fn a_signal_in_the_bake_keeps_the_weight_and_names_the_commands_that_complete_and_undo_it() {
    for signal in [ctrl_c, terminate] {
        a_signal_leaves_the_share(signal).await;
    }
}

async fn a_signal_leaves_the_share(send: fn(&Child)) {
    let user = with_one_version().await;
    user.proxy.clear();
    let program = user.spawn(&[&["deploy", "--no-smoke"], &CANARY[..]].concat());
    until_it_watches(&user).await;
    send(&program);
    let ended = tokio::time::timeout(Duration::from_secs(20), program.wait_with_output()).await;
    let ended = ended.expect("the program ends after the signal").expect("its output");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    for text in [
        "stopped on request",
        "version 2 gets 10% of the traffic of cinedb-chat-bedrock:live",
        "hint: give version 2 all traffic: `provisioner deploy -P MemorySize=1024 --code",
        "--no-smoke`; or restart the canary: `provisioner deploy -P MemorySize=1024 --code",
        "or remove its share: `provisioner rollback --alias ChatAlias -P MemorySize=1024`",
    ] {
        assert!(stderr.contains(text), "no `{text}` in {stderr}");
    }
    assert_eq!(shares(&user.world().await), ("1".to_owned(), json!({"2": 0.1})));
}

/// A rollback by another user while a canary is watched wins: the watch ends, and neither undoes nor finishes anything.
#[tokio::test]
async fn a_canary_stops_when_another_deployer_removes_its_weight() {
    let user = with_one_version().await;
    let other = User::in_account_of(&user);
    let run = async { user.run(&[&["deploy", "--bake", "10m"], &CANARY[..]].concat()).await };
    let back = async {
        until_it_watches(&user).await;
        other.run(&["rollback", "--no-smoke"]).await.expect_success();
    };
    let (run, ()) = tokio::time::timeout(Duration::from_secs(60), async { tokio::join!(run, back) })
        .await
        .expect("the watch ends long before its time");
    let run = run.expect_code(1);
    for text in [
        "watching version 2 of function cinedb-chat-bedrock: another change was made after the plan: live points \
         to version 1 now",
        "hint: see what changed after the plan: `provisioner plan",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    for text in ["tested nothing", "get version 1 again", "give version 2 all traffic", "goes on"] {
        assert!(!run.stderr.contains(text), "`{text}` in {run:?}");
    }
    let moves = user.proxy.writes().into_iter().filter(|call| call.operation == "UpdateAlias").count();
    assert_eq!(moves, 1, "the share, and nothing after it: {:?}", user.proxy.writes());
    assert_eq!(shares(&user.world().await), ("1".to_owned(), json!(null)));
}

#[tokio::test]
async fn a_canary_gets_exactly_its_weight_of_the_traffic() {
    let user = with_one_version().await;
    user.proxy.on(shared_out());
    let args = [&["deploy", "--bake", "2m", "--no-smoke"], &CANARY[..]].concat();
    let chats = async {
        until_it_watches(&user).await;
        let versions = versions_that_answer(&user, 100).await;
        let of = |version: &str| versions.iter().filter(|one| *one == version).count();
        assert_eq!((of("1"), of("2")), (90, 10), "{versions:?}");
        count(&user.account, FUNCTION, "live", "1", 90, 0).await;
        count(&user.account, FUNCTION, "live", "2", 10, 1).await;
    };
    let (run, ()) = tokio::join!(user.run(&args), chats);
    let run = run.expect_code(1);
    assert!(run.stderr.contains("1 of 10 invocations of version 2 failed, 0 of 90 of version 1"), "{run:?}");
    assert_eq!(versions_that_answer(&user, 20).await, ["1"; 20], "the weight is removed");
}

/// The versions that answer this many chats through the alias, one after the other.
async fn versions_that_answer(user: &User, chats: usize) -> Vec<String> {
    let lambda = aws_sdk_lambda::Client::new(&user.account.sdk_through(user.proxy.url()));
    let http = json!({"method": "POST", "path": "/chat"});
    let body = json!({"message": "A thriller"}).to_string();
    let chat = json!({"version": "2.0", "requestContext": {"http": http}, "body": body});
    let mut versions = Vec::new();
    for _ in 0..chats {
        let payload = aws_sdk_lambda::primitives::Blob::new(chat.to_string());
        let answer = lambda.invoke().function_name(FUNCTION).qualifier("live").payload(payload).send().await;
        versions.push(answer.expect("an answer").executed_version.unwrap_or_default());
    }
    versions
}

#[tokio::test]
async fn an_impossible_canary_is_refused_before_the_first_call() {
    let user = User::new();
    for (args, text) in [
        (
            &["deploy", "--engine", "cloudformation", "--canary", "10"][..],
            "`--canary` is an option of the direct engine",
        ),
        (&["deploy", "--plan", "plan.json", "--canary", "10"], "cannot be used with"),
        (&["deploy", "--canary", "51"], "it must be a whole number from 1 to 50"),
        (&["deploy", "--bake", "5m"], "--canary"),
    ] {
        let (run, writes) = user.writes_of(args).await;
        let run = run.expect_code(1);
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
        assert_eq!(writes, [""; 0]);
    }
}
