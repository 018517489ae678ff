//! Values that only AWS knows: an unknown value is never written, and functions of it are evaluated once it is known.

use std::fs;

use rstest::rstest;

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::proxy::call::names;
use crate::support::user::User;

/// A deploy changes something, and the next one has nothing to do and prints the same outputs.
async fn deploys_once(user: &User) -> String {
    let first = user.plain(&["deploy", "--yes", "--no-smoke"]).await.expect_success();
    user.proxy.clear();
    let again = user.plain(&["deploy", "--yes", "--no-smoke"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    assert_eq!(names(&user.proxy.writes()), [""; 0]);
    assert_eq!(again.stdout, first.stdout);
    first.stdout
}

/// The value of an output in the text that `deploy` prints.
fn output<'o>(stdout: &'o str, name: &str) -> &'o str {
    let line = stdout.lines().find(|line| line.split_whitespace().next() == Some(name));
    line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or_else(|| panic!("no `{name}` in {stdout}"))
}

async fn log_groups(user: &User) -> Vec<(String, Option<i32>)> {
    let client = aws_sdk_cloudwatchlogs::Client::new(&user.account.sdk());
    let answer = client.describe_log_groups().send().await.expect("the log groups");
    let of = |one: &aws_sdk_cloudwatchlogs::types::LogGroup| {
        (one.log_group_name().unwrap_or_default().to_owned(), one.retention_in_days())
    };
    answer.log_groups().iter().map(of).collect()
}

const UNKNOWN: &str = "\
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code: code
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          QUEUE: !GetAtt Queue.Aarn
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Function
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Queue.Aarn
";

#[tokio::test]
async fn an_unknown_attribute_is_an_error_of_every_run_before_the_first_write() {
    let user = User::of_template(Account::fresh(), UNKNOWN);
    for _ in 0..2 {
        let run = user.plain(&["deploy", "--yes", "--no-smoke"]).await.expect_code(1);
        let cause = "Environment.Variables.QUEUE: `Queue` (AWS::SQS::Queue) has no attribute `Aarn` (";
        assert!(run.stderr.contains("hint: use the attribute `Arn` of `Queue`, then run"), "{run:?}");
        assert!(run.stderr.contains(cause) && run.stderr.contains("t.yaml:19)"), "{run:?}");
        assert!(!run.stderr.contains("{{") && !run.stderr.contains('\u{fdd0}'), "{run:?}");
        assert_eq!(names(&user.proxy.writes()), [""; 0]);
    }
}

#[tokio::test]
async fn an_unresolved_output_is_an_error_and_the_others_are_printed() {
    let user = User::of_template(
        Account::fresh(),
        "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}}\n\
         Outputs:\n  Name: {Value: !Ref Queue}\n  Third: {Value: !Select [30, !Split ['-', !Ref Queue]]}\n",
    );
    for _ in 0..2 {
        let run = user.plain(&["deploy", "--yes", "--no-smoke"]).await.expect_code(1);
        assert!(!output(&run.stdout, "Name").is_empty() && !run.stdout.contains("Third"), "{run:?}");
        let cause = "`Third` contains `!Select [30, !Split [\"-\", !Ref Queue]]`, which cannot be evaluated: \
                     the index 30 is outside a list of";
        assert!(run.stderr.contains(cause), "{run:?}");
    }
}

#[rstest]
#[tokio::test]
async fn conditions_and_mappings_can_depend_on_the_account(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = User::of_template(
        aws.account().await,
        "Conditions:\n  IsProd: !Equals [!Ref AWS::AccountId, 'ACCOUNT']\n\
         Mappings:\n  Accounts: {'ACCOUNT': {name: orders}}\n\
         Resources:\n  G:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      \
         LogGroupName: !FindInMap [Accounts, !Ref AWS::AccountId, name]\n      RetentionInDays: !If [IsProd, 30, 7]\n",
    );
    deploys_once(&user).await;
    assert_eq!(log_groups(&user).await, [("orders".to_owned(), Some(30))]);
    let plan = user.plain(&["plan", "--output", "json"]).await.expect_success();
    assert_eq!(plan.json()["steps"][0]["name"], "orders");
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(log_groups(&user).await, []);
}

