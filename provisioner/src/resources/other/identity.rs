//! The two names that a resource of the registry has on AWS: what Cloud Control finds it by, and what `Ref` gives.
//!
//! They are the same text for most kinds, so they are two types: one is never taken for the other.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What Cloud Control finds a resource by: all parts of its kind's primary identifier, joined by `|`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identifier(String);

impl Identifier {
    /// The identifier as Cloud Control answers it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The identifier of these parts, in the order of the primary identifier.
    #[must_use]
    pub fn of_parts(parts: &[&str]) -> Self {
        Self(parts.join("|"))
    }

    /// The text that Cloud Control takes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What `Ref` gives for a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhysicalId(String);

impl PhysicalId {
    /// What CloudFormation's `Ref` gives for a resource of this kind; `None` where AWS did not answer the property that
    /// it is.
    #[must_use]
    pub fn of(kind: &str, identifier: &Identifier, properties: &Map<String, Value>) -> Option<Self> {
        let text = match REF_VALUES.kinds.get(kind) {
            None => Some(identifier.0.clone()),
            Some(RefValue::Property(name)) => text(properties.get(name)).or_else(|| identifier.only_part()),
            Some(RefValue::FromArn { marker }) => identifier.after(marker).or_else(|| identifier.only_part()),
        };
        text.map(Self)
    }

    /// The text that a template gets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Identifier {
    /// The identifier where it has one part and is not an ARN. An emulator may give one where AWS gives several.
    fn only_part(&self) -> Option<String> {
        (!self.0.contains('|') && !self.0.starts_with("arn:")).then(|| self.0.clone())
    }

    /// The name behind a marker in an ARN, and what it belongs to before it: `bus|rule` for `…:rule/bus/rule`. A partner's
    /// bus has slashes in its name, so the last slash is the one between the two.
    fn after(&self, marker: &str) -> Option<String> {
        let (_, rest) = self.0.split_once(marker)?;
        Some(rest.rsplit_once('/').map_or_else(|| rest.to_owned(), |(owner, name)| format!("{owner}|{name}")))
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What `Ref` gives, for the kinds where it is not the identifier.
#[derive(Debug, Deserialize)]
struct RefValues {
    kinds: BTreeMap<String, RefValue>,
}

/// Where the value of `Ref` stands.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum RefValue {
    /// In a property.
    Property(String),
    /// In the identifier, which is an ARN, behind this marker.
    FromArn {
        #[serde(rename = "fromArn")]
        marker: String,
    },
}

/// Written by `provisioner/tests/schemas/generate.py`, which says where it is from.
static REF_VALUES: LazyLock<RefValues> = LazyLock::new(|| {
    serde_json::from_str(include_str!("ref_values.json")).unwrap_or_else(|_| RefValues { kinds: BTreeMap::new() })
});

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn physical_id(kind: &str, identifier: &str, properties: &Value) -> Option<String> {
        let id = PhysicalId::of(kind, &Identifier::new(identifier), properties.as_object().unwrap());
        id.map(|id| id.as_str().to_owned())
    }

    #[test]
    fn ref_is_the_identifier_where_nothing_else_is_known() {
        let url = "https://sqs.us-east-1.amazonaws.com/1/jobs";
        assert_eq!(physical_id("AWS::SQS::Queue", url, &json!({})).as_deref(), Some(url));
        let compound = "web|a1|REGIONAL";
        assert_eq!(physical_id("AWS::WAFv2::WebACL", compound, &json!({})).as_deref(), Some(compound));
    }

