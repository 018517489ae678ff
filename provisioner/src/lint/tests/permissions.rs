//! Permissions for API Gateway to call a function.

use serde_json::{Value, json};

use super::{cause, desired, found, lint, routed};
use crate::lint::Severity;

fn source(end: &str) -> Value {
    json!({"SourceArn": {"Fn::Sub": format!("arn:aws:execute-api:us-east-1:${{AWS::AccountId}}:a1/{end}")}})
}

#[test]
fn a_route_needs_a_permission_for_its_method_and_path() {
    let any = json!({});
    let (severity, none) = cause(&routed(&any, &any, None));
    assert_eq!(severity, Severity::Unwise);
    assert_eq!(none, "API Gateway cannot call `chat`: no permission of the template allows it");
    for good in ["*/POST/chat", "*/*/chat", "*", "$default/POST/*"] {
        assert_eq!(found(&routed(&any, &any, Some(&source(good)))), [], "{good}");
    }
    for bad in ["*/GET/chat", "*/POST/chats", "*/POST/", "*/OPTIONS/*"] {
        let (_, wrong) = cause(&routed(&any, &any, Some(&source(bad))));
        assert_eq!(wrong, "API Gateway cannot call `chat` for `POST /chat`: `Permission` does not allow it");
    }
    let other = json!({"Principal": "events.amazonaws.com"});
    assert!(cause(&routed(&any, &any, Some(&other))).1.contains("no permission"));
    let other = json!({"FunctionName": "another"});
    assert!(cause(&routed(&any, &any, Some(&other))).1.contains("no permission"));
    for elsewhere in ["us-east-1:000000000009:a1", "eu-west-1:${AWS::AccountId}:a1", "us-east-1:${AWS::AccountId}:b2"] {
        let source = json!({"SourceArn": {"Fn::Sub": format!("arn:aws:execute-api:{elsewhere}/*/POST/chat")}});
        assert!(cause(&routed(&any, &any, Some(&source))).1.contains("does not allow it"), "{elsewhere}");
    }
    assert_eq!(found(&routed(&any, &any, Some(&json!({"SourceAccount": {"Ref": "AWS::AccountId"}})))), []);
    assert!(cause(&routed(&any, &any, Some(&json!({"SourceAccount": "000000000009"})))).1.contains("does not allow"));
}

#[test]
fn a_route_for_any_method_needs_a_permission_for_any_method() {
    let any = json!({});
    let route = json!({"RouteKey": "ANY /chat"});
    for wrong in ["*/POST/chat", "*/ANY/chat"] {
        let [one] = found(&routed(&route, &any, Some(&source(wrong)))).try_into().unwrap();
        assert_eq!(one.cause, "API Gateway cannot call `chat` for `ANY /chat`: `Permission` does not allow it");
        let advised =
            r#"`SourceArn: !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:a1/*/*/chat"`"#;
        assert!(one.hint.contains(advised), "{}", one.hint);
    }
    assert_eq!(found(&routed(&route, &any, Some(&source("*/*/chat")))), []);
}

#[test]
fn a_permission_can_name_the_stages_of_the_template() {
    let any = json!({});
    let stage =
        |name: &str| json!({"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": "a1", "StageName": name}});
    let mut resources = routed(&any, &any, Some(&source("${Prod}/POST/chat")));
    resources["Prod"] = stage("prod");
    assert_eq!(found(&resources), [], "the one stage");
    resources["Dev"] = stage("dev");
    let reported = "API Gateway cannot call `chat` for `POST /chat` on the stage `dev`: `Permission` does not allow it";
    assert_eq!(cause(&resources).1, reported);
    resources["ForDev"] = resources["Permission"].clone();
    resources["ForDev"]["Properties"]["SourceArn"] = source("dev/POST/chat")["SourceArn"].clone();
    assert_eq!(found(&resources), [], "two permissions");
    resources["Dev"]["Properties"]["ApiId"] = json!("b2");
    resources["ForDev"]["Properties"]["SourceArn"] = source("other/POST/chat")["SourceArn"].clone();
    assert_eq!(found(&resources), [], "a stage of another API");
}

