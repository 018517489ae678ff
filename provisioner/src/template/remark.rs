//! Remarks: findings that are not errors but are worth a line.

use crate::error::Error;
use crate::hint::Hint;

/// A property of a template that its author should know, though it is not an error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The finding, with its place.
    pub text: String,
    /// What to write instead.
    pub hint: Hint,
}

/// An error about text, with the hint of the remark on its line: the text may be a word that is read as a boolean.
pub(super) fn hinted(error: Error, remarks: &[Remark]) -> Error {
    let about = error.headline();
    let is_about_text = about.contains("must be text") || about.contains("takes text");
    let is_here = |remark: &&Remark| {
        remark.text.split_once(": without quotes").is_some_and(|(place, _)| about.contains(&format!("{place}: ")))
    };
    match remarks.iter().find(is_here).filter(|_| is_about_text) {
        Some(remark) => error.hint(&remark.hint),
        None => error,
    }
}
