//! Terraform's import blocks for the deployed resources.

use rstest::rstest;

use crate::support::aws::Aws;

#[rstest]
#[tokio::test]
async fn terraform_imports_contain_the_physical_ids_and_write_nothing(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let (run, writes) = user.writes_of(&["synth", "--terraform-import"]).await;
    let run = run.expect_success();
    assert_eq!(writes, [""; 0]);
    let world = user.world().await;
    let api = &world["apis"]["cinedb-chat-bedrock"];
    let api_id = api["id"].as_str().unwrap();
    let integration = api["integrations"].as_object().unwrap().keys().next().unwrap();
    let policy = world["functions"]["cinedb-chat-bedrock"]["aliases"]["live"]["policy"].as_object().unwrap();
    let statement = policy.keys().next().unwrap();
    for (to, id) in [
        ("aws_iam_role.chat_role", "cinedb-chat-bedrock-role".to_owned()),
        ("aws_lambda_function.chat_function", "cinedb-chat-bedrock".to_owned()),
        ("aws_lambda_alias.chat_alias", "cinedb-chat-bedrock/live".to_owned()),
        ("aws_lambda_permission.chat_permission", format!("cinedb-chat-bedrock:live/{statement}")),
        ("aws_apigatewayv2_api.chat_api", api_id.to_owned()),
        ("aws_apigatewayv2_stage.chat_stage", format!("{api_id}/$default")),
        ("aws_apigatewayv2_integration.chat_integration", format!("{api_id}/{integration}")),
    ] {
        let block = format!("import {{\n  to = {to}\n  id = {id:?}\n}}\n");
        assert!(run.stdout.contains(&block), "no {block} in {run:?}");
    }
    assert!(!run.stdout.contains("is not deployed"), "{run:?}");
    assert!(run.stdout.contains("# chat_version: Terraform has no resource for a version"), "{run:?}");
    let mut once: Vec<_> = run.stdout.lines().filter(|line| line.starts_with("  to = ")).collect();
    once.sort_unstable();
    let all = once.len();
    once.dedup();
    assert_eq!(once.len(), all, "each address once");
}
