//! The smoke tests of a plan: which ones a version must pass before callers get it, and which ones are sent at the end.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Action, Note, Step, Transition};
use crate::desired::{Desired, SmokeTest, Untested};
use crate::resources::check::Check;

/// A smoke test that the plan sends.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tested {
    /// The resource that declares it.
    pub logical_id: String,
    /// The alias (`chat:live`) or function (`chat`) that it is for.
    pub callee: String,
    /// The request and the expected answer: `POST /chat expects 200`.
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
pub(super) fn tested(steps: &[Step], transitions: &[Transition], declared: &[SmokeTest]) -> Vec<Tested> {
    let changing = steps.iter().filter(|step| step.action.changes_something());
    let changed: BTreeSet<&str> = changing.map(|step| step.logical_id.as_str()).collect();
    let affected = declared.iter().filter(|test| test.depends_on.iter().any(|id| changed.contains(id.as_str())));
    let before = |test: &SmokeTest| {
        let callee = test.callee();
        transitions.iter().any(|one| one.callee == callee && one.smoke_tests > 0)
    };
    affected.map(|test| Tested::new(test, before(test))).collect()
}

impl Tested {
    /// A declared test, which a new version must pass `before_callers` get it, or which is sent at the end.
    pub fn new(test: &SmokeTest, before_callers: bool) -> Self {
        Self {
            logical_id: test.logical_id.clone(),
            callee: test.callee(),
            test: test.summary(),
            before_callers,
            declared: test.clone(),
        }
    }
}

/// A note for each alias that points to another version without a smoke test, and for each function without an alias that
/// changes without one.
pub(super) fn untested(desired: &Desired, steps: &[Step], transitions: &[Transition]) -> Vec<Note> {
    let all = desired.untested();
    let note = |step: &Step| {
        let untested = all.iter().find(|one| one.logical_id == step.id)?;
        if untested.is_alias {
            let is_moved = transitions.iter().any(|one| one.logical_id == step.id && one.is_untested());
            return is_moved.then(|| untested.note("its version only has to be ready"));
        }
        // A resource that is deleted is left from an earlier name.
        let is_changed = step.action.changes_something() && step.action != Action::Delete;
        is_changed.then(|| untested.note(NOT_SENT))
    };
    steps.iter().filter_map(note).collect()
}

/// The call instead of a smoke test where no version has to be ready first.
const NOT_SENT: &str = "nothing is sent to it";

/// A note for each function and alias that changes without a smoke test when CloudFormation applies the changes:
/// CloudFormation moves an alias at once.
pub fn untested_by_cloudformation(desired: &Desired, changed: &BTreeSet<&str>) -> Vec<Note> {
    let untested = desired.untested();
    untested.iter().filter(|one| changed.contains(one.logical_id)).map(|one| one.note(NOT_SENT)).collect()
}

impl Untested<'_> {
    fn note(&self, instead: &str) -> Note {
        let text = format!("no smoke test is declared for {}: {instead}", self.callee);
        Note { logical_id: Some(self.logical_id.to_owned()), text, hint: None }
    }
}
