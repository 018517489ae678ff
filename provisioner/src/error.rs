//! The one error of the crate: what was being done to what, why it failed, what exists now, what to run next.

use std::collections::BTreeSet;
use std::fmt;

use crate::denial::{Denial, remedy};
use crate::printable::{line, lines, list};
use crate::template::shown;

/// An error a person can act on.
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

/// What an error says to the code that meets it, beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Meaning {
    /// Nothing else.
    #[default]
    Plain,
    /// What was looked for cannot exist, since what it would be part of does not.
    Nowhere,
    /// AWS refused a call that it would refuse, too, if it had done it a moment ago.
    Conflict,
    /// The same, for the thing is not as it was planned for: somebody else has changed it since.
    Overtaken,
    /// Nobody knows whether the call took effect.
    Unanswered,
    /// AWS limits calls: it had no effect.
    Throttled,
    /// What was tried before anybody gets it did not do well.
    Unfit,
    /// The template can be resolved once the account is known.
    AccountNeeded,
}

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error met while `doing` something (a gerund, the kind and the name of the thing) because of `cause`. Both may
    /// hold text from outside; of line breaks in `cause` those stay that indent what follows.
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

    /// Marks it as: what was looked for cannot exist, since what it would be part of does not.
    #[must_use]
    pub fn nowhere(mut self) -> Self {
        self.meaning = Meaning::Nowhere;
        self
    }

    /// Whether what was looked for cannot exist, since what it would be part of does not.
    #[must_use]
    pub fn is_nowhere(&self) -> bool {
        self.meaning == Meaning::Nowhere
    }

    /// Marks it as: the call was refused for what is there already, which is also what a call is told that took
    /// effect a moment ago.
    #[must_use]
    pub fn conflict(mut self) -> Self {
        self.meaning = Meaning::Conflict;
        self
    }

    /// Whether the call was refused for what is there already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.meaning, Meaning::Conflict | Meaning::Overtaken)
    }

    /// Marks it as: somebody else has changed the thing since it was planned. Of calls that are refused for it, that is a
    /// conflict.
    #[must_use]
    pub fn overtaken(mut self) -> Self {
        self.meaning = Meaning::Overtaken;
        self
    }

    /// Whether somebody else has changed the thing since it was planned.
    #[must_use]
    pub fn is_overtaken(&self) -> bool {
        self.meaning == Meaning::Overtaken
    }

    /// Marks it as: nobody knows whether the call took effect.
    #[must_use]
    pub fn unanswered(mut self) -> Self {
        self.meaning = Meaning::Unanswered;
        self
    }

    /// Whether nobody knows if the call took effect.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.meaning == Meaning::Unanswered
    }

    /// Marks it as: AWS limits calls, and this one had no effect.
    #[must_use]
    pub fn throttled(mut self) -> Self {
        self.meaning = Meaning::Throttled;
        self
    }

    /// Whether the same question may be answered in a while.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self.meaning, Meaning::Unanswered | Meaning::Throttled)
    }

    /// Marks it as: what was tried before anybody gets it did not do well.
    #[must_use]
    pub fn unfit(mut self) -> Self {
        self.meaning = Meaning::Unfit;
        self
    }

    /// Whether something was tried before anybody gets it, and did not do well.
    #[must_use]
    pub fn is_unfit(&self) -> bool {
        self.meaning == Meaning::Unfit
    }

    /// Marks it as: the template can be resolved once the account is known.
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

    /// Marks it as a refusal for lack of rights. The hint says what helps.
    #[must_use]
    pub fn denied(mut self, denial: Denial) -> Self {
        self.hint = Some(remedy([&denial]));
        self.denials = Box::new([denial]);
        self
    }

    /// Whether it is a refusal for lack of rights.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        !self.denials.is_empty()
    }

    /// One error for what several questions, asked side by side, failed with. All refusals for lack of rights are in it,
    /// so that they can be mended at once. `None` without an error.
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
            // What was put together already is taken apart.
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

    /// Says what exists now, so that nobody has to find out.
    #[must_use]
    pub fn exists(mut self, exists: impl Into<String>) -> Self {
        self.exists = Some(lines(&shown(&exists.into())));
        self
    }

    /// Says what to run or change next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(line(&shown(&hint.into())).into_owned());
        self
    }

    /// Lists what it is about below the cause, in a text that a report made.
    #[must_use]
    pub fn listing(mut self, report: &str) -> Self {
        self.cause = format!("{}\n{}", self.cause, lines(report));
        self
    }

    /// Tells of another error besides, met on the way back from this one. What helps against that one comes first.
    #[must_use]
    pub fn followed_by(mut self, other: Self) -> Self {
        self.cause = format!("{}; then {}", self.cause, other.headline());
        self.hint = other.hint.or(self.hint);
        self.meaning = other.meaning;
        self
    }

    /// What failed and why, without what exists and the hint.
    #[must_use]
    pub fn headline(&self) -> String {
        format!("{}: {}", self.doing, self.cause)
    }

    /// The next step, where there is one.
    #[must_use]
    pub fn next_step(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What helps before a command is run once more, where that needs something: the hint without its last words, that
    /// the same command is run again.
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

/// All answers to questions that were asked side by side, or what they failed with: [`Error::together`].
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

/// The same for two questions.
pub(crate) fn both<A, B>(one: Result<A>, other: Result<B>) -> Result<(A, B)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        (Err(one), Err(other)) => Err(Error::together([one.clone(), other]).unwrap_or(one)),
    }
}

/// How an error for several refusals begins.
const SEVERAL: &str = "reading what exists: AWS refused several questions";

/// How a hint ends that has the person run what they ran.
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
