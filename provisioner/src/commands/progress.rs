//! What is told while a plan is executed.

use std::time::Duration;

use provisioner::execute::Event;
use provisioner::printable::line;
use provisioner::report;

use crate::terminal;

/// Tells of each step that ends.
pub(crate) fn tell(event: Event<'_>) {
    match event {
        Event::Started(_) => {}
        Event::Finished(step, took) => done(&step.kind, &step.logical_id, took),
        Event::Failed(step) => failed(&step.kind, &step.logical_id),
    }
}

/// Tells of a resource that is as it shall be.
pub(crate) fn done(kind: &str, logical_id: &str, took: Duration) {
    let seconds = report::dim(format!("{:.1} s", took.as_secs_f64()));
    terminal::note(&format!("  {} {} {}  {seconds}", report::added("done"), line(kind), line(logical_id)));
}

/// Tells of a resource that leaves its stack and stays.
pub(crate) fn kept(kind: &str, logical_id: &str) {
    terminal::note(&format!("  {} {} {}", report::added("kept"), line(kind), line(logical_id)));
}

/// Tells of a resource that could not be made so.
pub(crate) fn failed(kind: &str, logical_id: &str) {
    terminal::note(&format!("  {} {} {}", report::removed("failed"), line(kind), line(logical_id)));
}
