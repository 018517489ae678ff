//! `docs/permissions.md` allows exactly the calls that the code can send.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fancy_regex::Regex;
use serde_json::Value;

use crate::markdown::{blocks, read, root};

/// Calls for which a deployer of the chat does not need a permission, with the reason.
const NOT_IN_THE_POLICY: &[(&str, &str)] = &[
    ("sts:GetCallerIdentity", "is allowed to everybody"),
    ("iam:DeleteRolePermissionsBoundary", "is denied, and left to an administrator; named in the notes"),
    ("logs:DeleteRetentionPolicy", "only for log groups without RetentionInDays; named in the notes"),
    ("dynamodb:DescribeTable", "only for templates with a table; named in the notes"),
    ("dynamodb:ListTagsOfResource", "only for templates with a table; named in the notes"),
    ("dynamodb:CreateTable", "only for templates with a table; named in the notes"),
    ("dynamodb:UpdateTable", "only for templates with a table; named in the notes"),
    ("dynamodb:TagResource", "only for templates with a table; named in the notes"),
    ("dynamodb:DeleteTable", "only for templates with a table; named in the notes"),
    ("sns:GetTopicAttributes", "only for templates with a topic; named in the notes"),
    ("sns:ListTagsForResource", "only for templates with a topic; named in the notes"),
    ("sns:GetDataProtectionPolicy", "only for templates with a topic; named in the notes"),
    ("sns:CreateTopic", "only for templates with a topic; named in the notes"),
    ("sns:SetTopicAttributes", "only for templates with a topic; named in the notes"),
    ("sns:PutDataProtectionPolicy", "only for templates with a topic; named in the notes"),
    ("sns:TagResource", "only for templates with a topic; named in the notes"),
    ("sns:DeleteTopic", "only for templates with a topic; named in the notes"),
    ("sns:ListSubscriptionsByTopic", "only for templates with a topic; named in the notes"),
    ("sns:ListSubscriptions", "only for subscriptions of topics of other accounts; named in the notes"),
    ("sns:GetSubscriptionAttributes", "only for templates with a subscription; named in the notes"),
    ("sns:Subscribe", "only for templates with a subscription; named in the notes"),
    ("sns:SetSubscriptionAttributes", "only for templates with a subscription; named in the notes"),
    ("sns:Unsubscribe", "only for templates with a subscription; named in the notes"),
    ("cloudformation:DescribeType", "only for templates with kinds that have no type here; named in the notes"),
    ("cloudformation:ListResources", "only for templates with kinds that have no type here; named in the notes"),
    ("cloudformation:GetResource", "only for templates with kinds that have no type here; named in the notes"),
    ("cloudformation:CreateResource", "only for templates with kinds that have no type here; named in the notes"),
    ("cloudformation:UpdateResource", "only for templates with kinds that have no type here; named in the notes"),
    ("cloudformation:DeleteResource", "only for templates with kinds that have no type here; named in the notes"),
    (
        "cloudformation:GetResourceRequestStatus",
        "only for templates with kinds that have no type here; named in the notes",
    ),
    ("cloudformation:DescribeStacks", "only where something carries CloudFormation's tag; named in the notes"),
    ("dynamodb:BatchWriteItem", "`local` fills its own table with it"),
];

#[test]
fn the_policy_of_a_deployer_allows_just_what_the_code_can_call() {
    let mut expected = called();
    expected.retain(|action| !of_the_other_engine(action));
    for (action, reason) in NOT_IN_THE_POLICY {
        assert!(expected.remove(*action), "{action} ({reason}) is not called any more");
    }
    // Lambda checks these: when a function gets a role, and when its tags are read.
    expected.extend(["iam:PassRole", "lambda:ListTags"].map(str::to_owned));
    assert_eq!(allowed("deployer"), expected);
}

#[test]
fn the_policy_for_cloudformation_allows_just_what_that_engine_can_call() {
    let mut expected = called();
    expected.retain(of_the_other_engine);
    // Both engines call the first. CloudFormation calls the second, to fetch packages with these rights.
    expected.extend(["cloudformation:DescribeStacks", "s3:GetObject"].map(str::to_owned));
    assert_eq!(allowed("cloudformation"), expected);
}

/// Whether only `--engine cloudformation` calls it. Cloud Control's actions have CloudFormation's prefix too.
fn of_the_other_engine(action: &String) -> bool {
    let listed = NOT_IN_THE_POLICY.iter().any(|(other, _)| action == other);
    !listed && (action.starts_with("cloudformation:") || action.starts_with("s3:"))
}

