//! Topics, through SNS's own API.

use std::collections::BTreeMap;

use rstest::rstest;

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::user::User;

/// The topics of an account.
struct Topics(aws_sdk_sns::Client);

/// A topic as SNS has it.
#[derive(Debug)]
struct Topic {
    arn: String,
    attributes: BTreeMap<String, String>,
}

impl Topics {
    fn of(account: &Account) -> Self {
        Self(aws_sdk_sns::Client::new(&account.sdk()))
    }

    async fn all(&self) -> Vec<Topic> {
        let listed = self.0.list_topics().send().await.expect("a list");
        let mut all = Vec::new();
        for arn in listed.topics().iter().filter_map(|one| one.topic_arn()) {
            let attributes = self.0.get_topic_attributes().topic_arn(arn).send().await.expect("its attributes");
            all.push(Topic {
                arn: arn.to_owned(),
                attributes: attributes.attributes.unwrap_or_default().into_iter().collect(),
            });
        }
        all
    }

    async fn only(&self) -> Topic {
        let [one] = self.all().await.try_into().expect("one topic");
        one
    }
}

const TEMPLATE: &str = "\
Parameters:
  Shown: {Type: String, Default: News}
Resources:
  News:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Shown}
Outputs:
  Topic: {Value: !Ref News}
";

#[rstest]
#[tokio::test]
async fn a_topic_is_created_found_again_changed_and_deleted(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = User::of_template(aws.account().await, TEMPLATE);
    let topics = Topics::of(&user.account);
    let deployed = user.plain(&["deploy"]).await.expect_success();
    let topic = topics.only().await;
    assert!(topic.arn.ends_with(":cinedb-chat-News") && deployed.stdout.contains(&topic.arn), "{topic:?} {deployed:?}");
    assert_eq!(topic.attributes["DisplayName"], "News");
    let again = user.plain(&["deploy"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");

    user.plain(&["deploy", "-P", "Shown=Films"]).await.expect_success();
    assert_eq!(topics.only().await.attributes["DisplayName"], "Films");
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert!(topics.all().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_topic_that_an_earlier_version_created_through_cloud_control_stays_the_stacks(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(aws.account().await, TEMPLATE);
    let topics = Topics::of(&user.account);
    let tag = |key: &str, value: &str| aws_sdk_sns::types::Tag::builder().key(key).value(value).build().expect("a tag");
    // Cloud Control generated the name.
    let create = topics.0.create_topic().name("News-1A2B3C").attributes("DisplayName", "News");
    let create = create.tags(tag("provisioner:stack", "cinedb-chat")).tags(tag("provisioner:resource", "News"));
    create.tags(tag("provisioner:kind", "AWS::SNS::Topic")).send().await.expect("the topic");
    let run = user.plain(&["deploy"]).await.expect_success();
    assert!(run.stderr.contains("nothing to do"), "{run:?}");
    user.plain(&["deploy", "-P", "Shown=Films"]).await.expect_success();
    let topic = topics.only().await;
    assert!(topic.arn.ends_with(":News-1A2B3C") && topic.attributes["DisplayName"] == "Films", "{topic:?}");
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert!(topics.all().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_topic_that_the_template_no_longer_has_is_pruned(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let user = User::of_template(aws.account().await, TEMPLATE);
    user.plain(&["deploy"]).await.expect_success();
    user.write_template(
        "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties: {LogGroupName: films, RetentionInDays: 7}\n",
    );
    let plan = user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains("AWS::SNS::Topic `cinedb-chat-News` is this stack's `News`"), "{plan:?}");
    user.plain(&["deploy", "--prune", "--yes"]).await.expect_success();
    assert!(Topics::of(&user.account).all().await.is_empty());
}
