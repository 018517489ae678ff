//! The whole chat on this machine.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::interrupt::ctrl_c;
use crate::support::account::Account;
use crate::support::cli::Cli;
use crate::support::emulator::free_port;
use crate::support::http::post_chat;
use crate::support::ministack::venv;
use crate::support::package;
use crate::support::world::World;

fn arguments(port: u16) -> Vec<String> {
    let (zip, venv) = (package::function_zip_file().display().to_string(), venv().display().to_string());
    ["local", "--port", &port.to_string(), "--code", &zip, "--venv", &venv].map(str::to_owned).to_vec()
}

#[tokio::test]
async fn local_prints_the_urls_of_chat_and_stream_serves_them_and_ends_on_ctrl_c() {
    let port = free_port();
    let other_account = Account::fresh();
    let cli = Cli::new(&other_account);
    let streaming = ["-P", "Streaming=true"].map(str::to_owned);
    let mut program = cli.spawn(arguments(port).into_iter().chain(streaming));
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.expect("ready in time").unwrap();
    let Some(first) = first else { panic!("it ended: {:?}", program.wait_with_output().await) };
    let url = first.strip_prefix("chat: ").unwrap_or_else(|| panic!("{first}"));
    assert!(url.starts_with(&format!("http://127.0.0.1:{port}/")), "{url}");

    let second = lines.next_line().await.unwrap().expect("a second line");
    let stream = second.strip_prefix("stream: ").unwrap_or_else(|| panic!("{second}"));
    assert!(stream.starts_with(&format!("http://127.0.0.1:{port}/")), "{stream}");

    let question = json!({"message": "Recommend me a sci-fi movie", "history": []});
    let answer = post_chat(&Account::without_account(), url, &question).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body["message"].is_string() && answer.body["usage"]["outputTokens"].is_u64(), "{answer:?}");

    let streamed = post_chat(&Account::without_account(), stream, &question).await;
    let events = streamed.body.as_str().unwrap_or_default();
    assert_eq!(streamed.status, 200, "{streamed:?}");
    assert!(events.starts_with("event: token") && events.contains("event: done"), "{streamed:?}");

    let world = World::read(&other_account).await;
    assert!(world.is_empty(), "settings for another endpoint must not be used: {world:?}");

    ctrl_c(&program);
    let ended = tokio::time::timeout(Duration::from_secs(30), program.wait_with_output()).await;
    let ended = ended.expect("it ends on Ctrl-C").unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("canned text"), "whose words these are: {stderr}");
    assert_eq!(lines.next_line().await.unwrap(), None, "two lines are the whole result");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "MiniStack ended too");
}

#[tokio::test]
async fn local_reports_a_port_in_use_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let run = Cli::new(&Account::fresh()).run(arguments(port)).await.expect_code(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains(&format!("taking port {port} on 127.0.0.1")), "{run:?}");
    assert!(run.stderr.contains("hint: ") && run.stderr.contains("PORT="), "{run:?}");
}

/// Neither a server nor its environment exists here, and the command does not look for them.
#[tokio::test]
async fn local_refuses_a_missing_or_invalid_package_before_a_server_starts() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("function.zip");
    std::fs::write(&text, "hello").unwrap();
    for (code, cause) in [(folder.path().join("gone.zip"), "No such file"), (text, "it is not a zip file")] {
        let code = code.display().to_string();
        let local =
            ["local", "--port", &free_port().to_string(), "--code", &code, "--venv", "/nowhere"].map(str::to_owned);
        let run = Cli::new(&Account::fresh()).run(local).await.expect_code(1);
        let expected = format!("error: reading the package {code}: {cause}");
        assert!(run.stderr.starts_with(&expected), "{run:?}");
        assert!(
            run.stderr.contains("hint: build it with `make local`, which writes target/local/function.zip"),
            "{run:?}"
        );
    }
}
