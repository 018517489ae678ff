//! The log of a topic's deliveries.

use serde::{Deserialize, Serialize};

/// The log of the deliveries by one protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeliveryStatus {
    /// `http/s`, `sqs`, `lambda`, `firehose` or `application`.
    pub protocol: String,
    /// The role that writes the log of successful deliveries.
    pub success_feedback_role_arn: Option<String>,
    /// The share of successful deliveries that is logged, in percent; none for SNS's default, which is 0.
    pub success_feedback_sample_rate: Option<String>,
    /// The role that writes the log of failed deliveries.
    pub failure_feedback_role_arn: Option<String>,
}

/// The protocols whose deliveries SNS can log, with the start of their attributes' names (SNS API reference,
/// `SetTopicAttributes`).
const LOGGED: [(&str, &str); 5] = [
    ("application", "Application"),
    ("firehose", "Firehose"),
    ("http/s", "HTTP"),
    ("lambda", "Lambda"),
    ("sqs", "SQS"),
];

/// The end of the attribute with the share of logged deliveries.
const RATE: &str = "SuccessFeedbackSampleRate";

/// The ends of the attributes' names.
const FEEDBACK: [&str; 3] = ["SuccessFeedbackRoleArn", RATE, "FailureFeedbackRoleArn"];

/// The rate without logged deliveries. SNS answers it for protocols without a log too.
const NO_DELIVERY: &str = "0";

impl DeliveryStatus {
    /// The attributes in SNS, without those that are not given.
    pub(super) fn attributes_in_sns(&self) -> impl Iterator<Item = (String, String)> {
        let start = LOGGED.iter().find(|(protocol, _)| *protocol == self.protocol).map_or("", |(_, start)| start);
        let values =
            [&self.success_feedback_role_arn, &self.success_feedback_sample_rate, &self.failure_feedback_role_arn];
        FEEDBACK.into_iter().zip(values).filter_map(move |(end, value)| Some((format!("{start}{end}"), value.clone()?)))
    }

    fn is_empty(&self) -> bool {
        let Self { protocol: _, success_feedback_role_arn: success, success_feedback_sample_rate: rate, .. } = self;
        success.is_none() && rate.is_none() && self.failure_feedback_role_arn.is_none()
    }
}

/// Orders the logs as SNS's attributes, without defaults and empty values.
pub(super) fn normalize(all: &mut Vec<DeliveryStatus>) {
    for one in &mut *all {
        // A parameter with an empty default gives no value.
        one.success_feedback_role_arn.take_if(|role| role.is_empty());
        one.success_feedback_sample_rate.take_if(|rate| rate.is_empty() || rate == NO_DELIVERY);
        one.failure_feedback_role_arn.take_if(|role| role.is_empty());
    }
    all.retain(|one| !one.is_empty());
    all.sort();
}

/// The logs of these attributes in SNS.
pub(super) fn seen(given: impl Fn(&str) -> Option<String>) -> Vec<DeliveryStatus> {
    let logged = LOGGED.iter().map(|(protocol, start)| {
        let [success, rate, failure] = FEEDBACK.map(|end| given(&format!("{start}{end}")));
        DeliveryStatus {
            protocol: (*protocol).to_owned(),
            success_feedback_role_arn: success,
            success_feedback_sample_rate: rate,
            failure_feedback_role_arn: failure,
        }
    });
    let mut all = logged.collect();
    normalize(&mut all);
    all
}

/// Whether it is the name of one of these attributes in SNS.
pub(super) fn has(attribute: &str) -> bool {
    FEEDBACK.iter().any(|end| attribute.ends_with(end))
}

/// The value that removes an attribute.
pub(super) fn removed(attribute: &str) -> &'static str {
    if attribute.ends_with(RATE) { NO_DELIVERY } else { "" }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::topic::{Call, Topic};
    use super::super::{Changed, Ids, Kind, OwnershipTag, Resource};

    /// A topic with this log.
    fn topic(log: &Value) -> Topic {
        let properties = json!({"DeliveryStatusLogging": log}).as_object().unwrap().clone();
        let mut topic = Resource::parse(Topic::TYPE, properties).unwrap().unwrap();
        topic.complete(&OwnershipTag {
            stack: "chat".to_owned(),
            region: String::new(),
            logical_id: "News".to_owned(),
        });
        let Resource::Topic(topic) = topic else { panic!("{topic:?}") };
        topic
    }

    /// The attributes that an update of the topic sets.
    fn set(wanted: &Topic, in_sns: &[(&str, &str)]) -> Vec<String> {
        let in_sns = in_sns.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let now = Topic::seen(&wanted.topic_name, &in_sns, None, wanted.tags.clone());
        let changes = Resource::Topic(wanted.clone()).changes_from(&Resource::Topic(now.clone()));
        let calls = wanted.update(&now, &Ids::from([(Ids::REF.to_owned(), "arn")]), &Changed::of(&changes)).concat();
        assert_eq!(changes.is_empty(), calls.is_empty(), "{changes:?}");
        let set = |call: &Call| {
            let Call::SetTopicAttributes { attribute, topic, .. } = call else { panic!("{call:?}") };
            format!("{attribute}={}", topic.attribute_in_sns(attribute))
        };
        calls.iter().map(set).collect()
    }

    #[test]
    fn a_sample_rate_of_0_is_no_change_and_replaces_another_rate() {
        let rates_of_sns = [("LambdaSuccessFeedbackSampleRate", "0"), ("HTTPSuccessFeedbackSampleRate", "0")];
        assert_eq!(set(&topic(&json!([])), &rates_of_sns), [""; 0]);
        assert_eq!(set(&topic(&json!([{"Protocol": "sqs", "SuccessFeedbackSampleRate": 0}])), &[]), [""; 0]);
        let zero = topic(&json!([
            {"Protocol": "sqs", "SuccessFeedbackRoleArn": "role", "SuccessFeedbackSampleRate": "0"},
        ]));
        let (role, rate) = (("SQSSuccessFeedbackRoleArn", "role"), |rate| ("SQSSuccessFeedbackSampleRate", rate));
        assert_eq!(set(&zero, &[role]), [""; 0]);
        assert_eq!(set(&zero, &[role, rate("0")]), [""; 0]);
        assert_eq!(set(&zero, &[role, rate("50")]), ["SQSSuccessFeedbackSampleRate=0"]);
        assert_eq!(
            set(&topic(&json!([])), &[role, rate("50")]),
            ["SQSSuccessFeedbackRoleArn=", "SQSSuccessFeedbackSampleRate=0",]
        );
    }
}
