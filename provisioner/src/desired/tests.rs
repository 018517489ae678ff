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
"), @"");
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
"), @"");
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
"), @"");
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
"), @"");
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
"), @"");
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
