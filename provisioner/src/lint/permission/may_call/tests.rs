use super::*;

const API: Api<'_> = Api { partition: "aws", region: "us-east-1", account: "123456789012", id: "a1b2c3d4e5" };

/// Expands `EX` to the API's ARN, and `EX:` to the ARN up to the id.
fn arn(short: &str) -> String {
    match short.strip_prefix("EX:") {
        Some(rest) => format!("arn:aws:execute-api:us-east-1:123456789012:{rest}"),
        None => short.replace("EX", "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5"),
    }
}

fn caller(key: &str) -> Caller<'_> {
    key.strip_prefix("authorizer ").map_or_else(|| Caller::of_key(key), Caller::Authorizer)
}

/// A route key, a stage, a source ARN, and whether API Gateway may call the function with them.
const ROWS: &[(&str, &str, &str, bool)] = &[
    // One method and path, on the stage that serves the root and on a named one.
    ("GET /x", "$default", "EX/*/GET/x", true),
    ("GET /x", "prod", "EX/*/GET/x", true),
    ("GET /x", "$default", "EX/$default/GET/x", true),
    ("GET /x", "prod", "EX/prod/GET/x", true),
    ("GET /x", "prod", "EX/$default/GET/x", false),
    ("GET /x", "$default", "EX/prod/GET/x", false),
    ("GET /x", "production", "EX/prod/GET/x", false),
    ("GET /x", "production", "EX/prod*/GET/x", true),
    ("GET /x", "prod", "EX/dev/GET/x", false),
    ("GET /x", "prod", "EX/PROD/GET/x", false),
    ("GET /x", "prod", "EX/*/get/x", false),
    ("GET /x", "prod", "EX/*/POST/x", false),
    ("GET /x", "prod", "EX/*/GET/y", false),
    ("GET /x", "prod", "EX/*/GET/xy", false),
    ("GET /xy", "prod", "EX/*/GET/x", false),
    ("GET /x", "prod", "EX/*/GETx", false),
    ("GET /x", "prod", "EX/*/GET/", false),
    ("GET /x", "prod", "EX/*/GET", false),
    ("GET /x", "prod", "EX/GET/x", false),
    ("GET /x", "prod", "EX/*/ANY/x", false),
    ("GET /", "prod", "EX/*/GET/", true),
    ("GET /", "prod", "EX/*/GET", false),
    ("GET /books/{id}", "prod", "EX/*/GET/books/{id}", true),
    ("GET /books/{id}", "prod", "EX/*/GET/books/*", true),
    ("GET /books/{id}", "prod", "EX/*/GET/books/7", false),
    ("GET /books/{id}/pages", "prod", "EX/*/GET/books/*", true),
    // `*` matches slashes too, `?` matches one character.
    ("GET /x", "prod", "EX/*", true),
    ("GET /x", "prod", "EX/*/*", true),
    ("GET /x", "prod", "EX/*/*/*", true),
    ("GET /x", "prod", "EX/*/*/*/*", false),
    ("GET /x/y", "prod", "EX/*/*/*/*", true),
    ("GET /x", "prod", "EX/*/*/x", true),
    ("GET /x", "prod", "EX/*/x", true),
    ("GET /x", "prod", "EX/prod/*", true),
    ("GET /x", "prod", "EX/dev/*", false),
    ("GET /x", "prod", "EX/pro?/GET/x", true),
    ("GET /x", "prod", "EX/pr?/GET/x", false),
    ("GET /x", "prod", "EX/prod/???/x", true),
    ("POST /x", "prod", "EX/prod/???/x", false),
    ("GET /x", "prod", "EX/prod?GET?x", true),
    ("GET /x", "prod", "EX*", true),
    ("GET /x", "prod", "EX", false),
    ("GET /x", "prod", "EX/", false),
    ("GET /x", "prod", "EX:*", true),
    ("GET /x", "prod", "EX:*/*/GET/x", true),
    ("GET /x", "prod", "EX:a1b2c3d4e?/*/GET/x", true),
    ("GET /x", "prod", "EX:a1b2c3d4?/*/GET/x", false),
    // Another API, account, region, partition, service; each component is compared separately.
    ("GET /x", "prod", "EX:z9y8x7w6v5/*/GET/x", false),
    ("GET /x", "prod", "arn:aws:execute-api:us-east-1:000000000009:a1b2c3d4e5/*/GET/x", false),
    ("GET /x", "prod", "arn:aws:execute-api:us-east-1:*:a1b2c3d4e5/*/GET/x", true),
    ("GET /x", "prod", "arn:aws:execute-api:us-east-1::a1b2c3d4e5/*/GET/x", false),
    ("GET /x", "prod", "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/*/GET/x", false),
    ("GET /x", "prod", "arn:aws:execute-api:*:123456789012:a1b2c3d4e5/*/GET/x", true),
    ("GET /x", "prod", "arn:aws:execute-api:us-east-?:123456789012:a1b2c3d4e5/*/GET/x", true),
    ("GET /x", "prod", "arn:aws-cn:execute-api:us-east-1:123456789012:a1b2c3d4e5/*/GET/x", false),
    ("GET /x", "prod", "arn:*:execute-api:us-east-1:123456789012:a1b2c3d4e5/*/GET/x", true),
    ("GET /x", "prod", "arn:aws:apigateway:us-east-1:123456789012:a1b2c3d4e5/*/GET/x", false),
    ("GET /x", "prod", "arn:aws:execute-api:*:a1b2c3d4e5/*/GET/x", false),
    ("GET /x", "prod", "arn:aws:execute-api:*", false),
    ("GET /x", "prod", "*", false),
    ("GET /x", "prod", "arn:aws:s3:::films", false),
    // A colon in a path belongs to the last component.
    ("GET /x:y", "prod", "EX/*/GET/x:y", true),
    ("GET /x:y", "prod", "EX/*/GET/x:*", true),
    // Every method.
    ("ANY /x", "$default", "EX/*/*/x", true),
    ("ANY /x", "prod", "EX/prod/*/x", true),
    ("ANY /x", "prod", "EX/prod/*", true),
    ("ANY /x", "prod", "EX/*/GET/x", false),
    ("ANY /x", "prod", "EX/*/ANY/x", false),
    ("ANY /x", "prod", "EX/*/???/x", false),
    ("ANY /x", "prod", "EX/*/*/y", false),
    ("ANY /{proxy+}", "prod", "EX/*/*/{proxy+}", true),
    ("ANY /{proxy+}", "prod", "EX/*/*/*", true),
    ("ANY /{proxy+}", "prod", "EX/*/*/", false),
    // Requests that no other route matches.
    ("$default", "$default", "EX/*/$default", true),
    ("$default", "$default", "EX/$default/$default", true),
    ("$default", "prod", "EX/prod/$default", true),
    ("$default", "prod", "EX/*/*", true),
    ("$default", "prod", "EX/*", true),
    ("$default", "prod", "EX/*/*/$default", false),
    ("$default", "prod", "EX/*/*/*", false),
    ("$default", "prod", "EX/$default", false),
    // WebSocket APIs.
    ("$connect", "prod", "EX/*/$connect", true),
    ("$connect", "prod", "EX/prod/$connect", true),
    ("$connect", "prod", "EX/*/$disconnect", false),
    ("$disconnect", "prod", "EX/*/$*", true),
    ("send", "prod", "EX/*/send", true),
    ("send", "prod", "EX/*/POST/send", false),
    ("send", "dev", "EX/prod/send", false),
    // Authorizers.
    ("authorizer q1w2e3", "prod", "EX/authorizers/q1w2e3", true),
    ("authorizer q1w2e3", "prod", "EX/authorizers/*", true),
    ("authorizer q1w2e3", "prod", "EX/*", true),
    ("authorizer q1w2e3", "prod", "EX/*/*", true),
    ("authorizer q1w2e3", "prod", "EX/authorizers/other", false),
    ("authorizer q1w2e3", "prod", "EX/*/GET/x", false),
    ("authorizer q1w2e3", "prod", "EX/prod/*", false),
];

