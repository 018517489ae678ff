//! The blockers of a plan, as an error.

use provisioner::plan::Blocker;
use provisioner::{Error, Result, report};

/// An error that lists these blockers, if there are any.
pub(crate) fn refused(stack: &str, blockers: &[Blocker]) -> Result<()> {
    if blockers.is_empty() {
        return Ok(());
    }
    let doing = format!("planning stack {stack}");
    Err(Error::new(doing, "nothing was changed, for").listing(&report::blockers_text(blockers)))
}
