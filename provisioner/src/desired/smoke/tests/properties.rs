//! Every declaration is a test or an error, whatever it contains.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::build;

/// Any JSON, made of words that a declaration has and of others.
fn any_value() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("POST"),
        Just("ANY"),
        Just("/orders"),
        Just("/orders/%"),
        Just("/orders?a=%zz&&=&b"),
        Just("/%ff"),
        Just(""),
        Just("\u{0}"),
        Just("é\u{202e}"),
        Just("{{resolve:resource:Api.Ref}}"),
        Just("/~2/0"),
        Just("Ref"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop_oneof![
            Just("Request"),
            Just("Event"),
            Just("Expect"),
            Just("Message"),
            Just("Method"),
            Just("Path"),
            Just("Headers"),
            Just("Body"),
            Just("Status"),
            Just("Payload"),
            Just("Contains"),
            Just("Exists"),
            Just("Equals"),
            Just("/a"),
        ];
        let object = prop::collection::vec((key, inner.clone()), 0..5).prop_map(|entries| {
            Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
        });
        prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::from), object]
    })
}

fn template(kind: &str, declared: &Value) -> String {
    let mut template = json!({"Resources": {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "orders", "Code": "f.zip", "Runtime": "provided.al2023", "Handler": "bootstrap",
            "Role": "arn:aws:iam::1:role/r",
        }},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "orders", "ProtocolType": "HTTP"}},
        "To": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
            "ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "IntegrationUri": {"Fn::GetAtt": ["Function", "Arn"]},
        }},
        "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {
            "ApiId": {"Ref": "Api"}, "RouteKey": "ANY /{proxy+}", "Target": {"Fn::Sub": "integrations/${To}"},
        }},
    }});
    template["Resources"][kind]["Metadata"] = json!({"Provisioner": {"SmokeTest": declared}});
    template.to_string()
}

proptest! {
    #[test]
    fn a_hostile_declaration_is_an_error_or_a_test_and_never_a_panic(value in any_value(), at_route in any::<bool>()) {
        let text = template(if at_route { "Route" } else { "Function" }, &value);
        match build(&text) {
            Ok(desired) => for test in &desired.smoke_tests {
                let check = test.check(true);
                prop_assert!(check.event == test.event() && !test.summary().is_empty());
                drop(check.objection(&value, false));
            },
            Err(error) => prop_assert!(error.headline().contains("t.yaml"), "{error}"),
        }
    }

    #[test]
    fn a_valid_request_becomes_an_event_with_the_same_content(
        path in "(/[a-zA-Z0-9._~%-]{1,8}){1,3}", body in any_value(), value in "[ -~]{0,12}",
    ) {
        let declared = json!({"Request": {"Method": "PUT", "Path": path, "Headers": {"X-Any": value}, "Body": body}});
        // A value with a function in it becomes another value, or an error; a template does not contain a null
        // (CloudFormation).
        prop_assume!(!declared.to_string().contains("Ref") && !declared.to_string().contains("null"));
        let desired = build(&template("Route", &declared));
        prop_assume!(!declared.to_string().contains("{{resolve"));
        let desired = desired.unwrap();
        let event = desired.smoke_tests[0].event();
        prop_assert_eq!(&event["headers"]["x-any"], &json!(value));
        prop_assert_eq!(&event["httpMethod"], "PUT");
        let sent = event["body"].as_str().unwrap();
        match body.as_str() {
            Some(text) => prop_assert_eq!(sent, text),
            None => prop_assert_eq!(serde_json::from_str::<Value>(sent).unwrap(), body),
        }
    }
}
