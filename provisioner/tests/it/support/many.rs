//! A template of many functions, each with everything that a function behind an API needs.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::package;

const HEAD: &str = "\
Resources:
  Trust:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: &trust
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      RoleName: many-shared
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: many, ProtocolType: HTTP}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}
";

/// Many functions with a version, an alias, a permission, an integration, a route and a log group each. Every fifth has
/// its own role with a policy.
pub(crate) struct Many {
    _directory: TempDir,
    template: PathBuf,
}

impl Many {
    pub(crate) fn functions(count: usize) -> Self {
        let directory = TempDir::new().expect("a directory");
        let template = directory.path().join("many.yaml");
        let package = package::answering_zip_file(1);
        let package = package.display();
        let mut text = HEAD.to_owned();
        for n in 0..count {
            let role = if n % 5 == 0 { format!("Role{n}") } else { "Trust".to_owned() };
            if n % 5 == 0 {
                write!(
                    text,
                    "  Role{n}:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: many-{n}\n      \
                     AssumeRolePolicyDocument: *trust\n      Policies:\n        - PolicyName: logs\n          \
                     PolicyDocument: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: \
                     'logs:PutLogEvents', Resource: '*'}}]}}\n"
                )
                .expect("a text");
            }
            write!(
                text,
                "  Logs{n}:\n    Type: AWS::Logs::LogGroup\n    Properties: {{LogGroupName: /aws/lambda/many-{n}, \
                 RetentionInDays: 7}}\n  Function{n}:\n    Type: AWS::Lambda::Function\n    Properties:\n      \
                 FunctionName: many-{n}\n      Runtime: python3.11\n      Handler: answer.handler\n      Code: \
                 {package}\n      Role: !GetAtt {role}.Arn\n      LoggingConfig: {{LogGroup: !Ref Logs{n}}}\n  \
                 Version{n}:\n    Type: AWS::Lambda::Version\n    Properties: {{FunctionName: !Ref Function{n}}}\n  \
                 Alias{n}:\n    Type: AWS::Lambda::Alias\n    Properties: {{Name: live, FunctionName: !Ref \
                 Function{n}, FunctionVersion: !GetAtt Version{n}.Version}}\n  Integration{n}:\n    Type: \
                 AWS::ApiGatewayV2::Integration\n    Properties: {{ApiId: !Ref Api, IntegrationType: AWS_PROXY, \
                 IntegrationUri: !Ref Alias{n}, PayloadFormatVersion: '2.0'}}\n  Route{n}:\n    Type: \
                 AWS::ApiGatewayV2::Route\n    Properties: {{ApiId: !Ref Api, RouteKey: 'GET /many/{n}', Target: !Sub \
                 'integrations/${{Integration{n}}}'}}\n  Permission{n}:\n    Type: AWS::Lambda::Permission\n    \
                 Properties:\n      FunctionName: !Ref Alias{n}\n      Action: lambda:InvokeFunction\n      Principal: \
                 apigateway.amazonaws.com\n      SourceArn: !Sub \
                 'arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/*/GET/many/{n}'\n"
            )
            .expect("a text");
        }
        fs::write(&template, text).expect("the template");
        Self { _directory: directory, template }
    }

    /// The arguments of every command.
    pub(crate) fn arguments(&self) -> [String; 4] {
        let template = self.template.display().to_string();
        ["--template".to_owned(), template, "--stack".to_owned(), "many".to_owned()]
    }
}
