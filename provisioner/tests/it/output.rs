//! Which output is on stdout and which on stderr, and how a run ends.

use crate::support::user::User;

#[tokio::test]
async fn stdout_contains_only_the_outputs() {
    let user = User::new();
    let run = user.run(&["deploy"]).await.expect_success();
    let names: Vec<_> =
        run.stdout.lines().filter_map(|line| line.split_once("  ")).map(|(name, _)| name.trim()).collect();
    assert_eq!(names, ["ChatUrl", "ApiId", "FunctionName", "FunctionArn", "RoleArn"], "{run:?}");
    assert_eq!(run.stdout.lines().count(), names.len(), "{run:?}");
    for text in ["to create", "AWS::Lambda::Function", "done"] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    let done: Vec<_> = run.stderr.lines().filter_map(|line| line.strip_prefix("  done    AWS::")).collect();
    assert_eq!(done.len(), 10, "{run:?}");
    let starts = |line: &&str| (line.find("  Chat"), line.rfind(" s"), line.len());
    assert!(done.iter().all(|line| starts(line) == starts(&done[0])), "aligned columns: {run:?}");
    assert!(!run.stderr.contains('\u{1b}'), "no colours without a terminal: {run:?}");
}

#[tokio::test]
async fn json_output_is_one_document_with_plan_outputs_and_smoke_tests() {
    let user = User::new();
    let run = user.run(&["deploy", "--output", "json"]).await.expect_success();
    let report = run.json();
    assert_eq!(report["plan"]["version"], 1, "{run:?}");
    assert_eq!(report["outputs"]["FunctionName"], "cinedb-chat-bedrock");
    assert_eq!(report["done"].as_array().unwrap().len(), report["plan"]["steps"].as_array().unwrap().len());
    assert_eq!((&report["notDone"], &report["failed"]), (&serde_json::json!([]), &serde_json::json!({})));
}

#[tokio::test]
async fn invalid_arguments_exit_with_1_and_help_with_0() {
    let user = User::new();
    for args in [
        &["deploy", "--nonsense"][..],
        &["frobnicate"],
        &["plan", "--parameter", "MemorySize"],
        &["plan", "--output", "xml"],
        &["plan", "--stack", "a b"],
    ] {
        let run = user.run(args).await.expect_code(1);
        assert_eq!(run.stdout, "", "{run:?}");
        assert!(run.stderr.contains("error:"), "{run:?}");
    }
    let help = user.run(&["--help"]).await.expect_success();
    assert!(help.stdout.contains("Usage: provisioner") && help.stderr.is_empty(), "{help:?}");
    assert!(user.proxy.calls().is_empty());
}

#[tokio::test]
async fn an_invalid_parameter_is_an_error_before_the_first_call() {
    let user = User::new();
    let run = user.run(&["deploy", "-P", "MemorySize=64"]).await.expect_code(1);
    assert!(run.stderr.contains("parameter `MemorySize` is `64`: it must be at least 128"), "{run:?}");
    assert!(user.proxy.calls().is_empty(), "{:?}", user.proxy.calls());
}

#[tokio::test]
async fn package_refuses_a_program_that_lambda_cannot_start() {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("function.zip");
    let user = User::new();
    let run = user.run(&["package", "--binary", "Cargo.toml", "--to", zip.to_str().unwrap()]).await.expect_code(1);
    assert!(run.stderr.contains("it is not a Linux binary"), "{run:?}");
    assert!(!zip.exists(), "{run:?}");
}
