//! Principals and statements of resource policies. The proxy returns principals in AWS's form.

use aws_sdk_lambda::Client as Lambda;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::proxy::call::names;
use crate::support::proxy::principals::answered_as_aws_does;
use crate::support::user::User;

const TEMPLATE: &str = "\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: principals
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
          - Effect: Allow
            Principal: {AWS: [!Ref AWS::AccountId, !Sub 'arn:aws:iam::${AWS::AccountId}:role/caller']}
            Action: sts:AssumeRole
  F:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: principals, Runtime: python3.12, Handler: answer.handler, Role: !GetAtt Role.Arn, Code: code.zip}
  ById:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: '000000000009'}
  ByRoot:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: 'arn:aws:iam::000000000008:root'}
  Own:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: !Ref AWS::AccountId}
  Everybody:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: '*'}
";

/// The writing calls of a deploy that must succeed.
async fn deployed(user: &User) -> Vec<String> {
    user.proxy.clear();
    user.plain(&["deploy", "--no-smoke", "--yes"]).await.expect_success();
    names(&user.proxy.writes())
}

/// The statements of the function's policy in the emulator.
async fn statements(lambda: &Lambda) -> Vec<Value> {
    let policy = lambda.get_policy().function_name("principals").send().await.expect("its policy");
    let policy: Value = serde_json::from_str(policy.policy().expect("a document")).expect("JSON");
    policy["Statement"].as_array().expect("statements").clone()
}

#[rstest]
#[tokio::test]
async fn a_second_deploy_with_accounts_and_the_public_as_principals_changes_nothing(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(aws.account().await, TEMPLATE);
    assert_eq!(deployed(&user).await.iter().filter(|call| *call == "lambda AddPermission").count(), 4);
    assert_eq!(deployed(&user).await, [""; 0]);
    let plan = user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains("nothing to do"), "{plan:?}");
}

#[rstest]
#[tokio::test]
async fn one_deploy_repairs_a_manually_changed_permission_statement(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = User::of_template(aws.account().await, TEMPLATE);
    deployed(&user).await;
    let lambda = Lambda::new(&user.account.sdk());
    let before = statements(&lambda).await;
    let is_for = |statement: &&Value| statement["Sid"].as_str().is_some_and(|sid| sid.contains("-ById-"));
    let sid = before.iter().find(is_for).expect("the statement")["Sid"].as_str().expect("its id").to_owned();
    let remove = lambda.remove_permission().function_name("principals").statement_id(&sid);
    remove.send().await.expect("removed by hand");
    let add = lambda.add_permission().function_name("principals").statement_id(&sid);
    let add = add.action("lambda:InvokeFunction").principal("000000000007");
    add.send().await.expect("added by hand");

    assert_eq!(deployed(&user).await, ["lambda RemovePermission", "lambda AddPermission"]);
    let in_order = |mut all: Vec<Value>| {
        all.sort_by_key(Value::to_string);
        all
    };
    assert_eq!(in_order(statements(&lambda).await), in_order(before));
    assert_eq!(deployed(&user).await, [""; 0]);
}

#[rstest]
#[tokio::test]
async fn a_deploy_explains_a_deleted_principal_and_writes_the_trust_policy_again(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(aws.account().await, TEMPLATE);
    deployed(&user).await;
    let caller = user.account.role_arn("caller");
    user.proxy.on(answered_as_aws_does(&[(&caller, "AROAEXAMPLEEXAMPLE12")]));
    let plan = user.plain(&["plan"]).await.expect_success();
    for text in [
        "AssumeRolePolicyDocument",
        "- ",
        "AROAEXAMPLEEXAMPLE12",
        "note: Role: the principal `AROAEXAMPLEEXAMPLE12` of AssumeRolePolicyDocument is the unique id of a deleted role",
        "make sure that the role of that name exists",
    ] {
        assert!(plan.stdout.contains(text), "no `{text}` in {plan:?}");
    }
    assert_eq!(deployed(&user).await, ["iam UpdateAssumeRolePolicy"]);
    user.proxy.forget_rules();
    assert_eq!(deployed(&user).await, [""; 0]);
}

/// The rule's ARN is not known until the rule is created, and is then the one in the statement.
#[tokio::test]
async fn a_permission_stays_when_its_source_is_recreated_under_the_same_name() {
    let template = format!(
        "{TEMPLATE}  Nightly:\n    Type: AWS::Events::Rule\n    Properties: {{Name: nightly, ScheduleExpression: rate(1 \
         day)}}\n  ByNightly:\n    Type: AWS::Lambda::Permission\n    Properties: {{FunctionName: !Ref F, Action: \
         lambda:InvokeFunction, Principal: events.amazonaws.com, SourceArn: !Sub 'arn:aws:events:us-east-1:1:rule/\
         ${{Nightly}}'}}\n"
    );
    let user = User::of_template(Account::fresh(), &template);
    deployed(&user).await;
    let lambda = Lambda::new(&user.account.sdk());
    let before = statements(&lambda).await;
    let source = json!("arn:aws:events:us-east-1:1:rule/nightly");
    let is_for_the_rule = |one: &&Value| one["Condition"]["ArnLike"]["AWS:SourceArn"] == source;
    assert_eq!(before.iter().filter(is_for_the_rule).count(), 1, "{before:#?}");
    let cloud_control = aws_sdk_cloudcontrol::Client::new(&user.account.sdk());
    let delete = cloud_control.delete_resource().type_name("AWS::Events::Rule").identifier("nightly");
    delete.send().await.expect("deleted by hand");

    assert_eq!(deployed(&user).await, ["CloudApiService CreateResource", "lambda AddPermission"]);
    assert_eq!(statements(&lambda).await, before);
    assert_eq!(deployed(&user).await, [""; 0]);
}
