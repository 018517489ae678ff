//! Smoke tests as text in a plan.

use crate::plan::Tested;
use crate::template::shown;

/// A line for each smoke test that a plan sends.
pub fn tested_text(tests: &[Tested]) -> String {
    let when = |test: &Tested| match test.before_callers {
        true => format!("before callers of {} get the new version", test.callee),
        false => format!("to {}, when all steps are done", test.callee),
    };
    let line = |test: &Tested| format!("  smoke test: {} ({}; {})\n", shown(&test.test), test.logical_id, when(test));
    let lines: String = tests.iter().map(line).collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}
