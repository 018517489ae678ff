//! Which additional rights the holder of the printed deployer policy can get, determined by evaluating the policies.

use serde_json::{Value, json};

use crate::iam::{Request, is_allowed, is_allowed_within};
use crate::markdown::read;
use crate::permissions::printed;

const ROLE: &str = "arn:aws:iam::123456789012:role/cinedb-chat-bedrock-role";
const ANOTHER_ROLE: &str = "arn:aws:iam::123456789012:role/administrator";
const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:cinedb-chat-bedrock";
const ANOTHER_FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:payroll";
const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/cinedb-chat-boundary";
const BASIC: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

const BOUNDED: (&str, &str) = ("iam:PermissionsBoundary", BOUNDARY);
const BOUNDED_BY_ANOTHER: (&str, &str) = ("iam:PermissionsBoundary", ADMINISTRATOR);
const TO_LAMBDA: (&str, &str) = ("iam:PassedToService", "lambda.amazonaws.com");

type Try = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Requests that would give more rights: a description, the action, its resource, and its condition keys as IAM sets
/// them. IAM sets `iam:PermissionsBoundary` to the role's boundary in each of these actions, and to the new one where a
/// role or a boundary is created. Deleting or detaching a policy gives more rights where that policy denies. IAM
/// supports `iam:PermissionsBoundary` for `AttachRolePolicy`, `CreateRole`, `DeleteRolePermissionsBoundary`,
/// `DeleteRolePolicy`, `DetachRolePolicy`, `PutRolePermissionsBoundary` and `PutRolePolicy` (Service Authorization
/// Reference, "Actions, resources, and condition keys for AWS Identity and Access Management").
const ESCALATIONS: &[Try] = &[
    ("create a role without a boundary", "iam:CreateRole", ROLE, &[]),
    ("create a role under a boundary that bounds nothing", "iam:CreateRole", ROLE, &[BOUNDED_BY_ANOTHER]),
    ("create a role of another name", "iam:CreateRole", ANOTHER_ROLE, &[BOUNDED]),
    ("put any policy on a role without a boundary", "iam:PutRolePolicy", ROLE, &[]),
    ("put any policy on a role under another boundary", "iam:PutRolePolicy", ROLE, &[BOUNDED_BY_ANOTHER]),
    ("put any policy on another role", "iam:PutRolePolicy", ANOTHER_ROLE, &[BOUNDED]),
    ("delete a policy of a role without a boundary", "iam:DeleteRolePolicy", ROLE, &[]),
    ("delete a policy of a role under another boundary", "iam:DeleteRolePolicy", ROLE, &[BOUNDED_BY_ANOTHER]),
    ("delete a policy of another role", "iam:DeleteRolePolicy", ANOTHER_ROLE, &[BOUNDED]),
    ("detach a policy from a role without a boundary", "iam:DetachRolePolicy", ROLE, &[("iam:PolicyARN", BASIC)]),
    ("detach a policy from another role", "iam:DetachRolePolicy", ANOTHER_ROLE, &[("iam:PolicyARN", BASIC), BOUNDED]),
    ("attach AdministratorAccess", "iam:AttachRolePolicy", ROLE, &[("iam:PolicyARN", ADMINISTRATOR), BOUNDED]),
    ("attach a policy to a role without a boundary", "iam:AttachRolePolicy", ROLE, &[("iam:PolicyARN", BASIC)]),
    ("attach a policy to another role", "iam:AttachRolePolicy", ANOTHER_ROLE, &[("iam:PolicyARN", BASIC), BOUNDED]),
    ("take the boundary off", "iam:DeleteRolePermissionsBoundary", ROLE, &[BOUNDED]),
    ("put another boundary in its place", "iam:PutRolePermissionsBoundary", ROLE, &[BOUNDED_BY_ANOTHER]),
    ("write another version of the boundary", "iam:CreatePolicyVersion", BOUNDARY, &[]),
    ("choose another version of the boundary", "iam:SetDefaultPolicyVersion", BOUNDARY, &[]),
    ("delete a version of the boundary", "iam:DeletePolicyVersion", BOUNDARY, &[]),
    ("delete the boundary", "iam:DeletePolicy", BOUNDARY, &[]),
    ("create another managed policy", "iam:CreatePolicy", "arn:aws:iam::123456789012:policy/any", &[]),
    ("let oneself take another role", "iam:UpdateAssumeRolePolicy", ANOTHER_ROLE, &[]),
    ("take another role", "sts:AssumeRole", ANOTHER_ROLE, &[]),
    ("pass another role to the function", "iam:PassRole", ANOTHER_ROLE, &[TO_LAMBDA]),
    ("pass the role elsewhere", "iam:PassRole", ROLE, &[("iam:PassedToService", "ec2.amazonaws.com")]),
    ("create another function", "lambda:CreateFunction", ANOTHER_FUNCTION, &[]),
    ("change the code of another function", "lambda:UpdateFunctionCode", ANOTHER_FUNCTION, &[]),
    ("give another function a layer", "lambda:UpdateFunctionConfiguration", ANOTHER_FUNCTION, &[]),
    ("let oneself call another function", "lambda:AddPermission", ANOTHER_FUNCTION, &[]),
    ("change one's own user", "iam:PutUserPolicy", "arn:aws:iam::123456789012:user/dev", &[]),
    ("make keys of another user", "iam:CreateAccessKey", "arn:aws:iam::123456789012:user/root", &[]),
];

