mod dynamic_references;
mod permissions;
mod routes;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Finding, Severity, lint};
use crate::plan::tests::spec::desired;

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
fn a_sid_stands_once_in_a_policy_document() {
    let policy = |sids: [&str; 2]| {
        let statement = |sid: &str| json!({"Sid": sid, "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
        json!({"Statement": sids.map(statement)})
    };
    let role = |read: Value, write: Value| {
        json!({"Role": {"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": "r", "AssumeRolePolicyDocument": trust(),
            "Policies": [{"PolicyName": "read", "PolicyDocument": read}, {"PolicyName": "write", "PolicyDocument": write}],
        }}})
    };
    let twice = (Severity::Refused, "Policies.write has two statements with the Sid `One`".to_owned());
    assert_eq!(cause(&role(policy(["One", "Two"]), policy(["One", "One"]))), twice);
    assert_eq!(found(&role(policy(["One", "Two"]), policy(["", ""]))), []);
    let managed = json!({"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {
        "PolicyDocument": policy(["One", "One"]),
    }}});
    assert_eq!(cause(&managed).1, "PolicyDocument has two statements with the Sid `One`");
}

#[test]
fn credentials_need_named_origins() {
    let api = |origin: &str, credentials: Value| {
        json!({"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "a", "ProtocolType": "HTTP",
            "CorsConfiguration": {"AllowOrigins": [origin], "AllowCredentials": credentials}}}})
    };
    let reported = (Severity::Refused, "CorsConfiguration allows credentials for every origin (`*`)".to_owned());
    assert_eq!(cause(&api("*", json!(true))), reported);
    assert_eq!(found(&api("*", json!(false))), []);
    assert_eq!(found(&api("https://films.example.org", json!(true))), []);
}

#[test]
fn an_alarm_cannot_need_more_datapoints_than_periods() {
    let alarm = |datapoints: Value| {
        json!({"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
            "AlarmName": "a", "EvaluationPeriods": 3, "DatapointsToAlarm": datapoints}}})
    };
    let reported = (Severity::Refused, "DatapointsToAlarm 5 is more than EvaluationPeriods 3".to_owned());
    assert_eq!(cause(&alarm(json!("5"))), reported);
    assert_eq!(found(&alarm(json!(3))), []);
}

#[test]
fn a_dashboard_body_is_a_json_object() {
    let board = |body: Value| {
        json!({"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "l"}},
            "Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardName": "d", "DashboardBody": body}}})
    };
    let (severity, reported) = cause(&board(json!("{\"widgets\": [],}")));
    assert_eq!(severity, Severity::Refused);
    assert!(reported.starts_with("DashboardBody is not JSON: trailing comma"), "{reported}");
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
        let reported = (Severity::Unwise, format!("Environment.Variables.{name} looks like a secret in plain text"));
        assert_eq!(cause(&with(name, value)), reported);
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
        let desired = crate::desired::Desired::build(&template, &parameters, &packages, &stack, &place, None).unwrap();
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

      ! AWS::Lambda::Function  Function  chat  (blocked)

      note: Function: Environment.Variables.DB_PASSWORD looks like a secret in plain text
            store it in Secrets Manager or Parameter Store, pass the function its name, and allow the role to read it

    nothing is executed: see the error
    ");
    insta::assert_snapshot!(blockers_text(&plan.blockers), @r"
      Function: Role `chat-role` is the name of a role; the property needs its ARN

    hint: write `!GetAtt ROLE.Arn` in place of `!Ref ROLE`
    ");
}
