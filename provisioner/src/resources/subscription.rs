//! `AWS::SNS::Subscription`: an endpoint that gets the messages of a topic.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Resource;
use super::json_policy::{json_or_text, parsed};
use super::kind::*;
use super::other::as_far_as;
use crate::template::scalar_text;

/// A subscription.
///
/// It has no tags: the stack whose template names it owns it. SNS returns only the topic, the protocol and the endpoint
/// of a subscription that its endpoint has not confirmed yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Subscription {
    /// The ARN of the topic.
    pub topic_arn: String,
    /// The protocol, such as `sqs` or `email`.
    pub protocol: String,
    /// The ARN, the address or the number that gets the messages.
    #[serde(default)]
    pub endpoint: String,
    /// The region of the topic, which the topic's ARN contains too.
    pub region: Option<String>,
    /// Whether the endpoint gets a message without SNS's envelope.
    #[serde(default)]
    pub raw_message_delivery: bool,
    /// The messages that the endpoint gets.
    #[serde(default, deserialize_with = "json_or_text")]
    pub filter_policy: Option<Value>,
    /// The part of a message that the filter policy is for: `MessageAttributes` or `MessageBody`.
    #[serde(default = "attributes")]
    pub filter_policy_scope: String,
    /// The queue for messages that cannot be delivered.
    #[serde(default, deserialize_with = "json_or_text")]
    pub redrive_policy: Option<Value>,
    /// The retries of a delivery by HTTP.
    #[serde(default, deserialize_with = "json_or_text")]
    pub delivery_policy: Option<Value>,
    /// The archived messages that the endpoint gets.
    #[serde(default, deserialize_with = "json_or_text")]
    pub replay_policy: Option<Value>,
    /// The role that writes to a delivery stream of Firehose.
    pub subscription_role_arn: Option<String>,
}

has_properties!(Subscription);

/// A writing call to SNS about subscriptions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are SNS's operations, the fields their arguments")]
pub enum Call {
    Subscribe(Box<Subscription>),
    /// Sets one of [`Subscription::attributes_in_sns`].
    SetSubscriptionAttributes {
        subscription_arn: String,
        attribute: String,
        subscription: Box<Subscription>,
    },
    Unsubscribe {
        subscription_arn: String,
    },
}

/// The id of a subscription that its endpoint has not confirmed yet.
pub const PENDING: &str = "PendingConfirmation";

/// The protocols whose endpoints SNS asks for a confirmation (SNS developer guide, "Subscribing to a topic").
const ASKED: [&str; 4] = ["email", "email-json", "http", "https"];

/// The state of a subscription that is not confirmed, and the remedy (SNS API reference, `Subscribe` and `Unsubscribe`).
const NOT_CONFIRMED: Awaited = Awaited {
    state: "waits for the confirmation of its endpoint: until then SNS delivers no message to it, and neither changes nor deletes it",
    to_use_it: "confirm it with the link in the message that SNS sent to the endpoint; SNS deletes it after 48 hours without that",
    to_remove_it: "do not confirm it: SNS deletes it with its topic, or after 48 hours",
};

const TO_CONFIRM: Awaited = Awaited {
    state: "takes effect when its endpoint confirms it: SNS sends a message with a link to the endpoint",
    to_use_it: "confirm it with that link within 48 hours",
    ..NOT_CONFIRMED
};

