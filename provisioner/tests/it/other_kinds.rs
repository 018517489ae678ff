//! Resource types without a Rust type use Cloud Control. MiniStack's Cloud Control stores properties and creates nothing
//! real, which is enough for these tests. It has no registry, so the proxy answers for the registry.

use serde_json::{Value, json};

use crate::support::account::Account;
use crate::support::proxy::rule::{AwsError, Edit, Fault, call};
use crate::support::user::User;

const TEMPLATE: &str = "\
Parameters:
  Seconds: {Type: Number, Default: 30}
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {QueueName: jobs, VisibilityTimeout: !Ref Seconds}
  News:
    Type: AWS::Events::Rule
    Properties: {Name: news, ScheduleExpression: rate(1 day)}
  Weekly:
    Type: AWS::Scheduler::Schedule
    Properties: {Name: weekly, GroupName: !GetAtt Jobs.QueueName, Description: !Ref News}
Outputs:
  Rule: {Value: !Ref News}
";

/// The resources of a kind that Cloud Control stores.
async fn stored(account: &Account, kind: &str) -> Vec<Value> {
    let client = aws_sdk_cloudcontrol::Client::new(&account.sdk());
    let listed = client.list_resources().type_name(kind).send().await.expect("a list");
    let properties = listed.resource_descriptions().iter().filter_map(|one| one.properties());
    properties.map(|text| serde_json::from_str(text).expect("JSON")).collect()
}