    #[test]
    fn ref_of_a_compound_identifier_is_the_part_that_cloudformation_gives() {
        for (kind, identifier, property, value) in [
            ("AWS::ApiGatewayV2::Authorizer", "auth1|api1", "AuthorizerId", "auth1"),
            ("AWS::ApiGateway::Authorizer", "api1|auth1", "AuthorizerId", "auth1"),
            ("AWS::ApiGateway::Resource", "api1|res1", "ResourceId", "res1"),
            ("AWS::ApiGateway::Deployment", "dep1|api1", "DeploymentId", "dep1"),
            ("AWS::ApiGateway::Stage", "api1|prod", "StageName", "prod"),
            ("AWS::ApiGateway::Model", "api1|Film", "Name", "Film"),
            ("AWS::Cognito::UserPoolClient", "us-east-1_a|c1", "ClientId", "c1"),
            ("AWS::Cognito::UserPoolResourceServer", "us-east-1_a|films", "Identifier", "films"),
            ("AWS::Logs::LogStream", "/chat|one", "LogStreamName", "one"),
            ("AWS::Logs::SubscriptionFilter", "errors|/chat", "FilterName", "errors"),
            (
                "AWS::ECS::Service",
                "arn:aws:ecs:us-east-1:1:service/s|cluster",
                "ServiceArn",
                "arn:aws:ecs:us-east-1:1:service/s",
            ),
            ("AWS::EC2::EIP", "192.0.2.1|eipalloc-1", "PublicIp", "192.0.2.1"),
            (
                "AWS::ApplicationAutoScaling::ScalingPolicy",
                "arn:aws:autoscaling:p|ecs:d",
                "Arn",
                "arn:aws:autoscaling:p",
            ),
            ("AWS::Glue::Connection", "123456789012|films", "Name", "films"),
            ("AWS::Glue::Table", "123456789012|db|films", "Name", "films"),
            ("AWS::AutoScaling::LifecycleHook", "group|hook", "LifecycleHookName", "hook"),
            ("AWS::AutoScaling::ScheduledAction", "nightly|group", "ScheduledActionName", "nightly"),
            ("AWS::SES::ReceiptRule", "rule|set", "RuleName", "rule"),
            ("AWS::ServiceDiscovery::Instance", "srv-1|i-1", "InstanceId", "i-1"),
            ("AWS::ElasticBeanstalk::ApplicationVersion", "app|v1", "Id", "v1"),
            ("AWS::ElasticBeanstalk::ConfigurationTemplate", "app|small", "TemplateName", "small"),
            ("AWS::EC2::VPCCidrBlock", "vpc-cidr-assoc-1|vpc-1", "Id", "vpc-cidr-assoc-1"),
            ("AWS::GuardDuty::IPSet", "ips1|det1", "Id", "ips1"),
            ("AWS::GuardDuty::ThreatIntelSet", "tis1|det1", "Id", "tis1"),
            ("AWS::GuardDuty::Filter", "det1|noise", "Name", "noise"),
            ("AWS::Logs::MetricFilter", "/chat|errors", "FilterName", "errors"),
            ("AWS::IAM::RolePolicy", "read|role", "PolicyName", "read"),
        ] {
            assert_eq!(physical_id(kind, identifier, &json!({ property: value })).as_deref(), Some(value), "{kind}");
        }
        let version = physical_id("AWS::AppConfig::HostedConfigurationVersion", "a|p|3", &json!({"VersionNumber": 3}));
        assert_eq!(version.as_deref(), Some("3"), "a number is given as text");
    }

    #[test]
    fn ref_of_a_rule_is_its_name_and_of_one_on_a_custom_bus_both_names() {
        let of = |arn: &str| physical_id("AWS::Events::Rule", arn, &json!({"Arn": arn})).unwrap();
        assert_eq!(of("arn:aws:events:us-east-1:123456789012:rule/chat-Rule-1A"), "chat-Rule-1A");
        assert_eq!(of("arn:aws:events:us-east-1:123456789012:rule/orders/paid"), "orders|paid");
        assert_eq!(
            of("arn:aws:events:us-east-1:123456789012:rule/aws.partner/a.com/b/paid"),
            "aws.partner/a.com/b|paid"
        );
    }

    #[test]
    fn what_aws_did_not_answer_is_unknown_and_not_the_identifier() {
        assert_eq!(physical_id("AWS::ApiGatewayV2::Authorizer", "auth1|api1", &json!({"ApiId": "api1"})), None);
        assert_eq!(physical_id("AWS::ApiGatewayV2::Authorizer", "auth1", &json!({})).as_deref(), Some("auth1"));
    }

    #[test]
    fn the_data_has_the_kinds_that_differ_and_no_more() {
        let kinds = &REF_VALUES.kinds;
        assert_eq!(kinds.len(), 73, "docs/decisions/0008 names the number");
        for same in [
            "AWS::SQS::Queue",
            "AWS::SNS::Topic",
            "AWS::Cognito::UserPool",
            "AWS::WAFv2::WebACL",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "AWS::EKS::FargateProfile",
            "AWS::VerifiedPermissions::PolicyTemplate",
        ] {
            assert!(!kinds.contains_key(same), "{same}");
        }
    }
}
