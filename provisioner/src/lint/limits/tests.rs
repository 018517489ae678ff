mod kinds;
mod values;

use serde_json::{Value, json};

use super::*;
use crate::lint::{Severity, beyond_limits};
use crate::plan::tests::{planned, spec::desired};
use crate::plan::{Options, Plan};
use crate::resources::served::LENGTH as BEFORE;
use crate::resources::{OwnershipTag, Resource};
use crate::world::State;

/// The plan of a template in which every value exceeds AWS's limit by this much.
fn plan(over: usize) -> Plan {
    let text = |most: usize| "x".repeat(most + over);
    let tags =
        |most: usize| json!([{"Key": "t".repeat(128 + over), "Value": "v"}, {"Key": "team", "Value": text(most)}]);
    let allowed = json!({"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let policy = json!({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    let mut resources = json!({
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": text(64), "Description": text(1000), "AssumeRolePolicyDocument": allowed,
            "Policies": [{"PolicyName": text(128), "PolicyDocument": policy}], "Tags": tags(256),
        }},
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": {
            "PolicyName": "p".repeat(128 + over), "PolicyDocument": policy, "Roles": [{"Ref": "Role"}],
        }},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": text(512), "Tags": tags(256)}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": text(64), "Description": text(256), "Code": "f.zip", "Runtime": "provided.al2023",
            "Handler": text(128), "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Tags": tags(256),
            "Environment": {"Variables": {"AB": text(4096 - r#"{"AB":""}"#.len())}},
        }},
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {
            "FunctionName": {"Ref": "Function"}, "Description": text(256),
        }},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {
            "Name": text(128), "ProtocolType": "HTTP", "Description": text(1024), "Tags": {"team": text(1600)},
        }},
        "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {
            "ApiId": {"Ref": "Api"}, "StageName": text(128), "Description": text(1024),
            "Tags": {"team": text(1600)},
        }},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": text(255), "BillingMode": "PAY_PER_REQUEST", "Tags": tags(256),
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        }},
    });
    // The calls for these also contain the stack's name and the logical id.
    let alias = text(256 - BEFORE - "provisioner:stack=chat provisioner:resource=".len());
    resources[alias] = json!({"Type": "AWS::Lambda::Alias", "Properties": {
        "FunctionName": {"Ref": "Function"}, "Name": text(128),
        "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
    }});
    planned(&desired(&json!({ "Resources": resources }).to_string()), &State::default(), Options::default())
}

/// The findings in the properties of a kind, as a template writes them.
fn found(kind: &str, properties: &Value) -> Vec<(Severity, String)> {
    let resource = Resource::parse(kind, properties.as_object().unwrap().clone()).unwrap().unwrap();
    beyond_limits("One", &resource).into_iter().map(|one| (one.severity, one.cause)).collect()
}

