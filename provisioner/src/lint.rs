//! Problems of a valid template: those that CloudFormation's own check and cfn-lint do not report before AWS, or a
//! caller, notices them.
//!
//! Pure. Every check uses the resources as JSON with CloudFormation's property names, so kinds without a type here are
//! checked too.

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
use crate::hint::Hint;
use crate::resources::Resource;
use crate::template::Known;

/// A problem in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The resource with the problem.
    pub logical_id: String,
    /// The consequence.
    pub severity: Severity,
    /// The problem, with the property.
    pub cause: String,
    /// The keys of the property in the template, if the finding is about a property.
    pub property: Vec<String>,
    /// The replacement to write.
    pub hint: Hint,
}

/// The consequence of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// AWS refuses it; the finding reports it before the first call.
    Refused,
    /// AWS accepts it, but it causes problems later.
    Unwise,
}

/// A resource as the checks use it.
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

    fn finding(&self, severity: Severity, cause: impl Into<String>, hint: impl Into<Hint>) -> Finding {
        Finding {
            logical_id: self.logical_id.clone(),
            severity,
            cause: cause.into(),
            property: Vec::new(),
            hint: hint.into(),
        }
    }
}

/// Runs every check on every resource of a stack in this account, in the order of the resources. `apis` contains the
/// ids of the stack's APIs that exist, by logical id.
pub fn lint(desired: &Desired, account: &str, apis: &BTreeMap<String, String>) -> Vec<Finding> {
    let known = Known::of_account(account);
    let all = desired.resources.iter().map(|wanted| checked(&wanted.logical_id, &wanted.resource.fill(&known)));
    let all: Vec<Checked> = all.collect();
    let one = all.iter().flat_map(|checked| {
        [
            iam::role_is_an_arn(checked),
            iam::no_full_access(checked),
            iam::sids_are_unique(checked),
            route::key_is_well_formed(checked),
            route::target_is_an_integration(checked),
            route::payload_version_exists(checked),
            route::timeout_is_in_range(checked),
            cors::no_credentials_for_every_origin(checked),
            monitoring::alarm_can_fire(checked),
            monitoring::dashboard_is_json(checked),
            dynamic_reference::no_dynamic_reference(checked),
            dynamic_reference::no_other_service(checked),
            secret::no_plain_text_secret(checked),
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

/// Finds the values for which AWS would refuse a resource as it is sent: by length, characters, range or reserved name.
///
/// Planning adds to the template's values: the description of an integration records the routes that are adopted.
pub fn beyond_limits(logical_id: &str, resource: &Resource) -> Vec<Finding> {
    limits::refused(&checked(logical_id, resource), resource)
}

/// Finds the reasons why AWS would refuse a resource's own name. AWS also refuses to look up such a name.
pub fn refused_name(logical_id: &str, resource: &Resource) -> Vec<Finding> {
    let (one, name) = (checked(logical_id, resource), resource.name());
    let is_the_name = |finding: &Finding| matches!(finding.property.as_slice(), [only] if one.text(only) == name);
    let refused = limits::refused(&one, resource).into_iter().filter(|finding| finding.severity == Severity::Refused);
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

/// A list's items, or a single value as a list of one: CloudFormation accepts both in many places.
fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
    }
}

/// A number in either notation: `30` and `"30"` are the same in a template.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
