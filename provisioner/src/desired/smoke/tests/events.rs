//! The events for requests.

use serde_json::{Value, json};

use super::{alias, build, template, url};
use crate::desired::SmokeTest;
use crate::template::{Known, Reference};

/// The only test that a template declares.
fn only(text: &str) -> SmokeTest {
    let mut tests = build(text).unwrap().smoke_tests;
    assert_eq!(tests.len(), 1);
    tests.remove(0)
}

/// The event of a test, with the account's id filled in.
fn event(test: &SmokeTest) -> Value {
    let mut known = Known::default();
    known.insert(Reference::account(), "123456789012");
    known.fill(&test.event())
}

const ORDER: &str = "{Request: {Method: POST, Path: '/orders/7%20a?dry=1&tag=x&tag=y%20z', Headers: {X-Source: Smoke, \
                     cookie: a=1; b=2}, Body: {sku: !Ref Message, count: 2}}}";

#[test]
fn payload_format_2_matches_the_event_of_api_gateway() {
    let test = only(&template(&[("POST /orders/{id}", "2.0", ORDER)], ""));
    assert_eq!(
        (test.callee().as_str(), test.name().as_str()),
        ("orders:live", "POST /orders/7%20a?dry=1&tag=x&tag=y%20z")
    );
    let headers = json!({
        "content-length": "25",
        "content-type": "application/json",
        "host": "provisioner.execute-api.eu-west-1.amazonaws.com",
        "user-agent": "provisioner-smoke-test",
        "x-amzn-trace-id": "Root=1-00000000-000000000000000000000000",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "x-source": "Smoke",
    });
    assert_eq!(
        event(&test),
        json!({
            "version": "2.0",
            "routeKey": "POST /orders/{id}",
            "rawPath": "/orders/7 a",
            "rawQueryString": "dry=1&tag=x&tag=y%20z",
            "cookies": ["a=1", "b=2"],
            "headers": headers,
            "queryStringParameters": {"dry": "1", "tag": "x,y z"},
            "pathParameters": {"id": "7 a"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "provisioner",
                "domainName": "provisioner.execute-api.eu-west-1.amazonaws.com",
                "domainPrefix": "provisioner",
                "http": {
                    "method": "POST", "path": "/orders/7 a", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                    "userAgent": "provisioner-smoke-test",
                },
                "requestId": "provisioner",
                "routeKey": "POST /orders/{id}",
                "stage": "$default",
                "time": "01/Jan/1970:00:00:00 +0000",
                "timeEpoch": 0,
            },
            "body": "{\"sku\":\"hello\",\"count\":2}",
            "isBase64Encoded": false,
        })
    );
}

#[test]
fn payload_format_1_matches_the_event_of_api_gateway() {
    let stage = "  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: prod}}\n";
    let test = only(&template(&[("ANY /orders/{id}", "1.0", ORDER)], stage));
    let event = event(&test);
    for (pointer, value) in [
        ("/version", json!("1.0")),
        ("/resource", json!("/orders/{id}")),
        ("/path", json!("/prod/orders/7 a")),
        ("/httpMethod", json!("POST")),
        ("/headers/x-source", json!("Smoke")),
        ("/headers/cookie", json!("a=1; b=2")),
        ("/multiValueHeaders/x-source", json!(["Smoke"])),
        ("/queryStringParameters", json!({"dry": "1", "tag": "y z"})),
        ("/multiValueQueryStringParameters", json!({"dry": ["1"], "tag": ["x", "y z"]})),
        ("/pathParameters", json!({"id": "7 a"})),
        ("/stageVariables", Value::Null),
        ("/requestContext/accountId", json!("123456789012")),
        ("/requestContext/stage", json!("prod")),
        ("/requestContext/path", json!("/prod/orders/7 a")),
        ("/requestContext/resourceId", json!("ANY /orders/{id}")),
        ("/requestContext/identity/userAgent", json!("provisioner-smoke-test")),
        ("/body", json!("{\"sku\":\"hello\",\"count\":2}")),
        ("/isBase64Encoded", json!(false)),
    ] {
        assert_eq!(event.pointer(pointer), Some(&value), "{pointer}");
    }
    assert!(!test.check(false).status_is_implied);
}

#[test]
fn the_event_of_a_function_url_has_no_account_and_no_route() {
    let test = only(&template(&[], &url("{Request: {Method: GET, Path: /any/path}}")));
    let event = event(&test);
    for (pointer, value) in [
        ("/routeKey", json!("$default")),
        ("/rawPath", json!("/any/path")),
        ("/rawQueryString", json!("")),
        ("/requestContext/accountId", json!("anonymous")),
        ("/requestContext/domainName", json!("provisioner.lambda-url.eu-west-1.on.aws")),
        ("/requestContext/http/method", json!("GET")),
        ("/requestContext/stage", json!("$default")),
    ] {
        assert_eq!(event.pointer(pointer), Some(&value), "{pointer}");
    }
    for absent in ["body", "cookies", "queryStringParameters", "pathParameters"] {
        assert_eq!(event.get(absent), None, "AWS leaves `{absent}` out");
    }
    assert!(test.check(false).status_is_implied);
}

