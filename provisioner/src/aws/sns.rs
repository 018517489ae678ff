//! SNS: topics and subscriptions.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_sns::config::Region;
use aws_sdk_sns::error::{BuildError, ProvideErrorMetadata as _};
use aws_sdk_sns::types::{Subscription as SdkSubscription, Tag};
use serde_json::Value;

use super::problem::{if_exists, problem};
use super::service::{Dispatch, Find};
use super::tagged::Tagged;
use super::{Aws, AwsReader};
use crate::error::{Error, Result};
use crate::observe::{Found, Orphan, Reader as _};
use crate::resources::json_policy::parsed;
use crate::resources::subscription::{self, PENDING, Subscription, region_of};
use crate::resources::topic::{self, Topic};
use crate::resources::{Ids, Owner, OwnershipTag, Resource, Tags};
use crate::template::scalar_text;

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
        let tagged = reader.answers.tagged.once(&tag.stack, reader.aws.tagged(&tag.stack)).await?;
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
        let Some(attributes) = if_exists(doing(), attributes)? else { return Ok(None) };
        let attributes: BTreeMap<_, _> = attributes.attributes.unwrap_or_default().into_iter().collect();
        // It may have been deleted between the two calls.
        let Some(tags) = if_exists(doing(), tags)? else { return Ok(None) };
        let tags: Tags = tags.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
        let protection = match &wanted.data_protection_policy {
            Some(_) => {
                let answer = self.sns.get_data_protection_policy().resource_arn(arn).send().await;
                let answer = if_exists(doing(), answer)?;
                answer.and_then(|answer| answer.data_protection_policy).map(Value::String).and_then(parsed)
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
                    .set_data_protection_policy(topic.data_protection_policy.as_ref().map(scalar_text))
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
                let policy = topic.data_protection_policy.as_ref().map(scalar_text).unwrap_or_default();
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
                // SNS keeps the messages of an archive: it answers `InvalidState` (aws/aws-cdk issue 37113).
                let is_archived = answer.as_ref().is_err_and(|error| error.code() == Some("InvalidState"));
                if_exists(format!("deleting topic {topic_arn}"), answer).map_err(|error| match is_archived {
                    true => error.hint("deploy without `ArchivePolicy` first, which deletes the archived messages"),
                    false => error,
                })?;
            }
        }
        Ok(Ids::new())
    }
}

impl Find for Subscription {
    /// Finds the subscription of the same protocol and endpoint in its topic's list. SNS returns no attributes of one
    /// that is not confirmed: it counts as the wanted one.
    async fn find(&self, reader: &AwsReader, _tag: &OwnershipTag) -> Result<Option<Found>> {
        let listed = reader.subscriptions_of(&self.topic_arn, self.region_of_topic()).await?;
        let forms = [self.endpoint.clone(), self.listed_endpoint()];
        let is_it = |one: &&SdkSubscription| {
            let is_endpoint = |listed| forms.iter().any(|form| form == listed);
            one.protocol() == Some(self.protocol.as_str()) && one.endpoint().is_some_and(is_endpoint)
        };
        let Some(arn) = listed.iter().find(is_it).and_then(|one| one.subscription_arn()) else { return Ok(None) };
        if !arn.starts_with("arn:") {
            return Ok(Some(Found::new(Resource::Subscription(self.clone()), subscription_ids(arn), Owner::Ours)));
        }
        let sns = reader.aws.sns_in(self.region_of_topic());
        let answer = sns.get_subscription_attributes().subscription_arn(arn).send().await;
        let Some(answer) = if_exists(format!("reading subscription {arn}"), answer)? else { return Ok(None) };
        let attributes = answer.attributes.unwrap_or_default().into_iter().collect();
        let resource = Resource::Subscription(self.seen(&attributes));
        Ok(Some(Found::new(resource, subscription_ids(arn), Owner::Ours)))
    }
}

impl AwsReader {
    /// The subscriptions of a topic: all of them, or this account's where the topic belongs to another account.
    async fn subscriptions_of(&self, topic_arn: &str, region: &str) -> Result<Arc<Vec<SdkSubscription>>> {
        let account = self.account().await?;
        let own = topic_arn.split(':').nth(4) == Some(account.as_str());
        let listed = async {
            let mut all = match own {
                true => self.aws.subscriptions(topic_arn, region).await,
                false => self.aws.own_subscriptions(topic_arn, region).await,
            }?;
            // SNS lists a deleted subscription for some time.
            all.retain(|one| one.subscription_arn() != Some("Deleted"));
            Ok::<_, Error>(all)
        };
        self.answers.subscriptions.once(topic_arn, listed).await
    }

