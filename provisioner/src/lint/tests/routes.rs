//! Routes, their integrations, and the settings of a stage.

use serde_json::{Value, json};

use super::{cause, found, routed};
use crate::lint::route::settings_have_routes;
use crate::lint::{Checked, Severity};
use crate::template::Reference;

#[test]
fn settings_of_a_missing_route_get_a_note() {
    let stage = |api: Value, key: &str| {
        json!({
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "films", "ProtocolType": "HTTP"}},
            "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
                "ApiId": api, "IntegrationType": "HTTP_PROXY", "IntegrationUri": "https://example.org",
                "PayloadFormatVersion": "1.0",
            }},
            "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {
                "ApiId": api, "RouteKey": "GET /films", "Target": {"Fn::Sub": "integrations/${Integration}"},
            }},
            "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {
                "ApiId": api, "StageName": "$default", "RouteSettings": {key: {"ThrottlingBurstLimit": 3}},
            }},
        })
    };
    let missing =
        "RouteSettings contains `get /films`, but the template has no such route: API Gateway refuses the stage";
    assert_eq!(cause(&stage(json!({"Ref": "Api"}), "get /films")), (Severity::Unwise, missing.to_owned()));
    assert_eq!(found(&stage(json!({"Ref": "Api"}), "GET /films")), []);
    assert_eq!(found(&stage(json!("a1b2c3"), "GET /others")), [], "others may have made the route");

    let mut by_attribute = stage(json!({"Ref": "Api"}), "GET /films");
    by_attribute["Route"]["Properties"]["ApiId"] = json!({"Fn::GetAtt": ["Api", "ApiId"]});
    assert_eq!(found(&by_attribute), [], "`Ref` and `ApiId` are one id");
}

#[test]
fn a_missing_route_is_found_after_an_unknown_key() {
    let api = Reference::new("Api", "Ref").to_string();
    let unknown = Reference::new("Other", "Key").to_string();
    let stage = Checked {
        logical_id: "Stage".to_owned(),
        kind: "AWS::ApiGatewayV2::Stage".to_owned(),
        properties: json!({"ApiId": api, "RouteSettings": {unknown: {}, "GET /films": {}}}),
    };
    let found = settings_have_routes(&stage, &[]).unwrap();
    assert_eq!(found.property, ["RouteSettings", "GET /films"]);
}

#[test]
fn a_route_key_is_a_method_and_a_path() {
    let any = json!({});
    for bad in ["POST chat", "post /chat", "/chat", "POST  /chat", "FETCH /chat", ""] {
        let (severity, cause) = cause(&routed(&json!({ "RouteKey": bad }), &any, Some(&any)));
        assert_eq!((severity, cause), (Severity::Refused, format!("RouteKey `{bad}` is not a method and a path")));
    }
    for good in ["POST /chat", "ANY /{proxy+}", "$default", "GET /"] {
        assert_eq!(found(&routed(&json!({ "RouteKey": good }), &any, Some(&any))), [], "{good}");
    }
}

#[test]
fn a_route_target_is_an_integration() {
    let any = json!({});
    for bad in [json!({"Ref": "Integration"}), json!("i1"), json!("integrations/"), json!("integrations/a/b")] {
        let found = found(&routed(&json!({ "Target": bad }), &any, Some(&any)));
        let reported = found.iter().any(|one| one.severity == Severity::Refused && one.cause.starts_with("Target `"));
        assert!(reported, "{bad}: {found:?}");
    }
    assert_eq!(found(&routed(&json!({"Target": "integrations/abc123"}), &any, None)), []);
}

#[test]
fn there_are_two_payload_versions() {
    let any = json!({});
    let reported = cause(&routed(&any, &json!({"PayloadFormatVersion": "3.0"}), Some(&any)));
    assert_eq!(reported, (Severity::Refused, "PayloadFormatVersion `3.0` does not exist".to_owned()));
}

#[test]
fn an_integration_timeout_has_at_most_thirty_seconds() {
    let any = json!({});
    let reported = cause(&routed(&any, &json!({"TimeoutInMillis": 31_000}), Some(&any)));
    assert_eq!(reported, (Severity::Refused, "TimeoutInMillis 31000 is not between 50 and 30000".to_owned()));
    assert_eq!(found(&routed(&any, &json!({"TimeoutInMillis": "30000"}), Some(&any))), []);
}
