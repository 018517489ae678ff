//! Topics and their subscriptions, through SNS's own API.

use std::collections::BTreeMap;

use rstest::rstest;

use crate::support::account::Account;
use crate::support::aws::Aws;
use crate::support::proxy::rule::{Edit, Fault, call};
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

    /// The subscriptions of the account, as their protocols, endpoints and filter policies.
    async fn subscriptions(&self) -> Vec<[String; 3]> {
        let listed = self.0.list_subscriptions().send().await.expect("a list");
        let mut all = Vec::new();
        for one in listed.subscriptions() {
            let arn = one.subscription_arn().unwrap_or_default();
            let read = self.0.get_subscription_attributes().subscription_arn(arn).send().await.expect("its attributes");
            let policy = read.attributes.unwrap_or_default().remove("FilterPolicy").unwrap_or_default();
            all.push(
                [one.protocol().unwrap_or_default(), one.endpoint().unwrap_or_default(), &policy].map(str::to_owned),
            );
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

const MAILED: &str = "\
Parameters:
  Wanted: {Type: String, Default: film}
Resources:
  News:
    Type: AWS::SNS::Topic
  Mail:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: email
      Endpoint: films@films.example
      FilterPolicy: {kind: [!Ref Wanted]}
Outputs:
  Subscription: {Value: !Ref Mail}
";

#[rstest]
#[tokio::test]
async fn a_subscription_is_created_found_again_changed_reported_as_an_orphan_and_deleted(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(aws.account().await, MAILED);
    let topics = Topics::of(&user.account);
    let plan = user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains("takes effect when its endpoint confirms it"), "{plan:?}");
    let deployed = user.plain(&["deploy"]).await.expect_success();
    let of = |policy: &str| [["email", "films@films.example", policy].map(str::to_owned)];
    assert_eq!(topics.subscriptions().await, of(r#"{"kind":["film"]}"#));
    assert!(deployed.stdout.contains(&format!("{}:", topics.only().await.arn)), "Ref is the ARN: {deployed:?}");
    let again = user.plain(&["deploy"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    let import = user.plain(&["synth", "--terraform-import"]).await.expect_success();
    assert!(import.stdout.contains("to = aws_sns_topic_subscription.mail"), "{import:?}");

    user.plain(&["deploy", "-P", "Wanted=book"]).await.expect_success();
    assert_eq!(topics.subscriptions().await, of(r#"{"kind":["book"]}"#));
    user.write_template("Resources:\n  News: {Type: AWS::SNS::Topic}\n");
    let plan = user.plain(&["plan"]).await.expect_success();
    let orphan = "AWS::SNS::Subscription `email films@films.example` is a subscription of this stack's topic \
                  `cinedb-chat-News`";
    assert!(plan.stdout.contains(orphan) && plan.stdout.contains("delete it by hand"), "{plan:?}");
    user.plain(&["deploy", "--prune", "--yes"]).await.expect_success();
    assert_eq!(topics.subscriptions().await.len(), 1, "SNS does not show who created it");
    user.write_template(MAILED);
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert!(topics.subscriptions().await.is_empty() && topics.all().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn an_unconfirmed_subscription_is_reported_by_plan_and_status_and_not_created_again(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let user = User::of_template(aws.account().await, MAILED);
    user.plain(&["deploy"]).await.expect_success();
    // SNS lists this text in place of the ARN until the endpoint confirms the subscription. The emulators confirm it.
    let unconfirmed = Edit::of_text(|text| {
        let Some((before, rest)) = text.split_once("<SubscriptionArn>") else { return text.to_owned() };
        let after = rest.split_once("</SubscriptionArn>").expect("its end").1;
        format!("{before}<SubscriptionArn>PendingConfirmation</SubscriptionArn>{after}")
    });
    user.proxy.on(call("ListSubscriptionsByTopic").suffer(Fault::Edit(unconfirmed)));
    for command in ["plan", "status"] {
        let run = user.plain(&[command]).await.expect_success();
        assert!(run.stdout.contains("waits for the confirmation of its endpoint"), "{run:?}");
    }
    let again = user.plain(&["deploy"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
}
