//! The blockers of a plan, as an error.

use provisioner::plan::Blocker;
use provisioner::{Error, Result, report};

use crate::terminal;

/// An error that lists these blockers, if there are any.
pub(crate) fn refused(stack: &str, blockers: &[Blocker]) -> Result<()> {
    if blockers.is_empty() {
        return Ok(());
    }
    let doing = format!("planning stack {stack}");
    let blockers: Vec<_> = blockers.iter().cloned().map(|one| one.complete(terminal::completed)).collect();
    Err(Error::new(doing, "the plan is blocked, nothing was changed").listing(&report::blockers_text(&blockers)))
}
