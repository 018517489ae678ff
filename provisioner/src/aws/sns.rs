//! SNS: topics.

use std::collections::BTreeMap;

use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::types::Tag;
use serde_json::Value;

use super::problem::{if_exists, is_missing, problem};
use super::service::{Dispatch, Find};
use super::tagged::Tagged;
use super::{Aws, AwsReader};
use crate::error::{Error, Result};
use crate::observe::{Found, Reader as _};
use crate::resources::topic::{self, Topic, as_text, parsed};
use crate::resources::{Ids, Owner, OwnershipTag, Resource, Tags};

/// The kind in the tag of a topic.
const TOPIC: &str = "AWS::SNS::Topic";

impl Find for Topic {
    /// Finds the topic by its name. A topic without a name in the template may have the name that Cloud Control
    /// generated for an earlier version: it is found by its tags.
    async fn find(&self, reader: &AwsReader, tag: &OwnershipTag) -> Result<Option<Found>> {
        let arn = reader.topic_arn(&self.topic_name).await?;
        if let Some(found) = reader.aws.topic(&arn, self, tag).await? {
            return Ok(Some(found));
        }
        if !self.has_derived_name(tag) {
            return Ok(None);
        }
        let tagged = reader.tagged.once(&tag.stack, reader.aws.tagged(&tag.stack)).await?;
        let is_it = |one: &&Tagged| {
            let of_the_stack = one.owner(tag) == Owner::Ours && one.ownership_tag().logical_id == tag.logical_id;
            of_the_stack && one.kind() == Some(TOPIC)
        };
        match tagged.iter().find(is_it) {
            Some(one) => reader.aws.topic(&one.arn, self, tag).await,
            None => Ok(None),
        }
    }
}

impl AwsReader {
    async fn topic_arn(&self, name: &str) -> Result<String> {
        let (account, place) = (self.account().await?, self.aws.place());
        Ok(format!("arn:{}:sns:{}:{account}:{name}", place.partition(), place.region()))
    }
}

impl Aws {
    /// Reads a topic. Its name counts as the wanted one, because its ARN was looked for.
    async fn topic(&self, arn: &str, wanted: &Topic, tag: &OwnershipTag) -> Result<Option<Found>> {
        let doing = || format!("reading topic {}", wanted.topic_name);
        let (attributes, tags) = tokio::join!(
            self.sns.get_topic_attributes().topic_arn(arn).send(),
            self.sns.list_tags_for_resource().resource_arn(arn).send(),
        );
        let attributes: BTreeMap<_, _> = match attributes {
            Ok(answer) => answer.attributes.unwrap_or_default().into_iter().collect(),
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(problem(doing(), &error)),
        };
        let tags: Tags = match tags {
            Ok(answer) => answer.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect(),
            Err(error) if is_missing(&error) => return Ok(None), // deleted between the two calls
            Err(error) => return Err(problem(doing(), &error)),
        };
        let protection = match &wanted.data_protection_policy {
            Some(_) => {
                let answer = self.sns.get_data_protection_policy().resource_arn(arn).send().await;
                let answer = answer.map_err(|error| problem(doing(), &error))?;
                answer.data_protection_policy.map(Value::String).and_then(parsed)
            }
            None => None,
        };
        let owner = tag.owner(&tags);
        let resource = Topic::seen(&wanted.topic_name, &attributes, protection, tags);
        Ok(Some(Found::new(Resource::Topic(resource), topic_ids(arn), owner)))
    }
}

impl Dispatch for topic::Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        let sns = &aws.sns;
        match self {
            topic::Call::CreateTopic(topic) => {
                let doing = || format!("creating topic {}", topic.topic_name);
                let request = sns
                    .create_topic()
                    .name(&topic.topic_name)
                    .set_attributes(Some(topic.attributes_in_sns().into_iter().collect()))
                    .set_data_protection_policy(topic.data_protection_policy.as_ref().map(as_text))
                    .set_tags(Some(sdk_tags(&topic.tags).map_err(|error| Error::new(doing(), error))?));
                let answer = request.send().await.map_err(|error| problem(doing(), &error))?;
                return Ok(topic_ids(answer.topic_arn().unwrap_or_default()));
            }
            topic::Call::SetTopicAttributes { topic_arn, attribute, topic } => {
                let request = sns.set_topic_attributes().topic_arn(topic_arn).attribute_name(attribute);
                let answer = request.attribute_value(topic.attribute_in_sns(attribute)).send().await;
                answer.map_err(|error| problem(format!("setting {attribute} of topic {topic_arn}"), &error))?;
            }
            topic::Call::PutDataProtectionPolicy { topic_arn, topic } => {
                let policy = topic.data_protection_policy.as_ref().map(as_text).unwrap_or_default();
                let request = sns.put_data_protection_policy().resource_arn(topic_arn).data_protection_policy(policy);
                let doing = || format!("setting the data protection policy of topic {topic_arn}");
                request.send().await.map_err(|error| problem(doing(), &error))?;
            }
            topic::Call::TagResource { topic_arn, topic } => {
                let doing = || format!("tagging topic {topic_arn}");
                let tags = sdk_tags(&topic.tags).map_err(|error| Error::new(doing(), error))?;
                let request = sns.tag_resource().resource_arn(topic_arn).set_tags(Some(tags));
                request.send().await.map_err(|error| problem(doing(), &error))?;
            }
            topic::Call::DeleteTopic { topic_arn } => {
                let answer = sns.delete_topic().topic_arn(topic_arn).send().await;
                if_exists(format!("deleting topic {topic_arn}"), answer)?;
            }
        }
        Ok(Ids::new())
    }
}

fn topic_ids(arn: &str) -> Ids {
    let name = arn.rsplit(':').next().unwrap_or_default();
    [(Ids::REF, arn), ("TopicArn", arn), ("TopicName", name)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn sdk_tags(tags: &Tags) -> std::result::Result<Vec<Tag>, BuildError> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