    /// All subscriptions of a topic of the stack. SNS does not show who created them.
    pub(super) async fn subscriptions_left(&self, topic: &Topic, topic_arn: &str) -> Result<Vec<Orphan>> {
        let listed = self.subscriptions_of(topic_arn, region_of(topic_arn)).await?;
        let found = |one: &SdkSubscription| {
            Found::new(
                Resource::Subscription(Subscription::of(
                    topic_arn,
                    one.protocol().unwrap_or_default(),
                    one.endpoint().unwrap_or_default(),
                )),
                subscription_ids(one.subscription_arn().unwrap_or_default()),
                Owner::Ours,
            )
        };
        let logical_id = format!("{} subscription", OwnershipTag::of(&topic.tags).logical_id);
        Ok(listed.iter().map(|one| Orphan { logical_id: logical_id.clone(), found: found(one) }).collect())
    }
}

impl Aws {
    /// The client for a region: a subscription may be of a topic in another region.
    fn sns_in(&self, region: &str) -> aws_sdk_sns::Client {
        let here = &self.sns;
        if region.is_empty() || region == self.place().region() {
            return here.clone();
        }
        let region = Region::new(region.to_owned());
        aws_sdk_sns::Client::from_conf(here.config().to_builder().region(region).build())
    }

    /// All subscriptions of a topic; none if the topic does not exist.
    async fn subscriptions(&self, topic_arn: &str, region: &str) -> Result<Vec<SdkSubscription>> {
        let sns = self.sns_in(region);
        let pages = sns.list_subscriptions_by_topic().topic_arn(topic_arn).into_paginator().items().send();
        let all = if_exists(format!("listing the subscriptions of topic {topic_arn}"), pages.try_collect().await)?;
        Ok(all.unwrap_or_default())
    }

    /// This account's subscriptions of a topic of another account, which does not list them.
    async fn own_subscriptions(&self, topic_arn: &str, region: &str) -> Result<Vec<SdkSubscription>> {
        let sns = self.sns_in(region);
        let all = sns.list_subscriptions().into_paginator().items().send().try_collect().await;
        let mut all = all.map_err(|error| problem("listing this account's subscriptions", &error))?;
        all.retain(|one| one.topic_arn() == Some(topic_arn));
        Ok(all)
    }
}

impl Dispatch for subscription::Call {
    async fn dispatch(&self, aws: &Aws) -> Result<Ids> {
        match self {
            subscription::Call::Subscribe(one) => {
                let sns = aws.sns_in(one.region_of_topic());
                let request = sns
                    .subscribe()
                    .topic_arn(&one.topic_arn)
                    .protocol(&one.protocol)
                    .set_endpoint(Some(one.endpoint.clone()).filter(|endpoint| !endpoint.is_empty()))
                    .set_attributes(Some(one.attributes_in_sns().into_iter().collect()));
                let doing = || format!("subscribing {} to topic {}", one.listed_endpoint(), one.topic_arn);
                let answer = request.send().await.map_err(|error| problem(doing(), &error))?;
                Ok(subscription_ids(answer.subscription_arn().unwrap_or_default()))
            }
            subscription::Call::SetSubscriptionAttributes { subscription_arn: arn, attribute, subscription } => {
                let sns = aws.sns_in(region_of(arn));
                let request = sns.set_subscription_attributes().subscription_arn(arn).attribute_name(attribute);
                let answer = request.set_attribute_value(subscription.attribute_in_sns(attribute)).send().await;
                answer.map_err(|error| problem(format!("setting {attribute} of subscription {arn}"), &error))?;
                Ok(Ids::new())
            }
            subscription::Call::Unsubscribe { subscription_arn: arn } => {
                let sns = aws.sns_in(region_of(arn));
                let answer = sns.unsubscribe().subscription_arn(arn).send().await;
                if_exists(format!("deleting subscription {arn}"), answer)?;
                Ok(Ids::new())
            }
        }
    }
}

/// The ids of a subscription. SNS writes a text in place of the ARN of one that is not confirmed.
fn subscription_ids(arn: &str) -> Ids {
    let arn = if arn.starts_with("arn:") { arn } else { PENDING };
    Ids::from([(Ids::REF.to_owned(), arn), (Ids::ARN.to_owned(), arn)])
}

fn topic_ids(arn: &str) -> Ids {
    let name = arn.rsplit(':').next().unwrap_or_default();
    Ids::from([(Ids::REF, arn), ("TopicArn", arn), ("TopicName", name)])
}

fn sdk_tags(tags: &Tags) -> std::result::Result<Vec<Tag>, BuildError> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
