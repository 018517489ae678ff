//! Dynamic references in properties.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{cause, desired, found, lint};
use crate::lint::Severity;

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
        let (severity, reported) = cause(&data(text.clone()));
        assert_eq!(severity, Severity::Refused);
        assert!(reported.starts_with("LaunchTemplateData.UserData contains a dynamic reference"), "{text}: {reported}");
    }
    assert_eq!(found(&data(json!("no reference"))), []);
}