#[test]
fn a_source_arn_allows_its_routes_and_the_advised_arn_does_too() {
    assert!(ROWS.len() >= 60);
    for (key, stage, pattern, expected) in ROWS {
        let (caller, pattern) = (caller(key), arn(pattern));
        let of = |arn: &str| may_call(&API, &caller, Some(stage), &[Source { arn: Some(arn), account: None }]);
        assert_eq!(of(&pattern), *expected, "`{key}` on `{stage}` by {pattern}");
        let advised = arn(&format!("EX/{}", caller.advice()));
        assert!(of(&advised), "`{key}` on `{stage}` is refused by {pattern} and by what is advised: {advised}");
    }
}

#[test]
fn a_statement_without_a_source_allows_every_call() {
    for (key, stage, ..) in ROWS {
        assert!(may_call(&API, &caller(key), Some(stage), &[Source::default()]));
        assert!(!may_call(&API, &caller(key), Some(stage), &[]));
    }
}

#[test]
fn the_source_account_is_compared_as_well() {
    let of = |account: &str, arn: Option<&str>| {
        may_call(&API, &Caller::of_key("GET /x"), Some("prod"), &[Source { arn, account: Some(account) }])
    };
    assert!(of("123456789012", None));
    assert!(!of("000000000009", None));
    assert!(!of("12345678901*", None), "StringEquals knows no wildcard");
    assert!(of("\u{e000}", None), "a value that is not known");
    assert!(of("123456789012", Some(&arn("EX/*/GET/x"))) && !of("123456789012", Some(&arn("EX/*/GET/y"))));
}

