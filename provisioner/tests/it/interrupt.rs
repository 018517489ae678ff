//! Ctrl-C, and SIGTERM.

use std::time::{Duration, Instant};

use rstest::rstest;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::support::aws::Aws;
use crate::support::chat::assert_is_all_there_is;
use crate::support::proxy::Proxy;
use crate::support::proxy::rule::call;

/// Sends the signal of Ctrl-C.
pub(crate) fn ctrl_c(program: &Child) {
    send(program, "-INT");
}

/// Sends the signal of `kill`, CI systems and containers.
pub(crate) fn terminate(program: &Child) {
    send(program, "-TERM");
}

fn send(program: &Child, signal: &str) {
    let pid = program.id().expect("a running program").to_string();
    let sent = std::process::Command::new("kill").args([signal, &pid]).status();
    assert!(sent.is_ok_and(|status| status.success()));
}

pub(crate) async fn until_called(proxy: &Proxy, operation: &str) {
    until_called_times(proxy, operation, 1).await;
}

pub(crate) async fn until_called_times(proxy: &Proxy, operation: &str, times: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while proxy.calls().iter().filter(|call| call.operation == operation).count() < times {
        assert!(Instant::now() < deadline, "no {operation} in {:?}", proxy.calls());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[rstest]
#[tokio::test]
async fn ctrl_c_ends_the_run_after_the_calls_in_progress_and_the_next_deploy_completes(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.proxy.on(call("CreateFunction").delay(Duration::from_millis(800)));
    let program = user.spawn(&["deploy", "--no-smoke"]);
    until_called(&user.proxy, "CreateFunction").await;
    ctrl_c(&program);
    let ended = program.wait_with_output().await.unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(ended.stdout.is_empty(), "no outputs of half a stack");
    for text in ["stopping after the running calls", "stopped on request", "run the same command again"] {
        assert!(stderr.contains(text), "no `{text}` in {stderr}");
    }
    let world = user.world().await;
    assert_eq!(world.names("functions"), ["cinedb-chat-bedrock"], "the call under way was waited for");
    let api = &world["apis"]["cinedb-chat-bedrock"];
    assert_eq!(api["routes"].as_object().map_or(0, serde_json::Map::len), 0, "nothing was begun after it");

    user.proxy.forget_rules();
    let (next, writes) = user.writes_of(&["deploy", "--no-smoke"]).await;
    next.expect_success();
    assert!(!writes.contains(&"lambda CreateFunction".to_owned()), "{writes:?}");
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[rstest]
#[tokio::test]
async fn ctrl_c_ends_an_unanswered_smoke_test_and_callers_keep_their_version(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.proxy.on(call("Invoke").delay(Duration::from_secs(600)));
    let program = user.spawn(&["deploy"]);
    until_called(&user.proxy, "Invoke").await;
    ctrl_c(&program);
    let ended = tokio::time::timeout(Duration::from_secs(20), program.wait_with_output()).await;
    let ended = ended.expect("the program ends on Ctrl-C").unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("stopped on request"), "{stderr}");
    let world = user.world().await;
    assert!(world["functions"]["cinedb-chat-bedrock"]["aliases"].as_object().is_none_or(serde_json::Map::is_empty));
    user.proxy.forget_rules();
    user.deploy(&[]).await;
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[rstest]
#[tokio::test]
async fn sigterm_works_like_ctrl_c_and_a_second_one_ends_the_run_at_once(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.proxy.on(call("CreateFunction").delay(Duration::from_millis(800)));
    let program = user.spawn(&["deploy", "--no-smoke"]);
    until_called(&user.proxy, "CreateFunction").await;
    terminate(&program);
    let ended = program.wait_with_output().await.unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    for text in ["SIGTERM: stopping after the running calls", "stopped on request"] {
        assert!(stderr.contains(text), "no `{text}` in {stderr}");
    }
    assert_eq!(user.world().await.names("functions"), ["cinedb-chat-bedrock"], "the call under way was waited for");
    user.proxy.forget_rules();
    user.deploy(&[]).await;

    user.proxy.clear();
    user.proxy.on(call("UpdateFunctionConfiguration").delay(Duration::from_secs(600)));
    let mut program = user.spawn(&["deploy", "--no-smoke", "-P", "MemorySize=1024"]);
    until_called(&user.proxy, "UpdateFunctionConfiguration").await;
    terminate(&program);
    let mut output = String::new();
    let mut stderr = BufReader::new(program.stderr.take().expect("its stderr"));
    while !output.contains("SIGTERM") {
        assert!(
            stderr.read_line(&mut output).await.expect("a line") > 0,
            "the program ended without a signal: {output}"
        );
    }
    terminate(&program);
    let ended = tokio::time::timeout(Duration::from_secs(20), program.wait()).await.expect("it ends at once");
    assert_eq!(ended.unwrap().code(), Some(143), "{output}");
}
