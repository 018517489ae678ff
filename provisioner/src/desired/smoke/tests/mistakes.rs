//! Mistakes in declarations: each is an error with its line.

use super::{alias, build, template};

/// The error of a route `POST /orders` with this declaration, which is in line 18.
fn headline(declared: &str) -> String {
    match build(&template(&[("POST /orders", "2.0", declared)], "")) {
        Ok(_) => panic!("this should be refused: {declared}"),
        Err(error) => error.headline(),
    }
}

#[test]
fn a_wrong_declaration_is_refused_with_its_place() {
    for (declared, place, reason) in [
        ("{Reqest: {}}", ".Reqest", "`Reqest` is not supported; supported are Request, Event, Expect, Message"),
        ("{}", "", "it has neither `Request` nor `Event`"),
        ("[]", "", "it must be a map"),
        ("{Request: [POST, /orders]}", ".Request", "it must be a map"),
        ("{Event: {}, Expect: {Body: [a]}}", ".Expect.Body", "it must be a map"),
        (
            "{Event: {}, Request: {Method: POST, Path: /orders}}",
            "",
            "it has both `Request` and `Event`: declare one of them",
        ),
        ("{Request: {Path: /orders}}", ".Request", "`Method` is missing"),
        ("{Request: {Method: [POST], Path: /orders}}", ".Request.Method", "it must be text, not a list"),
        (
            "{Request: {Method: post, Path: /orders}}",
            ".Request.Method",
            "`post` is not a method; the methods are GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE",
        ),
        ("{Request: {Method: GET, Path: /orders}}", ".Request", "`GET /orders` does not match `POST /orders`"),
        ("{Request: {Method: POST, Path: /orders/1}}", ".Request", "`POST /orders/1` does not match `POST /orders`"),
        (
            "{Request: {Method: POST, Path: orders}}",
            ".Request.Path",
            "`orders` is not a path: it must begin with `/`, with spaces and other special characters escaped, such as `%20`",
        ),
        (
            "{Request: {Method: POST, Path: '/o r'}}",
            ".Request.Path",
            "`/o r` is not a path: it must begin with `/`, with spaces and other special characters escaped, such as `%20`",
        ),
        (
            "{Request: {Method: POST, Path: /orders, Headers: {'a b': c}}}",
            ".Request.Headers.a b",
            "`a b` is not the name of a header",
        ),
        (
            "{Request: {Method: POST, Path: /orders, Headers: {a: [c]}}}",
            ".Request.Headers.a",
            "the value of a header must be text in one line",
        ),
        (
            "{Request: {Method: POST, Path: /orders}, Expect: {Status: many}}",
            ".Expect.Status",
            "it must be a whole number, not `many`",
        ),
        (
            "{Request: {Method: POST, Path: /orders}, Expect: {Status: 20}}",
            ".Expect.Status",
            "20 is not an HTTP status (100 to 599)",
        ),
        (
            "{Request: {Method: POST, Path: /orders}, Expect: {Body: {Matches: a}}}",
            ".Expect.Body.Matches",
            "`Matches` is not supported; supported are Contains, Exists, Equals",
        ),
        (
            "{Request: {Method: POST, Path: /orders}, Expect: {Body: {Contains: 5}}}",
            ".Expect.Body.Contains",
            "it must be text or a list of texts",
        ),
        (
            "{Request: {Method: POST, Path: /orders}, Expect: {Body: {Contains: ['']}}}",
            ".Expect.Body.Contains",
            "every answer contains an empty text",
        ),
        (
            "{Request: {Method: POST, Path: /orders}, Expect: {Body: {Exists: id}}}",
            ".Expect.Body.Exists",
            "`id` is not a JSON pointer: write `/id`",
        ),
        (
            "{Request: {Method: POST, Path: /orders}, Expect: {Body: {Equals: {id: 1}}}}",
            ".Expect.Body.Equals",
            "`id` is not a JSON pointer: write `/id`",
        ),
        (
            "{Request: {Method: POST, Path: /orders}, Expect: {Payload: {Exists: /id}}}",
            ".Expect.Payload",
            "`Payload` is for an `Event`; for a `Request`, declare `Status` and `Body`",
        ),
        (
            "{Request: {Method: POST, Path: /orders, Body: {a: b}}, Message: /c}",
            ".Message",
            "`/c` is not a JSON pointer to a text in `Request.Body`",
        ),
        ("{Event: {n: 1}, Message: /n}", ".Message", "`/n` is not a JSON pointer to a text in `Event`"),
        (
            "{Event: !Ref Api}",
            "",
            "the id of `Api` is not known before AWS assigns it: use parameters, pseudo parameters and names",
        ),
        (
            "{Event: !GetAtt Version.Version}",
            "",
            "`Version.Version` is not known before AWS assigns it: use parameters, pseudo parameters and names",
        ),
    ] {
        let error = headline(declared);
        let expected = format!("resolving t.yaml:18: Route0.Metadata.Provisioner.SmokeTest{place}: {reason}");
        assert_eq!(error, expected, "{declared}");
    }
}

#[test]
fn a_reference_to_a_missing_resource_is_refused_with_its_place() {
    assert_eq!(
        headline("{Event: !Ref Nothing}"),
        "reading template t.yaml:18: Resources.Route0.Metadata.Provisioner.SmokeTest.Event.Ref: there is no parameter or \
         resource `Nothing`"
    );
}

#[test]
fn a_test_is_allowed_only_at_a_function_alias_route_or_url() {
    let at = |resource: &str| match build(&template(&[("POST /orders", "2.0", "")], resource)) {
        Ok(_) => panic!("this should be refused: {resource}"),
        Err(error) => error.to_string(),
    };
    let group = "  Logs: {Type: AWS::Logs::LogGroup, Metadata: {Provisioner: {SmokeTest: {Event: {}}}}}\n";
    assert!(
        at(group).contains("AWS::Logs::LogGroup cannot have a smoke test; declare it at an alias"),
        "{}",
        at(group)
    );
    let unknown = "  Logs: {Type: AWS::Logs::LogGroup, Metadata: {Provisioner: {Test: {}}}}\n";
    assert!(at(unknown).contains("`Test` is not supported; supported is SmokeTest"), "{}", at(unknown));
    let alone = alias("{Request: {Method: GET, Path: /}}");
    let error = build(&template(&[], &alone)).unwrap_err().to_string();
    assert!(
        error.contains("the template has no route or function URL for this request; declare an `Event`"),
        "{error}"
    );
    let away =
        "  Away: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: HTTP_PROXY, \
                IntegrationUri: 'https://films.example.org'}}
  AwayRoute:
    Type: AWS::ApiGatewayV2::Route
    Metadata: {Provisioner: {SmokeTest: {Request: {Method: GET, Path: /}}}}
    Properties: {ApiId: !Ref Api, RouteKey: GET /, Target: !Sub 'integrations/${Away}'}
";
    assert!(at(away).contains("the route's integration does not call a Lambda function"), "{}", at(away));
}

#[test]
fn other_metadata_is_not_read() {
    let group = "  Logs: {Type: AWS::Logs::LogGroup, Metadata: {Mine: !Ref Api, SmokeTest: 5}}\n";
    assert!(build(&template(&[], group)).unwrap().smoke_tests.is_empty());
}
