//! The blockers and notes of a plan, collected in one place.

use super::{Blocker, Note, Step};

/// The blockers and notes of a plan.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The reasons why the plan is not executed.
    pub(super) blockers: Vec<Blocker>,
    /// Information for the user before the first call.
    pub(super) notes: Vec<Note>,
}

impl Messages {
    /// Adds blockers of steps. A blocked step does nothing.
    pub(super) fn block(&mut self, steps: &mut [Step], blockers: impl IntoIterator<Item = Blocker>) {
        for blocker in blockers {
            for step in steps.iter_mut().filter(|step| step.id == blocker.logical_id) {
                step.leave("it is blocked, see the error");
            }
            self.blockers.push(blocker);
        }
    }
}
