//! The part of the matrices that `make test` runs: many cells in one run. Each call of a path meets the same fault
//! once; and a run is killed after each of its writing calls, until none is left. A failure here does not name a single
//! cell; `make torture` does.

use futures_util::future::join_all;
use rstest::rstest;

use super::kill::{self, Moment};
use super::path::{Path, words};
use crate::support::aws::Aws;
use crate::support::proxy::call::{Call, CallId, Kind};
use crate::support::proxy::rule::{Fault, Rule};
use crate::support::proxy::words as aws_errors;
use crate::support::user::User;

/// Applies to the first of several equal calls; `fault` may exclude some.
fn each_once(fault: impl Fn(&Call) -> Option<Fault> + Send + 'static) -> Rule {
    Rule::when(move |call, before| {
        let id = |one: &Call| (one.service.clone(), one.operation.clone(), one.subject.clone());
        if call.kind == Kind::Invoke || before.iter().any(|one| id(one) == id(call)) {
            return None;
        }
        fault(call)
    })
}

/// All calls of the path to which `fault` applies, which are at least `at_least`, meet it, and the path succeeds.
async fn assert_recovers(
    path: Path,
    aws: Aws,
    at_least: usize,
    fault: impl Fn(&Call) -> Option<Fault> + Send + Sync + Copy + 'static,
) {
    let user = path.begin(aws).await;
    user.proxy.before_others(each_once(fault));
    let run = user.run(&words(&path.command())).await.expect_success();
    let calls = user.proxy.calls();
    let met = calls.iter().filter(|call| call.kind != Kind::Invoke && fault(call).is_some()).count();
    assert!(met >= at_least, "only {met} calls met the fault: {run:?}");
    path.judge(&user.world().await, &user.account);
    is_over(&user, path).await;
}

/// Runs those of the paths that must recover on this AWS. Without revisions, a retried change of a function is a second
/// change, and is published a second time.
async fn assert_all_recover(
    paths: &[(Path, usize)],
    aws: Aws,
    fault: impl Fn(&Call) -> Option<Fault> + Send + Sync + Copy + 'static,
) {
    let applies_to = |path: Path| aws.has_revisions() || !path.changes_a_function();
    let paths = paths.iter().filter(|(path, _)| applies_to(*path));
    join_all(paths.map(|(path, at_least)| assert_recovers(*path, aws, *at_least, fault))).await;
}

async fn is_over(user: &User, path: Path) {
    path.as_aws(user);
    let (again, writes) = user.writes_of(&words(&path.again())).await;
    again.expect_success();
    assert_eq!(writes, [""; 0]);
}

#[rstest]
#[tokio::test]
async fn each_path_completes_when_every_write_loses_its_answer(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let lost = |call: &Call| call.is_write().then_some(Fault::LoseResponse);
    let paths = [
        (Path::FirstDeploy, 11),
        (Path::Update, 3),
        (Path::Reconfigure, 3),
        (Path::Canary, 4),
        (Path::Rollback, 1),
        (Path::Adopt, 11),
    ];
    assert_all_recover(&paths, aws, lost).await;
}

#[rstest]
#[tokio::test]
async fn each_path_completes_when_every_write_succeeds_and_reports_a_failure(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let failed = |call: &Call| call.is_write().then(|| Fault::FailAfter(aws_errors::failed(&call.service)));
    let paths = [(Path::FirstDeploy, 11), (Path::Update, 3), (Path::Canary, 4), (Path::Adopt, 11), (Path::Destroy, 11)];
    assert_all_recover(&paths, aws, failed).await;
}

#[rstest]
#[tokio::test]
async fn each_path_completes_when_every_call_is_throttled_or_reset_once(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let throttled = |call: &Call| Some(Fault::Answer(aws_errors::throttled(&call.service)));
    let cut_off = |_: &Call| Some(Fault::DropRequest);
    tokio::join!(
        assert_recovers(Path::FirstDeploy, aws, 11, throttled),
        assert_recovers(Path::Adopt, aws, 11, throttled),
        assert_recovers(Path::Rollback, aws, 4, cut_off),
        assert_recovers(Path::Destroy, aws, 11, cut_off),
    );
}

/// Kills each run after its first writing call, until a run sends no writing call. The call after which the last run
/// was killed does not count again: publishing a published version again changes nothing.
async fn killed_after_every_write(path: Path, aws: Aws) {
    let user = path.begin(aws).await;
    let command = path.again();
    let calls = path.calls(aws).await;
    let writes = calls.iter().filter(|(_, kind)| *kind == Kind::Write).count();
    let mut killed: Vec<CallId> = Vec::new();
    for _ in 0..=2 * writes {
        path.as_aws(&user);
        match kill::at_first_write_but(&user, &words(&command), killed.last(), Moment::After).await {
            Some(call) => killed.push(call),
            None if user.proxy.writes().is_empty() => break,
            None => {}
        }
    }
    assert!(killed.len() >= writes.min(3), "only killed after {killed:?}");
    let wrote = user.proxy.writes();
    assert!(wrote.is_empty(), "killed after {killed:?}, and the last run still wrote: {wrote:?}");
    path.judge(&user.world().await, &user.account);
    is_over(&user, path).await;
}

#[rstest]
#[tokio::test]
async fn a_first_deploy_killed_after_each_write_completes(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    killed_after_every_write(Path::FirstDeploy, aws).await;
}

#[rstest]
#[tokio::test]
async fn an_update_killed_after_each_write_completes(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    killed_after_every_write(Path::Update, aws).await;
}

#[rstest]
#[tokio::test]
async fn a_destroy_killed_after_each_write_completes(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    killed_after_every_write(Path::Destroy, aws).await;
}

#[tokio::test]
async fn a_canary_killed_after_each_write_completes() {
    killed_after_every_write(Path::Canary, Aws::MiniStack).await;
}

#[rstest]
#[tokio::test]
async fn a_rollback_killed_after_its_write_is_complete(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    killed_after_every_write(Path::Rollback, aws).await;
}

#[rstest]
#[tokio::test]
async fn an_adoption_killed_after_each_write_completes(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    killed_after_every_write(Path::Adopt, aws).await;
}
