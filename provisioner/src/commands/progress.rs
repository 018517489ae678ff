//! The progress messages during the execution of a plan.

use std::time::Duration;

use provisioner::execute::Event;
use provisioner::printable::line;
use provisioner::report;

use crate::terminal;

/// Reports each step that ends.
pub(crate) fn print(event: Event<'_>) {
    match event {
        Event::Started(_) => {}
        Event::Finished(step, took) => done(&step.kind, &step.logical_id, took),
        Event::Failed(step) => failed(&step.kind, &step.logical_id),
    }
}

/// Reports a resource whose step is complete.
pub(crate) fn done(kind: &str, logical_id: &str, took: Duration) {
    let seconds = report::dim(format!("{:.1} s", took.as_secs_f64()));
    terminal::note(&format!("  {} {} {}  {seconds}", report::added("done"), line(kind), line(logical_id)));
}

/// Reports a resource that leaves its stack and is kept.
pub(crate) fn kept(kind: &str, logical_id: &str) {
    terminal::note(&format!("  {} {} {}", report::added("kept"), line(kind), line(logical_id)));
}

/// Reports a resource whose step failed.
pub(crate) fn failed(kind: &str, logical_id: &str) {
    terminal::note(&format!("  {} {} {}", report::removed("failed"), line(kind), line(logical_id)));
}
