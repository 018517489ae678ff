//! What is in packages and was probably not meant to be.

use super::{Finding, Severity};
use crate::desired::Desired;

/// No package holds what looks forgotten.
pub(super) fn nothing_forgotten(desired: &Desired) -> impl Iterator<Item = Finding> {
    desired.forgotten.iter().map(|(logical_id, forgotten)| {
        let names: Vec<_> = forgotten.names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
        let more = match forgotten.names.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let cause = format!(
            "the package holds {}{more}, which looks forgotten: everyone who may read the function's code can read it",
            names.join(", ")
        );
        Finding {
            logical_id: logical_id.clone(),
            severity: Severity::Unwise,
            cause,
            property: vec!["Code".to_owned()],
            hint: forgotten.hint.clone(),
        }
    })
}

/// How many are named.
const MOST: usize = 5;
