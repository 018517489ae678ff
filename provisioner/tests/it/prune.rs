//! Resources that the template no longer contains: `plan` reports them, and they are deleted only on request.

use std::collections::HashMap;

use aws_sdk_apigatewayv2::types::ProtocolType;
use aws_sdk_lambda::types::FunctionUrlAuthType;
use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::chat::assert_is_all_there_is;
use crate::support::proxy::call::names;
use crate::support::proxy::chain::chain;
use crate::support::proxy::rule::{AwsError, call};
use crate::support::seed;
use crate::support::user::{TemplateCopy, User};

#[rstest]
#[tokio::test]
async fn orphans_of_a_rename_are_reported_kept_and_pruned(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&["-P", "FunctionName=old-chat", "-P", "RoleName=old-role"]).await;
    user.deploy(&[]).await;
    let plan = user.run(&["plan"]).await.expect_success();
    for remaining in
        ["AWS::Lambda::Function `old-chat`", "AWS::IAM::Role `old-role`", "AWS::Logs::LogGroup `/aws/lambda/old-chat`"]
    {
        assert!(plan.stdout.contains(remaining), "no {remaining} in {plan:?}");
    }
    assert!(plan.stdout.contains("`provisioner deploy --prune --code ChatFunction="), "{plan:?}");
    assert!(user.world().await.names("functions").contains(&"old-chat"), "nothing is deleted without confirmation");

    let refused = user.run(&["deploy", "--no-smoke", "--prune"]).await.expect_code(1);
    assert!(refused.stderr.contains("there is no terminal to ask for consent"), "{refused:?}");
    let command = "consent with `--yes`: `provisioner deploy --yes --code ChatFunction=";
    assert!(refused.stderr.contains(command) && refused.stderr.contains(" --prune --no-smoke`"), "{refused:?}");
    user.deploy(&["--prune", "--yes"]).await;
    assert_is_all_there_is(&user.world().await, &user.account);
    let (run, writes) = user.writes_of(&["deploy", "--no-smoke", "--prune"]).await;
    run.expect_success();
    assert_eq!(writes, [""; 0]);
}

/// More parts for the resources of the chat's own template: an alias and a stage, and URLs with a permission for one.
const MORE_PARTS: &str = "
  OldAlias:
    Type: AWS::Lambda::Alias
    Properties: {Name: old, FunctionName: !Ref ChatFunction, FunctionVersion: !GetAtt ChatVersion.Version}
  OldStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref ChatApi, StageName: old}
  OldAliasUrl:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref OldAlias, AuthType: AWS_IAM}
  Url:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref ChatFunction, AuthType: NONE}
  UrlPermission:
    Type: AWS::Lambda::Permission
    Properties:
      {FunctionName: !Ref ChatFunction, Action: lambda:InvokeFunctionUrl, Principal: '*', FunctionUrlAuthType: NONE}
";

#[tokio::test]
async fn orphaned_parts_of_kept_resources_are_pruned_and_foreign_ones_are_not() {
    let user = User::new();
    let more =
        TemplateCopy::new().edited("templates/chat.yaml", "\nResources:\n", &format!("\nResources:\n{MORE_PARTS}"));
    let [option, template] = more.arguments();
    user.deploy(&[&option, &template]).await;
    // An alias that another user adds to the function by hand has no ownership tag.
    let lambda = aws_sdk_lambda::Client::new(&user.account.sdk());
    let foreign = lambda.create_alias().function_name(seed::FUNCTION).name("theirs").function_version("1");
    foreign.send().await.expect("an alias of another owner");
    let url = lambda.create_function_url_config().function_name(seed::FUNCTION).qualifier("theirs");
    url.auth_type(FunctionUrlAuthType::AwsIam).send().await.expect("its URL");

    let (reported, parts) = (
        user.run(&["plan"]).await.expect_success(),
        [
            "AWS::Lambda::Alias `cinedb-chat-bedrock:old` is this stack's `OldAlias`",
            "AWS::Lambda::Url `cinedb-chat-bedrock:old` is a URL of this stack's function `cinedb-chat-bedrock`",
            "AWS::Lambda::Url `cinedb-chat-bedrock` is a URL of this stack's function `cinedb-chat-bedrock`",
            "AWS::Lambda::Permission `cinedb-chat-bedrock by *` is this stack's `UrlPermission`",
            "AWS::ApiGatewayV2::Stage `old` is this stack's `OldStage`",
        ],
    );
    for part in parts {
        assert!(reported.stdout.contains(part), "no {part} in {reported:?}");
    }
    assert_eq!(
        reported.stdout.matches("template with these parameters does not contain it").count(),
        parts.len(),
        "{reported:?}"
    );

    user.deploy(&["--prune", "--yes"]).await;
    let kept = &user.world().await["functions"][seed::FUNCTION]["aliases"]["theirs"];
    assert_eq!(kept["url"]["auth"], "AWS_IAM", "{kept:#}");
    lambda.delete_function_url_config().function_name(seed::FUNCTION).qualifier("theirs").send().await.unwrap();
    lambda.delete_alias().function_name(seed::FUNCTION).name("theirs").send().await.unwrap();
    assert_is_all_there_is(&user.world().await, &user.account);
    let urls = lambda.list_function_url_configs().function_name(seed::FUNCTION).send().await.unwrap();
    assert!(urls.function_url_configs().is_empty(), "{urls:?}");
    let plan = user.run(&["plan"]).await.expect_success();
    assert!(!plan.stdout.contains("note:"), "{plan:?}");
}

