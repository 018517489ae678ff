//! The JSON output.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::transition_text::executed;
use crate::cloudformation::ChangeSet;
use crate::execute::Outcome;
use crate::plan::{Plan, Tested, Transition};

/// The result of `deploy`, `update` or `destroy`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeployReport<'a, P> {
    /// The plan.
    pub plan: &'a P,
    /// The logical ids of the completed steps.
    pub done: &'a [String],
    /// The steps that failed, by logical id.
    pub failed: BTreeMap<&'a str, String>,
    /// The steps that were not completed.
    pub not_done: &'a [String],
    /// The steps whose new version had a share of the traffic, failed, and has no share any more.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub undone: &'a [String],
    /// Failed or stopped steps whose new version still has a share of the traffic.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub left_open: &'a [String],
    /// The completed transitions of the plan, with the number of the version that callers get.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// The stack's outputs.
    pub outputs: BTreeMap<String, String>,
    /// The result of the last smoke test that was sent after the deployment: the first failed one, if any failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smoke: Option<Smoke>,
}

/// The output of `plan` and `deploy` with CloudFormation: a change set, and the additional actions of the provisioner.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposed<'a> {
    /// The changes that CloudFormation would make.
    #[serde(flatten)]
    pub set: &'a ChangeSet,
    /// The smoke tests that are sent when CloudFormation is done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub smoke_tests: Vec<Tested>,
}

impl<'a> From<&'a ChangeSet> for Proposed<'a> {
    fn from(set: &'a ChangeSet) -> Self {
        Self { set, smoke_tests: Vec::new() }
    }
}

/// The result of a smoke test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Smoke {
    /// Whether the answer was the expected one.
    pub passed: bool,
    /// The answer.
    pub answer: Value,
    /// The text about the fault of the answer; empty if there is none.
    #[serde(skip)]
    pub objection: String,
}

impl<'a> DeployReport<'a, Plan> {
    /// The report of an executed plan.
    pub fn new(plan: &'a Plan, outcome: &'a Outcome, outputs: Vec<(String, String)>, smoke: Option<Smoke>) -> Self {
        Self {
            plan,
            done: &outcome.done,
            failed: outcome.failed.iter().map(|(id, error)| (id.as_str(), error.headline())).collect(),
            not_done: &outcome.not_done,
            undone: &outcome.undone,
            left_open: &outcome.left_open,
            transitions: executed(plan, outcome),
            outputs: outputs.into_iter().collect(),
            smoke,
        }
    }
}