#[rstest]
#[tokio::test]
async fn an_account_missing_in_a_mapping_is_an_error_that_quotes_the_template(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(
        aws.account().await,
        "Mappings:\n  Accounts: {'000000000001': {name: orders}}\nResources:\n  G:\n    Type: AWS::Logs::LogGroup\n    \
         Properties: {LogGroupName: !FindInMap [Accounts, !Ref AWS::AccountId, name]}\n",
    );
    let run = user.plain(&["plan"]).await.expect_code(1);
    let cause = format!("the mapping `Accounts` has no `{}`, `name`", user.account.id());
    assert!(run.stderr.contains(&cause), "{run:?}");
}

const FUNCTION_URL: &str = "\
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  F:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: taken-apart, Runtime: python3.12, Handler: index.handler, Role: !GetAtt R.Arn, Code: code}
  U:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !Ref F, AuthType: AWS_IAM}
  G:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub ['/hosts/${Host}', {Host: !Select [0, !Split [':', !Select [2, !Split ['/', !GetAtt U.FunctionUrl]]]]}]
Outputs:
  Domain: {Value: !Select [2, !Split ['/', !GetAtt U.FunctionUrl]]}
  Dashed: {Value: !Join ['-', !Split ['/', !GetAtt U.FunctionUrl]]}
  Encoded: {Value: !Base64 {'Fn::GetAtt': [U, FunctionUrl]}}
";

#[rstest]
#[tokio::test]
async fn deferred_functions_are_evaluated_when_their_references_are_known(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(aws.account().await, FUNCTION_URL);
    let plan = user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains("/hosts/!Select [0, !Split [\":\", !Select [2, "), "{plan:?}");
    let json = user.plain(&["plan", "--output", "json"]).await.expect_success();
    assert!(!json.stdout.contains('\u{fdd0}') && json.stdout.contains("!GetAtt U.FunctionUrl"), "{json:?}");
    let planned = user.file("planned.json");
    let planned = planned.to_str().expect("a path");
    user.plain(&["plan", "--out", planned]).await.expect_success();
    assert!(!fs::read_to_string(planned).expect("the plan").contains('\u{fdd0}'));

    let stdout = deploys_once(&user).await;
    let lambda = aws_sdk_lambda::Client::new(&user.account.sdk());
    let created = lambda.get_function_url_config().function_name("taken-apart").send().await.expect("the URL");
    let url = created.function_url();
    let domain = url.split('/').nth(2).expect("a host");
    assert_eq!(output(&stdout, "Domain"), domain);
    assert_eq!(output(&stdout, "Dashed"), url.replace('/', "-"));
    let encoded = base64_of(url);
    assert_eq!(output(&stdout, "Encoded"), encoded);
    let host = domain.split(':').next().expect("a host");
    assert_eq!(log_groups(&user).await, [(format!("/hosts/{host}"), None)]);

    // The template for CloudFormation contains the functions.
    let synth = user.plain(&["synth", "--resolved", "--format", "json", "--account", user.account.id()]).await;
    let resolved = synth.expect_success().json();
    let split = serde_json::json!({"Fn::Split": ["/", {"Fn::GetAtt": ["U", "FunctionUrl"]}]});
    assert_eq!(resolved["Outputs"]["Domain"]["Value"], serde_json::json!({"Fn::Select": [2, split]}));
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(text)
}

#[rstest]
#[tokio::test]
async fn the_direct_engine_refuses_a_stack_id_and_the_cloudformation_engine_accepts_it(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(
        aws.account().await,
        "Resources:\n  G:\n    Type: AWS::Logs::LogGroup\n    \
         Properties: {LogGroupName: !Select [2, !Split ['/', !Ref AWS::StackId]]}\n",
    );
    let run = user.plain(&["plan"]).await.expect_code(1);
    for text in ["`AWS::StackId` has a value only in a stack that CloudFormation deploys", "--engine cloudformation"] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    let out = user.file("resolved.json");
    let out = out.to_str().expect("a path");
    user.plain(&["synth", "--resolved", "--format", "json", "--out", out]).await.expect_success();
    assert!(fs::read_to_string(out).expect("the template").contains(r#""Ref": "AWS::StackId""#));
}