#[test]
fn the_policy_of_a_reader_allows_just_the_reading_calls_of_the_deployers() {
    let reads = |action: &String| {
        let (_, verb) = action.split_once(':').unwrap_or_default();
        // A plan does not watch a version, and does not read an alias again before it is changed.
        let of_a_deploy = ["cloudwatch:GetMetricData", "lambda:GetAlias"].contains(&action.as_str());
        !of_a_deploy && ["Get", "List", "Describe", "GET"].iter().any(|start| verb.starts_with(start))
    };
    assert_eq!(allowed("reader"), allowed("deployer").into_iter().filter(reads).collect());
}

#[test]
fn the_policy_without_a_boundary_allows_no_action_that_the_deployers_does_not() {
    assert!(allowed("unbounded").is_subset(&allowed("deployer")));
}

#[test]
fn permissions_of_some_templates_are_in_the_notes() {
    let text = read("docs/permissions.md");
    for (action, reason) in NOT_IN_THE_POLICY.iter().filter(|(_, reason)| reason.ends_with("named in the notes")) {
        assert!(text.contains(action), "{action}: {reason}");
    }
}

/// A policy in the document.
pub(crate) fn printed(policy: &str) -> Value {
    let blocks = blocks(&read("docs/permissions.md"));
    let block = blocks.iter().find(|block| block.info == format!("json {policy}")).expect("the policy");
    serde_json::from_str(&block.text).expect("a policy in JSON")
}

fn allowed(policy: &str) -> BTreeSet<String> {
    let policy = printed(policy);
    let statements = policy["Statement"].as_array().expect("its statements");
    let allowing = statements.iter().filter(|statement| statement["Effect"] == "Allow");
    let actions = allowing.flat_map(|statement| match statement["Action"].as_array() {
        Some(several) => several.clone(),
        None => vec![statement["Action"].clone()],
    });
    actions.map(|action| action.as_str().expect("an action's name").to_owned()).collect()
}

/// The IAM actions of all operations in `src/aws`, found by the names of the clients that send them.
fn called() -> BTreeSet<String> {
    let call = Regex::new(
        r"\b(apigateway|client|cloudcontrol|cloudformation|cloudwatch|dynamodb|iam|lambda|logs|s3|sns|sts|tagging)\s*\.\s*([a-z]+(?:_[a-z0-9]+)*)\(\)",
    );
    let call = call.expect("a pattern");
    let mut actions = BTreeSet::new();
    let others = files(&root().join("provisioner/src/aws"));
    for file in others.into_iter().chain([root().join("provisioner/src/aws.rs")]) {
        let source = fs::read_to_string(file).expect("its text");
        let calls = call.captures_iter(source.as_str()).map(|found| found.expect("a call"));
        // A clone of a client is not an operation.
        let calls = calls.filter(|found| &found[2] != "clone");
        actions.extend(calls.flat_map(|found| action(&found[1], &found[2])));
    }
    assert!(actions.len() > 30, "only {} calls were found: the clients have other names now", actions.len());
    actions
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the services").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn action(client: &str, operation: &str) -> Vec<String> {
    if matches!(client, "apigateway" | "client") {
        let verb = match operation.split('_').next().unwrap_or_default() {
            "get" => "GET",
            "create" => "POST",
            "update" => "PATCH",
            "delete" => "DELETE",
            "tag" => return vec!["apigateway:POST".to_owned(), "apigateway:TagResource".to_owned()],
            other => panic!("which HTTP verb is `{other}_…` of API Gateway?"),
        };
        return vec![format!("apigateway:{verb}")];
    }
    // The actions of some services have another prefix than the name of the client here.
    let client = if client == "tagging" { "tag" } else { client };
    // Cloud Control's actions have CloudFormation's prefix.
    let client = if client == "cloudcontrol" { "cloudformation" } else { client };
    let name: String = operation.split('_').map(capitalized).collect();
    // The operations whose permissions have other names.
    let name = match (client, name.as_str()) {
        ("lambda", "Invoke") => "InvokeFunction",
        ("s3", "HeadBucket" | "ListObjectsV2") => "ListBucket",
        ("s3", "HeadObject") => "GetObject",
        ("s3", "PutPublicAccessBlock") => "PutBucketPublicAccessBlock",
        (_, same) => same,
    };
    vec![format!("{client}:{name}")]
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