#[test]
fn several_statements_allow_the_union_of_their_calls() {
    let by = |arns: &[&str]| {
        let arns: Vec<String> = arns.iter().map(|one| arn(one)).collect();
        let sources: Vec<Source<'_>> = arns.iter().map(|one| Source { arn: Some(one), account: None }).collect();
        may_call(&API, &Caller::of_key("ANY /x"), Some("prod"), &sources)
    };
    assert!(by(&["EX/*/GET/x", "EX/*/?????*/x", "EX/*/P*/x", "EX/*/HEAD/x"]));
    assert!(!by(&["EX/*/GET/x", "EX/*/?????*/x", "EX/*/P*/x"]), "HEAD is missing");
}

#[test]
fn an_unknown_stage_matches_any_stage() {
    let by = |pattern: &str| {
        let arn = arn(pattern);
        may_call(&API, &Caller::of_key("GET /x"), None, &[Source { arn: Some(&arn), account: None }])
    };
    assert!(by("EX/*/GET/x") && by("EX/prod/GET/x") && by("EX/\u{e001}/GET/x"));
    assert!(!by("EX/*/POST/x") && !by("EX/GET/x") && !by("EX/a/b/GET/x"));
}

#[test]
fn an_unknown_value_equals_itself_and_matches_text_without_a_slash() {
    let by = |id: &str, pattern: &str| {
        let arn = arn(pattern);
        let api = Api { id, ..API };
        may_call(&api, &Caller::of_key("GET /x"), Some("prod"), &[Source { arn: Some(&arn), account: None }])
    };
    for (id, pattern, expected) in [
        ("\u{e000}", "EX:\u{e000}/*/GET/x", true),
        ("\u{e000}", "EX:\u{e001}/*/GET/x", false), // the ids of two APIs
        ("\u{e000}", "EX:\u{e000}/*/GET/y", false),
        ("\u{e000}", "EX:\u{e000}", false),
        ("\u{e000}", "EX/*/GET/x", true), // an id that may be the one
        ("\u{f8fe}", "EX:\u{f8fe}/*/GET/x", true),
        ("\u{f8fe}", "EX:*/*/GET/x", true),
        ("\u{f8fe}", "EX:\u{f8fd}/*/GET/x", true), // a function may return the id
        ("\u{f8fe}", "\u{f8fd}", true),
        ("\u{f8fe}", "EX:\u{e000}/*/GET/x", false),
        ("\u{f8fe}", "EX/*/GET/x", false), // AWS has not assigned the id yet
        ("a1", "EX:\u{e000}/*/GET/x", true),
        ("a1", "EX:\u{e000}", false),
        ("a1", "EX:\u{e000}/\u{e001}/GET/x", true),
        ("a1", "\u{e000}", true), // may be the whole ARN
        ("a1", "arn:aws:execute-api:us-east-1:\u{e000}:a1/*/GET/x", true),
    ] {
        assert_eq!(by(id, pattern), expected, "{} by {}", id.escape_unicode(), pattern.escape_unicode());
    }
}

#[test]
fn many_wildcards_are_compared_quickly() {
    let pattern = arn(&format!("EX/{}z", "*a".repeat(60)));
    let path = format!("/{}", "a".repeat(300));
    let route = Caller::Method { method: "GET", path: &path };
    assert!(!may_call(&API, &route, Some("prod"), &[Source { arn: Some(&pattern), account: None }]));
}
