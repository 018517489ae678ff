use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::route::settings_have_routes;
use super::{Checked, Finding, Severity, lint};
use crate::plan::tests::spec::desired;
use crate::template::Reference;

/// The findings in a template of these resources.
fn found(resources: &Value) -> Vec<Finding> {
    lint(&desired(&json!({ "Resources": resources }).to_string()), "123456789012", &BTreeMap::new())
}

/// The cause of the only finding, with its severity.
#[track_caller]
fn cause(resources: &Value) -> (Severity, String) {
    let [one] = found(resources).try_into().unwrap_or_else(|all| panic!("not just one finding: {all:#?}"));
    let Finding { logical_id: _, severity, cause, property: _, hint } = one;
    assert!(!hint.to_string().is_empty());
    (severity, cause)
}

fn trust() -> Value {
    json!({"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
}

fn function(more: &Value) -> Value {
    let mut function = json!({"Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": "chat", "Code": "f.zip", "Runtime": "provided.al2023", "Handler": "bootstrap",
        "Role": "arn:aws:iam::1:role/r",
    }});
    function["Properties"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    function
}

/// A route to a function, with these properties in place of valid ones.
fn routed(route: &Value, integration: &Value, permission: Option<&Value>) -> Value {
    let mut resources = json!({
        "Function": function(&json!({})),
        "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
            "ApiId": "a1", "IntegrationType": "AWS_PROXY", "IntegrationUri": {"Fn::GetAtt": ["Function", "Arn"]},
            "PayloadFormatVersion": "2.0",
        }},
        "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {
            "ApiId": "a1", "RouteKey": "POST /chat", "Target": {"Fn::Sub": "integrations/${Integration}"},
        }},
    });
    let over = |one: &mut Value, more: &Value| {
        one["Properties"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    };
    over(&mut resources["Route"], route);
    over(&mut resources["Integration"], integration);
    if let Some(permission) = permission {
        let mut allowed = json!({"Type": "AWS::Lambda::Permission", "Properties": {
            "FunctionName": {"Ref": "Function"}, "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
        }});
        over(&mut allowed, permission);
        resources["Permission"] = allowed;
    }
    resources
}

fn source(end: &str) -> Value {
    json!({"SourceArn": {"Fn::Sub": format!("arn:aws:execute-api:us-east-1:${{AWS::AccountId}}:a1/{end}")}})
}

#[test]
fn the_name_of_a_role_is_not_an_arn() {
    let role = json!({"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": trust()}});
    let with = |reference: Value| json!({"Role": role, "Function": function(&json!({ "Role": reference }))});
    let named = (Severity::Refused, "Role `r` is the name of a role; the property needs its ARN".to_owned());
    assert_eq!(cause(&with(json!({"Ref": "Role"}))), named);
    assert_eq!(found(&with(json!({"Fn::GetAtt": ["Role", "Arn"]}))), []);
    let mut unnamed = with(json!({"Ref": "Role"}));
    unnamed["Function"]["Properties"].as_object_mut().unwrap().remove("FunctionName");
    assert_eq!(cause(&unnamed), named);
}

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
fn every_action_on_every_resource_gets_a_note() {
    let role = |action: Value, resource: Value| {
        json!({"Role": {"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": "r", "AssumeRolePolicyDocument": trust(),
            "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [
                {"Sid": "All", "Effect": "Allow", "Action": action, "Resource": resource},
            ]}}],
        }}})
    };
    let all = (Severity::Unwise, "the statement `All` allows every action on every resource".to_owned());
    assert_eq!(cause(&role(json!(["s3:GetObject", "*"]), json!("*"))), all);
    assert_eq!(found(&role(json!("s3:GetObject"), json!("*"))), []);
    assert_eq!(found(&role(json!("*"), json!("arn:aws:s3:::films"))), []);
    let managed = json!({"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {"Statement":
        {"Effect": "Allow", "Action": "*", "Resource": "*"}}}}});
    assert_eq!(cause(&managed).0, Severity::Unwise);
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
        let told = found.iter().any(|one| one.severity == Severity::Refused && one.cause.starts_with("Target `"));
        assert!(told, "{bad}: {found:?}");
    }
    assert_eq!(found(&routed(&json!({"Target": "integrations/abc123"}), &any, None)), []);
}

#[test]
fn there_are_two_payload_versions() {
    let any = json!({});
    let told = cause(&routed(&any, &json!({"PayloadFormatVersion": "3.0"}), Some(&any)));
    assert_eq!(told, (Severity::Refused, "PayloadFormatVersion `3.0` does not exist".to_owned()));
}

