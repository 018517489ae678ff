//! Callers get only complete releases.

use std::time::Duration;

use rstest::rstest;

use crate::adopt::with_a_manual_stack;
use crate::fire::{are_whole, signature, under_fire};
use crate::interrupt::until_called;
use crate::support::aws::Aws;
use crate::support::chat::assert_is_all_there_is;
use crate::support::http::Answer;
use crate::support::ministack::api_url;
use crate::support::proxy::rule::{AwsError, Fault, call};
use crate::support::proxy::strict;
use crate::support::proxy::trap::Trap;
use crate::support::seed::{self, FUNCTION};
use crate::support::user::{TemplateCopy, User, chat_url};
use crate::support::world::World;

/// The serving version, and all existing versions.
pub(crate) fn releases(world: &World) -> (String, Vec<String>) {
    let function = &world["functions"][FUNCTION];
    let live = function["aliases"]["live"]["version"].as_str().unwrap_or_default().to_owned();
    (live, function["versions"].as_object().into_iter().flat_map(|all| all.keys().cloned()).collect())
}

pub(crate) fn is_released(world: &World, live: &str, versions: &[&str]) -> bool {
    let (now, all) = releases(world);
    now == live && all == versions
}

pub(crate) fn a_template_whose_function_does_not_start() -> [String; 2] {
    let copy = TemplateCopy::new().edited("templates/chat.yaml", "MOVIE_LIMIT: !Ref MovieLimit", "MOVIE_LIMIT: plenty");
    copy.kept()
}

