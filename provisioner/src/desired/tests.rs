//! Templates that are wrong, and what a person is told.

use crate::place::Place;
use crate::template::Source;

use super::*;

fn build(text: &str) -> Result<Desired> {
    let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), text))?;
    let packages = Packages { check: PackageCheck::Unread, ..Packages::default() };
    Desired::build(&template, &BTreeMap::new(), &packages, &"chat".parse()?, &Place::new("eu-west-1"))
}

/// The messages for templates that stand one after the other, each below its `---`.
fn told(templates: &str) -> String {
    let texts = templates.split("---\n").skip(1);
    let messages = texts.map(|text| match build(text) {
        Ok(_) => panic!("this should be refused:\n{text}"),
        Err(error) => error.to_string(),
    });
    messages.collect::<Vec<_>>().join("\n")
}

#[test]
fn sections_that_are_not_as_they_must_be() {
    insta::assert_snapshot!(told("\
---
[1, 2]
---
Parameters: {}
---
Transform: AWS::Serverless-2016-10-31
Resources: {}
---
Resources:
  - Role
---
Resources:
  Role: AWS::IAM::Role
---
Resources:
  Role:
    Properties: {}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Props: {}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    DeletionPolicy: Snapshot
---
Resources:
  Role:
    Type: AWS::IAM::Role
    DependsOn: {a: b}
---
Resources:
  Fn::ForEach::Roles: [A, [b], {}]
---
Parameters:
  Size:
    Type: Int
Resources: {R: {Type: T}}
---
Parameters:
  Size:
    Type: String
    Defualt: x
Resources: {R: {Type: T}}
---
Resources: {R: {Type: T}}
Outputs:
  Url: https://example.org
---
Resources:
  Function:
    Type: '{{resolve:ssm:kind}}'
---
Resources:
  Role:
    Type: T
  Role:
    Type: T
"), @r#"
    reading template t.yaml: a template must be a map of sections
    reading template t.yaml: it declares no resource
    reading template t.yaml:1: the section `Transform` is not supported; supported are AWSTemplateFormatVersion, Description, Metadata, Parameters, Mappings, Conditions, Resources, Outputs
    reading template t.yaml:1: `Resources` must be a map
    reading template t.yaml:2: Resources.Role: it must be a map, not `AWS::IAM::Role`
    reading template t.yaml:2: Resources.Role: `Type` is missing
    reading template t.yaml:4: Resources.Role.Props: `Props` is not supported; supported are Type, Properties, Condition, DependsOn, DeletionPolicy, UpdateReplacePolicy, Metadata
    reading template t.yaml:4: Resources.Role.DeletionPolicy: `Snapshot` is not supported; supported are Delete, Retain, RetainExceptOnCreate
    reading template t.yaml:4: Resources.Role.DependsOn: it must be a logical id or a list of them
    reading template t.yaml:2: Resources.Fn::ForEach::Roles.1: it must be a map, not a list
    reading template t.yaml:3: Parameters.Size.Type: `Int` is not supported; supported are String, Number, CommaDelimitedList, List<Number>
    reading template t.yaml:4: Parameters.Size.Defualt: `Defualt` is not supported; supported are Type, Description, Default, AllowedValues, AllowedPattern, ConstraintDescription, MinLength, MaxLength, MinValue, MaxValue, NoEcho
    reading template t.yaml:3: Outputs.Url: it must be a map, not `https://example.org`
    reading template t.yaml: dynamic references (`{{resolve:…}}`) are not supported
    reading template t.yaml:4: the key `Role` stands here for the second time in one map
    "#);
}

#[test]
fn parameters_that_do_not_fit() {
    insta::assert_snapshot!(told("\
---
Parameters:
  Name: {Type: String}
  Size: {Type: Number, Default: NaN}
  Small: {Type: Number, Default: 1, MinValue: 128}
  Large: {Type: Number, Default: 31, MaxValue: 30}
  Geography: {Type: String, Default: mars, AllowedValues: [us, eu]}
  Model: {Type: String, Default: A, AllowedPattern: '[a-z]+', ConstraintDescription: lower case}
  Key: {Type: String, Default: secret, NoEcho: true, MinLength: 20}
Resources: {R: {Type: T}}
"), @r#"
    checking the parameters of t.yaml:1: parameter `Name` has no default and is not given
      parameter `Size` is `NaN`: it must be a number
      parameter `Small` is `1`: it must be at least 128
      parameter `Large` is `31`: it must be at most 30
      parameter `Geography` is `mars`: allowed are `us`, `eu`
      parameter `Model` is `A`: it must match `[a-z]+` (lower case)
      parameter `Key` is `****`: it must have at least 20 characters, it has 6

    hint: set a parameter with `--parameter Name=value` or in a file with `--parameters FILE.yaml`
    "#);
}

#[test]
fn functions_that_are_misused() {
    insta::assert_snapshot!(told("\
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref Nobody
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Tags:
        - Key: a
          Value: b
        - Key: c
          Value: !GetAtt Nobody.Arn
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Sub 'a-${Nobody}'}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Sub [a, b]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Join ['-']}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Join ['-', a]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Select [2, [a, b]]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Select [first, [a, b]]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Split ['', a]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Select [0, !Split ['1', !Ref AWS::AccountId]]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !If [Nothing, a, b]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !If [a, b]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !FindInMap [Names, eu, chat]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Equals [a, b]}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !ImportValue other}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Reff other}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: {Ref: a, Other: b}}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Ref AWS::StackId}}
---
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Base64 [a]}}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: missing.json}}
"), @r#"
    resolving t.yaml:5: Role.RoleName.Ref: there is no parameter or resource `Nobody`
    resolving t.yaml:9: Role.Tags.1.Value.Fn::GetAtt: there is no parameter or resource `Nobody`
    resolving t.yaml:2: Role.RoleName.Fn::Sub: there is no parameter or resource `Nobody`
    resolving t.yaml:2: Role.RoleName.Fn::Sub: it takes text, or a list of text and a map
    resolving t.yaml:2: Role.RoleName.Fn::Join: it takes a separator and a list
    resolving t.yaml:2: Role.RoleName.Fn::Join: it takes a list
    resolving t.yaml:2: Role.RoleName.Fn::Select: the index 2 is outside a list of 2
    resolving t.yaml:2: Role.RoleName.Fn::Select: the index "first" is no whole number
    resolving t.yaml:2: Role.RoleName.Fn::Split: the separator is empty
    resolving t.yaml:2: Role.RoleName.Fn::Select.Fn::Split: Fn::Split takes `AWS::AccountId` apart, which only AWS knows; use it in Ref, Fn::GetAtt, Fn::Sub or Fn::Join
    resolving t.yaml:2: Role.RoleName.Fn::If: there is no condition `Nothing`
    resolving t.yaml:2: Role.RoleName.Fn::If: it takes a condition's name and two values
    resolving t.yaml:2: Role.RoleName.Fn::FindInMap: the mapping `Names` has no `eu`, `chat`
    resolving t.yaml:2: Role.RoleName.Fn::Equals: it belongs in `Conditions`
    resolving t.yaml:2: Role.RoleName.Fn::ImportValue: `Fn::ImportValue` is not supported; supported are Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select, Fn::Split, Fn::If, Fn::FindInMap, Fn::Base64, Fn::Transform with AWS::Include, and in Conditions Fn::Equals, Fn::And, Fn::Or, Fn::Not
    reading template t.yaml:2: `!Reff` is no CloudFormation function
    resolving t.yaml:2: Role.RoleName: `Ref` must stand alone, not beside other keys
    resolving t.yaml:2: Role.RoleName.Ref: `AWS::StackId` has no meaning without CloudFormation
    resolving t.yaml:2: Role.RoleName.Fn::Base64: it takes text, not ["a"]
    including missing.json into t.yaml: there is no file missing.json
    "#);
}