/// Valid properties of each kind with a type here. Each case replaces some of them.
fn good(kind: &str) -> Value {
    let policy =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    match kind {
        "AWS::IAM::Role" => json!({"RoleName": "chat", "AssumeRolePolicyDocument": policy}),
        "AWS::IAM::Policy" => json!({"PolicyName": "read", "PolicyDocument": policy, "Roles": ["chat"]}),
        "AWS::Logs::LogGroup" => json!({"LogGroupName": "/aws/lambda/chat"}),
        "AWS::Lambda::Function" => json!({
            "FunctionName": "chat", "Code": "f.zip", "Runtime": "python3.12", "Handler": "index.handler",
            "Role": "arn:aws:iam::123456789012:role/chat",
        }),
        "AWS::Lambda::Version" => json!({"FunctionName": "chat"}),
        "AWS::Lambda::Alias" => json!({"FunctionName": "chat", "Name": "live", "FunctionVersion": "1"}),
        "AWS::Lambda::Url" => json!({"TargetFunctionArn": "chat", "AuthType": "NONE"}),
        "AWS::Lambda::Permission" => {
            json!({"FunctionName": "chat", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"})
        }
        "AWS::ApiGatewayV2::Api" => json!({"Name": "chat", "ProtocolType": "HTTP"}),
        "AWS::ApiGatewayV2::Stage" => json!({"ApiId": "a1", "StageName": "$default"}),
        "AWS::DynamoDB::Table" => json!({
            "TableName": "films", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        }),
        _ => json!({}),
    }
}

fn with(kind: &str, more: &Value) -> Vec<(Severity, String)> {
    let mut properties = good(kind);
    properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    found(kind, &properties)
}

#[test]
fn values_above_the_limits_block_the_plan() {
    let plan = plan(1);
    let kind = |id: &str| plan.steps.iter().find(|step| step.logical_id == id).map(|step| step.kind.clone());
    let reported = plan.blockers.iter().map(|one| format!("{}: {}", kind(&one.logical_id).unwrap(), one.cause));
    let mut reported: Vec<String> = reported
        .map(|one| one.replace(&"x".repeat(32), "x").replace(&"t".repeat(32), "t").replace(" (t.yaml:1)", ""))
        .collect();
    reported.sort();
    insta::assert_snapshot!(reported.join("\n"), @r"
    AWS::ApiGatewayV2::Api: Description has 1025 characters; the maximum is 1024
    AWS::ApiGatewayV2::Api: Name has 129 characters; the maximum is 128
    AWS::ApiGatewayV2::Api: Tags.team has 1601 characters; the maximum is 1600
    AWS::ApiGatewayV2::Stage: Description has 1025 characters; the maximum is 1024
    AWS::ApiGatewayV2::Stage: StageName has 129 characters; the maximum is 128
    AWS::ApiGatewayV2::Stage: Tags.team has 1601 characters; the maximum is 1600
    AWS::DynamoDB::Table: TableName has 256 characters; the maximum is 255
    AWS::DynamoDB::Table: Tags.team has 257 characters; the maximum is 256
    AWS::DynamoDB::Table: the key Tags.t… has 129 characters; the maximum is 128
    AWS::IAM::Policy: PolicyName has 129 characters; the maximum is 128
    AWS::IAM::Role: Description has 1001 characters; the maximum is 1000
    AWS::IAM::Role: RoleName has 65 characters; the maximum is 64
    AWS::IAM::Role: Tags.team has 257 characters; the maximum is 256
    AWS::IAM::Role: the key Policies.x… has 129 characters; the maximum is 128
    AWS::IAM::Role: the key Tags.t… has 129 characters; the maximum is 128
    AWS::Lambda::Alias: Description has 172 characters; the maximum is 171
    AWS::Lambda::Alias: Name has 129 characters; the maximum is 128
    AWS::Lambda::Function: Description has 257 characters; the maximum is 256
    AWS::Lambda::Function: Environment.Variables has 4097 bytes; the maximum is 4096
    AWS::Lambda::Function: FunctionName has 65 characters; the maximum is 64
    AWS::Lambda::Function: Handler has 129 characters; the maximum is 128
    AWS::Lambda::Function: Tags.team has 257 characters; the maximum is 256
    AWS::Lambda::Function: the key Tags.t… has 129 characters; the maximum is 128
    AWS::Lambda::Version: Description has 257 characters; the maximum is 256
    AWS::Logs::LogGroup: LogGroupName has 513 characters; the maximum is 512
    AWS::Logs::LogGroup: Tags.team has 257 characters; the maximum is 256
    AWS::Logs::LogGroup: the key Tags.t… has 129 characters; the maximum is 128
    ");
    assert!(plan.is_empty(), "nothing is sent: {:#?}", plan.steps);
}

#[test]
fn values_at_the_limits_are_sent() {
    let plan = plan(0);
    assert_eq!(plan.blockers, []);
    assert_eq!(plan.notes, []);
    assert_eq!(plan.changing().count(), plan.steps.len());
}

#[test]
fn unknown_values_have_no_length() {
    let function = |description: Value| {
        json!({"Resources": {
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {
                "Code": "f.zip", "Runtime": "provided.al2023", "Handler": "bootstrap",
                "Role": "arn:aws:iam::1:role/r", "Description": description,
            }},
        }})
    };
    let blockers = |description: Value| {
        planned(&desired(&function(description).to_string()), &State::default(), Options::default()).blockers
    };
    assert_eq!(blockers(json!({"Fn::Sub": format!("{}${{Api.ApiId}}", "é".repeat(250))})), []);
    assert_eq!(blockers(json!({"Fn::Sub": format!("{}${{Api.ApiId}}", "é".repeat(257))})).len(), 1);
}

#[test]
fn every_pattern_compiles_and_generated_names_fit_their_limits() {
    let schemas: Value = serde_json::from_str(include_str!("schemas.json")).unwrap();
    let kinds = schemas["kinds"].as_object().unwrap();
    assert!(kinds.iter().all(|(kind, limits)| RULES[kind].len() >= limits.as_object().unwrap().len()), "{RULES:?}");
    let tag = OwnershipTag { stack: "s-".repeat(63) + "st", region: String::new(), logical_id: "L".repeat(255) };
    for kind in [
        "AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::Lambda::Function", "AWS::ApiGatewayV2::Api",
        "AWS::DynamoDB::Table",
    ] {
        let mut properties = good(kind);
        properties.as_object_mut().unwrap().retain(|name, _| !name.ends_with("Name"));
        let mut resource = Resource::parse(kind, properties.as_object().unwrap().clone()).unwrap().unwrap();
        resource.complete(&tag);
        let broken = beyond_limits("One", &resource);
        let names: Vec<_> = broken.iter().filter(|one| one.property.iter().any(|key| key.ends_with("Name"))).collect();
        assert!(names.is_empty(), "{kind}: {names:?}");
    }
}

#[test]
fn only_values_that_a_change_sends_are_checked() {
    let text = |timeout: u32, memory: u32| {
        let properties = json!({
            "FunctionName": "chat", "Code": "f.zip", "Runtime": "python3.12", "Handler": "index.handler",
            "Role": "arn:aws:iam::1:role/r", "Timeout": timeout, "MemorySize": memory,
        });
        json!({"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}}).to_string()
    };
    let mut state = State::default();
    let Resource::Function(function) = &desired(&text(901, 128)).resources[0].resource else { panic!("a function") };
    state.functions.insert("chat".to_owned(), function.clone());
    let causes = |text: String| {
        let plan = planned(&desired(&text), &state, Options::default());
        plan.blockers.into_iter().map(|one| one.cause).collect::<Vec<_>>()
    };
    assert_eq!(causes(text(901, 128)), Vec::<String>::new());
    assert_eq!(causes(text(901, 256)), Vec::<String>::new());
    assert_eq!(causes(text(902, 256)), ["Timeout is 902; AWS allows 1 to 900 (t.yaml:1)"]);
}

#[test]
fn unknown_values_are_not_checked_for_characters() {
    let role = |resource: Value| {
        let document = json!({"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": resource}]});
        let trust =
            json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": resource}, "Action": "sts:AssumeRole"}]});
        let resources = json!({
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": trust, "Policies": [{"PolicyName": "p", "PolicyDocument": document}],
                "Description": {"Fn::Sub": ["of ${X}", {"X": resource}]},
                "Tags": [{"Key": "of", "Value": resource}],
            }},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {
                "PolicyName": "q", "PolicyDocument": document, "Roles": [{"Ref": "Role"}],
            }},
        });
        let plan =
            planned(&desired(&json!({ "Resources": resources }).to_string()), &State::default(), Options::default());
        plan.blockers.into_iter().map(|blocker| blocker.cause).collect::<Vec<_>>()
    };
    let arn = json!({"Fn::GetAtt": ["Queue", "Arn"]});
    let name = json!({"Fn::Select": [5, {"Fn::Split": [":", arn]}]});
    assert_eq!(role(name.clone()), [""; 0]);
    assert_eq!(role(json!({"Fn::Sub": ["arn:aws:sqs:eu-west-1:123456789012:${X}", {"X": name}]})), [""; 0]);
    // The text around it is checked.
    let reported = role(json!({"Fn::Sub": ["\u{4e00}${X}", {"X": name}]}));
    assert!(
        reported.iter().any(|cause| cause.starts_with("Policies.p contains `\u{4e00}`; AWS allows")),
        "{reported:#?}"
    );
    assert!(reported.iter().all(|cause| !cause.contains("U+FDD")), "{reported:#?}");
}
