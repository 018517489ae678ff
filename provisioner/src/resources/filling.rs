//! Every kind accepts values that are filled in, even if the template gives it no physical name.

use serde_json::{Value, json};

use super::{Resource, typed_kinds};
use crate::template::{Known, Reference};

/// The minimal properties of a kind, without a physical name, and with `text` in one property.
pub(super) fn least(kind: &str, text: &str) -> Value {
    let document = json!({"Statement": []});
    match kind {
        "AWS::IAM::Role" => json!({"AssumeRolePolicyDocument": document, "Description": text}),
        "AWS::IAM::Policy" => json!({"PolicyName": "p", "PolicyDocument": document, "Roles": [text]}),
        "AWS::Logs::LogGroup" => json!({"Tags": {"of": text}}),
        "AWS::Lambda::Function" => json!({"Code": "f.zip", "Runtime": "python3.13", "Handler": "h", "Role": text}),
        "AWS::Lambda::Version" => json!({"FunctionName": text}),
        "AWS::Lambda::Alias" => json!({"FunctionName": "f", "Name": "live", "FunctionVersion": text}),
        "AWS::Lambda::Url" => json!({"TargetFunctionArn": text, "AuthType": "NONE"}),
        "AWS::Lambda::Permission" => json!({"FunctionName": text, "Action": "a", "Principal": "p"}),
        "AWS::ApiGatewayV2::Api" => json!({"ProtocolType": "HTTP", "Description": text}),
        "AWS::ApiGatewayV2::Integration" => {
            json!({"ApiId": text, "IntegrationType": "AWS_PROXY", "IntegrationUri": "u"})
        }
        "AWS::ApiGatewayV2::Route" => json!({"ApiId": text, "RouteKey": "GET /", "Target": "integrations/i"}),
        "AWS::ApiGatewayV2::Stage" => json!({"ApiId": text, "StageName": "s", "AutoDeploy": true}),
        "AWS::DynamoDB::Table" => json!({
            "AttributeDefinitions": [], "KeySchema": [], "BillingMode": "PAY_PER_REQUEST", "Tags": {"of": text},
        }),
        "AWS::SNS::Topic" => json!({"DisplayName": text}),
        "AWS::SNS::Subscription" => json!({"TopicArn": text, "Protocol": "sqs", "Endpoint": "e"}),
        other => panic!("give the least of {other}"),
    }
}

fn texts(resource: &Resource) -> String {
    serde_json::to_value(resource).unwrap().to_string()
}

#[test]
fn every_kind_without_a_name_takes_what_is_filled_in() {
    let reference = Reference::new("Other", "Arn");
    let mut known = Known::default();
    known.insert(reference.clone(), "filled in");
    for kind in typed_kinds() {
        let Value::Object(properties) = least(kind, &reference.to_string()) else { panic!("a map") };
        let resource = Resource::parse(kind, properties).unwrap().unwrap();
        assert!(!texts(&resource).contains("filled in"), "{kind}");
        assert!(texts(&resource.fill(&known)).contains("filled in"), "{kind}: {}", texts(&resource.fill(&known)));
    }
}