#[test]
fn a_body_that_is_not_text_is_encoded_in_base64() {
    for (headers, body, base64, arrives) in [
        ("{}", "'a=1'", false, "a=1"),
        ("{Content-Type: application/x-www-form-urlencoded}", "'a=1'", true, "YT0x"),
        ("{content-type: application/json; charset=utf-8}", "{a: 1}", false, "{\"a\":1}"),
        ("{content-type: application/octet-stream}", "{a: 1}", true, "eyJhIjoxfQ=="),
    ] {
        let declared = format!("{{Request: {{Method: POST, Path: /, Headers: {headers}, Body: {body}}}}}");
        let event = event(&only(&template(&[("POST /", "2.0", &declared)], "")));
        assert_eq!((&event["isBase64Encoded"], &event["body"]), (&json!(base64), &json!(arrives)), "{headers}");
    }
}

#[test]
fn a_request_declared_at_an_alias_uses_the_best_matching_route() {
    let routes = [
        ("ANY /{proxy+}", "2.0", ""),
        ("$default", "2.0", ""),
        ("ANY /orders", "1.0", ""),
        ("POST /orders", "2.0", ""),
    ];
    for (method, path, key) in [
        ("POST", "/orders", "POST /orders"),
        ("GET", "/orders", "ANY /orders"),
        ("GET", "/orders/7", "ANY /{proxy+}"),
        ("GET", "/", "$default"),
    ] {
        let declared = format!("{{Request: {{Method: {method}, Path: {path}}}}}");
        let event = event(&only(&template(&routes, &alias(&declared))));
        let arrived = event.get("routeKey").or_else(|| event.pointer("/requestContext/resourceId"));
        assert_eq!(arrived, Some(&json!(key)), "{method} {path}");
    }
}

#[test]
fn an_event_is_sent_as_it_is_declared() {
    let test = only(&template(
        &[],
        &alias("{Event: {Records: [{body: !Sub '${Message} in ${AWS::Region}', n: 1}]}, Message: /Records/0/body}"),
    ));
    assert_eq!(event(&test), json!({"Records": [{"body": "hello in eu-west-1", "n": 1}]}));
    assert_eq!(test.summary(), "the event of Alias expects no error");
    let expecting = only(&template(&[], &alias("{Event: {}, Expect: {Payload: {Contains: done}}}")));
    assert_eq!(expecting.summary(), "the event of Alias expects an answer with `done`");
    let other = test.with_message("other").unwrap();
    assert_eq!(event(&other), json!({"Records": [{"body": "other", "n": 1}]}));
}

#[test]
fn another_message_replaces_the_declared_one_and_changes_the_length() {
    let declared = "{Request: {Method: POST, Path: /chat, Body: {message: hi, history: []}}, Message: /message}";
    let test = only(&template(&[("POST /chat", "2.0", declared)], ""));
    let event = event(&test.with_message("A \"film\"?").unwrap());
    assert_eq!(event["body"], "{\"message\":\"A \\\"film\\\"?\",\"history\":[]}");
    assert_eq!(event["headers"]["content-length"], json!(event["body"].as_str().unwrap().len().to_string()));
    let without =
        only(&template(&[("POST /chat", "2.0", "{Request: {Method: POST, Path: /chat, Body: {message: hi}}}")], ""));
    assert_eq!(without.with_message("x"), None);
}

#[test]
fn tests_have_the_order_of_the_template_and_a_false_condition_removes_one() {
    let get = "{Request: {Method: GET, Path: /}}";
    let conditional = format!(
        "  Never:
    Type: AWS::Lambda::Url
    Condition: Never
    Metadata: {{Provisioner: {{SmokeTest: {get}}}}}
    Properties: {{TargetFunctionArn: !Ref Function, AuthType: NONE}}
"
    );
    let event = "{Event: {}}";
    let text = template(&[("GET /", "2.0", get)], &[conditional, url(get), alias(event)].concat());
    let tests = build(&text).unwrap().smoke_tests;
    let names: Vec<_> = tests.iter().map(|test| test.logical_id.as_str()).collect();
    assert_eq!(names, ["Url", "Alias", "Route0"]);
}

#[test]
fn a_function_with_an_alias_is_tested_through_the_alias() {
    let of_function = |test: &str, with_alias: bool| {
        let text = template(&[], &url(""));
        let text = text.replace(
            "    Type: AWS::Lambda::Function\n",
            &format!("    Type: AWS::Lambda::Function\n    Metadata: {{Provisioner: {{SmokeTest: {test}}}}}\n"),
        );
        if with_alias {
            return only(&text);
        }
        let end = text.find("  Url:").unwrap();
        only(&text[..end])
    };
    let text = of_function("{Event: {}}", true);
    assert_eq!((text.callee().as_str(), text.logical_id.as_str()), ("orders:live", "Function"));
    assert!(["Function", "Alias", "Version"].iter().all(|id| text.depends_on.contains(*id)), "{:?}", text.depends_on);
    assert_eq!(of_function("{Event: {}}", false).callee(), "orders");
}
