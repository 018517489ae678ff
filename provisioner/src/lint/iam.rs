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
    let statement = documents(&one.properties).into_iter().flat_map(|(_, statements)| statements).find(all)?;
    let sid = statement["Sid"].as_str().map(|sid| format!(" `{sid}`")).unwrap_or_default();
    let cause = format!("the statement{sid} allows every action on every resource");
    Some(one.finding(Severity::Unwise, cause, "list the actions and the resources that the role needs"))
}

/// Checks that no two statements of a policy document have the same id.
///
/// IAM user guide, "IAM JSON policy elements: Sid": it must be unique within a policy.
pub(super) fn sids_are_unique(one: &Checked) -> Option<Finding> {
    if !one.kind.starts_with("AWS::IAM::") {
        return None;
    }
    let (property, sid) = documents(&one.properties).into_iter().find_map(|(property, statements)| {
        let sids: Vec<&str> = statements.into_iter().filter_map(|one| one["Sid"].as_str()).collect();
        let again = sids.iter().enumerate().find(|(at, sid)| !sid.is_empty() && sids[..*at].contains(sid));
        again.map(|(_, sid)| (property, *sid))
    })?;
    let cause = format!("{} has two statements with the Sid `{sid}`", property.join("."));
    let finding = one.finding(Severity::Refused, cause, "give each statement its own Sid, or remove the Sid");
    Some(Finding { property, ..finding })
}

/// The policy documents anywhere in the properties: the keys of each, and its statements.
fn documents(value: &Value) -> Vec<(Vec<String>, Vec<&Value>)> {
    match value {
        Value::Object(map) => {
            let own = map.get("Statement").map(|own| (Vec::new(), items(own)));
            let inside = map.iter().flat_map(|(key, value)| {
                let found = documents(value).into_iter();
                found.map(move |(path, statements)| ([vec![key.clone()], path].concat(), statements))
            });
            own.into_iter().chain(inside).collect()
        }
        Value::Array(list) => list.iter().flat_map(documents).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
