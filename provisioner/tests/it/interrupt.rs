//! Ctrl-C, and SIGTERM.

use std::time::{Duration, Instant};

use rstest::rstest;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr};

use crate::support::aws::Aws;
use crate::support::chat::assert_is_all_there_is;
use crate::support::proxy::Proxy;
use crate::support::proxy::rule::{Fault, call};
use crate::support::proxy::trap::Trap;

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

/// The program's stderr, to be read while it runs.
fn lines_of(program: &mut Child) -> BufReader<ChildStderr> {
    BufReader::new(program.stderr.take().expect("its stderr"))
}

/// Reads until the program has printed this text, and returns what it has printed.
async fn printed(stderr: &mut BufReader<ChildStderr>, text: &str) -> String {
    let mut output = String::new();
    while !output.contains(text) {
        let read = stderr.read_line(&mut output).await.expect("a line");
        assert!(read > 0, "the program ended without `{text}`: {output}");
    }
    output
}

#[rstest]
#[tokio::test]
async fn ctrl_c_ends_the_run_after_the_calls_in_progress_and_the_next_deploy_completes(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    let held = Trap::new();
    user.proxy.on(call("CreateFunction").suffer(Fault::Hold(held.clone())));
    let mut program = user.spawn(&["deploy", "--no-smoke"]);
    let mut stderr = lines_of(&mut program);
    held.sprung().await;
    ctrl_c(&program);
    let mut output = printed(&mut stderr, "stopping after the running calls").await;
    held.open();
    stderr.read_to_string(&mut output).await.unwrap();
    let ended = program.wait_with_output().await.unwrap();
    assert_eq!(ended.status.code(), Some(1), "{output}");
    assert!(ended.stdout.is_empty(), "no outputs of half a stack");
    for text in ["stopped on request", "run the same command again"] {
        assert!(output.contains(text), "no `{text}` in {output}");
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
    let held = Trap::new();
    user.proxy.on(call("CreateFunction").suffer(Fault::Hold(held.clone())));
    let mut program = user.spawn(&["deploy", "--no-smoke"]);
    let mut stderr = lines_of(&mut program);
    held.sprung().await;
    terminate(&program);
    let mut output = printed(&mut stderr, "SIGTERM: stopping after the running calls").await;
    held.open();
    stderr.read_to_string(&mut output).await.unwrap();
    assert_eq!(program.wait().await.unwrap().code(), Some(1), "{output}");
    assert!(output.contains("stopped on request"), "{output}");
    assert_eq!(user.world().await.names("functions"), ["cinedb-chat-bedrock"], "the call under way was waited for");
    user.proxy.forget_rules();
    user.deploy(&[]).await;

    user.proxy.clear();
    user.proxy.on(call("UpdateFunctionConfiguration").delay(Duration::from_secs(600)));
    let mut program = user.spawn(&["deploy", "--no-smoke", "-P", "MemorySize=1024"]);
    until_called(&user.proxy, "UpdateFunctionConfiguration").await;
    terminate(&program);
    let output = printed(&mut lines_of(&mut program), "SIGTERM").await;
    terminate(&program);
    let ended = tokio::time::timeout(Duration::from_secs(20), program.wait()).await.expect("it ends at once");
    assert_eq!(ended.unwrap().code(), Some(143), "{output}");
}