/// The requests of a deploy with a boundary.
const NEEDED: &[Try] = &[
    ("create the role", "iam:CreateRole", ROLE, &[BOUNDED]),
    ("put its policies", "iam:PutRolePolicy", ROLE, &[BOUNDED]),
    ("attach its policy", "iam:AttachRolePolicy", ROLE, &[("iam:PolicyARN", BASIC), BOUNDED]),
    ("bound a role that had no boundary", "iam:PutRolePermissionsBoundary", ROLE, &[BOUNDED]),
    ("change who takes the role", "iam:UpdateAssumeRolePolicy", ROLE, &[BOUNDED]),
    ("remove a policy", "iam:DeleteRolePolicy", ROLE, &[BOUNDED]),
    ("detach its policy", "iam:DetachRolePolicy", ROLE, &[("iam:PolicyARN", BASIC), BOUNDED]),
    ("remove the role", "iam:DeleteRole", ROLE, &[BOUNDED]),
    ("pass it", "iam:PassRole", ROLE, &[TO_LAMBDA]),
    ("create the function", "lambda:CreateFunction", FUNCTION, &[]),
];

fn request((_, action, resource, context): &Try) -> Request<'static> {
    Request { action, resource, context }
}

#[test]
fn the_holder_of_the_deployers_policy_cannot_get_more_rights_and_can_deploy() {
    let deployer = printed("deployer");
    for one in ESCALATIONS {
        assert!(!is_allowed(&[&deployer], &request(one)), "it is allowed to {}", one.0);
    }
    for one in NEEDED {
        assert!(is_allowed(&[&deployer], &request(one)), "it is not allowed to {}", one.0);
    }
}

/// Changes of the boundary are denied explicitly, so another policy of the holder cannot allow them.
#[test]
fn another_policy_does_not_let_the_deployer_change_the_boundary() {
    let (deployer, all) =
        (printed("deployer"), json!({"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}));
    for one in ESCALATIONS.iter().filter(|one| one.2 == BOUNDARY || one.1 == "iam:DeleteRolePermissionsBoundary") {
        assert!(is_allowed(&[&all], &request(one)) && !is_allowed(&[&deployer, &all], &request(one)), "{}", one.0);
    }
}

/// The boundary limits the role, whatever policy the deployer writes into it, whatever code runs with it, and whatever
/// it is used for.
#[test]
fn a_role_with_any_policy_does_no_more_than_the_boundary_allows() {
    let (boundary, anything) =
        (printed("boundary"), json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}));
    let may =
        |action, resource| is_allowed_within(&boundary, &[&anything], &Request { action, resource, context: &[] });
    for (action, resource) in [
        ("iam:CreateUser", "arn:aws:iam::123456789012:user/mine"),
        ("iam:PutRolePolicy", ROLE),
        ("iam:DeleteRolePermissionsBoundary", ROLE),
        ("iam:CreatePolicyVersion", BOUNDARY),
        ("iam:PassRole", ANOTHER_ROLE),
        ("sts:AssumeRole", ANOTHER_ROLE),
        ("s3:GetObject", "arn:aws:s3:::payroll/2026"),
        ("dynamodb:Scan", "arn:aws:dynamodb:us-east-1:123456789012:table/payroll"),
        ("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:123456789012:table/cinedb"),
        ("lambda:UpdateFunctionCode", ANOTHER_FUNCTION),
        ("logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/payroll:log-stream:x"),
    ] {
        assert!(!may(action, resource), "{action} on {resource}");
    }
}

/// The resources and actions of the template's policies with its default names, including streaming, and the rights of
/// `AWSLambdaBasicExecutionRole` on the function's own logs.
#[test]
fn all_that_the_chat_needs_is_within_the_boundary() {
    let boundary = printed("boundary");
    let needed: Vec<(String, String)> = [read("policies/dynamodb-read.json"), read("policies/bedrock-invoke.json")]
        .iter()
        .flat_map(|text| needs_of(&serde_json::from_str(text).expect("a policy")))
        .chain(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"].map(|action| {
            let stream = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/cinedb-chat-bedrock:log-stream:x";
            (action.to_owned(), stream.to_owned())
        }))
        .collect();
    assert!(needed.len() > 6, "{needed:?}");
    for (action, resource) in needed {
        let request = Request { action: &action, resource: &resource, context: &[] };
        assert!(is_allowed(&[&boundary], &request), "{action} on {resource}");
    }
}

