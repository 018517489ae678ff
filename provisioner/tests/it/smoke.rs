//! The smoke test in the chat's template.

use crate::releases::{is_released, releases};
use crate::support::package;
use crate::support::proxy::call::Call;
use crate::support::seed::FUNCTION;
use crate::support::user::{TemplateCopy, User, code};

/// The chats that the run sent, oldest first.
fn chats(user: &User) -> Vec<Call> {
    user.proxy.calls().into_iter().filter(|call| call.name() == "lambda Invoke").collect()
}

/// A copy of the template, for another route.
fn books() -> TemplateCopy {
    TemplateCopy::new()
        .edited("templates/chat.yaml", "RouteKey: POST /chat", "RouteKey: POST /books")
        .edited("templates/chat.yaml", "Path: /chat", "Path: /books")
        .edited("templates/chat.yaml", "${Api}/*/POST/chat'", "${Api}/*/POST/books'")
}

#[tokio::test]
async fn a_deploy_sends_one_smoke_test_and_none_with_no_smoke() {
    for (args, sent) in [(&["deploy"][..], 1), (&["deploy", "--no-smoke"], 0)] {
        let user = User::new();
        let run = user.run(args).await.expect_success();
        assert_eq!(chats(&user).len(), sent, "{run:?}");
        assert!(!run.stderr.contains("no smoke test is declared"), "{run:?}");
    }
}

#[tokio::test]
async fn a_crashing_package_gets_no_callers_on_any_route() {
    let user = User::new();
    let good = books().kept();
    user.run(&["deploy", &good[0], &good[1]]).await.expect_success();
    let bad = books().edited("templates/chat.yaml", "MOVIE_LIMIT: !Ref MovieLimit", "MOVIE_LIMIT: plenty").kept();
    let run = user.run(&["deploy", &bad[0], &bad[1]]).await.expect_code(1);
    for text in [
        "version 2 of function cinedb-chat-bedrock failed its smoke test",
        "plenty",
        "; or skip the smoke tests: `provisioner deploy --no-smoke --template ",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert!(is_released(&user.world().await, "1", &["1", "2"]));
    user.run(&["deploy", "--no-smoke", &bad[0], &bad[1]]).await.expect_success();
    user.run(&["deploy", "-P", "MemorySize=1024", &good[0], &good[1]]).await.expect_success();
    let back = user.run(&["rollback", &good[0], &good[1]]).await.expect_code(1);
    assert!(back.stderr.contains("version 2 of function cinedb-chat-bedrock failed its smoke test"), "{back:?}");
    assert_eq!(releases(&user.world().await).0, "3");
}

/// A queue worker in addition to the chat, with an alias that no route points at.
const WORKER: &str = "Resources:
  WorkerFunction:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub '${FunctionName}-worker'
      Runtime: provided.al2023
      Handler: bootstrap
      Code: ../target/package/function.zip
      Role: !GetAtt ChatRole.Arn
      MemorySize: !Ref MemorySize
      Environment: {Variables: {MOVIE_LIMIT: plenty}} # it answers no chat
  WorkerVersion:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref WorkerFunction}
  WorkerAlias:
    Type: AWS::Lambda::Alias
    Properties: {Name: live, FunctionName: !Ref WorkerFunction, FunctionVersion: !GetAtt WorkerVersion.Version}
";

#[tokio::test]
async fn a_worker_without_a_declared_smoke_test_gets_no_event_and_the_plan_notes_it() {
    let template = TemplateCopy::new().edited("templates/chat.yaml", "Resources:\n", WORKER).kept();
    let zip = package::function_zip_file();
    let worker = format!("WorkerFunction={}", zip.display());
    let chat = code(zip).into_string().expect("a path in UTF-8");
    let user = User::new().always(["--code", &chat, "--code", &worker]).always(template);
    let run = user.run(&["deploy"]).await.expect_success();
    let note = "WorkerAlias: no smoke test is declared for cinedb-chat-bedrock-worker:live";
    assert!(run.stderr.contains(note), "no `{note}` in {run:?}");
    assert!(!run.stderr.contains("ChatAlias: no smoke test"), "{run:?}");
    let targets: Vec<_> = chats(&user).into_iter().map(|call| call.target).collect();
    assert!(targets.len() == 1 && targets[0].contains(&format!("/functions/{FUNCTION}/")), "{targets:?}");
    assert_eq!(user.world().await["functions"]["cinedb-chat-bedrock-worker"]["aliases"]["live"]["version"], "1");
}