#[test]
fn a_permission_for_another_api_of_the_template_does_not_match() {
    let any = json!({});
    let api = json!({"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "a", "ProtocolType": "HTTP"}});
    let of = |sub: &str| {
        let source = format!("arn:aws:execute-api:us-east-1:${{AWS::AccountId}}:{sub}/*/POST/chat");
        let of_api = json!({"ApiId": {"Ref": "Api"}});
        let mut resources = routed(&of_api, &of_api, Some(&json!({"SourceArn": {"Fn::Sub": source}})));
        resources["Api"] = api.clone();
        resources["Other"] = api.clone();
        found(&resources)
    };
    assert_eq!(of("${Api}"), []);
    let [one] = of("${Other}").try_into().unwrap();
    assert!(one.cause.ends_with("`Permission` does not allow it"), "{}", one.cause);
    assert!(one.hint.contains(":${Api}/*/POST/chat\"`"), "{}", one.hint);
    let route = routed(&any, &any, Some(&source("*/POST/chat")));
    assert_eq!(found(&route), []);
}

#[test]
fn a_literal_api_id_matches_only_the_existing_api_with_that_id() {
    let of_api = json!({"ApiId": {"Ref": "Api"}});
    let source = json!({"SourceArn": {"Fn::Sub": "arn:aws:execute-api:us-east-1:${AWS::AccountId}:a1b2c3/*"}});
    let mut resources = routed(&of_api, &of_api, Some(&source));
    resources["Api"] = json!({"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "a", "ProtocolType": "HTTP"}});
    let desired = desired(&json!({ "Resources": resources }).to_string());
    let findings = |apis: &[(&str, &str)]| {
        let apis = apis.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect();
        lint(&desired, "123456789012", &apis).into_iter().map(|one| one.cause).collect::<Vec<_>>()
    };
    let reported = "API Gateway cannot call `chat` for `POST /chat`: `Permission` does not allow it";
    assert_eq!(findings(&[]), [reported], "an API that AWS has not made yet");
    assert_eq!(findings(&[("Api", "d4e5f6")]), [reported]);
    assert_eq!(findings(&[("Api", "a1b2c3")]), [""; 0]);
}

#[test]
fn the_advised_source_arn_is_valid_in_a_template() {
    let any = json!({});
    let route = json!({"RouteKey": {"Fn::Sub": ["GET /${X}", {"X": {"Fn::Select": [5, {"Fn::Split": [":", {"Fn::GetAtt": ["Queue", "Arn"]}]}]}}]}});
    let mut resources = routed(&route, &any, None);
    resources["Queue"] = json!({"Type": "AWS::SQS::Queue"});
    let [one] = found(&resources).try_into().unwrap();
    let advised = r#"!Sub ["arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:a1/*/GET/${Part1}", {Part1: !Select [5, !Split [":", !GetAtt Queue.Arn]]}]"#;
    assert!(one.hint.contains(&format!("`SourceArn: {advised}`")), "{}", one.hint);
    let text = format!("Resources: {{Queue: {{Type: T}}, P: {{Type: T, Properties: {{SourceArn: {advised}}}}}}}");
    let read = crate::template::parse_text("t.yaml", &text).unwrap();
    let pattern = &read["Resources"]["P"]["Properties"]["SourceArn"]["Fn::Sub"];
    assert_eq!(pattern[1]["Part1"]["Fn::Select"][1]["Fn::Split"][1], json!({"Fn::GetAtt": ["Queue", "Arn"]}), "{read}");
}

#[test]
fn an_authorizer_needs_a_permission_too() {
    let any = json!({});
    let uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Function.Arn}/invocations";
    let with = |permission: &Value| {
        let mut resources = routed(&any, &any, Some(permission));
        resources.as_object_mut().unwrap().remove("Route");
        resources["Guard"] = json!({"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {
            "ApiId": "a1", "AuthorizerType": "REQUEST", "Name": "guard", "AuthorizerUri": {"Fn::Sub": uri},
        }});
        found(&resources)
    };
    for good in ["authorizers/${Guard}", "authorizers/*", "*"] {
        assert_eq!(with(&source(good)), [], "{good}");
    }
    let [one] = with(&source("*/POST/chat")).try_into().unwrap();
    assert_eq!(one.cause, "API Gateway cannot call `chat` for the authorizer: `Permission` does not allow it");
    assert!(one.hint.contains(":a1/authorizers/${Guard}\"`"), "{}", one.hint);
}

#[test]
fn an_authorizer_with_a_role_needs_no_permission() {
    let any = json!({});
    let mut resources = routed(&any, &any, None);
    resources.as_object_mut().unwrap().remove("Route");
    resources["Guard"] = json!({"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {
        "ApiId": "a1", "AuthorizerType": "REQUEST", "Name": "guard", "AuthorizerUri": {"Fn::GetAtt": ["Function", "Arn"]},
        "AuthorizerCredentialsArn": "arn:aws:iam::123456789012:role/r",
    }});
    assert_eq!(found(&resources), []);
}

#[test]
fn a_function_outside_the_template_needs_no_permission_in_it() {
    let theirs = json!({"IntegrationUri": "arn:aws:lambda:us-east-1:1:function:theirs"});
    assert_eq!(found(&routed(&json!({}), &theirs, None)), []);
}