/// Every action on every resource of a policy's statements, with the template's functions evaluated.
fn needs_of(policy: &Value) -> Vec<(String, String)> {
    let statements = policy["Statement"].as_array().expect("statements");
    let pairs = statements.iter().flat_map(|statement| {
        let resources = texts(&statement["Resource"]);
        texts(&statement["Action"])
            .into_iter()
            .flat_map(move |action| resources.clone().into_iter().map(move |resource| (action.clone(), resource)))
    });
    pairs.collect()
}

/// All texts in a value, wherever a condition contains them, without the names of conditions.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![filled(text)],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(function) => match (function.get("Fn::If"), function.get("Fn::Sub")) {
            (Some(Value::Array(branches)), _) => branches[1..].iter().flat_map(texts).collect(),
            (_, Some(sub)) => texts(sub),
            _ => Vec::new(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn filled(text: &str) -> String {
    let names = [
        ("AWS::Partition", "aws"),
        ("AWS::Region", "us-east-1"),
        ("AWS::AccountId", "123456789012"),
        ("TableName", "cinedb"),
        ("InferenceGeography", "us"),
        ("FoundationModel", "anthropic.claude-haiku-5-5"),
        ("FallbackModel", "anthropic.other"),
        ("SecondFallbackModel", "anthropic.third"),
    ];
    let filled = names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value));
    assert!(!filled.contains("${"), "{filled}");
    filled.replace("bedrock:*:", "bedrock:us-west-2:")
}

/// The printed policy for a deploy without a boundary works as documented: the requests above are not refused for
/// another reason.
#[test]
fn without_a_boundary_the_same_attempts_succeed() {
    let policies = [printed("deployer"), printed("unbounded")];
    let policies: Vec<&Value> = policies.iter().collect();
    let escalations = [
        "create a role without a boundary",
        "put any policy on a role without a boundary",
        "delete a policy of a role without a boundary",
        "detach a policy from a role without a boundary",
    ];
    for escalation in escalations {
        let one = ESCALATIONS.iter().find(|one| one.0 == escalation).expect("the escalation");
        assert!(is_allowed(&policies, &request(one)), "{escalation}");
    }
    let attach: Try = ("attach", "iam:AttachRolePolicy", ROLE, &[("iam:PolicyARN", BASIC)]);
    assert!(is_allowed(&policies, &request(&attach)));
}

#[test]
fn the_holder_of_the_policy_for_cloudformation_writes_the_packages_of_the_stack_alone() {
    let (deployer, engine) = (printed("deployer"), printed("cloudformation"));
    let may_put = |key: &str| {
        let resource = format!("arn:aws:s3:::provisioner-123456789012-us-east-1/{key}");
        is_allowed(&[&deployer, &engine], &Request { action: "s3:PutObject", resource: &resource, context: &[] })
    };
    assert!(may_put("cinedb-chat/0123.zip"));
    for other in ["payroll/0123.zip", "0123.zip", "cinedb-chat-2/0123.zip"] {
        assert!(!may_put(other), "{other}");
    }
}
