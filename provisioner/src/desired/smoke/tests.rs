//! The events of declarations, and the messages about mistakes in them.

mod events;
mod mistakes;
mod properties;

use std::collections::BTreeMap;
use std::path::Path;

use super::super::{Desired, PackageCheck, Packages};
use crate::error::Result;
use crate::place::Place;
use crate::template::{Source, Template};

/// A function with an alias, and an API with the given routes and their payload formats.
pub(super) fn template(routes: &[(&str, &str, &str)], more: &str) -> String {
    let mut text = String::from(
        "Parameters: {Message: {Type: String, Default: hello}, Size: {Type: Number, Default: 3}}
Conditions: {Never: !Equals [a, b]}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: orders, Code: f.zip, Runtime: provided.al2023, Handler: bootstrap, Role: 'arn:aws:iam::1:role/r'}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Function}}
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: orders, ProtocolType: HTTP}}
",
    );
    text += more;
    if !more.contains("  Alias:") {
        text += &alias("");
    }
    for (index, (key, format, metadata)) in routes.iter().enumerate() {
        text += &format!(
            "  To{index}:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {{ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !Ref Alias, PayloadFormatVersion: '{format}'}}
  Route{index}:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Api, RouteKey: '{key}', Target: !Sub 'integrations/${{To{index}}}'}}
{}",
            metadata_of(metadata)
        );
    }
    text
}

pub(super) fn alias(test: &str) -> String {
    format!(
        "  Alias:
    Type: AWS::Lambda::Alias
    Properties: {{FunctionName: !Ref Function, Name: live, FunctionVersion: !GetAtt Version.Version}}
{}",
        metadata_of(test)
    )
}

pub(super) fn url(test: &str) -> String {
    format!(
        "  Url:
    Type: AWS::Lambda::Url
    Properties: {{TargetFunctionArn: !Ref Alias, AuthType: NONE}}
{}",
        metadata_of(test)
    )
}

fn metadata_of(test: &str) -> String {
    if test.is_empty() { String::new() } else { format!("    Metadata: {{Provisioner: {{SmokeTest: {test}}}}}\n") }
}

pub(super) fn build(text: &str) -> Result<Desired> {
    let template = Template::from_source(Source::in_memory(Path::new("t.yaml"), text))?;
    let packages = Packages { check: PackageCheck::Unread, ..Packages::default() };
    Desired::build(&template, &BTreeMap::new(), &packages, &"orders".parse()?, &Place::new("eu-west-1"), None)
}
