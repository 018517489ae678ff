//! Mistakes in kinds and properties.

use serde_json::json;

use super::messages;
use crate::resources::{Resource, typed_kinds};

#[test]
fn an_empty_text_for_a_refused_property_counts_as_absent() {
    for (kind, own) in [
        ("AWS::Lambda::Alias", json!({"FunctionName": "chat", "FunctionVersion": "1", "Name": "live"})),
        ("AWS::ApiGatewayV2::Integration", json!({"ApiId": "a", "IntegrationType": "AWS_PROXY"})),
    ] {
        let parse = |description: &str| {
            let mut properties = own.as_object().unwrap().clone();
            properties.insert("Description".to_owned(), description.into());
            Resource::parse(kind, properties)
        };
        assert!(matches!(parse(""), Ok(Some(_))), "{kind}");
        assert_eq!(parse("mine").unwrap_err().property, "Description", "{kind}");
    }
}

#[test]
fn unsupported_kinds_and_properties_are_refused() {
    insta::assert_snapshot!(messages("\
---
Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
---
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: a
      KmsKeyId: b
---
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      RetentionInDays: many
---
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      ProtocolType: WEBSOCKET
---
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: a
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - {PolicyName: a, PolicyDocument: {}}
        - {PolicyName: a, PolicyDocument: {}}
---
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      Role: r
      Code: {S3Bucket: a, S3Key: b}
---
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      Role: r
      Code: a.zip
      Environment:
        Variables:
          LIST: [a]
---
Resources:
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: a
      IntegrationType: AWS_PROXY
      Description: mine
---
Resources:
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: a
      Action: lambda:InvokeFunction
      Principal: p
      EventSourceToken: t
---
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      Tags: mine
---
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      Code: a.zip
      Role: !GetAtt Logs.RoleArn
---
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
Outputs:
  Name:
    Value: !GetAtt Logs.Name
---
Resources:
  One:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: same}
  Two:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: same}
").replace(&typed_kinds().join("\n  "), "(the kinds with a type)"), @"
    resolving t.yaml:3: Nested.Type: the kind `AWS::CloudFormation::Stack` is not supported; supported are these and, through Cloud Control, all others in AWS's registry
      (the kinds with a type)

    hint: remove it, or write a supported name; see `docs/template-support.md`
    resolving t.yaml:6: Logs.KmsKeyId: `KmsKeyId` is not supported; supported are LogGroupName, RetentionInDays, Tags

    hint: remove it, or write a supported name; see `docs/template-support.md`
    resolving t.yaml:5: Logs.RetentionInDays: it must be a whole number, not `many`

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:5: Api.ProtocolType: `WEBSOCKET` is not supported; supported is HTTP

    hint: remove it, or write a supported name; see `docs/template-support.md`
    resolving t.yaml:4: Api: `ProtocolType` is missing

    hint: add it to the template
    resolving t.yaml:7: Role.Policies.0: `PolicyDocument` is missing

    hint: add it to the template
    resolving t.yaml:6: Role.Policies: two policies have the name `a`

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:8: Function.Code: supported is the path of a local zip file or folder, as text

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:11: Function.Environment.Variables.LIST: it must be text, not a list

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:7: Integration.Description: not supported: the ownership tag is stored there, since an integration has no tags

    hint: remove it; see `docs/template-support.md`
    resolving t.yaml:8: Permission.EventSourceToken: `EventSourceToken` is not supported; supported are FunctionName, Action, Principal, SourceArn, SourceAccount, FunctionUrlAuthType, InvokedViaFunctionUrl

    hint: remove it, or write a supported name; see `docs/template-support.md`
    resolving t.yaml:5: Logs.Tags: it must be a list of `{Key, Value}` or a map of names and texts, not `mine`

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:10: Function.Role: `Logs` (AWS::Logs::LogGroup) has no attribute `RoleArn`

    hint: use the attribute `Arn` of `Logs`, then run `provisioner plan`
    resolving t.yaml:6: Outputs.Name.Value: `Logs` (AWS::Logs::LogGroup) has no attribute `Name`

    hint: use the attribute `Arn` of `Logs`, then run `provisioner plan`
    checking stack chat: duplicate: `One` and `Two` are both the AWS::Logs::LogGroup `same`
    ");
}

#[test]
fn an_attached_policy_needs_a_role_of_the_template_and_a_unique_name() {
    insta::assert_snapshot!(messages("\
---
Resources:
  Grant:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: read, PolicyDocument: {}, Roles: [somebodys]}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies: [{PolicyName: read, PolicyDocument: {}}]
  Grant:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: read, PolicyDocument: {}, Roles: [!Ref Role]}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  One:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: read, PolicyDocument: {}, Roles: [!Ref Role]}
  Other:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: read, PolicyDocument: {}, Roles: [!Ref Role]}
---
Resources:
  Grant:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: read, PolicyDocument: {}, Roles: []}
---
Resources:
  Grant:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: read, PolicyDocument: {}, Users: [alice]}
"), @"
    resolving t.yaml:4: Grant.Roles: `somebodys` is not a role of this template; write it as `!Ref ROLE`

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:9: Grant.PolicyName: the role `chat-Role` already has a policy with the name `read`

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:8: Other.PolicyName: the role `chat-Role` already has a policy with the name `read`

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:4: Grant.Roles: it must name a role

    hint: correct it in the template, then run `provisioner plan`
    resolving t.yaml:4: Grant.Users: `Users` is not supported; supported are PolicyName, PolicyDocument, Roles

    hint: remove it, or write a supported name; see `docs/template-support.md`
    ");
}

#[test]
fn an_empty_name_is_refused() {
    for (kind, name) in [
        ("AWS::Logs::LogGroup", "LogGroupName"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::Lambda::Function", "FunctionName"),
        ("AWS::DynamoDB::Table", "TableName"),
        ("AWS::ApiGatewayV2::Api", "Name"),
    ] {
        let error = messages(&format!(
            "---\nParameters: {{P: {{Type: String, Default: ''}}}}\nResources:\n  R:\n    Type: {kind}\n    \
             Properties:\n      {name}: !Ref P\n"
        ));
        let cause = format!("resolving t.yaml:6: R.{name}: a name must not be empty; without one it is generated from");
        assert!(error.contains(&cause), "{error}");
    }
}

#[test]
fn a_duplicate_tag_is_refused() {
    let error = messages(
        "---\nResources:\n  G:\n    Type: AWS::Logs::LogGroup\n    Properties:\n      Tags:\n        - {Key: a, Value: x}\n        \
         - {Key: a, Value: y}\n",
    );
    assert!(error.contains("G.Tags: the tag `a` is given twice"), "{error}");
}
