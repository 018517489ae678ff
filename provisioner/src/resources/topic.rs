//! `AWS::SNS::Topic`: messages that are delivered to subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::delivery_status::{self, DeliveryStatus};
use super::json_policy::{json_or_text, parsed};
use super::kind::*;
use super::name::default_name;
use super::tags;
use crate::template::scalar_text;

/// A topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Topic {
    /// The physical name.
    #[serde(default, deserialize_with = "super::name::given", skip_serializing_if = "String::is_empty")]
    pub topic_name: String,
    /// The name that the messages to phones show.
    #[serde(default)]
    pub display_name: String,
    /// Whether it delivers messages in their order.
    #[serde(default)]
    pub fifo_topic: bool,
    /// Whether SNS derives the deduplication id of a message from its content.
    #[serde(default)]
    pub content_based_deduplication: bool,
    /// The scope of the throughput quota: `Topic` or `MessageGroup`. Not compared unless the template gives it.
    pub fifo_throughput_scope: Option<String>,
    /// The retention of messages, for a topic that delivers messages in their order.
    #[serde(default, deserialize_with = "json_or_text")]
    pub archive_policy: Option<Value>,
    /// The maximum size of a message, in bytes.
    #[serde(default = "default_size")]
    pub maximum_message_size: i32,
    /// The key that encrypts the messages.
    pub kms_master_key_id: Option<String>,
    /// The version of the signature of messages, `1` or `2`.
    #[serde(default = "first_version")]
    pub signature_version: String,
    /// `PassThrough` or `Active`.
    #[serde(default = "pass_through")]
    pub tracing_config: String,
    /// The roles that write the log of deliveries, by protocol.
    #[serde(default)]
    pub delivery_status_logging: Vec<DeliveryStatus>,
    /// The sensitive data that it finds in messages. Not compared unless the template gives it.
    #[serde(default, deserialize_with = "json_or_text")]
    pub data_protection_policy: Option<Value>,
    /// Tags.
    #[serde(default, deserialize_with = "tags::either_shape")]
    pub tags: Tags,
}

has_properties!(Topic);

/// A writing call to SNS about topics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the variants are SNS's operations, the fields their arguments")]
pub enum Call {
    CreateTopic(Box<Topic>),
    /// Sets one of [`Topic::attributes_in_sns`].
    SetTopicAttributes {
        topic_arn: String,
        attribute: String,
        topic: Box<Topic>,
    },
    PutDataProtectionPolicy {
        topic_arn: String,
        topic: Box<Topic>,
    },
    TagResource {
        topic_arn: String,
        topic: Box<Topic>,
    },
    DeleteTopic {
        topic_arn: String,
    },
}

/// The subscriptions in a topic.
const SUBSCRIPTION: Property = Property::named("Subscription");

/// The end of the name of a topic that delivers messages in their order.
const FIFO: &str = ".fifo";

/// The longest name of a topic.
const LONGEST: usize = 256;