#[tokio::test]
async fn a_version_that_fails_its_smoke_test_gets_no_callers_and_the_next_good_one_does() {
    let user = User::new();
    let report = user.run(&["deploy", "--output", "json"]).await.expect_success().json();
    let bad = a_template_whose_function_does_not_start();
    let bad: Vec<&str> = ["deploy"].into_iter().chain(bad.iter().map(String::as_str)).collect();
    let (run, answers) = under_fire(&user, chat_url(&report), user.run(&bad)).await;
    let run = run.expect_code(1);
    for text in [
        "version 2 of function cinedb-chat-bedrock failed its smoke test",
        "plenty",
        "steps are done, not done: ChatAlias; the next run sends the smoke test again\nthe callers of cinedb-chat-bedrock:live still get version 1\n",
        "hint: read the function's log: `aws logs tail /aws/lambda/cinedb-chat-bedrock --since 10m",
        ", then correct the function or the request of the smoke test, then run the same command again; or skip the smoke \
         tests: `provisioner deploy --no-smoke --template ",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert_eq!(run.stderr.matches("the same command").count(), 1, "{run:?}");
    assert!(is_released(&user.world().await, "1", &["1", "2"]));
    assert!(!answers.is_empty() && answers.iter().all(|answer| answer.status == 200), "{answers:?}");

    user.run(&["deploy", "-P", "MemorySize=1024"]).await.expect_success();
    assert!(is_released(&user.world().await, "3", &["1", "2", "3"]));
    user.run(&["rollback"]).await.expect_success();
    assert!(is_released(&user.world().await, "1", &["1", "2", "3"]), "the rollback target is the serving version");
}

#[tokio::test]
async fn an_alias_of_latest_is_pinned_to_the_serving_version_before_the_function_changes() {
    let user = User::new();
    let report = user.run(&["deploy", "--output", "json"]).await.expect_success().json();
    let lambda = aws_sdk_lambda::Client::new(&user.account.sdk());
    let by_hand = lambda.update_alias().function_name(FUNCTION).name("live").function_version("$LATEST");
    by_hand.send().await.expect("an alias of the function itself");
    let bad = a_template_whose_function_does_not_start();
    let (run, answers) = under_fire(&user, chat_url(&report), user.run(&["deploy", &bad[0], &bad[1]])).await;
    run.expect_code(1);
    assert!(!answers.is_empty() && answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let (live, all) = releases(&user.world().await);
    assert!(live != "$LATEST" && all.last() != Some(&live), "{live} of {all:?}: the newest is the one that failed");
}

#[tokio::test]
async fn a_first_version_that_fails_its_smoke_test_gets_no_alias() {
    let user = User::new();
    let bad = a_template_whose_function_does_not_start();
    let run = user.run(&["deploy", &bad[0], &bad[1]]).await.expect_code(1);
    assert!(
        run.stderr.contains("version 1 of function cinedb-chat-bedrock failed its smoke test")
            && run.stderr.contains("plenty"),
        "{run:?}"
    );
    assert!(!run.stderr.contains("still get"), "no callers existed: {run:?}");
    assert!(is_released(&user.world().await, "", &["1"]));
    let other = [&bad[0], &bad[1], "-P", "MemorySize=1024"];
    let run = user.run(&[&["deploy"], &other[..]].concat()).await.expect_code(1);
    assert!(run.stderr.contains("version 2 of function cinedb-chat-bedrock failed its smoke test"), "{run:?}");
    assert!(!run.stderr.contains("still get"), "no callers existed: {run:?}");
}

#[rstest]
#[tokio::test]
async fn a_deploy_of_the_previous_release_reuses_its_version(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let (_, writes) = user.writes_of(&["deploy", "-P", "MemorySize=1024"]).await;
    assert_eq!(writes, ["lambda UpdateFunctionConfiguration", "lambda PublishVersion", "lambda UpdateAlias"]);
    assert!(is_released(&user.world().await, "2", &["1", "2"]));
    let (run, writes) = user.writes_of(&["deploy"]).await;
    run.expect_success();
    assert_eq!(writes, ["lambda UpdateFunctionConfiguration", "lambda UpdateAlias"]);
    assert!(is_released(&user.world().await, "1", &["1", "2"]));
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[tokio::test]
async fn callers_lose_no_answer_during_the_adoption_of_a_manual_function() {
    let (manual, user) = with_a_manual_stack(Aws::MiniStack).await;
    let url = api_url(&manual.movies.api_id, "/chat");
    let (run, answers) = under_fire(&user, &url, user.run(&["deploy", "--adopt", "--yes"])).await;
    run.expect_success();
    are_whole(&answers, seed::ANSWER, &signature(&user, &url).await);

    let world = user.world().await;
    assert!(is_released(&world, "2", &["1", "2"]));
    assert_eq!(
        world["functions"][FUNCTION]["versions"]["1"]["code_sha256"], manual.code_sha256,
        "the previous serving version"
    );
    let order: Vec<_> = user.proxy.writes().iter().map(|call| call.operation.clone()).collect();
    let at = |operation: &str| order.iter().position(|one| one == operation).unwrap();
    for before in ["PublishVersion", "CreateAlias", "AddPermission", "UpdateIntegration"] {
        assert!(at(before) < at("UpdateFunctionConfiguration"), "{before}: {order:?}");
    }
}

#[tokio::test]
async fn callers_keep_a_manual_function_when_its_successor_fails_its_smoke_test() {
    let (manual, user) = with_a_manual_stack(Aws::MiniStack).await;
    let bad = a_template_whose_function_does_not_start();
    let url = api_url(&manual.movies.api_id, "/chat");
    let args = ["deploy", "--adopt", "--yes", &bad[0], &bad[1]];
    let (run, answers) = under_fire(&user, &url, user.run(&args)).await;
    run.expect_code(1);
    let old = |answer: &Answer| answer.status == 200 && answer.body["message"] == seed::ANSWER;
    assert!(!answers.is_empty() && answers.iter().all(old), "{answers:?}");
    assert_eq!(releases(&user.world().await).0, "1");
}

#[rstest]
#[tokio::test]
async fn a_change_by_another_deployer_between_plan_and_write_is_not_lost(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    for operation in ["UpdateFunctionConfiguration", "UpdateAlias"] {
        let before = releases(&user.world().await).0;
        let message = "The Revision Id provided does not match the latest Revision Id.";
        user.proxy.on(call(operation).answer(AwsError::new(412, "PreconditionFailedException", message)));
        let run = user.run(&["deploy", "--no-smoke", "-P", "MemorySize=1024"]).await.expect_code(1);
        let still_wanted = ", then if this change is still needed, run the same command again";
        for text in ["after the plan", "hint: see what changed", "`provisioner plan -P MemorySize=", still_wanted] {
            assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
        }
        assert!(!run.stderr.contains("hint: run the same command again"), "{run:?}");
        let message = "another change was made after the plan: live points to version 1 now";
        assert_eq!(run.stderr.contains(message), operation == "UpdateAlias", "{run:?}");
        assert_eq!(releases(&user.world().await).0, before, "{operation}");
        user.proxy.forget_rules();
    }
    user.deploy(&["-P", "MemorySize=1024"]).await;
    assert!(is_released(&user.world().await, "2", &["1", "2"]));
}

#[rstest]
#[tokio::test]
async fn the_next_deploy_completes_a_killed_release_and_publishes_once(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    for operation in ["UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"] {
        let user = aws.user().await;
        user.deploy(&[]).await;
        user.proxy.clear();
        user.proxy.on(call(operation).delay(Duration::from_secs(600)));
        let mut program = user.spawn(&["deploy", "--no-smoke", "-P", "MemorySize=1024"]);
        until_called(&user.proxy, operation).await;
        program.kill().await.unwrap();
        assert_eq!(releases(&user.world().await).0, "1", "{operation}");
        user.proxy.forget_rules();
        user.deploy(&["-P", "MemorySize=1024"]).await;
        assert!(is_released(&user.world().await, "2", &["1", "2"]), "{operation}");
        let (_, again) = user.writes_of(&["deploy", "--no-smoke", "-P", "MemorySize=1024"]).await;
        assert_eq!(again, [""; 0], "{operation}");
    }
}

#[rstest]
#[tokio::test]
async fn the_next_deploy_completes_a_release_with_lost_answers_and_publishes_once(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    for operation in ["UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"] {
        let user = aws.user().await;
        user.deploy(&[]).await;
        user.proxy.on(call(operation).first(1).lose_response());
        user.run(&["deploy", "--no-smoke", "-P", "MemorySize=1024"]).await;
        user.proxy.forget_rules();
        user.deploy(&["-P", "MemorySize=1024"]).await;
        assert!(is_released(&user.world().await, "2", &["1", "2"]), "{operation}");
    }
}

#[rstest]
#[tokio::test]
async fn the_next_deploy_completes_a_killed_first_release(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    for operation in ["CreateFunction", "CreateAlias", "AddPermission"] {
        let user = aws.user().await;
        user.proxy.on(call(operation).delay(Duration::from_secs(600)));
        let mut program = user.spawn(&["deploy", "--no-smoke"]);
        until_called(&user.proxy, operation).await;
        program.kill().await.unwrap();
        user.proxy.forget_rules();
        user.deploy(&[]).await;
        let world = user.world().await;
        assert_is_all_there_is(&world, &user.account);
        assert!(is_released(&world, "1", &["1"]), "{operation}: {:?}", releases(&world));
    }
}

#[rstest]
#[tokio::test]
async fn the_next_run_waits_for_the_update_in_progress_of_a_killed_run(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    user.proxy.clear();
    let (polls, trap) = (3, Trap::new());
    user.proxy.on(strict::slow_function(polls));
    user.proxy.before_others(call("UpdateFunctionConfiguration").suffer(Fault::PauseAfter(trap.clone())));
    let args = ["deploy", "--no-smoke", "-P", "MemorySize=1024"];
    let mut program = user.spawn(&args);
    trap.sprung().await;
    program.kill().await.expect("a program to kill");
    trap.open();
    user.proxy.settled().await;
    let run = user.run(&args).await.expect_success();
    assert!(run.stderr.contains("waiting for the last change of function cinedb-chat-bedrock"), "{run:?}");
    let calls = user.proxy.calls();
    assert!(calls.iter().all(|call| call.status != Some(409)), "something was sent too early: {calls:?}");
    assert_eq!(calls.iter().filter(|call| call.operation == "UpdateFunctionConfiguration").count(), 1, "{calls:?}");
    assert!(is_released(&user.world().await, "2", &["1", "2"]));
}
