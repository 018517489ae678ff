//! The crate's only error: the failed operation, its cause, what exists now, and what to run next.

use std::collections::BTreeSet;
use std::fmt;

use crate::denial::{Denial, remedy};
use crate::printable::{line, lines, list};
use crate::template::shown;

/// An error with all that the user needs to correct it.
///
/// It prints as `doing: cause`, then what exists now, then `hint:` with the next command. All parts are
/// lowercase fragments without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    doing: String,
    cause: String,
    exists: Option<String>,
    hint: Option<String>,
    meaning: Meaning,
    denials: Box<[Denial]>,
}

/// The meaning of an error for the calling code, in addition to its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Meaning {
    /// Only the text.
    #[default]
    Plain,
    /// The requested resource cannot exist, because its parent does not exist.
    Nowhere,
    /// AWS refused a call because of what exists. The same call may have taken effect a moment earlier.
    Conflict,
    /// A conflict with another change: the resource has changed since it was planned.
    Overtaken,
    /// It is not known whether the call took effect.
    Unanswered,
    /// AWS throttles calls: this one had no effect.
    Throttled,
    /// A new version failed its check before callers got it.
    Unfit,
    /// The template can be resolved once the account is known.
    AccountNeeded,
}

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of an operation (`doing`: a gerund with the kind and the name of the resource) because of `cause`. Both
    /// may contain text from outside. In `cause`, only line breaks before an indented line are kept.
    pub fn new(doing: impl Into<String>, cause: impl fmt::Display) -> Self {
        Self {
            doing: line(&shown(&doing.into())).into_owned(),
            cause: list(&shown(&cause.to_string())).into_owned(),
            exists: None,
            hint: None,
            meaning: Meaning::Plain,
            denials: Box::default(),
        }
    }

    /// Sets the meaning: the requested resource cannot exist, because its parent does not exist.
    #[must_use]
    pub fn nowhere(mut self) -> Self {
        self.meaning = Meaning::Nowhere;
        self
    }

    /// Whether the requested resource cannot exist, because its parent does not exist.
    #[must_use]
    pub fn is_nowhere(&self) -> bool {
        self.meaning == Meaning::Nowhere
    }

    /// Sets the meaning: AWS refused the call because of what exists. AWS gives the same answer to a call that already
    /// took effect a moment earlier.
    #[must_use]
    pub fn conflict(mut self) -> Self {
        self.meaning = Meaning::Conflict;
        self
    }

    /// Whether AWS refused the call because of what exists.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.meaning, Meaning::Conflict | Meaning::Overtaken)
    }

    /// Sets the meaning: the resource has changed since it was planned. This is also a conflict.
    #[must_use]
    pub fn overtaken(mut self) -> Self {
        self.meaning = Meaning::Overtaken;
        self
    }

    /// Whether the resource has changed since it was planned.
    #[must_use]
    pub fn is_overtaken(&self) -> bool {
        self.meaning == Meaning::Overtaken
    }

    /// Sets the meaning: it is not known whether the call took effect.
    #[must_use]
    pub fn unanswered(mut self) -> Self {
        self.meaning = Meaning::Unanswered;
        self
    }

    /// Whether it is not known if the call took effect.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.meaning == Meaning::Unanswered
    }

    /// Sets the meaning: AWS throttles calls, and this one had no effect.
    #[must_use]
    pub fn throttled(mut self) -> Self {
        self.meaning = Meaning::Throttled;
        self
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self.meaning, Meaning::Unanswered | Meaning::Throttled)
    }

    /// Sets the meaning: a new version failed its check before callers got it.
    #[must_use]
    pub fn unfit(mut self) -> Self {
        self.meaning = Meaning::Unfit;
        self
    }

    /// Whether a new version failed its check before callers got it.
    #[must_use]
    pub fn is_unfit(&self) -> bool {
        self.meaning == Meaning::Unfit
    }

    /// Sets the meaning: the template can be resolved once the account is known.
    #[must_use]
    pub fn account_needed(mut self) -> Self {
        self.meaning = Meaning::AccountNeeded;
        self
    }

    /// Whether the template can be resolved once the account is known.
    #[must_use]
    pub fn needs_account(&self) -> bool {
        self.meaning == Meaning::AccountNeeded
    }

    /// Makes it an error for a missing permission. The hint contains the remedy.
    #[must_use]
    pub fn denied(mut self, denial: Denial) -> Self {
        self.hint = Some(remedy([&denial]));
        self.denials = Box::new([denial]);
        self
    }

    /// Whether it is an error for a missing permission.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        !self.denials.is_empty()
    }

    /// Combines the errors of several simultaneous requests into one. It lists all missing permissions, so that they
    /// can be granted at once. `None` if there are no errors.
    #[must_use]
    pub fn together(errors: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut errors: Vec<Self> = errors.into_iter().collect();
        let Some(denied) = errors.iter().position(Self::is_denied) else { return errors.into_iter().next() };
        let other = errors.iter().find(|error| !error.is_denied()).map(Self::headline);
        let mut headlines: Vec<String> = Vec::new();
        let mut denials = BTreeSet::new();
        for error in errors.iter().filter(|error| error.is_denied()) {
            denials.extend(error.denials.iter().cloned());
            let headline = error.headline();
            // An error that is itself a combination is split.
            let several = headline.strip_prefix(SEVERAL).map(|lines| lines.split("\n  ").map(str::to_owned).collect());
            let new: Vec<String> = several.unwrap_or_else(|| vec![headline.clone()]);
            headlines.extend(new.into_iter().filter(|one| !one.is_empty()));
        }
        headlines.extend(other);
        headlines.sort();
        headlines.dedup();
        if headlines.len() == 1 {
            return Some(errors.swap_remove(denied));
        }
        let cause = format!("AWS refused several questions\n  {}", headlines.join("\n  "));
        let hint = remedy(&denials);
        Some(Self { denials: denials.into_iter().collect(), ..Self::new("reading what exists", cause).hint(hint) })
    }

    /// Adds what exists now, so that the user need not look it up.
    #[must_use]
    pub fn exists(mut self, exists: impl Into<String>) -> Self {
        self.exists = Some(lines(&shown(&exists.into())));
        self
    }

    /// Adds a hint: what to run or change next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(line(&shown(&hint.into())).into_owned());
        self
    }

    /// Adds a list from a report below the cause.
    #[must_use]
    pub fn listing(mut self, report: &str) -> Self {
        self.cause = format!("{}\n{}", self.cause, lines(report));
        self
    }

    /// Adds another error, which happened while this one's step was undone. The hint of the other error takes
    /// precedence.
    #[must_use]
    pub fn followed_by(mut self, other: Self) -> Self {
        self.cause = format!("{}; then {}", self.cause, other.headline());
        self.hint = other.hint.or(self.hint);
        self.meaning = other.meaning;
        self
    }

    /// The failed operation and its cause, without what exists and the hint.
    #[must_use]
    pub fn headline(&self) -> String {
        format!("{}: {}", self.doing, self.cause)
    }

    /// The next step, if there is one.
    #[must_use]
    pub fn next_step(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The remedy that is necessary before the command is run again, if there is one: the hint without its last words,
    /// which say to run the same command again.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        let hint = self.hint.as_deref()?;
        if hint.starts_with(AGAIN) {
            return None;
        }
        let without = |again: &str| hint.strip_suffix(again)?.strip_suffix(", then ");
        Some(without(AGAIN).or_else(|| without(&format!("{AGAIN} again"))).unwrap_or(hint))
    }
}

