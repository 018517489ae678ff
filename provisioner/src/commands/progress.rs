//! What is told while a plan is executed.

use provisioner::execute::Event;
use provisioner::report;

use crate::terminal;

/// Tells of each step that ends.
pub(crate) fn tell(event: Event<'_>) {
    match event {
        Event::Started(_) => {}
        Event::Finished(step, took) => {
            let seconds = report::dim(format!("{:.1} s", took.as_secs_f64()));
            terminal::note(&format!("  {} {} {}  {seconds}", report::added("done"), step.kind, step.logical_id));
        }
        Event::Failed(step) => {
            terminal::note(&format!("  {} {} {}", report::removed("failed"), step.kind, step.logical_id));
        }
    }
}