#[test]
fn conditions_and_dependencies_that_lead_nowhere() {
    insta::assert_snapshot!(told("\
---
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: Nothing
---
Conditions:
  First: !Not [!Condition Second]
  Second: !Not [!Condition First]
Resources: {R: {Type: T}}
---
Conditions:
  First: !Not [!Condition Second]
  Second: !Equals [a]
Resources: {R: {Type: T}}
---
Conditions:
  Mine: !Equals [!Ref AWS::AccountId, '1']
Resources: {R: {Type: T}}
---
Conditions:
  Many: !And [!Equals [a, a]]
Resources: {R: {Type: T}}
---
Conditions:
  Chosen: !If [a, b, c]
Resources: {R: {Type: T}}
---
Conditions:
  Plain: true
Resources: {R: {Type: T}}
---
Resources:
  Role:
    Type: AWS::IAM::Role
    DependsOn: Nobody
---
Resources:
  A: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref B}}
  B: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref A}}
---
Resources:
  A: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref A}}
---
Conditions:
  Never: !Equals [a, b]
Resources:
  A: {Type: AWS::Logs::LogGroup, Condition: Never}
  B: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref A}}
"), @r#"
    resolving t.yaml:2: Role: there is no condition `Nothing`
    resolving t.yaml:3: Conditions.Second.Fn::Not.Condition: conditions need each other in a circle: First → Second → First
    resolving t.yaml:3: Conditions.Second.Fn::Equals: it takes two values
    resolving t.yaml:2: Conditions.Mine.Fn::Equals: it compares `AWS::AccountId`, which only AWS knows
    resolving t.yaml:2: Conditions.Many.Fn::And: it takes a list of 2 to 10 conditions
    resolving t.yaml:2: Conditions.Chosen.Fn::If: `Fn::If` gives no condition
    resolving t.yaml:2: Conditions.Plain: a condition must be a function
    resolving t.yaml:4: Role.DependsOn: there is no resource `Nobody`
    resolving t.yaml:2: A: resources need each other in a circle: A → B → A
    resolving t.yaml:2: A: `A` refers to itself
    resolving t.yaml:5: B.LogGroupName.Ref: `A` does not exist here: its condition `Never` is false
    "#);
}