impl Kind for Subscription {
    const TYPE: &'static str = "AWS::SNS::Subscription";
    const ATTRIBUTES: &'static [&'static str] = &[Ids::ARN];
    const OWNERSHIP: Ownership = Ownership::Assumed;
    const ORPHANS: Orphans = Orphans::WithParent;
    const REMOVAL: Removal = Removal::Integrations;
    const CREATE_ONLY: &'static [Property] =
        &[property!(Subscription.topic_arn), property!(Subscription.protocol), property!(Subscription.endpoint)];
    type Call = Call;

    fn complete(&mut self, _tag: &OwnershipTag) {
        // A parameter with an empty default gives no value. SNS returns the scope of a policy only.
        if self.filter_policy.is_none() || self.filter_policy_scope.is_empty() {
            self.filter_policy_scope = attributes();
        }
        self.region.take_if(|region| region.is_empty());
        self.subscription_role_arn.take_if(|role| role.is_empty());
    }

    fn name(&self) -> String {
        format!("{} {}", self.protocol, self.listed_endpoint())
    }

    fn identity(&self) -> Vec<String> {
        vec![self.topic_arn.clone(), self.endpoint.clone()]
    }

    fn is_same(&self, _ids: &Ids, other: &Self, _other_ids: &Ids) -> bool {
        self.collides_with(other)
    }

    fn collides_with(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.topic_arn.clone(), one.protocol.clone(), one.listed_endpoint());
        key(self) == key(other)
    }

    /// SNS adds its defaults to a delivery policy, and returns no region.
    fn comparable_with(&self, wanted: &Self) -> Value {
        let delivery_policy = match (&self.delivery_policy, &wanted.delivery_policy) {
            (Some(found), Some(wanted)) => Some(as_far_as(found, wanted)),
            (found, _) => found.clone(),
        };
        Self { delivery_policy, region: wanted.region.clone(), ..self.clone() }.comparable()
    }

    fn is_kept(&self) -> Option<&'static str> {
        Some("delete it by hand if it is not needed any more, because SNS does not show who created it")
    }

    fn untagged_part(&self) -> Option<String> {
        Some(format!(
            "a subscription of this stack's topic `{}`",
            self.topic_arn.rsplit(':').next().unwrap_or_default()
        ))
    }

    fn awaits(&self, ids: &Ids) -> Option<Awaited> {
        match ids.get(Ids::REF) {
            Some(id) if id == PENDING => Some(NOT_CONFIRMED),
            None if ASKED.contains(&self.protocol.as_str()) => Some(TO_CONFIRM),
            Some(_) | None => None,
        }
    }

    fn requires(&self, other: &Resource, ids: &Ids) -> bool {
        matches!(other, Resource::Topic(_)) && ids.get(Ids::REF) == Some(&self.topic_arn)
    }

    fn imports(&self, ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_sns_topic_subscription", id(ids, Ids::REF))]
    }

    fn effect(call: &Call) -> Effect<Self> {
        match call {
            Call::Subscribe(one) => Effect::all(Self::clone(one), Again::Same),
            Call::SetSubscriptionAttributes { attribute, subscription, .. } => {
                Effect::only(vec![attribute.clone()], Self::clone(subscription), Again::Same)
            }
            Call::Unsubscribe { subscription_arn } => Effect::Deletes { id: subscription_arn.clone() },
        }
    }

    fn create(&self) -> Batches<Call> {
        batches([vec![Call::Subscribe(Box::new(self.clone()))]])
    }

    fn update(&self, now: &Self, ids: &Ids, changed: &Changed) -> Batches<Call> {
        let (wanted, now) = (self.attributes_in_sns(), now.attributes_in_sns());
        let differs = |name: &&String| changed.has_named(name) && wanted.get(*name) != now.get(*name);
        let names: BTreeSet<_> = wanted.keys().chain(now.keys()).filter(differs).collect();
        let set = |name: &String| Call::SetSubscriptionAttributes {
            subscription_arn: id(ids, Ids::REF),
            attribute: name.clone(),
            subscription: Box::new(self.clone()),
        };
        let (scope, others): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| *name == property!(Subscription.filter_policy_scope).name());
        let (scope, others) = (scope.into_iter().map(set).collect(), others.into_iter().map(set).collect());
        // A policy for attributes is valid for bodies too, but not the reverse.
        match self.filter_policy_scope == attributes() {
            true => batches([others, scope]),
            false => batches([scope, others]),
        }
    }

    /// SNS cannot delete a subscription that is not confirmed.
    fn delete(&self, ids: &Ids) -> Batches<Call> {
        let subscription_arn = Some(id(ids, Ids::REF)).filter(|id| id != PENDING);
        batches([subscription_arn.into_iter().map(|subscription_arn| Call::Unsubscribe { subscription_arn }).collect()])
    }
}

impl Subscription {
    /// A subscription without attributes.
    pub fn of(topic_arn: &str, protocol: &str, endpoint: &str) -> Self {
        Self {
            topic_arn: topic_arn.to_owned(),
            protocol: protocol.to_owned(),
            endpoint: endpoint.to_owned(),
            region: None,
            raw_message_delivery: false,
            filter_policy: None,
            filter_policy_scope: attributes(),
            redrive_policy: None,
            delivery_policy: None,
            replay_policy: None,
            subscription_role_arn: None,
        }
    }

    /// The endpoint as SNS lists it: the password in a URL is masked.
    pub fn listed_endpoint(&self) -> String {
        let masked = || {
            let (scheme, rest) = self.endpoint.split_once("://")?;
            let (login, host) = rest.split_once('@').filter(|(login, _)| !login.contains('/'))?;
            Some(format!("{scheme}://{}:****@{host}", login.split_once(':')?.0))
        };
        masked().unwrap_or_else(|| self.endpoint.clone())
    }

