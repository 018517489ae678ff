//! Functions of values that only AWS knows, where they refer to a resource of the template.

use serde_json::{Value, json};

use super::{Result, build};
use crate::desired::{Desired, PackageCheck, Packages, Template};
use crate::place::Place;
use crate::resources::Resource;
use crate::template::{Known, Source};

const FUNCTION: &str = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {RoleName: r, Path: /app/, AssumeRolePolicyDocument: {Statement: []}}
  Q: {Type: AWS::SQS::Queue}
  F:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: chat, Code: f.zip, Runtime: python3.12, Handler: index.handler, Role: !GetAtt Role.Arn}
";

/// A property of a resource, with the account filled in.
fn property(desired: &Desired, logical_id: &str, name: &str) -> Value {
    let resource = desired.get(logical_id).unwrap().resource.fill(&Known::of_account("123456789012"));
    serde_json::to_value(resource).unwrap()[name].clone()
}

#[test]
fn a_changed_reference_of_an_unnamed_function_changes_its_release() {
    let with_table = |table: &str| {
        let desired = build(&format!(
            "
Resources:
  Role: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {{Statement: []}}}}}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {{TableName: {table}, AttributeDefinitions: [], KeySchema: [], BillingMode: PAY_PER_REQUEST}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      Code: f.zip
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Environment: {{Variables: {{T: !Ref Table}}}}
  V: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref F}}}}
"
        ))
        .unwrap();
        // The value from the build, without a second fill.
        let built = |id: &str| serde_json::to_value(&desired.get(id).unwrap().resource).unwrap();
        let account = crate::template::Reference::account();
        assert_eq!(built("F")["Role"], format!("arn:aws:iam::{account}:role/chat-Role"));
        assert_eq!(built("F")["Environment"]["Variables"]["T"], table);
        assert_eq!(built("V")["FunctionName"], "chat-F");
        let Resource::Version(version) = &desired.get("V").unwrap().resource else { panic!("a version") };
        version.release_name()
    };
    assert_eq!(with_table("films"), with_table("films"));
    assert_ne!(with_table("films"), with_table("books"), "another table is another release");
}

#[test]
fn a_part_of_an_arn_that_the_template_determines_is_known_at_once() {
    let desired = build(&format!(
        "{FUNCTION}
  V: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Select [6, !Split [':', !GetAtt F.Arn]]}}}}
  A: {{Type: AWS::Lambda::Alias, Properties: {{Name: live, FunctionName: !Select [6, !Split [':', !GetAtt F.Arn]], FunctionVersion: !GetAtt V.Version}}}}
  U: {{Type: AWS::Lambda::Url, Properties: {{TargetFunctionArn: !Select [6, !Split [':', !Ref A]], Qualifier: !Select [7, !Split [':', !Ref A]], AuthType: NONE}}}}
  P: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: !Join [':', !Split [':', !GetAtt F.Arn]], Action: a, Principal: p}}}}
  I: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, PolicyDocument: {{Statement: []}}, Roles: [!Select [2, !Split [/, !GetAtt Role.Arn]]]}}}}
  Api: {{Type: AWS::ApiGatewayV2::Api, Properties: {{Name: a, ProtocolType: HTTP}}}}
  To: {{Type: AWS::ApiGatewayV2::Integration, Properties: {{ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !Select [0, !Split ['|', !Sub '${{A}}|x']]}}}}
  R: {{Type: AWS::ApiGatewayV2::Route, Properties: {{ApiId: !Ref Api, RouteKey: GET /, Target: !Sub ['integrations/${{X}}', {{X: !Select [0, !Split [/, !Ref To]]}}]}}}}
"
    ))
    .unwrap();
    for (logical_id, name, expected) in [
        ("V", "FunctionName", json!("chat")),
        ("A", "FunctionName", json!("chat")),
        ("U", "TargetFunctionArn", json!("chat")),
        ("U", "Qualifier", json!("live")),
        ("P", "FunctionName", json!("chat")),
        ("I", "Roles", json!(["r"])),
        ("To", "IntegrationUri", json!("arn:aws:lambda:eu-west-1:123456789012:function:chat:live")),
        ("To", "Routes", json!(["GET /"])),
        ("R", "Calls", json!("arn:aws:lambda:eu-west-1:123456789012:function:chat:live")),
    ] {
        assert_eq!(property(&desired, logical_id, name), expected, "{logical_id}.{name}");
    }
}