impl Kind for Topic {
    const TYPE: &'static str = "AWS::SNS::Topic";
    /// None is known before the topic exists: Cloud Control may have generated the name for an earlier version.
    const ATTRIBUTES: &'static [&'static str] = &["TopicArn", "TopicName"];
    const OWNERSHIP: Ownership = Ownership::Tags;
    const ORPHANS: Orphans = Orphans::ByName(Arn { service: "sns", start: "" });
    const REMOVAL: Removal = Removal::Independent;
    const CREATE_ONLY: &'static [Property] = &[property!(Topic.topic_name), property!(Topic.fifo_topic)];
    const THROUGH_CLOUD_CONTROL: &'static [Property] = &[SUBSCRIPTION];
    type Call = Call;

    fields!(name: topic_name, tags_mut: tags);

    fn complete(&mut self, tag: &OwnershipTag) {
        self.topic_name = self.name_from(tag);
        delivery_status::normalize(&mut self.delivery_status_logging);
        // A parameter with an empty default gives no value.
        self.kms_master_key_id.take_if(|key| key.is_empty());
        self.fifo_throughput_scope.take_if(|scope| scope.is_empty());
        if self.signature_version.is_empty() {
            self.signature_version = first_version();
        }
        if self.tracing_config.is_empty() {
            self.tracing_config = pass_through();
        }
        // The tag with the kind is that of earlier versions, which created topics through Cloud Control.
        tag.add_with_kind_to(&mut self.tags, Self::TYPE);
    }

    fn comparable_with(&self, wanted: &Self) -> Value {
        let mut seen = self.clone();
        if wanted.fifo_throughput_scope.is_none() {
            seen.fifo_throughput_scope = None;
        }
        if wanted.data_protection_policy.is_none() {
            seen.data_protection_policy = None;
        }
        seen.comparable()
    }

    fn with_name_only(name: &str) -> Option<Self> {
        // The ARN of a subscription has one part more.
        (!name.contains(':')).then(|| Self::seen(name, &BTreeMap::new(), None, Tags::new()))
    }

    fn is_same(&self, ids: &Ids, other: &Self, other_ids: &Ids) -> bool {
        self.topic_name == other.topic_name || ids.have_the_same(Ids::REF, other_ids)
    }

    fn retain(&mut self) {
        tags::tag_as_retained(&mut self.tags);
    }

    fn is_kept(&self) -> Option<&'static str> {
        tags::kept_by_tag(&self.tags)
    }

    fn imports(&self, ids: &Ids) -> Vec<Import> {
        vec![Import::whole("aws_sns_topic", id(ids, Ids::REF))]
    }

    fn effect(call: &Call) -> Effect<Self> {
        let sets = |property: &str, topic: &Self| Effect::only(vec![property.to_owned()], topic.clone(), Again::Same);
        match call {
            Call::CreateTopic(topic) => Effect::all(Self::clone(topic), Again::Same),
            Call::SetTopicAttributes { attribute, topic, .. } => sets(property_of(attribute), topic),
            Call::PutDataProtectionPolicy { topic, .. } => sets(property!(Topic.data_protection_policy).name(), topic),
            Call::TagResource { topic, .. } => sets(property!(Topic.tags).name(), topic),
            Call::DeleteTopic { topic_arn } => Effect::Deletes { id: topic_arn.clone() },
        }
    }

    fn create(&self) -> Batches<Call> {
        batches([vec![Call::CreateTopic(Box::new(self.clone()))]])
    }

    fn update(&self, now: &Self, ids: &Ids, changed: &Changed) -> Batches<Call> {
        let (topic_arn, topic) = (|| id(ids, Ids::REF), || Box::new(self.clone()));
        let (wanted, now) = (self.attributes_in_sns(), now.attributes_in_sns());
        let differs = |attribute: &&String| {
            changed.has_named(property_of(attribute)) && wanted.get(*attribute) != now.get(*attribute)
        };
        let names: BTreeSet<_> = wanted.keys().chain(now.keys()).filter(differs).collect();
        let set = |attribute: &String| Call::SetTopicAttributes {
            topic_arn: topic_arn(),
            attribute: attribute.clone(),
            topic: topic(),
        };
        let mut calls: Vec<_> = names.into_iter().map(set).collect();
        if changed.has(property!(Topic.data_protection_policy)) {
            calls.push(Call::PutDataProtectionPolicy { topic_arn: topic_arn(), topic: topic() });
        }
        if changed.has(property!(Topic.tags)) {
            calls.push(Call::TagResource { topic_arn: topic_arn(), topic: topic() });
        }
        batches([calls])
    }

    fn delete(&self, ids: &Ids) -> Batches<Call> {
        batches([vec![Call::DeleteTopic { topic_arn: id(ids, Ids::REF) }]])
    }
}

impl Topic {
    /// The name that the template gives, or the name that is derived from the stack's name and the logical id.
    fn name_from(&self, tag: &OwnershipTag) -> String {
        let mut name = self.topic_name.clone();
        if name.is_empty() {
            let end = if self.fifo_topic { FIFO } else { "" };
            default_name(&mut name, tag, LONGEST - end.len());
            name.push_str(end);
        }
        name
    }