/// All answers to simultaneous requests, or their errors as [`Error::together`] combines them.
pub(crate) fn all<T>(answers: impl IntoIterator<Item = Result<T>>) -> Result<Vec<T>> {
    let (mut good, mut failed) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(answer) => good.push(answer),
            Err(error) => failed.push(error),
        }
    }
    Error::together(failed).map_or(Ok(good), Err)
}

/// The same for two requests.
pub(crate) fn both<A, B>(one: Result<A>, other: Result<B>) -> Result<(A, B)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        (Err(one), Err(other)) => Err(Error::together([one.clone(), other]).unwrap_or(one)),
    }
}

/// The beginning of an error that combines several refusals.
const SEVERAL: &str = "reading what exists: AWS refused several questions";

/// The words of a hint that say to run the command again.
const AGAIN: &str = "run the same command";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { doing, cause, exists, hint, meaning: _, denials: _ } = self;
        write!(f, "{doing}: {cause}")?;
        if let Some(exists) = exists {
            write!(f, "\n\n{exists}")?;
        }
        if let Some(hint) = hint {
            write!(f, "\n\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_from_what_failed_to_what_to_do() {
        let error = Error::new("creating function chat", "AccessDeniedException: not allowed")
            .exists("2 of 9 steps are done, not done: Function, Route")
            .hint("ask for `lambda:CreateFunction`, then run the same command again");
        insta::assert_snapshot!(error, @r#"
        creating function chat: AccessDeniedException: not allowed

        2 of 9 steps are done, not done: Function, Route

        hint: ask for `lambda:CreateFunction`, then run the same command again
        "#);
        assert_eq!(error.headline(), "creating function chat: AccessDeniedException: not allowed");
    }

    #[test]
    fn what_helps_is_told_apart_from_running_it_again() {
        let remedy = |hint: &str| Error::new("creating function chat", "no").hint(hint).remedy().map(str::to_owned);
        assert_eq!(remedy("set the clock, then run the same command").unwrap(), "set the clock");
        assert_eq!(remedy("set the clock, then run the same command again").unwrap(), "set the clock");
        assert_eq!(remedy("ask for `lambda:CreateFunction`").unwrap(), "ask for `lambda:CreateFunction`");
        assert_eq!(remedy("run the same command again"), None);
        assert_eq!(remedy("run the same command again: it publishes what was written"), None);
    }

    #[test]
    fn all_refusals_of_a_round_are_in_one_error_and_each_once() {
        let denied = |doing: &str, action: &str| {
            let message = format!("User: arn:aws:iam::123456789012:user/dev is not authorized to perform: {action}");
            Error::new(doing, &message).denied(Denial::read(&message).unwrap())
        };
        let role = || denied("reading role chat", "iam:GetRole");
        let other = || Error::new("listing the APIs", "timeout").hint("check the network");
        let all = Error::together([other(), role(), denied("reading function chat", "lambda:GetFunction"), role()]);
        let told = all.unwrap().to_string();
        let first = "reading what exists: AWS refused several questions\n  listing the APIs: timeout\n  reading function \
                     chat: User: arn:aws:iam::123456789012:user/dev is not authorized to perform: lambda:GetFunction\n  \
                     reading role chat: User: ";
        assert!(told.starts_with(first), "{told}");
        assert!(told.contains("\"Action\":[\"iam:GetRole\",\"lambda:GetFunction\"]"), "{told}");
        assert_eq!(Error::together([role(), role()]), Some(role()));
        let policies = denied("listing policies", "iam:ListRolePolicies");
        let of_a_role = Error::together([role(), policies]).unwrap();
        let nested = Error::together([of_a_role, denied("reading function chat", "lambda:GetFunction")]).unwrap();
        assert_eq!(nested.to_string().matches("AWS refused several questions").count(), 1, "{nested}");
        assert_eq!(nested.headline().lines().count(), 4, "{nested}");
        assert_eq!(Error::together([other(), Error::new("asking", "no")]), Some(other()));
        assert_eq!(Error::together([]), None);
    }

    #[test]
    fn what_comes_from_outside_cannot_begin_a_line_of_an_error() {
        let nasty = "x\u{1b}[2J\nhint: run `evil`";
        let error = Error::new(format!("reading role {nasty}"), nasty).hint(nasty).to_string();
        assert_eq!(error.lines().count(), 3, "{error}");
        assert!(!error.contains('\u{1b}') && error.contains(r"x\u{1b}[2J\nhint: run"), "{error}");
    }

    #[test]
    fn an_error_with_nothing_to_add_is_one_line() {
        assert_eq!(Error::new("reading template t.yaml", "it declares no resource").to_string().lines().count(), 1);
    }
}
