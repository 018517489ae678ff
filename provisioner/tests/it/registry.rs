//! Kinds whose `Ref` is not their identifier in Cloud Control, with a registry and a Cloud Control that answer as AWS's
//! do: MiniStack has no registry, and its identifiers have one part.

use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::control::Control;
use crate::support::user::User;

/// A user of a template, with that Cloud Control.
fn user_of(template: &str) -> (User, Control) {
    let user = User::of_template(Account::fresh(), template);
    let control = Control::before(&user.proxy);
    (user, control)
}

const GUARDED: &str = "\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
  Function:
    Type: AWS::Lambda::Function
    Properties: {Code: code, Runtime: python3.12, Handler: index.handler, Role: !GetAtt Role.Arn}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: guarded, ProtocolType: HTTP}
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: jwt
      AuthorizerType: JWT
      IdentitySource: [$request.header.Authorization]
      JwtConfiguration: {Audience: [films], Issuer: https://issuer.example}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Function.Arn, PayloadFormatVersion: \"2.0\"}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: GET /x
      Target: !Sub integrations/${Integration}
      AuthorizationType: JWT
      AuthorizerId: !Ref Authorizer
Outputs:
  Authorizer: {Value: !Ref Authorizer}
";

#[tokio::test]
async fn a_route_gets_the_id_of_its_authorizer_and_a_second_deploy_changes_nothing() {
    let (user, control) = user_of(GUARDED);
    let run = user.plain(&["deploy", "--no-smoke", "--output", "json"]).await.expect_success();
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let [authorizer] = control.all("AWS::ApiGatewayV2::Authorizer").try_into().expect("one authorizer");
    let id = authorizer["AuthorizerId"].as_str().expect("its id");
    assert_eq!(report["outputs"]["Authorizer"], id);

    let gateway = aws_sdk_apigatewayv2::Client::new(&user.account.sdk());
    let apis = gateway.get_apis().send().await.expect("the APIs");
    let api = apis.items()[0].api_id().expect("its id").to_owned();
    let routes = gateway.get_routes().api_id(&api).send().await.expect("the routes");
    assert_eq!(routes.items()[0].authorizer_id(), Some(id));

    let again = user.plain(&["deploy", "--no-smoke"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    let import = user.plain(&["synth", "--terraform-import"]).await.expect_success();
    assert!(import.stdout.contains(&format!("id = \"{id}|{api}\"")), "Terraform takes the identifier: {import:?}");

    // Updated and deleted by its identifier.
    user.write_template(&GUARDED.replace("Audience: [films]", "Audience: [books]"));
    user.plain(&["deploy", "--no-smoke"]).await.expect_success();
    let [authorizer] = control.all("AWS::ApiGatewayV2::Authorizer").try_into().expect("one authorizer still");
    assert_eq!(authorizer["JwtConfiguration"]["Audience"], json!(["books"]));
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(control.all("AWS::ApiGatewayV2::Authorizer"), Vec::<Value>::new());
}

#[tokio::test]
async fn ref_of_a_rule_returns_its_name_and_destroy_finds_it_by_its_arn() {
    let (user, control) = user_of(
        "\
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(5 minutes)}
Outputs:
  Name: {Value: !Ref Rule}
  Arn: {Value: !GetAtt Rule.Arn}
",
    );
    let run = user.plain(&["deploy", "--output", "json"]).await.expect_success();
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let [rule] = control.all("AWS::Events::Rule").try_into().expect("one rule");
    assert_eq!(report["outputs"], json!({"Name": rule["RuleName"], "Arn": rule["Arn"]}));
    let again = user.plain(&["deploy"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(control.all("AWS::Events::Rule"), Vec::<Value>::new());
}

#[tokio::test]
async fn an_untaggable_resource_gets_a_name_is_created_once_and_destroyed() {
    let (user, control) = user_of(
        "\
Resources:
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties: {ScheduleExpression: rate(1 day)}
",
    );
    user.plain(&["deploy"]).await.expect_success();
    let [schedule] = control.all("AWS::Scheduler::Schedule").try_into().expect("one schedule");
    assert_eq!(schedule["Name"], "cinedb-chat-Nightly");
    let again = user.plain(&["deploy"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert_eq!(control.all("AWS::Scheduler::Schedule"), Vec::<Value>::new());
}

#[tokio::test]
async fn a_stack_in_two_regions_has_one_managed_policy_for_each() {
    let (user, control) = user_of(
        "\
Resources:
  Reads:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: s3:Get*, Resource: '*'}]}}
",
    );
    let there = ["--region", "eu-west-1"];
    user.plain(&["deploy"]).await.expect_success();
    user.plain(&[&["deploy"][..], &there].concat()).await.expect_success();
    let names = || -> Vec<Value> {
        control.all("AWS::IAM::ManagedPolicy").iter().map(|policy| policy["ManagedPolicyName"].clone()).collect()
    };
    assert_eq!(names(), ["cinedb-chat-Reads-us-east-1", "cinedb-chat-Reads-eu-west-1"]);
    user.plain(&[&["destroy", "--yes"][..], &there].concat()).await.expect_success();
    assert_eq!(names(), ["cinedb-chat-Reads-us-east-1"]);
    let again = user.plain(&["deploy"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
}

#[tokio::test]
async fn an_untaggable_resource_with_a_flag_as_text_is_created_once() {
    let (user, control) = user_of(
        "\
Resources:
  Out:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      {NetworkAclId: acl-1, Egress: \"True\", RuleNumber: \"100\", Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0}
",
    );
    user.plain(&["deploy"]).await.expect_success();
    let again = user.plain(&["deploy"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    let [entry] = control.all("AWS::EC2::NetworkAclEntry").try_into().expect("one entry");
    assert_eq!((&entry["Egress"], &entry["RuleNumber"]), (&json!(true), &json!(100)));
}

#[tokio::test]
async fn a_resource_that_a_later_run_could_not_find_is_refused_before_the_first_write() {
    let (user, _control) = user_of("Resources:\n  One:\n    Type: AWS::Test::Listed\n    Properties: {Text: x}\n");
    let run = user.plain(&["deploy"]).await.expect_code(1);
    let cause = "One: the next run could not find it: AWS lists AWS::Test::Listed by `Namespace`, \
                 which the template does not give";
    assert!(run.stderr.contains(cause) && run.stderr.contains("hint: give it the property `Namespace`"), "{run:?}");
    assert!(user.proxy.writes().is_empty());
}

#[tokio::test]
async fn an_attribute_missing_in_the_registry_is_refused_before_the_first_write() {
    let (user, _control) = user_of(
        "\
Resources:
  Films:
    Type: AWS::Test::Film
    Properties: {Title: Alien}
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !GetAtt Films.Titel
Outputs:
  Where: {Value: !GetAtt Films.Titel}
",
    );
    let run = user.plain(&["deploy"]).await.expect_code(1);
    for text in [
        "QueueName: `Films` (AWS::Test::Film) has no attribute `Titel`",
        "t.yaml:8)",
        "Where: the output's value: `Films` (AWS::Test::Film) has no attribute `Titel`",
        "t.yaml:10)",
        "hint: use the attribute `Title` of `Films`, then run `provisioner plan --template ",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert!(user.proxy.writes().is_empty());
}

#[tokio::test]
async fn an_invalid_property_value_is_an_error_with_its_line_before_the_first_write() {
    let (user, _control) = user_of(
        "\
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      Code: code
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::000000000001:role/x
      Timeout: 901
      MemorySize: 100
      Environment:
        Variables: {AWS_REGION: eu-west-1, my-key: a}
  G:
    Type: AWS::Logs::LogGroup
    Properties:
      Tags: [{Key: owner, Value: \"R&D\"}]
  U:
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: !Ref F
      AuthType: NONE
      Cors:
        AllowMethods: [POST, OPTIONS]
        MaxAge: 86401
",
    );
    let run = user.plain(&["deploy", "--no-smoke"]).await.expect_code(1);
    for (cause, line) in [
        ("F: Timeout is 901; AWS allows 1 to 900", 9),
        ("F: MemorySize is 100; AWS allows 128 to 10240", 10),
        ("F: the key Environment.Variables.AWS_REGION is reserved", 12),
        ("F: the key Environment.Variables.my-key does not match", 12),
        ("G: Tags.owner contains `&`; AWS allows", 16),
        ("U: Cors.AllowMethods is `OPTIONS`; AWS allows GET, PUT, HEAD, POST, PATCH, DELETE, *", 23),
        ("U: Cors.MaxAge is 86401; AWS allows 0 to 86400", 24),
    ] {
        let expected =
            run.stderr.lines().find(|one| one.contains(cause)).unwrap_or_else(|| panic!("no `{cause}` in {run:?}"));
        assert!(expected.ends_with(&format!("t.yaml:{line})")), "{expected}");
    }
    assert!(run.stderr.contains("hint: write a value in this range"), "{run:?}");
    assert!(user.proxy.writes().is_empty());
}
