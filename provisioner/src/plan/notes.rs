//! What the checks found, as part of the plan.

use std::collections::BTreeSet;

use super::{Blocker, Note, Step};
use crate::desired::Desired;
use crate::lint::{Finding, Severity, lint, too_long};

/// A finding that AWS would refuse stands in the way of the step that would send it; every other is a note.
pub(super) fn findings(desired: &Desired, steps: &mut [Step]) -> (Vec<Blocker>, Vec<Note>) {
    let (mut blockers, mut notes) = (Vec::new(), Vec::new());
    let sent = steps.iter().filter(|step| step.action.changes_something());
    let sent: BTreeSet<String> = sent.map(|step| step.id.clone()).collect();
    let lengths = steps.iter().flat_map(|step| too_long(&step.logical_id, &step.resource));
    let all: Vec<Finding> = lint(desired).into_iter().chain(lengths).collect();
    for Finding { logical_id, severity, cause, hint } in all {
        if severity == Severity::Refused && sent.contains(&logical_id) {
            for step in steps.iter_mut().filter(|step| step.id == logical_id) {
                step.leave("it is blocked, see the error");
            }
            blockers.push(Blocker { logical_id, cause, hint });
        } else {
            notes.push(Note { logical_id: Some(logical_id), text: cause, hint: Some(hint) });
        }
    }
    (blockers, notes)
}