#[rstest]
#[tokio::test]
async fn a_plan_with_orphaned_parts_is_2_calls_deep_and_a_deploy_reads_no_url(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    let more = aws.template().edited("templates/chat.yaml", "\nResources:\n", &format!("\nResources:\n{MORE_PARTS}"));
    let [option, template] = more.arguments();
    user.deploy(&[&option, &template]).await;
    user.proxy.clear();
    user.deploy(&[]).await;
    let calls = names(&user.proxy.calls());
    assert!(!calls.contains(&"lambda GetFunctionUrlConfig".to_owned()), "{calls:?}");
    user.proxy.clear();
    user.proxy.answer_in_rounds();
    user.run(&["plan"]).await.expect_success();
    let chain = chain(&user.proxy.calls());
    user.proxy.forget_rules();
    assert!(chain.depth() <= 2, "{chain:?}");
}

/// A stack and a second API, which a concurrent first deploy created before AWS refused it all other names. Returns the
/// ids of the serving API and of the other one.
async fn with_two_apis(user: &User) -> (String, String) {
    user.deploy(&[]).await;
    let gateway = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    let first = gateway.get_apis().send().await.expect("the APIs").items.unwrap_or_default().remove(0);
    let second = gateway.create_api().name(seed::FUNCTION).protocol_type(ProtocolType::Http).set_tags(first.tags);
    let second = second.send().await.expect("the second").api_id.expect("its id");
    (first.api_id.expect("its id"), second)
}

async fn api_ids(user: &User) -> Vec<String> {
    let gateway = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    let remaining = gateway.get_apis().send().await.expect("the APIs").items.unwrap_or_default();
    remaining.into_iter().filter_map(|api| api.api_id).collect()
}

