//! What `make test` runs of the matrices: many cells in one run. All calls of a path meet the same trouble, each once;
//! and a run is killed after each writing call that it comes to, until there is none left. A failure here names no
//! single cell: `make torture` does.

use super::kill::{self, Moment};
use super::path::{Path, forget, words};
use crate::support::proxy::call::{Call, CallId, Kind, identified};
use crate::support::proxy::rule::{Fault, Rule};
use crate::support::proxy::words as aws_says;
use crate::support::user::User;

/// The first of each call that differs from the others; `fault` may leave some out.
fn each_once(fault: impl Fn(&Call) -> Option<Fault> + Send + 'static) -> Rule {
    Rule::looking(move |call, before| {
        let id = |one: &Call| (one.service.clone(), one.operation.clone(), one.subject.clone());
        if call.kind == Kind::Invoke || before.iter().any(|one| id(one) == id(call)) {
            return None;
        }
        fault(call)
    })
}

async fn heals(path: Path, fault: impl Fn(&Call) -> Option<Fault> + Send + Sync + Copy + 'static) {
    let user = path.begin().await;
    user.proxy.on(each_once(fault));
    let run = user.run(&words(&path.command())).await.expect_success();
    let calls = user.proxy.calls();
    let met = calls.iter().filter(|call| call.kind != Kind::Invoke && fault(call).is_some()).count();
    assert!(met > 10 || path == Path::Update && met > 3, "only {met} calls were in trouble: {run:?}");
    path.judge(&user.world().await, &user.account);
    is_over(&user, path).await;
}

async fn is_over(user: &User, path: Path) {
    path.as_aws(user);
    let (again, writes) = user.writes_of(&words(&path.command())).await;
    again.expect_success();
    assert_eq!(writes, [""; 0]);
    forget(user).await;
}

#[tokio::test]
async fn a_path_whose_every_writing_call_loses_its_answer_gets_there_by_itself() {
    let lost = |call: &Call| call.is_write().then_some(Fault::LoseResponse);
    tokio::join!(heals(Path::FirstDeploy, lost), heals(Path::Update, lost));
}

#[tokio::test]
async fn a_path_whose_every_call_is_throttled_or_cut_off_gets_there_by_itself() {
    let throttled = |call: &Call| Some(Fault::Answer(aws_says::throttled(&call.service)));
    let cut_off = |_: &Call| Some(Fault::DropRequest);
    tokio::join!(heals(Path::FirstDeploy, throttled), heals(Path::Destroy, cut_off));
}

/// Kills a run after the first writing call of each, until a run ends.
async fn killed_after_every_write(path: Path) {
    let user = path.begin().await;
    let command = path.command();
    let calls = path.calls().await;
    let writes: Vec<CallId> = calls.into_iter().filter(|(_, kind)| *kind == Kind::Write).map(|(id, _)| id).collect();
    let mut killed = Vec::new();
    for _ in 0..=writes.len() {
        path.as_aws(&user);
        match kill::at_first_write(&user, &words(&command), Moment::After).await {
            Some(call) => killed.push(call),
            None => break,
        }
    }
    assert!(killed.len() > 2, "only killed after {killed:?}");
    let done: Vec<String> = identified(&user.proxy.calls()).iter().map(|(id, _)| id.to_string()).collect();
    assert!(!user.proxy.calls().iter().any(Call::is_write), "the last run still wrote: {done:?}");
    path.judge(&user.world().await, &user.account);
    is_over(&user, path).await;
}

#[tokio::test]
async fn a_first_deploy_that_is_killed_after_every_writing_call_gets_there() {
    killed_after_every_write(Path::FirstDeploy).await;
}

#[tokio::test]
async fn an_update_that_is_killed_after_every_writing_call_gets_there() {
    killed_after_every_write(Path::Update).await;
}

#[tokio::test]
async fn a_destroy_that_is_killed_after_every_writing_call_gets_there() {
    killed_after_every_write(Path::Destroy).await;
}