    /// Whether its name is the derived one, so that a topic of another name may be this resource: an earlier version
    /// let Cloud Control generate it.
    pub fn has_derived_name(&self, tag: &OwnershipTag) -> bool {
        let unnamed = Self { topic_name: String::new(), ..self.clone() };
        unnamed.name_from(tag) == self.topic_name
    }

    /// The attributes in SNS that differ from their defaults.
    pub fn attributes_in_sns(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        let mut put = |name: &str, value: Option<String>| {
            all.extend(value.filter(|value| !value.is_empty()).map(|value| (name.to_owned(), value)));
        };
        put("DisplayName", Some(self.display_name.clone()));
        put("FifoTopic", self.fifo_topic.then(|| "true".to_owned()));
        // A topic without order has no such attribute, and SNS refuses `true` there.
        let deduplicates = self.content_based_deduplication;
        let is_sent = self.fifo_topic || deduplicates;
        put("ContentBasedDeduplication", is_sent.then(|| deduplicates.to_string()));
        put("FifoThroughputScope", self.fifo_throughput_scope.clone());
        put("ArchivePolicy", self.archive_policy.as_ref().map(scalar_text));
        let size = Some(self.maximum_message_size).filter(|size| *size != default_size());
        put("MaximumMessageSize", size.map(|size| size.to_string()));
        put("KmsMasterKeyId", self.kms_master_key_id.clone());
        put("SignatureVersion", Some(self.signature_version.clone()).filter(|version| *version != first_version()));
        put("TracingConfig", Some(self.tracing_config.clone()).filter(|mode| *mode != pass_through()));
        all.extend(self.delivery_status_logging.iter().flat_map(DeliveryStatus::attributes_in_sns));
        all
    }

    /// The value of an attribute in SNS; for one that is removed, the value that removes it.
    pub fn attribute_in_sns(&self, name: &str) -> String {
        let removed = match name {
            "SignatureVersion" => first_version(),
            "TracingConfig" => pass_through(),
            "ArchivePolicy" => "{}".to_owned(),
            "MaximumMessageSize" => default_size().to_string(),
            _ => delivery_status::removed(name).to_owned(),
        };
        self.attributes_in_sns().remove(name).unwrap_or(removed)
    }

    /// The topic of these attributes in SNS.
    pub fn seen(name: &str, attributes: &BTreeMap<String, String>, protection: Option<Value>, tags: Tags) -> Self {
        let given = |name: &str| attributes.get(name).filter(|value| !value.is_empty()).cloned();
        let is_true = |name: &str| attributes.get(name).is_some_and(|value| value == "true");
        Self {
            topic_name: name.to_owned(),
            display_name: given("DisplayName").unwrap_or_default(),
            fifo_topic: is_true("FifoTopic"),
            content_based_deduplication: is_true("ContentBasedDeduplication"),
            fifo_throughput_scope: given("FifoThroughputScope"),
            archive_policy: given("ArchivePolicy").map(Value::String).and_then(parsed),
            maximum_message_size: given("MaximumMessageSize")
                .and_then(|size| size.parse().ok())
                .unwrap_or_else(default_size),
            kms_master_key_id: given("KmsMasterKeyId"),
            signature_version: given("SignatureVersion").unwrap_or_else(first_version),
            tracing_config: given("TracingConfig").unwrap_or_else(pass_through),
            delivery_status_logging: delivery_status::seen(given),
            data_protection_policy: protection,
            tags,
        }
    }
}

/// The property that an attribute in SNS is a part of.
fn property_of(attribute: &str) -> &str {
    if delivery_status::has(attribute) { property!(Topic.delivery_status_logging).name() } else { attribute }
}

