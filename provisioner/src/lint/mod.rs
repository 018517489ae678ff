//! What is wrong with a template although it is a valid one: what neither CloudFormation's own check nor cfn-lint
//! notices before AWS, or a caller, does.
//!
//! Pure. Every check looks at the resources as JSON with CloudFormation's property names, so kinds that have no type
//! here are checked too.

mod cors;
mod dynamic_reference;
mod iam;
mod limits;
mod monitoring;
mod packed;
mod permission;
mod route;
mod secret;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::desired::Desired;
use crate::resources::Resource;
use crate::template::Known;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The resource that it is about.
    pub logical_id: String,
    /// What comes of it.
    pub severity: Severity,
    /// What is wrong, with the property.
    pub cause: String,
    /// The keys of the property in the template, where it is about one.
    pub property: Vec<String>,
    /// What to write instead.
    pub hint: String,
}

/// What comes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// AWS refuses it: better told before the first call than half-way.
    Refused,
    /// AWS takes it, and somebody will be sorry.
    Unwise,
}

/// A resource as the checks see it.
pub(crate) struct Checked {
    logical_id: String,
    kind: String,
    properties: Value,
}

impl Checked {
    fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    fn text(&self, property: &str) -> &str {
        self.properties[property].as_str().unwrap_or_default()
    }

    fn finding(&self, severity: Severity, cause: impl Into<String>, hint: impl Into<String>) -> Finding {
        Finding {
            logical_id: self.logical_id.clone(),
            severity,
            cause: cause.into(),
            property: Vec::new(),
            hint: hint.into(),
        }
    }
}

/// Every check on every resource of a stack in this account, in the order of the resources. `apis` are the ids of its
/// APIs that exist, by logical id.
#[must_use]
pub fn lint(desired: &Desired, account: &str, apis: &BTreeMap<String, String>) -> Vec<Finding> {
    let known = Known::of_account(account);
    let all = desired.resources.iter().map(|wanted| checked(&wanted.logical_id, &wanted.resource.fill(&known)));
    let all: Vec<Checked> = all.collect();
    let one = all.iter().flat_map(|checked| {
        [
            iam::role_is_an_arn(checked),
            iam::not_all_of_everything(checked),
            route::key_is_well_formed(checked),
            route::target_is_an_integration(checked),
            route::payload_version_exists(checked),
            route::integration_ends_in_time(checked),
            cors::no_credentials_for_everybody(checked),
            monitoring::alarm_can_ring(checked),
            monitoring::dashboard_is_json(checked),
            dynamic_reference::no_dynamic_reference(checked),
            dynamic_reference::no_other_service(checked),
            secret::no_secret_in_the_open(checked),
        ]
    });
    let together = all.iter().flat_map(|checked| {
        [
            permission::api_may_call(checked, &all, &desired.place, account, apis),
            route::settings_have_routes(checked, &all),
        ]
    });
    one.chain(together).flatten().chain(packed::nothing_forgotten(desired)).collect()
}

/// What AWS would refuse of a resource as it would be sent: by length, characters, range or reserved name.
///
/// Planning adds to what the template says: routes that are taken over are remembered in a description.
#[must_use]
pub fn beyond_limits(logical_id: &str, resource: &Resource) -> Vec<Finding> {
    limits::refused(&checked(logical_id, resource))
}

/// What AWS would refuse of a resource's own name. AWS refuses to look for such a name as well.
#[must_use]
pub fn refused_name(logical_id: &str, resource: &Resource) -> Vec<Finding> {
    let (one, name) = (checked(logical_id, resource), resource.name());
    let is_the_name = |finding: &Finding| matches!(finding.property.as_slice(), [only] if one.text(only) == name);
    let refused = limits::refused(&one).into_iter().filter(|finding| finding.severity == Severity::Refused);
    refused.filter(is_the_name).collect()
}

fn checked(logical_id: &str, resource: &Resource) -> Checked {
    let properties = if let Resource::Other(other) = resource {
        Value::Object(other.properties.clone())
    } else {
        serde_json::to_value(resource).unwrap_or_default()
    };
    Checked { logical_id: logical_id.to_owned(), kind: resource.kind().to_owned(), properties }
}

/// A list's items, or a single value as a list of one: CloudFormation takes either in many places.
fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
    }
}

/// A number however it is written: `30` and `"30"` are the same in a template.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
