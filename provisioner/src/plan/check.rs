//! The smoke tests of a plan: which ones a version must pass before callers get it, and which ones are sent at the end.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::hold::alias_of;
use super::{Note, Step};
use crate::desired::{Desired, SmokeTest};
use crate::resources::Call;
use crate::resources::alias;
use crate::resources::check::Check;

/// A smoke test that the plan sends.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Tested {
    /// The resource that declares it.
    pub logical_id: String,
    /// The alias (`chat:live`) or function (`chat`) that it is for.
    pub callee: String,
    /// What is sent, and what is expected: `POST /chat expects 200`.
    pub test: String,
    /// Whether a new version must pass it before callers get that version. The others are sent when all steps are done.
    pub before_callers: bool,
    /// The test itself.
    #[serde(skip)]
    pub declared: SmokeTest,
}

/// The smoke tests that a version must pass before the alias of this name (`chat:live`) points to it.
pub(super) fn checks(desired: &Desired, alias: &str, patient: bool) -> Vec<Check> {
    let tests = desired.smoke_tests.iter().filter(|test| test.alias.is_some() && test.callee() == alias);
    tests.map(|test| test.check(patient)).collect()
}

/// The smoke tests that these steps send: each declared one that depends on something that changes.
pub(super) fn tested(steps: &[Step], declared: &[SmokeTest]) -> Vec<Tested> {
    let changing = || steps.iter().filter(|step| step.action.changes_something());
    let changed: BTreeSet<&str> = changing().map(|step| step.logical_id.as_str()).collect();
    let affected = declared.iter().filter(|test| test.depends_on.iter().any(|id| changed.contains(id.as_str())));
    let before = |test: &SmokeTest| {
        let callee = test.callee();
        changing().any(|step| {
            calls(step, |call| matches!(call, alias::Call::Invoke { .. })) && step.resource.name() == callee
        })
    };
    let tested = |test: &SmokeTest| Tested {
        logical_id: test.logical_id.clone(),
        callee: test.callee(),
        test: test.summary(),
        before_callers: before(test),
        declared: test.clone(),
    };
    affected.map(tested).collect()
}

/// A note for each alias that points callers to another version without a smoke test.
pub(super) fn untested(steps: &[Step]) -> Vec<Note> {
    let only_ready =
        |step: &&Step| alias_of(step).is_some() && calls(step, |call| matches!(call, alias::Call::GetFunction { .. }));
    let note = |step: &Step| Note {
        logical_id: Some(step.logical_id.clone()),
        text: format!(
            "no smoke test is declared for {}: its version is only checked to be ready",
            step.resource.name()
        ),
        hint: None,
    };
    steps.iter().filter(only_ready).map(note).collect()
}

fn calls(step: &Step, is: impl Fn(&alias::Call) -> bool) -> bool {
    step.stages.iter().flatten().any(|call| matches!(call, Call::Alias(call) if is(call)))
}