// SNS API reference, `GetTopicAttributes`.
defaults! {
    first_version: String = "1".to_owned();
    default_size: i32 = 262_144;
    pass_through: String = "PassThrough".to_owned();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::Resource;

    fn topic(properties: &Value) -> Topic {
        let mut topic = Resource::parse(Topic::TYPE, properties.as_object().unwrap().clone()).unwrap().unwrap();
        topic.complete(&tag());
        let Resource::Topic(topic) = topic else { panic!("{topic:?}") };
        topic
    }

    fn tag() -> OwnershipTag {
        OwnershipTag { stack: "chat".to_owned(), region: "us-east-1".to_owned(), logical_id: "News".to_owned() }
    }

    #[test]
    fn a_topic_without_a_name_gets_one_and_a_fifo_topic_gets_the_suffix() {
        assert_eq!(topic(&json!({})).topic_name, "chat-News");
        assert_eq!(topic(&json!({"FifoTopic": true})).topic_name, "chat-News.fifo");
        assert!(topic(&json!({})).has_derived_name(&tag()));
        assert!(!topic(&json!({"TopicName": "news"})).has_derived_name(&tag()));
    }

    #[test]
    fn the_attributes_in_sns_are_read_back_as_the_same_topic() {
        let wanted = topic(&json!({
            "TopicName": "news.fifo", "DisplayName": "News", "FifoTopic": true, "ContentBasedDeduplication": true,
            "FifoThroughputScope": "MessageGroup", "ArchivePolicy": {"MessageRetentionPeriod": "30"},
            "KmsMasterKeyId": "alias/aws/sns", "MaximumMessageSize": "1024", "SignatureVersion": 2, "TracingConfig": "Active",
            "DeliveryStatusLogging": [{"Protocol": "http/s", "FailureFeedbackRoleArn": "role"}],
        }));
        let seen = Topic::seen("news.fifo", &wanted.attributes_in_sns(), None, wanted.tags.clone());
        assert_eq!(seen, wanted);
        let plain = topic(&json!({"TopicName": "news"}));
        assert!(plain.attributes_in_sns().is_empty());
        assert_eq!(Topic::seen("news", &BTreeMap::new(), None, plain.tags.clone()), plain);
    }

    #[test]
    fn an_empty_optional_value_is_an_absent_one() {
        let empty = topic(&json!({
            "DisplayName": "", "FifoThroughputScope": "", "ArchivePolicy": "", "KmsMasterKeyId": "",
            "SignatureVersion": "", "TracingConfig": "", "DataProtectionPolicy": "",
            "DeliveryStatusLogging": [{"Protocol": "sqs", "SuccessFeedbackRoleArn": ""}],
        }));
        assert_eq!(empty, topic(&json!({})));
        assert!(empty.attributes_in_sns().is_empty());
    }

    #[test]
    fn an_update_sets_only_the_attributes_that_differ_and_removes_with_the_default() {
        let now = topic(&json!({"TopicName": "news", "TracingConfig": "Active", "DisplayName": "Old"}));
        let wanted = Resource::Topic(topic(&json!({"TopicName": "news", "DisplayName": "New"})));
        let changed = Changed::of(&wanted.changes_from(&Resource::Topic(now.clone())));
        let Resource::Topic(wanted) = wanted else { unreachable!() };
        let ids = Ids::from([("Ref".to_owned(), "arn")]);
        let calls = wanted.update(&now, &ids, &changed).concat();
        let set: Vec<_> = calls
            .iter()
            .map(|call| {
                let Call::SetTopicAttributes { attribute, topic, .. } = call else { panic!("{call:?}") };
                (attribute.as_str(), topic.attribute_in_sns(attribute))
            })
            .collect();
        assert_eq!(set, [("DisplayName", "New".to_owned()), ("TracingConfig", "PassThrough".to_owned())]);
    }

    #[test]
    fn a_topic_with_its_subscriptions_is_managed_through_cloud_control() {
        let properties = json!({"Subscription": [{"Protocol": "sqs", "Endpoint": "arn"}]});
        let topic = Resource::parse(Topic::TYPE, properties.as_object().unwrap().clone()).unwrap();
        assert!(matches!(topic, Some(Resource::Other(_))), "{topic:?}");
    }

    #[test]
    fn the_tags_of_a_retained_topic_contain_that_it_stays() {
        let mut news = topic(&json!({}));
        assert_eq!(news.is_kept(), None);
        Kind::retain(&mut news);
        assert!(news.is_kept().is_some());
    }
}