#[test]
fn kinds_and_properties_that_are_not_supported() {
    insta::assert_snapshot!(told("\
---
Resources:
  Bucket:
    Type: AWS::S3::Bucket
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
"), @r#"
    resolving t.yaml:3: Bucket.Type: the kind `AWS::S3::Bucket` is not supported; supported are
      AWS::IAM::Role
      AWS::Logs::LogGroup
      AWS::Lambda::Function
      AWS::Lambda::Version
      AWS::Lambda::Alias
      AWS::Lambda::Permission
      AWS::ApiGatewayV2::Api
      AWS::ApiGatewayV2::Integration
      AWS::ApiGatewayV2::Route
      AWS::ApiGatewayV2::Stage
      AWS::DynamoDB::Table
    resolving t.yaml:6: Logs.KmsKeyId: `KmsKeyId` is not supported; supported are LogGroupName, RetentionInDays, Tags
    resolving t.yaml:5: Logs.RetentionInDays: it must be a whole number, not `many`
    resolving t.yaml:5: Api.ProtocolType: `WEBSOCKET` is not supported; supported is HTTP
    resolving t.yaml:4: Api: `ProtocolType` is missing
    resolving t.yaml:6: Role.Policies: it must be a list of `{PolicyName, PolicyDocument}`
    resolving t.yaml:6: Role.Policies: two policies have the name `a`
    resolving t.yaml:8: Function.Code: supported is the path of a local zip file, as text
    resolving t.yaml:11: Function.Environment.Variables.LIST: it must be text, not a list
    resolving t.yaml:7: Integration.Description: not supported: the ownership mark is kept there, since an integration has no tags
    resolving t.yaml:8: Permission.EventSourceToken: `EventSourceToken` is not supported; supported are FunctionName, Action, Principal, SourceArn, SourceAccount
    resolving t.yaml:5: Logs.Tags: it must be a list of `{Key, Value}` or a map of names and texts
    resolving t.yaml:10: Function.Role: `Logs` (AWS::Logs::LogGroup) has no attribute `RoleArn`; supported: Arn
    resolving t.yaml:6: Outputs.Name.Value: `Logs` (AWS::Logs::LogGroup) has no attribute `Name`; supported: Arn
    checking stack chat: `One` and `Two` are both the AWS::Logs::LogGroup `same`
    "#);
}

#[test]
fn what_is_nested_too_deep_is_an_error_and_no_overflow() {
    let deep = |open: &str, close: &str| format!("Resources: {}{}", open.repeat(5_000), close.repeat(5_000));
    for text in [deep("[", "]"), deep("{a: ", "}"), deep("!Not [", "]")] {
        let error = build(&text).unwrap_err().to_string();
        assert!(error.starts_with("reading template t.yaml: recursion limit exceeded"), "{error}");
    }
    let chain = |n: usize| format!("  C{n}: !Not [!Condition C{}]\n", n + 1);
    let chain: String = (0..20_000).map(chain).collect();
    let error = build(&format!("Conditions:\n{chain}  C20000: !Equals [a, a]\nResources: {{R: {{Type: T}}}}\n"));
    let error = error.unwrap_err().to_string();
    assert!(error.ends_with("more than 100 conditions lead from one to the next"), "{error}");
}

#[test]
fn a_condition_is_evaluated_once_however_many_ask_for_it() {
    // Without a memory this would take two to the power of ninety evaluations.
    let doubling = |n: usize| format!("  C{n}: !And [!Condition C{}, !Condition C{}]\n", n + 1, n + 1);
    let doublings: String = (0..90).map(doubling).collect();
    let resource = "Resources: {L: {Type: AWS::Logs::LogGroup, Condition: C0}}";
    let desired = build(&format!("Conditions:\n{doublings}  C90: !Equals [a, a]\n{resource}\n")).unwrap();
    assert_eq!(desired.resources.len(), 1);
}
