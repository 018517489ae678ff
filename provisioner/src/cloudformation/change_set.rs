//! A change set: the changes that CloudFormation would make, as it describes them.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::plan::{Note, masked};
use crate::resources::Change;

/// The changes that CloudFormation would make, as it describes them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSet {
    /// Always `cloudformation`: it distinguishes this value from a plan of the direct engine.
    pub engine: &'static str,
    /// The stack's name.
    pub stack: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// One row for each resource that changes, in CloudFormation's order.
    pub steps: Vec<Row>,
    /// Notes about the template that the user should read before the change set is executed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Its ARN; empty when there is nothing to do.
    #[serde(skip)]
    pub id: String,
}

/// The change of one resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The resource's logical id.
    pub logical_id: String,
    /// Its type.
    pub kind: String,
    /// Its physical id, if it exists.
    pub name: String,
    /// The action on the resource.
    pub action: Action,
    /// The properties that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<PropertyChange>,
}

/// The action on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// The resource is created.
    Create,
    /// The resource is updated in place.
    Update,
    /// The resource is updated in place or replaced: CloudFormation decides this when it executes the change.
    MayReplace,
    /// The resource is replaced, and the old one is deleted.
    Replace,
    /// The resource is replaced, and the old one is retained.
    Succeed,
    /// The resource is deleted.
    Delete,
    /// The resource is removed from the stack and retained.
    Retain,
    /// The resource exists and is imported into the stack.
    Import,
}

/// A property that changes, with the information that CloudFormation returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyChange {
    /// The property and its values. CloudFormation does not return all values.
    #[serde(flatten)]
    pub change: Change,
    /// The parameter or resource that causes the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl ChangeSet {
    /// A change set without changes.
    pub fn new(stack: &str, account: &str, region: &str) -> Self {
        Self {
            engine: "cloudformation",
            stack: stack.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            steps: Vec::new(),
            notes: Vec::new(),
            id: String::new(),
        }
    }

    /// The rows that delete an existing resource.
    pub fn destructive(&self) -> impl Iterator<Item = &Row> {
        self.steps.iter().filter(|row| matches!(row.action, Action::Replace | Action::Delete))
    }

    /// The logical ids of the resources that are created or changed and belong to the stack afterwards.
    pub fn changed(&self) -> BTreeSet<&str> {
        let is_removed = |row: &&Row| matches!(row.action, Action::Delete | Action::Retain);
        self.steps.iter().filter(|row| !is_removed(row)).map(|row| row.logical_id.as_str()).collect()
    }

    /// Whether permissions change; such a change takes time to reach every part of AWS.
    pub fn grants_something_new(&self) -> bool {
        self.steps.iter().any(|row| row.kind == "AWS::IAM::Role")
    }
}

impl PropertyChange {
    /// A change at a path in CloudFormation's form (`/Properties/Environment/Variables/KEY`), with values in its form:
    /// text, also for numbers and maps. Values of environment variables are masked.
    pub fn new(path: &str, old: Option<&str>, new: Option<&str>, because: Option<String>) -> Self {
        let property = path.strip_prefix("/Properties/").unwrap_or(path).trim_start_matches('/').replace('/', ".");
        let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        let change = masked(Change { property, old: old.map(value), new: new.map(value) });
        Self { change, because }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_and_those_of_environment_variables_masked() {
        let memory = PropertyChange::new("/Properties/MemorySize", Some("512"), Some("1024"), None);
        assert_eq!(memory.change.property, "MemorySize");
        assert_eq!((memory.change.old, memory.change.new), (Some(json!(512)), Some(json!(1024))));
        let secret = PropertyChange::new("/Properties/Environment/Variables/KEY", Some("s3cret"), None, None);
        assert_eq!(secret.change.property, "Environment.Variables.KEY");
        assert!(secret.change.old.is_some_and(|old| old.as_str().is_some_and(|old| old == "(masked)")));
    }
}