#[test]
fn an_index_outside_a_list_of_known_length_is_refused() {
    let fault = |value: &str| {
        let more = format!("  G: {{Type: AWS::SQS::Queue, Properties: {{QueueName: {value}}}}}\n");
        build(&format!("{FUNCTION}{more}")).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let arn = "!Split [':', !GetAtt F.Arn]";
    for value in [format!("!Select [99, {arn}]"), format!("!Sub ['q-${{X}}', {{X: !Select [7, {arn}]}}]")] {
        let error = fault(&value);
        assert!(error.contains("G.QueueName: the index") && error.contains("is outside a list of 7"), "{error}");
    }
    assert_eq!(fault(&format!("!Select [6, {arn}]")), "");
    assert_eq!(fault("!Select [99, !Split [':', !GetAtt Q.Arn]]"), "", "AWS knows the length");
    let output = format!("{FUNCTION}Outputs:\n  O: {{Value: !Select [7, {arn}]}}\n");
    let error = build(&output).unwrap_err().to_string();
    assert!(error.contains("Outputs.O.Value: the index 7 is outside a list of 7"), "{error}");
}

#[test]
fn a_function_name_that_only_aws_knows_is_refused_with_place_and_hint() {
    for (kind, property, more) in [
        ("Permission", "FunctionName", "Action: a, Principal: p"),
        ("Alias", "FunctionName", "Name: live, FunctionVersion: '1'"),
        ("Version", "FunctionName", "Description: d"),
        ("Url", "TargetFunctionArn", "AuthType: NONE"),
    ] {
        let name = "!Select [5, !Split [':', !GetAtt Q.Arn]]";
        let error = build(&format!(
            "{FUNCTION}  X: {{Type: AWS::Lambda::{kind}, Properties: {{{property}: {name}, {more}}}}}\n"
        ))
        .unwrap_err()
        .to_string();
        let start = format!(
            "resolving t.yaml:10: X.{property}: `!Select [5, !Split [\":\", !GetAtt Q.Arn]]` is not known before AWS assigns it"
        );
        assert!(error.starts_with(&start) && error.contains("hint: write `!Ref FUNCTION`"), "{error}");
    }
}

#[test]
fn versions_and_permissions_use_the_unresolved_name_of_their_function() {
    let text = FUNCTION.replace("FunctionName: chat", "FunctionName: !Select [5, !Split [':', !GetAtt Q.Arn]]");
    let desired = build(&format!(
        "{text}
  V: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref F}}}}
  P: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: !GetAtt F.Arn, Action: a, Principal: p}}}}
"
    ))
    .unwrap();
    let name = property(&desired, "F", "FunctionName");
    assert_eq!(property(&desired, "V", "FunctionName"), name);
    assert_eq!(property(&desired, "P", "FunctionName"), name);
}

const TESTED: &str = "
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: a, ProtocolType: HTTP}}
  To: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: !GetAtt F.Arn}}
  R:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: 'POST /a/{id}', Target: !Sub 'integrations/${To}'}
    Metadata: {Provisioner: {SmokeTest: DECLARED}}
";

fn tested(declared: &str, account: Option<&str>) -> Result<Value> {
    let text = format!("{FUNCTION}{}", TESTED.replace("DECLARED", declared));
    let template = Template::from_source(Source::in_memory(std::path::Path::new("t.yaml"), &text))?;
    let packages = Packages { check: PackageCheck::Unread, ..Packages::default() };
    let place = Place::new("eu-west-1");
    let desired = Desired::build(&template, &[].into(), &packages, &"chat".parse()?, &place, account)?;
    Ok(desired.smoke_tests[0].event())
}