    /// The region of its topic: the one that the template gives, or else that of the ARN.
    pub fn region_of_topic(&self) -> &str {
        self.region.as_deref().unwrap_or_else(|| region_of(&self.topic_arn))
    }

    /// The attributes in SNS that differ from their defaults.
    pub fn attributes_in_sns(&self) -> BTreeMap<String, String> {
        let policy = |policy: &Option<Value>| policy.as_ref().map(scalar_text);
        let scope = Some(self.filter_policy_scope.clone()).filter(|scope| *scope != attributes());
        [
            ("RawMessageDelivery", self.raw_message_delivery.then(|| "true".to_owned())),
            ("FilterPolicy", policy(&self.filter_policy)),
            ("FilterPolicyScope", scope),
            ("RedrivePolicy", policy(&self.redrive_policy)),
            ("DeliveryPolicy", policy(&self.delivery_policy)),
            ("ReplayPolicy", policy(&self.replay_policy)),
            ("SubscriptionRoleArn", self.subscription_role_arn.clone()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
    }

    /// The value of an attribute in SNS; for one that is removed, the value that removes it.
    ///
    /// `None` for a call without a value: it removes a `RedrivePolicy`, for which SNS refuses an empty text.
    pub fn attribute_in_sns(&self, name: &str) -> Option<String> {
        let removed = || match name {
            "RawMessageDelivery" => Some("false".to_owned()),
            "FilterPolicy" => Some("{}".to_owned()),
            "FilterPolicyScope" => Some(attributes()),
            "RedrivePolicy" => None,
            _ => Some(String::new()),
        };
        self.attributes_in_sns().remove(name).or_else(removed)
    }

    /// The subscription of this topic, protocol and endpoint, with these attributes in SNS.
    pub fn seen(&self, in_sns: &BTreeMap<String, String>) -> Self {
        let given = |name: &str| in_sns.get(name).filter(|value| !value.is_empty()).cloned();
        let policy = |name: &str| given(name).map(Value::String).and_then(parsed);
        Self {
            region: self.region.clone(),
            raw_message_delivery: given("RawMessageDelivery").is_some_and(|value| value == "true"),
            filter_policy: policy("FilterPolicy"),
            filter_policy_scope: given("FilterPolicyScope").unwrap_or_else(attributes),
            redrive_policy: policy("RedrivePolicy"),
            delivery_policy: policy("DeliveryPolicy"),
            replay_policy: policy("ReplayPolicy"),
            subscription_role_arn: given("SubscriptionRoleArn"),
            ..Self::of(&self.topic_arn, &self.protocol, &self.endpoint)
        }
    }
}

/// The region in the ARN of a topic or a subscription.
pub fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}

fn attributes() -> String {
    "MessageAttributes".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn subscription(properties: &Value) -> Subscription {
        let mut all =
            json!({"TopicArn": "arn:aws:sns:us-east-1:1:news", "Protocol": "email", "Endpoint": "a@films.example"});
        all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
        let mut one = Resource::parse(Subscription::TYPE, all.as_object().unwrap().clone()).unwrap().unwrap();
        one.complete(&OwnershipTag { stack: "chat".to_owned(), region: String::new(), logical_id: "Mail".to_owned() });
        let Resource::Subscription(one) = one else { panic!("{one:?}") };
        one
    }

    fn calls(wanted: &Subscription, now: &Subscription) -> Vec<Vec<String>> {
        let resource = |one: &Subscription| Resource::Subscription(one.clone());
        let changed = Changed::of(&resource(wanted).changes_from(&resource(now)));
        let batches = wanted.update(now, &Ids::from([(Ids::REF.to_owned(), "arn")]), &changed);
        let name = |call: Call| match call {
            Call::SetSubscriptionAttributes { attribute, subscription, .. } => {
                let value = subscription.attribute_in_sns(&attribute);
                format!("{attribute}={}", value.as_deref().unwrap_or("(no value)"))
            }
            Call::Subscribe(_) | Call::Unsubscribe { .. } => panic!("{call:?}"),
        };
        batches.into_iter().map(|batch| batch.into_iter().map(name).collect()).collect()
    }

    #[test]
    fn a_password_in_an_endpoint_is_masked_as_sns_does() {
        let of = |endpoint: &str| Subscription::of("arn", "https", endpoint);
        let listed = of("https://user:****@films.example/hook");
        let wanted = of("https://user:secret@films.example/hook");
        assert_eq!(wanted.name(), "https https://user:****@films.example/hook");
        assert!(wanted.collides_with(&listed) && !wanted.collides_with(&of("https://films.example/hook")));
        assert_eq!(of("https://films.example/@user:a").listed_endpoint(), "https://films.example/@user:a");
    }

    #[test]
    fn the_attributes_in_sns_are_read_back_as_the_same_subscription() {
        let wanted = subscription(&json!({
            "RawMessageDelivery": "true", "FilterPolicy": {"kind": ["film"]}, "FilterPolicyScope": "MessageBody",
            "RedrivePolicy": {"deadLetterTargetArn": "arn"}, "DeliveryPolicy": "{\"healthyRetryPolicy\": null}",
        }));
        assert_eq!(wanted.seen(&wanted.attributes_in_sns()), wanted);
        let plain = subscription(&json!({"FilterPolicyScope": "MessageBody"}));
        assert_eq!(plain.seen(&BTreeMap::new()), plain, "a scope without a policy has no effect");
    }

    #[test]
    fn the_scope_of_a_filter_policy_changes_before_a_policy_for_bodies_and_after_one_for_attributes() {
        let attributes = subscription(&json!({"FilterPolicy": {"kind": ["film"]}}));
        let body =
            subscription(&json!({"FilterPolicy": {"film": {"year": [1999]}}, "FilterPolicyScope": "MessageBody"}));
        let (scope, policy) = ("FilterPolicyScope=MessageBody", r#"FilterPolicy={"film":{"year":[1999]}}"#);
        assert_eq!(calls(&body, &attributes), [[scope], [policy]]);
        let (scope, policy) = ("FilterPolicyScope=MessageAttributes", r#"FilterPolicy={"kind":["film"]}"#);
        assert_eq!(calls(&attributes, &body), [[policy], [scope]]);
        let none = subscription(&json!({}));
        assert_eq!(calls(&none, &attributes), [["FilterPolicy={}"]]);
    }

    #[test]
    fn a_redrive_policy_is_removed_by_a_call_without_a_value() {
        let with_queue = subscription(&json!({"RedrivePolicy": {"deadLetterTargetArn": "arn"}}));
        assert_eq!(calls(&subscription(&json!({})), &with_queue), [["RedrivePolicy=(no value)"]]);
    }

    #[test]
    fn an_empty_optional_value_is_an_absent_one() {
        let empty = subscription(&json!({
            "Region": "", "FilterPolicy": "", "FilterPolicyScope": "", "RedrivePolicy": "", "DeliveryPolicy": "",
            "ReplayPolicy": {}, "SubscriptionRoleArn": "",
        }));
        assert_eq!(empty, subscription(&json!({})));
        assert!(empty.attributes_in_sns().is_empty() && empty.region_of_topic() == "us-east-1");
        let filtered = json!({"FilterPolicy": {"kind": ["film"]}, "FilterPolicyScope": ""});
        assert_eq!(subscription(&filtered).filter_policy_scope, attributes());
    }

    #[test]
    fn an_unconfirmed_subscription_is_reported_and_not_deleted() {
        let mail = subscription(&json!({}));
        let ids = |id: &str| Ids::from([(Ids::REF.to_owned(), id)]);
        assert_eq!(mail.awaits(&Ids::new()), Some(TO_CONFIRM));
        assert_eq!(mail.awaits(&ids(PENDING)), Some(NOT_CONFIRMED));
        assert_eq!(mail.awaits(&ids("arn:aws:sns:us-east-1:1:news:1")), None);
        assert_eq!(subscription(&json!({"Protocol": "sqs"})).awaits(&Ids::new()), None);
        assert_eq!((mail.delete(&ids(PENDING)).len(), mail.delete(&ids("arn")).len()), (0, 1));
    }

    #[test]
    fn the_defaults_that_sns_adds_to_a_delivery_policy_are_no_change() {
        let policy = |policy: Value| subscription(&json!({"DeliveryPolicy": policy}));
        let wanted = Resource::Subscription(policy(json!({"healthyRetryPolicy": {"numRetries": 5}})));
        let found = |retries: u32| {
            let policy = policy(json!({"healthyRetryPolicy": {"numRetries": retries, "minDelayTarget": 20}}));
            Resource::Subscription(policy)
        };
        assert!(wanted.changes_from(&found(5)).is_empty());
        assert_eq!(wanted.changes_from(&found(4)).len(), 1);
    }
}
