//! Remarks: findings that are not errors but are worth a line.

use super::reason::Reason;
use crate::hint::Hint;

/// A property of a template that its author should know, though it is not an error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The finding, with its place.
    pub text: String,
    /// What to write instead.
    pub hint: Hint,
    /// The place (`file:line`) of a word without quotes that is not read as text, if the remark is about one.
    pub word_at: Option<String>,
}

/// The hint of the remark at this place, where text is required: the value may be a word that is read as a boolean.
pub(super) fn hint_at<'r>(place: &str, reason: &Reason, remarks: &'r [Remark]) -> Option<&'r Hint> {
    let is_here = |remark: &&Remark| remark.word_at.as_deref() == Some(place);
    remarks.iter().find(is_here).filter(|_| reason.is_not_text()).map(|remark| &remark.hint)
}
