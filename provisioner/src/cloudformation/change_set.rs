//! A change set: what CloudFormation says it would do.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::plan::{Note, masked};
use crate::resources::Change;

/// What CloudFormation would do, as it says itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSet {
    /// Always `cloudformation`: it tells this from a plan of the provisioner's own.
    pub engine: &'static str,
    /// The stack's name.
    pub stack: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// One row a resource that changes, in CloudFormation's order.
    pub steps: Vec<Row>,
    /// What a person should know about the template before the change set is executed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Its ARN; empty when there is nothing to do.
    #[serde(skip)]
    pub id: String,
}

/// What would be done about one resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its type.
    pub kind: String,
    /// Its physical id, when it exists.
    pub name: String,
    /// What is done.
    pub action: Action,
    /// The properties that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<PropertyChange>,
}

/// What is done about a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is changed in place or made anew: CloudFormation knows when it comes to it.
    MayReplace,
    /// It is made anew, and the old one goes.
    Replace,
    /// It is made anew, and the old one stays.
    Succeed,
    /// It is removed.
    Delete,
    /// It leaves the stack and stays.
    LetGo,
    /// It exists and becomes the stack's.
    Import,
}

/// A property that changes, as far as CloudFormation tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyChange {
    /// The property and its values. CloudFormation does not tell all values.
    #[serde(flatten)]
    pub change: Change,
    /// The parameter or resource that it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl ChangeSet {
    /// The rows after which something that exists now is gone.
    pub fn destructive(&self) -> impl Iterator<Item = &Row> {
        self.steps.iter().filter(|row| matches!(row.action, Action::Replace | Action::Delete))
    }

    /// The logical ids of what is created or changed, and is the stack's afterwards.
    #[must_use]
    pub fn changed(&self) -> BTreeSet<&str> {
        let goes = |row: &&Row| matches!(row.action, Action::Delete | Action::LetGo);
        self.steps.iter().filter(|row| !goes(row)).map(|row| row.logical_id.as_str()).collect()
    }

    /// Whether permissions change, which takes time until it holds everywhere.
    #[must_use]
    pub fn grants_something_new(&self) -> bool {
        self.steps.iter().any(|row| row.kind == "AWS::IAM::Role")
    }
}

impl PropertyChange {
    /// A change at a path as CloudFormation writes it (`/Properties/Environment/Variables/KEY`), with values as it
    /// writes them: text, also for numbers and maps. Values of environment variables are masked.
    #[must_use]
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