#[test]
fn an_integration_timeout_has_at_most_thirty_seconds() {
    let any = json!({});
    let told = cause(&routed(&any, &json!({"TimeoutInMillis": 31_000}), Some(&any)));
    assert_eq!(told, (Severity::Refused, "TimeoutInMillis 31000 is not between 50 and 30000".to_owned()));
    assert_eq!(found(&routed(&any, &json!({"TimeoutInMillis": "30000"}), Some(&any))), []);
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
    let told = "API Gateway cannot call `chat` for `POST /chat` on the stage `dev`: `Permission` does not allow it";
    assert_eq!(cause(&resources).1, told);
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
    let told = "API Gateway cannot call `chat` for `POST /chat`: `Permission` does not allow it";
    assert_eq!(findings(&[]), [told], "an API that AWS has not made yet");
    assert_eq!(findings(&[("Api", "d4e5f6")]), [told]);
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

#[test]
fn credentials_need_named_origins() {
    let api = |origin: &str, credentials: Value| {
        json!({"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "a", "ProtocolType": "HTTP",
            "CorsConfiguration": {"AllowOrigins": [origin], "AllowCredentials": credentials}}}})
    };
    let told = (Severity::Refused, "CorsConfiguration allows credentials for every origin (`*`)".to_owned());
    assert_eq!(cause(&api("*", json!(true))), told);
    assert_eq!(found(&api("*", json!(false))), []);
    assert_eq!(found(&api("https://films.example.org", json!(true))), []);
}

#[test]
fn an_alarm_cannot_need_more_datapoints_than_periods() {
    let alarm = |datapoints: Value| {
        json!({"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
            "AlarmName": "a", "EvaluationPeriods": 3, "DatapointsToAlarm": datapoints}}})
    };
    let told = (Severity::Refused, "DatapointsToAlarm 5 is more than EvaluationPeriods 3".to_owned());
    assert_eq!(cause(&alarm(json!("5"))), told);
    assert_eq!(found(&alarm(json!(3))), []);
}

#[test]
fn a_dashboard_body_is_a_json_object() {
    let board = |body: Value| {
        json!({"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "l"}},
            "Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardName": "d", "DashboardBody": body}}})
    };
    let (severity, told) = cause(&board(json!("{\"widgets\": [],}")));
    assert_eq!(severity, Severity::Refused);
    assert!(told.starts_with("DashboardBody is not JSON: trailing comma"), "{told}");
    assert!(cause(&board(json!("[]"))).1.ends_with("it is not an object"));
    assert_eq!(
        found(&board(json!({"Fn::Sub": "{\"widgets\": [\"${Logs}\", ${Logs}]}"}))).len(),
        1,
        "a name is no number"
    );
    assert_eq!(found(&board(json!({"Fn::Sub": "{\"widgets\": [\"${Logs.Arn}\"]}"}))), []);
}

#[test]
fn a_plain_text_secret_gets_a_note_and_a_reference_to_one_does_not() {
    let with =
        |name: &str, value: &str| json!({"Function": function(&json!({"Environment": {"Variables": {name: value}}}))});
    for (name, value) in [
        ("DB_PASSWORD", "hunter2"),
        ("api_key", "abc"),
        ("GITHUB", "ghp_0123456789abcdefghijABCDEFGHIJ"),
        ("AWS", "AKIAIOSFODNN7EXAMPLE"),
        ("KEY", "-----BEGIN RSA PRIVATE KEY-----"),
    ] {
        let told = (Severity::Unwise, format!("Environment.Variables.{name} looks like a secret in plain text"));
        assert_eq!(cause(&with(name, value)), told);
    }
    for (name, value) in [
        ("MAX_TOKENS", "1000"),
        ("DB_PASSWORD", ""),
        ("DB_SECRET", "arn:aws:secretsmanager:us-east-1:1:secret:db"),
        ("API_KEY", "/chat/api-key"),
        ("TOKENIZER", "o200k"),
    ] {
        assert_eq!(found(&with(name, value)), [], "{name}={value}");
    }
}

#[test]
fn the_template_of_the_chat_has_no_findings() {
    let path = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../templates/chat.yaml"));
    let template = crate::template::Template::load(path).unwrap();
    for more in [vec![], vec![("ApiId", "a1b2c3d4e5")], vec![("Streaming", "true")]] {
        let parameters = more.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let packages = crate::desired::Packages { check: crate::desired::PackageCheck::Unread, ..Default::default() };
        let (stack, place) = ("chat".parse().unwrap(), crate::place::Place::new("us-east-1"));
        let desired = crate::desired::Desired::build(&template, &parameters, &packages, &stack, &place).unwrap();
        assert_eq!(lint(&desired, "123456789012", &BTreeMap::new()), []);
    }
}