#[rstest]
#[tokio::test]
async fn of_two_apis_with_the_ownership_tag_the_serving_one_is_kept_and_the_duplicate_pruned(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    let (serving, second) = with_two_apis(&user).await;
    let status = user.run(&["status"]).await.expect_success();
    assert!(status.stdout.contains(&format!("  {serving}\n")), "{status:?}");
    let plan = user.run(&["plan"]).await.expect_success();
    let reported = format!("AWS::ApiGatewayV2::Api `{} ({second})` is this stack's `ChatApi`", seed::FUNCTION);
    assert!(plan.stdout.contains(&reported) && plan.stdout.contains("nothing to do"), "{plan:?}");
    user.deploy(&["--prune", "--yes"]).await;
    assert_eq!(api_ids(&user).await, [serving]);
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[rstest]
#[tokio::test]
async fn a_destroy_deletes_duplicate_apis_and_names_a_command_for_each_where_none_serves(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    let (serving, second) = with_two_apis(&user).await;
    let gateway = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    let third = gateway.create_api().name("others").protocol_type(ProtocolType::Http).send().await;
    let third = third.expect("an API of others").api_id.expect("its id");
    user.run(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(api_ids(&user).await, [third.as_str()]);

    let tags = [("provisioner:stack", "cinedb-chat"), ("provisioner:resource", "ChatApi")];
    let tags: HashMap<_, _> = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    for id in [&serving, &second] {
        let api = gateway.create_api().name(seed::FUNCTION).protocol_type(ProtocolType::Http);
        api.set_tags(Some(tags.clone())).send().await.unwrap_or_else(|error| panic!("in place of {id}: {error}"));
    }
    let refused = user.run(&["deploy", "--no-smoke"]).await.expect_code(1);
    for id in api_ids(&user).await.iter().filter(|id| **id != third) {
        assert!(refused.stderr.contains(&format!("`aws apigatewayv2 delete-api --api-id {id}")), "{refused:?}");
    }
    assert!(refused.stderr.contains("nothing was changed"), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn the_apis_of_other_stacks_are_never_suggested_for_deletion(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    let gateway = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    for _ in 0..2 {
        gateway
            .create_api()
            .name(seed::FUNCTION)
            .protocol_type(ProtocolType::Http)
            .send()
            .await
            .expect("an API without the ownership tag");
    }
    let refused = user.run(&["deploy", "--no-smoke"]).await.expect_code(1);
    assert!(refused.stderr.contains("none has this stack's ownership tag"), "{refused:?}");
    assert!(
        refused.stderr.contains("attach the routes to one of these APIs") && !refused.stderr.contains("delete-api"),
        "{refused:?}"
    );
}

#[rstest]
#[tokio::test]
async fn a_run_without_the_name_parameters_neither_prunes_nor_destroys_the_serving_resources(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = aws.user().await;
    user.deploy(&["-P", "FunctionName=books", "-P", "RoleName=books-role", "-P", "MemorySize=1024"]).await;
    let before = user.world().await;
    let (refused, writes) = user.writes_of(&["destroy", "--yes", "-P", "RoleName=books-role"]).await;
    let refused = refused.expect_code(1);
    assert_eq!(writes, [""; 0], "{refused:?}");
    for text in [
        "AWS::Lambda::Function `books` is this stack's `ChatFunction`",
        "`provisioner destroy -P FunctionName=books",
        " -P RoleName=books-role",
    ] {
        assert!(refused.stderr.contains(text), "no {text} in {refused:?}");
    }
    assert_eq!(before.changes_to(&user.world().await), [""; 0]);

    user.deploy(&["--prune", "--yes"]).await;
    assert!(user.world().await.names("functions").contains(&"books"), "it is not pruned in the run that replaces it");
    user.deploy(&["--prune", "--yes"]).await;
    assert_is_all_there_is(&user.world().await, &user.account);
}

#[rstest]
#[tokio::test]
async fn an_orphaned_table_is_reported_and_never_pruned(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let table = "  Films:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      \
                 {TableName: films, BillingMode: PAY_PER_REQUEST, \
                 AttributeDefinitions: [{AttributeName: id, AttributeType: S}], \
                 KeySchema: [{AttributeName: id, KeyType: HASH}]}\n";
    let logs = "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties: {LogGroupName: films}\n";
    let user = User::of_template(aws.account().await, &format!("{logs}{table}"));
    user.plain(&["deploy"]).await.expect_success();
    user.write_template(logs);
    for command in [&["plan"][..], &["deploy", "--prune", "--yes"], &["plan"]] {
        let run = user.plain(command).await.expect_success();
        let reported = "AWS::DynamoDB::Table `films` is this stack's `Films`";
        assert!(run.stdout.contains(reported) || run.stderr.contains(reported), "{run:?}");
        assert!(
            run.stdout.contains("if its data is not needed") || run.stderr.contains("if its data is not needed"),
            "{run:?}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn a_denied_search_for_orphans_is_a_note_of_the_plan(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = aws.user().await;
    user.deploy(&[]).await;
    let message = "User: arn:aws:iam::1:user/dev is not authorized to perform: tag:GetResources";
    user.proxy.on(call("GetResources").answer(AwsError::new(400, "AccessDeniedException", message)));
    let plan = user.run(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains("orphaned resources could not be read"), "{plan:?}");
    assert!(plan.stdout.contains("nothing to do"), "{plan:?}");
    // With `--prune`, a run that cannot look for orphans fails.
    let (refused, writes) =
        user.writes_of(&["deploy", "--no-smoke", "--prune", "--yes", "-P", "MemorySize=1024"]).await;
    let refused = refused.expect_code(1);
    assert_eq!(writes, [""; 0], "{refused:?}");
    assert!(refused.stderr.contains("hint:") && refused.stderr.contains("tag:GetResources"), "{refused:?}");
}