#[tokio::test]
async fn cloud_control_creates_finds_updates_and_deletes_a_queue_a_rule_and_a_schedule() {
    let user = User::of_template(Account::fresh(), TEMPLATE);
    let plan = user.plain(&["plan"]).await.expect_success();
    for text in ["AWS::SQS::Queue", "(through Cloud Control)", "3 to create"] {
        assert!(plan.stdout.contains(text), "no `{text}` in {plan:?}");
    }
    user.plain(&["deploy"]).await.expect_success();
    let [queue] = stored(&user.account, "AWS::SQS::Queue").await.try_into().expect("one queue");
    assert_eq!(queue["VisibilityTimeout"], 30);
    let tag = json!({"Key": "provisioner:stack", "Value": "cinedb-chat"});
    assert!(queue["Tags"].as_array().is_some_and(|tags| tags.contains(&tag)), "{queue:#}");
    let [weekly] = stored(&user.account, "AWS::Scheduler::Schedule").await.try_into().expect("one schedule");
    assert_eq!((&weekly["GroupName"], &weekly["Description"]), (&json!("jobs"), &json!("news")));

    user.proxy.clear();
    let again = user.plain(&["deploy"]).await.expect_success();
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
    user.plain(&["deploy", "-P", "Seconds=60"]).await.expect_success();
    let [queue] = stored(&user.account, "AWS::SQS::Queue").await.try_into().expect("one queue still");
    assert_eq!(queue["VisibilityTimeout"], 60);

    user.plain(&["destroy", "--yes"]).await.expect_success();
    for kind in ["AWS::SQS::Queue", "AWS::Events::Rule", "AWS::Scheduler::Schedule"] {
        assert!(stored(&user.account, kind).await.is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn an_untagged_queue_is_refused_until_it_is_adopted() {
    let user = User::of_template(Account::fresh(), TEMPLATE);
    let client = aws_sdk_cloudcontrol::Client::new(&user.account.sdk());
    let foreign = json!({"QueueName": "jobs", "Tags": [{"Key": "team", "Value": "films"}]});
    let create = client.create_resource().type_name("AWS::SQS::Queue").desired_state(foreign.to_string());
    create.send().await.expect("their queue");
    let run = user.plain(&["deploy"]).await.expect_code(1);
    assert!(run.stderr.contains("AWS::SQS::Queue `jobs` exists and was not created by this stack"), "{run:?}");
    user.plain(&["deploy", "--adopt", "--yes"]).await.expect_success();
    let [queue] = stored(&user.account, "AWS::SQS::Queue").await.try_into().expect("one queue");
    let team = json!({"Key": "team", "Value": "films"});
    assert!(queue["Tags"].as_array().is_some_and(|tags| tags.len() == 4 && tags.contains(&team)), "{queue:#}");
}

#[tokio::test]
async fn orphans_are_found_by_their_tags_and_pruned_unless_the_template_retains_them() {
    let user = User::of_template(Account::fresh(), TEMPLATE);
    let retained =
        "  Kept:\n    Type: AWS::SQS::Queue\n    DeletionPolicy: Retain\n    Properties: {QueueName: kept}\n";
    let with_more = TEMPLATE.replace("Resources:\n", &format!("Resources:\n{retained}"));
    user.write_template(&with_more);
    user.plain(&["deploy"]).await.expect_success();
    let less = "Resources:\n  More:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: more}\n";
    user.write_template(less);
    user.plain(&["deploy"]).await.expect_success();

    // MiniStack's tagging API does not know the resources in its Cloud Control. AWS's does, and for some minutes
    // longer.
    let mut mappings = vec![json!({"ResourceARN": "arn:aws:ec2:us-east-1:1:snapshot/snap-1", "Tags": [
        {"Key": "provisioner:stack", "Value": "cinedb-chat"}, {"Key": "provisioner:resource", "Value": "Volume"},
    ]})];
    for (kind, start, name) in [
        ("AWS::SQS::Queue", "sqs:us-east-1:1:", "QueueName"),
        ("AWS::Events::Rule", "events:us-east-1:1:rule/", "Name"),
    ] {
        for one in stored(&user.account, kind).await {
            let arn = format!("arn:aws:{start}{}", one[name].as_str().expect("its name"));
            mappings.push(json!({"ResourceARN": arn, "Tags": one["Tags"]}));
        }
    }
    let known = Edit::new(move |answer| answer["ResourceTagMappingList"] = json!(mappings));
    user.proxy.on(call("GetResources").suffer(Fault::Edit(known)));
    let plan = user.plain(&["plan"]).await.expect_success();
    for text in [
        "AWS::SQS::Queue `jobs` is this stack's `Jobs`, and the template with these parameters does not contain it\n        \
         remove it: `provisioner deploy --prune --template ",
        "AWS::Events::Rule `news` is this stack's `News`",
        "AWS::SQS::Queue `kept` is this stack's `Kept`, and the template with these parameters does not contain it\n        \
         delete it by hand: the template that contained it retains it",
        "arn:aws:ec2:us-east-1:1:snapshot/snap-1 has this stack's ownership tag as `Volume`",
    ] {
        assert!(plan.stdout.contains(text), "no `{text}` in {plan:?}");
    }
    assert_eq!(plan.stdout.matches("note:").count(), 4, "{plan:?}");

    user.plain(&["deploy", "--prune", "--yes"]).await.expect_success();
    let queues = stored(&user.account, "AWS::SQS::Queue").await;
    let mut names: Vec<_> = queues.iter().map(|queue| queue["QueueName"].as_str().unwrap_or_default()).collect();
    names.sort_unstable();
    assert_eq!(names, ["kept", "more"]);
    assert!(stored(&user.account, "AWS::Events::Rule").await.is_empty());
    assert_eq!(
        stored(&user.account, "AWS::Scheduler::Schedule").await.len(),
        1,
        "a resource without tags is not found"
    );
    let after = user.plain(&["plan"]).await.expect_success();
    assert_eq!(after.stdout.matches("note:").count(), 2, "pruned resources are not reported: {after:?}");
}

#[tokio::test]
async fn an_unknown_resource_type_is_an_error_before_the_first_write() {
    let template = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: jobs}\n";
    let user = User::of_template(Account::fresh(), template);
    let unknown = AwsError::new(404, "TypeNotFoundException", "The type 'AWS::SQS::Queue' cannot be found.");
    user.proxy.on(call("DescribeType").answer(unknown));
    let run = user.plain(&["deploy"]).await.expect_code(1);
    for text in [
        "reading the schema of the kind AWS::SQS::Queue of `Jobs` (",
        "t.yaml:3): AWS has no such resource type in this region",
        "hint: correct the `Type` in the template",
    ] {
        assert!(run.stderr.contains(text), "no `{text}` in {run:?}");
    }
    assert!(user.proxy.writes().is_empty());
}