#[test]
fn a_refused_finding_blocks_its_step_and_an_unwise_one_is_a_note() {
    use crate::plan::tests::planned;
    use crate::report::{blockers_text, plan_text};

    let bad = desired(
        &json!({"Resources": {"Function": function(&json!({
            "Role": "chat-role", "Environment": {"Variables": {"DB_PASSWORD": "hunter2"}},
        }))}})
        .to_string(),
    );
    let plan = planned(&bad, &crate::world::State::default(), crate::plan::Options::default());
    insta::assert_snapshot!(anstream::adapter::strip_str(&plan_text(&plan)), @r"
    stack chat in us-east-1, account 123456789012

      = AWS::Lambda::Function  Function  chat  (skipped: it is blocked, see the error)

      note: Function: Environment.Variables.DB_PASSWORD looks like a secret in plain text
            store it in Secrets Manager or Parameter Store, pass the function its name, and allow the role to read it

    blocked: see the error
    ");
    insta::assert_snapshot!(blockers_text(&plan.blockers), @r"
      Function: Role `chat-role` is the name of a role; the property needs its ARN

    hint: write `!GetAtt ROLE.Arn` in place of `!Ref ROLE`
    ");
}

#[test]
fn a_dynamic_reference_is_refused_in_properties_only() {
    let queue = |name: &str| json!({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "k", "Value": name}]}}});
    for service in ["ssm:/queue/name", "ssm-secure:/name:1", "secretsmanager:db:SecretString:password"] {
        let (severity, cause) = cause(&queue(&format!("a-{{{{resolve:{service}}}}}")));
        assert_eq!(severity, Severity::Refused);
        assert!(cause.starts_with("Tags.0.Value contains a dynamic reference (`{{resolve:…}}`)"), "{cause}");
    }
    let by_parameter = json!({
        "Description": "the password comes from {{resolve:secretsmanager:db}}, later",
        "Parameters": {"Name": {"Type": "String", "Default": "{{resolve:ssm:/queue/name}}"}},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Metadata": {"Note": "{{resolve:ssm:a}}"}, "Properties": {
            "QueueName": {"Fn::Sub": "${Name}"},
        }}},
    });
    let findings = lint(&desired(&by_parameter.to_string()), "123456789012", &BTreeMap::new());
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].cause.starts_with("QueueName contains"), "{findings:#?}");
    let put_together = json!({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {
        "QueueName": {"Fn::Join": ["", ["{{res", "olve:", "ssm", ":name}}"]]},
    }}});
    assert!(cause(&put_together).1.starts_with("QueueName contains"));
}

#[test]
fn a_reference_to_an_unknown_service_gets_a_note_with_its_place() {
    let queue = |name: &str| json!({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q", "Tags": [{"Key": "k", "Value": name}]}}});
    let cause_of_other = "Tags.0.Value contains `{{resolve:…}}` with a service other than `ssm`, `ssm-secure` and \
                          `secretsmanager`: it is not a dynamic reference, and AWS receives the text itself";
    for text in ["{{resolve:resource:Queue.Arn}}", "a-{{resolve:other:x}}", "{{resolve:ssm}}", "{{resolve:SSM:/x}}"] {
        let [one] = found(&queue(text)).try_into().unwrap_or_else(|all| panic!("{text}: {all:#?}"));
        assert_eq!((one.severity, one.cause.as_str()), (Severity::Unwise, cause_of_other), "{text}");
        assert_eq!(one.property, ["Tags", "0", "Value"]);
    }
    for prose in ["{{resolve:other", "{{ resolve:other:x }}", "{{other}}", "resolve:other:x"] {
        assert_eq!(found(&queue(prose)), [], "{prose}");
    }
    let both = found(&queue("{{resolve:other:x}} {{resolve:ssm:/x}}"));
    assert_eq!(both.iter().map(|one| one.severity).collect::<Vec<_>>(), [Severity::Refused, Severity::Unwise]);

    let by_parameter = json!({
        "Parameters": {"Name": {"Type": "String", "Default": "{{resolve:resource:Queue.Arn}}"}},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}},
    });
    let findings = lint(&desired(&by_parameter.to_string()), "123456789012", &BTreeMap::new());
    assert!(findings.iter().any(|one| one.cause.starts_with("QueueName contains `{{resolve:…}}`")), "{findings:#?}");
}

#[test]
fn a_dynamic_reference_inside_base64_is_refused() {
    let data = |text: Value| {
        json!({
            "Template": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {"UserData": {"Fn::Base64": text}}}},
            "Queue": {"Type": "AWS::SQS::Queue"},
        })
    };
    for text in [
        json!("export PW={{resolve:secretsmanager:db:SecretString:password}}"),
        json!({"Fn::Sub": "{{resolve:ssm:/${AWS::AccountId}}}"}),
        json!({"Fn::Sub": "at ${Queue.Arn} {{resolve:ssm:/x}}"}),
    ] {
        let (severity, told) = cause(&data(text.clone()));
        assert_eq!(severity, Severity::Refused);
        assert!(told.starts_with("LaunchTemplateData.UserData contains a dynamic reference"), "{text}: {told}");
    }
    assert_eq!(found(&data(json!("no reference"))), []);
}
