//! A step as the plan's file contains it: without secrets, and without any digest of secrets.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::plan::{Action, Step};
use crate::resources::{Call, Change, Ids, Resource};
use crate::template::{Secrets, shown_in};

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PlannedStep {
    /// Its name in the plan.
    pub(super) id: String,
    /// The action.
    pub(super) action: Action,
    /// The properties that change.
    pub(super) changes: Vec<Change>,
    /// The AWS operations that are called, in order.
    pub(super) calls: Vec<String>,
    /// The ids that AWS has assigned, with the revision of a resource that has one: another revision means that the
    /// resource was changed since.
    pub(super) ids: Ids,
    /// A digest of the calls' content.
    pub(super) sent: String,
}

impl PlannedStep {
    pub(super) fn of(step: &Step, secrets: &Secrets) -> Self {
        let undo = step.undo.iter().flat_map(|undo| &undo.calls);
        let calls: Vec<_> =
            step.batches.iter().chain(&step.cleanup).chain(undo).map(|batch| batch.iter().map(sent)).collect();
        let calls: Value = calls.into_iter().map(Iterator::collect::<Value>).collect();
        Self {
            id: step.id.clone(),
            action: step.action,
            changes: step.changes.iter().cloned().map(|change| without_secret(change, secrets)).collect(),
            calls: step.calls.clone(),
            ids: ids(step).into_iter().map(|(name, value)| (name, shown_in(&value))).collect(),
            sent: digest(&secrets.hidden_in(&calls)),
        }
    }
}

/// The ids of a step. A resource of a kind without a type is identified by one id; its other attributes are its
/// properties, and their content is not known here.
fn ids(step: &Step) -> Ids {
    let mut ids = step.ids.clone();
    if matches!(step.resource, Resource::Other(_)) {
        ids.retain(|name, _| name == Ids::REF);
    }
    ids
}

/// The properties for which the file shows only that they change.
///
/// The short name of a release is a digest of variables too, and with the rest of the release an attacker could try out
/// short values. A change of the value on AWS also changes the revision.
const SECRET_PROPERTIES: [&str; 2] = ["Environment.Variables.", "Release"];

fn without_secret(change: Change, secrets: &Secrets) -> Change {
    let Change { property, old, new } = change;
    if SECRET_PROPERTIES.iter().any(|start| property.starts_with(start)) {
        return Change { property, old: None, new: None };
    }
    let hide = |value: Value| shown_in(&secrets.hidden_in(&value));
    Change { property, old: old.map(hide), new: new.map(hide) }
}

fn sent(call: &Call) -> Value {
    json!([call.operation(), call.recorded()])
}

/// Hex of the SHA-256 of a value's JSON.
pub(super) fn digest(value: &Value) -> String {
    Sha256::digest(value.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}