#[test]
fn a_smoke_test_that_depends_on_the_account_needs_the_account() {
    let account = Some("123456789012");
    for declared in [
        "{Request: {Method: POST, Path: !Sub '/a/${AWS::AccountId}'}}",
        "{Request: {Method: POST, Path: /a/1, Body: {parts: !Split ['6', !Ref AWS::AccountId]}}}",
        "{Request: {Method: POST, Path: /a/1, Headers: {content-type: application/x-www-form-urlencoded}, Body: !Sub 'a=${AWS::AccountId}'}}",
        "{Event: {first: !Select [0, !Split ['5', !Ref AWS::AccountId]]}}",
    ] {
        let error = tested(declared, None).unwrap_err();
        assert!(error.needs_account(), "{declared}: {error}");
        assert!(tested(declared, account).is_ok(), "{declared}: {:?}", tested(declared, account));
    }
    let path =
        tested("{Request: {Method: POST, Path: !Sub '/a/${AWS::AccountId}?b=${AWS::AccountId}'}}", account).unwrap();
    assert_eq!(path["pathParameters"], json!({"id": "123456789012"}));
    assert_eq!(path["rawQueryString"], "b=123456789012");
    let body =
        tested("{Request: {Method: POST, Path: /a/1, Body: {parts: !Split ['6', !Ref AWS::AccountId]}}}", account);
    assert_eq!(body.unwrap()["body"], r#"{"parts":["12345","789012"]}"#);
}

#[test]
fn an_account_in_a_json_body_is_inserted_when_the_test_is_sent() {
    let event = tested("{Request: {Method: POST, Path: /a/1, Body: {account: !Ref AWS::AccountId}}}", None).unwrap();
    let sent = Known::of_account("123456789012").fill(&event);
    assert_eq!(sent["body"], r#"{"account":"123456789012"}"#);
    assert_eq!(sent["headers"]["content-length"], "26");
}

#[test]
fn a_function_that_fails_with_the_account_is_refused_with_its_place() {
    let declared = "{Event: {none: !Select [9, !Split ['x', !Ref AWS::AccountId]]}}";
    let error = tested(declared, Some("123456789012")).unwrap_err().to_string();
    assert!(error.contains("R.Metadata.Provisioner.SmokeTest"), "{error}");
    assert!(error.contains("cannot be evaluated: the index 9 is outside a list of 1"), "{error}");
}

#[test]
fn an_unknown_attribute_is_refused_in_every_place() {
    let with = |environment: &str, policy: &str, source: &str, output: &str| {
        let text = FUNCTION.replace(
            "Role: !GetAtt Role.Arn}",
            &format!("Role: !GetAtt Role.Arn, Environment: {{Variables: {{QUEUE: {environment}}}}}}}"),
        );
        build(&format!(
            "{text}  I:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: send
      Roles: [!Ref Role]
      PolicyDocument: {{Statement: [{{Effect: Allow, Action: sqs:SendMessage, Resource: {policy}}}]}}
  P:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref F
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: {source}
Outputs:
  Queue: {{Value: {output}}}
"
        ))
    };
    let arn = "!GetAtt Role.Arn";
    with(arn, arn, arn, arn).unwrap();
    for (built, place, lacking) in [
        (
            with("!GetAtt Role.RoleIdd", arn, arn, arn),
            "F.Environment.Variables.QUEUE",
            ["`RoleIdd`", "the attribute `RoleId` of `Role`"],
        ),
        (
            with(arn, "!GetAtt Role.Aarn", arn, arn),
            "I.PolicyDocument.Statement.0.Resource",
            ["`Aarn`", "the attribute `Arn` of `Role`"],
        ),
        (
            with(arn, "!Sub 'a/${Role.Aarn}'", arn, arn),
            "I.PolicyDocument.Statement.0.Resource",
            ["`Aarn`", "the attribute `Arn` of `Role`"],
        ),
        (with(arn, arn, "!GetAtt Role.Aarn", arn), "P.SourceArn", ["`Aarn`", "the attribute `Arn` of `Role`"]),
        (with(arn, arn, arn, "!GetAtt Role.Aarn"), "Outputs.Queue", ["`Aarn`", "the attribute `Arn` of `Role`"]),
    ] {
        let error = built.unwrap_err().to_string();
        assert!(error.contains(place) && error.contains("t.yaml:"), "{place}: {error}");
        assert!(error.contains("`Role` (AWS::IAM::Role) has no attribute"), "{place}: {error}");
        assert!(lacking.iter().all(|part| error.contains(part)), "{place}: {error}");
    }
}
