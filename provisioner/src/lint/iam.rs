//! Roles and their permissions.

use serde_json::Value;

use super::{Checked, Finding, Severity, items};
use crate::template::begins_unknown;

/// The property that takes an execution role, by kind.
const ROLES: [(&str, &str); 5] = [
    ("AWS::Lambda::Function", "Role"),
    ("AWS::StepFunctions::StateMachine", "RoleArn"),
    ("AWS::Events::Rule", "RoleArn"),
    ("AWS::Scheduler::Schedule", "RoleArn"),
    ("AWS::ApiGatewayV2::Integration", "CredentialsArn"),
];

/// Checks that the property does not contain `!Ref` of a role, which returns its name: these properties need its ARN.
pub(super) fn role_is_an_arn(one: &Checked) -> Option<Finding> {
    let (_, property) = ROLES.iter().find(|(kind, _)| one.is(kind))?;
    let role = one.text(property);
    let is_arn = role.starts_with("arn:") || begins_unknown(role);
    if role.is_empty() || is_arn {
        return None;
    }
    let cause = format!("{property} `{role}` is the name of a role; the property needs its ARN");
    Some(one.finding(Severity::Refused, cause, "write `!GetAtt ROLE.Arn` in place of `!Ref ROLE`"))
}

/// Checks that no statement allows the action `*` on the resource `*`, which allows everything in the account.
pub(super) fn no_full_access(one: &Checked) -> Option<Finding> {
    let everything = |value: &Value| items(value).iter().any(|item| item.as_str() == Some("*"));
    let all = |statement: &&Value| {
        statement["Effect"] == "Allow" && everything(&statement["Action"]) && everything(&statement["Resource"])
    };
    let statements = statements(&one.properties);
    let statement = statements.iter().find(|statement| all(statement))?;
    let sid = statement["Sid"].as_str().map(|sid| format!(" `{sid}`")).unwrap_or_default();
    let cause = format!("the statement{sid} allows every action on every resource");
    Some(one.finding(Severity::Unwise, cause, "list the actions and the resources that the role needs"))
}

/// The statements of all policies, anywhere in the properties.
fn statements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(map) => {
            let own = map.get("Statement").map(items).unwrap_or_default();
            own.into_iter().chain(map.values().flat_map(statements)).collect()
        }
        Value::Array(list) => list.iter().flat_map(statements).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
