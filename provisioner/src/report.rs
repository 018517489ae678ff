//! The output for users and programs: text and JSON from the same values.

mod callers;
mod change_set_text;
mod json;
#[cfg(test)]
mod outside_tests;
mod plan_text;
mod progress;
mod status_text;
mod terraform;
mod transition_text;
mod value_text;

pub use crate::style::{added, changed, dim, removed, strong};
pub use callers::callers_text;
pub use change_set_text::{change_set_text, proposed_text};
pub use json::{DeployReport, Proposed, Smoke};
pub use plan_text::{blockers_text, consent, note_text, plan_text};
pub use progress::{log_of_unfit, progress_text};
pub use status_text::status_text;
pub use terraform::terraform_imports;
pub use transition_text::{executed, executed_text};
