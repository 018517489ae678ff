//! Topics and their subscriptions, through SNS's own API.

use std::collections::BTreeMap;

use rstest::rstest;

use crate::support::aws::Aws;
use crate::support::cli::Run;
use crate::support::proxy::call::names;
use crate::support::proxy::rule::{AwsError, Edit, Fault, call};
use crate::support::proxy::words;
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

/// A user with this template and an empty account, and the account's topics.
async fn with(aws: Aws, template: &str) -> (User, Topics) {
    let account = aws.account().await;
    let topics = Topics(aws_sdk_sns::Client::new(&account.sdk()));
    (User::of_template(account, template), topics)
}

/// The same after a deploy, and the run.
async fn deployed(aws: Aws, template: &str) -> (User, Topics, Run) {
    let (user, topics) = with(aws, template).await;
    let run = user.plain(&["deploy"]).await.expect_success();
    (user, topics, run)
}

async fn assert_is_up_to_date(user: &User) {
    let run = user.plain(&["deploy"]).await.expect_success();
    assert!(run.stderr.contains("nothing to do"), "{run:?}");
}

/// Lists this text in place of a subscription's ARN.
fn list_as(user: &User, text: &'static str) {
    let edit = move |answer: &str| {
        let Some((before, rest)) = answer.split_once("<SubscriptionArn>") else { return answer.to_owned() };
        let after = rest.split_once("</SubscriptionArn>").expect("its end").1;
        format!("{before}<SubscriptionArn>{text}</SubscriptionArn>{after}")
    };
    user.proxy.on(call("ListSubscriptionsByTopic").suffer(Fault::Edit(Edit::of_text(edit))));
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
    let (user, topics, run) = deployed(aws, TEMPLATE).await;
    let topic = topics.only().await;
    assert!(topic.arn.ends_with(":cinedb-chat-News") && run.stdout.contains(&topic.arn), "{topic:?} {run:?}");
    assert_eq!(topic.attributes["DisplayName"], "News");
    assert_is_up_to_date(&user).await;

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
    let (user, topics) = with(aws, TEMPLATE).await;
    let tag = |key: &str, value: &str| aws_sdk_sns::types::Tag::builder().key(key).value(value).build().expect("a tag");
    // Cloud Control generated the name.
    let create = topics.0.create_topic().name("News-1A2B3C").attributes("DisplayName", "News");
    let create = create.tags(tag("provisioner:stack", "cinedb-chat")).tags(tag("provisioner:resource", "News"));
    create.tags(tag("provisioner:kind", "AWS::SNS::Topic")).send().await.expect("the topic");
    assert_is_up_to_date(&user).await;
    user.plain(&["deploy", "-P", "Shown=Films"]).await.expect_success();
    let topic = topics.only().await;
    assert!(topic.arn.ends_with(":News-1A2B3C") && topic.attributes["DisplayName"] == "Films", "{topic:?}");
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert!(topics.all().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_topic_that_the_template_no_longer_has_is_pruned(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (user, topics, _) = deployed(aws, TEMPLATE).await;
    user.write_template(
        "Resources:\n  Logs:\n    Type: AWS::Logs::LogGroup\n    Properties: {LogGroupName: films, RetentionInDays: 7}\n",
    );
    let plan = user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains("AWS::SNS::Topic `cinedb-chat-News` is this stack's `News`"), "{plan:?}");
    user.plain(&["deploy", "--prune", "--yes"]).await.expect_success();
    assert!(topics.all().await.is_empty());
}

/// What `plan` says about a subscription before and after it is created.
const TO_CONFIRM: &str = "takes effect when its endpoint confirms it";
const NOT_CONFIRMED: &str = "waits for the confirmation of its endpoint";

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
    let (user, topics) = with(aws, MAILED).await;
    let plan = user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains(TO_CONFIRM), "{plan:?}");
    let run = user.plain(&["deploy"]).await.expect_success();
    let of = |policy: &str| [["email", "films@films.example", policy].map(str::to_owned)];
    assert_eq!(topics.subscriptions().await, of(r#"{"kind":["film"]}"#));
    assert!(run.stdout.contains(&format!("{}:", topics.only().await.arn)), "Ref is the ARN: {run:?}");
    assert_is_up_to_date(&user).await;
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
async fn an_unconfirmed_subscription_is_reported_and_not_created_again_and_a_destroy_leaves_it_to_sns(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let (user, topics, _) = deployed(aws, MAILED).await;
    // SNS lists this text until the endpoint confirms the subscription. The emulators confirm it.
    list_as(&user, "PendingConfirmation");
    for command in ["plan", "status"] {
        let run = user.plain(&[command]).await.expect_success();
        assert!(run.stdout.contains(NOT_CONFIRMED), "{run:?}");
    }
    assert_is_up_to_date(&user).await;
    let destroyed = user.plain(&["destroy", "--yes"]).await.expect_success();
    for text in [NOT_CONFIRMED, "do not confirm it: SNS deletes it with its topic, or after 48 hours"] {
        assert!(destroyed.stderr.contains(text), "no `{text}` in {destroyed:?}");
    }
    assert!(!names(&user.proxy.calls()).contains(&"sns Unsubscribe".to_owned()));
    assert!(topics.all().await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_deleted_subscription_that_sns_still_lists_is_created_again(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (user, ..) = deployed(aws, MAILED).await;
    list_as(&user, "Deleted");
    let plan = user.plain(&["plan"]).await.expect_success();
    assert!(plan.stdout.contains(TO_CONFIRM) && !plan.stdout.contains(NOT_CONFIRMED), "{plan:?}");
}

#[rstest]
#[tokio::test]
async fn denied_access_to_subscriptions_is_a_note_and_the_other_orphans_are_pruned(
    #[values(Aws::MiniStack, Aws::Moto)] aws: Aws,
) {
    let both = TEMPLATE.replace("Outputs:", "  Films: {Type: AWS::SNS::Topic}\nOutputs:");
    let (user, topics, _) = deployed(aws, &both).await;
    user.write_template(TEMPLATE);
    let denied = words::denied("sns", "SNS:ListSubscriptionsByTopic", &topics.all().await[0].arn);
    user.proxy.on(call("ListSubscriptionsByTopic").answer(denied));
    let plan = user.plain(&["plan"]).await.expect_success();
    for text in [
        "orphaned subscriptions could not be read: ",
        "give these credentials `SNS:ListSubscriptionsByTopic` on `arn:aws:sns:",
        "AWS::SNS::Topic `cinedb-chat-Films` is this stack's `Films`",
    ] {
        assert_eq!(plan.stdout.matches(text).count(), 1, "`{text}` in {plan:?}");
    }
    let status = user.plain(&["status"]).await.expect_success();
    assert!(!status.stdout.contains("SNS:ListSubscriptionsByTopic"), "it does not look for orphans: {status:?}");
    let pruned = user.plain(&["deploy", "--prune", "--yes"]).await.expect_success();
    assert!(pruned.stderr.contains("orphaned subscriptions could not be read: "), "{pruned:?}");
    assert!(topics.only().await.arn.ends_with(":cinedb-chat-News"));
}

#[rstest]
#[tokio::test]
async fn a_topic_whose_archive_prevents_its_deletion_has_a_hint(#[values(Aws::MiniStack, Aws::Moto)] aws: Aws) {
    let (user, topics, _) = deployed(aws, TEMPLATE).await;
    let refused = AwsError::new(400, "InvalidState", "Invalid state: Topic has an ArchivePolicy");
    user.proxy.on(call("DeleteTopic").answer(refused));
    let run = user.plain(&["destroy", "--yes"]).await.expect_code(1);
    let hint = "hint: deploy without `ArchivePolicy` first, which deletes the archived messages";
    assert!(run.stderr.contains(hint), "{run:?}");
    user.proxy.forget_rules();
    user.plain(&["destroy", "--yes"]).await.expect_success();
    assert!(topics.all().await.is_empty());
}
