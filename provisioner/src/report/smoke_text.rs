//! Smoke tests as people read them in a plan.

use crate::desired::SmokeTest;
use crate::plan::Tested;
use crate::template::shown;

/// A line for each smoke test that a plan sends.
#[must_use]
pub fn tested_text(tests: &[Tested]) -> String {
    let when = |test: &Tested| match test.before_callers {
        true => format!("before callers of {} get the new version", test.callee),
        false => format!("to {}, when all steps are done", test.callee),
    };
    text(tests.iter().map(|test| line(&test.logical_id, &test.test, &when(test))))
}

/// A line for each smoke test that is sent when everything is deployed.
#[must_use]
pub fn smoke_tests_text(tests: &[&SmokeTest]) -> String {
    let when = |test: &SmokeTest| format!("to {}, when all is deployed", test.callee());
    text(tests.iter().map(|test| line(&test.logical_id, &test.summary(), &when(test))))
}

fn line(logical_id: &str, test: &str, when: &str) -> String {
    format!("  smoke test: {} ({logical_id}; {when})\n", shown(test))
}

fn text(lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}
