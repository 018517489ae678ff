//! The routes and function URLs through which callers reach a template's functions.

use super::build;

const FUNCTION: &str = "
  Function:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: chat, Code: f.zip, Runtime: provided.al2023, Handler: bootstrap, Role: 'arn:aws:iam::1:role/r'}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Function}}
  Alias:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Function, Name: live, FunctionVersion: !GetAtt Version.Version}
  ToAlias:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: a1, IntegrationType: AWS_PROXY, IntegrationUri: !Ref Alias}
  ToFunction:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: a1, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Function.Arn}
  Elsewhere:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: a1, IntegrationType: HTTP_PROXY, IntegrationUri: 'https://films.example.org'}
";

/// The target of each route and function URL, with the route key.
fn entrances(resources: &str) -> Vec<(String, Option<String>)> {
    let desired = build(&format!("Resources:\n{resources}{FUNCTION}")).unwrap();
    desired.entrances.into_iter().map(|one| (one.callee(), one.route_key)).collect()
}

fn route(id: &str, key: &str, to: &str) -> String {
    let properties = format!("{{ApiId: a1, RouteKey: '{key}', Target: !Sub 'integrations/${{{to}}}'}}");
    format!("  {id}: {{Type: AWS::ApiGatewayV2::Route, Properties: {properties}}}\n")
}

#[test]
fn entrances_have_the_order_of_the_template() {
    let url = "  Url:\n    Type: AWS::Lambda::Url\n    Properties: {TargetFunctionArn: !Ref Alias, AuthType: NONE}\n";
    // A dependency of a route on another resource than its integration does not move the route behind others.
    let waits = route("First", "POST /books", "ToAlias").replace("Properties", "DependsOn: Second, Properties");
    let routes = [
        waits,
        route("Second", "POST /films", "ToFunction"),
        route("Third", "ANY /films", "ToAlias"),
        route("Get", "GET /films", "ToAlias"),
    ]
    .concat();
    let others = [route("Away", "POST /away", "Elsewhere"), route("Rest", "$default", "ToFunction")].concat();
    let entrance = |callee: &str, key: Option<&str>| (callee.to_owned(), key.map(str::to_owned));
    assert_eq!(
        entrances(&[url, &routes, &others].concat()),
        [
            entrance("chat:live", Some("POST /books")),
            entrance("chat", Some("POST /films")),
            entrance("chat:live", Some("ANY /films")),
            entrance("chat:live", Some("GET /films")),
            entrance("chat", Some("$default")),
            entrance("chat:live", None)
        ]
    );
    assert_eq!(entrances(""), []);
}
