//! What the checks of the template found, as part of the plan.

use super::{Blocker, Note, Step};
use crate::desired::Desired;
use crate::lint::{Finding, Severity, lint};

/// A finding that AWS would refuse stands in the way of the step that would send it; every other is a note.
pub(super) fn findings(desired: &Desired, steps: &mut [Step]) -> (Vec<Blocker>, Vec<Note>) {
    let (mut blockers, mut notes) = (Vec::new(), Vec::new());
    for Finding { logical_id, severity, cause, hint } in lint(desired) {
        let step = steps.iter_mut().find(|step| step.id == logical_id && step.action.changes_something());
        match (severity, step) {
            (Severity::Refused, Some(step)) => {
                step.leave("it is blocked, see the error");
                blockers.push(Blocker { logical_id, cause, hint });
            }
            (Severity::Refused | Severity::Unwise, _) => {
                notes.push(Note { logical_id: Some(logical_id), text: cause, hint: Some(hint) });
            }
        }
    }
    (blockers, notes)
}
