//! Files in packages that were probably included by mistake.

use super::{Finding, Severity};
use crate::desired::Desired;

/// Checks that no package contains a file that looks forgotten.
pub(super) fn nothing_forgotten(desired: &Desired) -> impl Iterator<Item = Finding> {
    desired.forgotten.iter().map(|(logical_id, forgotten)| {
        let look = if forgotten.names.len() == 1 { "looks" } else { "look" };
        let names: Vec<_> = forgotten.names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
        let listed = match (forgotten.names.len().saturating_sub(MOST), names.split_last()) {
            (0, Some((last, others))) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            (0, _) => names.concat(),
            (more, _) => format!("{} and {more} more", names.join(", ")),
        };
        let cause = format!(
            "the package contains {listed}, which {look} forgotten: every user who can read the function's code can read {}",
            if forgotten.names.len() == 1 { "it" } else { "them" },
        );
        Finding {
            logical_id: logical_id.clone(),
            severity: Severity::Unwise,
            cause,
            property: vec!["Code".to_owned()],
            hint: forgotten.hint.clone().into(),
        }
    })
}

/// How many files the message names.
const MOST: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Forgotten;
    use crate::plan::tests::spec::Spec;

    #[test]
    fn the_cause_lists_the_forgotten_files() {
        let cause = |names: &[&str]| {
            let mut desired = Spec::plain().desired();
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            desired.forgotten = [("Function".to_owned(), Forgotten { names, hint: String::new() })].into();
            let found: Vec<_> = nothing_forgotten(&desired).map(|finding| finding.cause).collect();
            found[0].split(": every user").next().unwrap().to_owned()
        };
        assert_eq!(cause(&["a"]), "the package contains `a`, which looks forgotten");
        assert_eq!(cause(&["a", "b"]), "the package contains `a` and `b`, which look forgotten");
        assert_eq!(
            cause(&["a", "b", "c", "d", "e", "f", "g"]),
            "the package contains `a`, `b`, `c`, `d`, `e` and 2 more, which look forgotten"
        );
    }
}
