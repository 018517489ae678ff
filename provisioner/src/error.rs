//! The crate's only error: the failed operation, its cause, what exists now, and what to run next.

use std::collections::BTreeSet;
use std::fmt;

use crate::denial::{Denial, remedy};
use crate::hint::Hint;
use crate::printable::{line, lines, list};
use crate::reference::shown;

/// An error with all that the user needs to correct it.
///
/// It prints as `doing: cause`, then what exists now, then `hint:` with the next command. All parts are
/// lowercase fragments without a full stop.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    doing: String,
    cause: String,
    exists: Option<Box<str>>,
    hint: Option<Box<Hint>>,
    kind: ErrorKind,
    sources: Box<[Error]>,
}

/// The kind of an error, for the calling code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ErrorKind {
    /// An error that the calling code need not distinguish.
    #[default]
    Other,
    /// AWS refused calls because of missing permissions; each one has its action and its resource.
    Denied(BTreeSet<Denial>),
    /// The resource of a call does not exist.
    NotFound,
    /// The requested resource cannot exist, because its parent does not exist.
    NoParent,
    /// AWS refused a call because of what exists. The same call may have taken effect a moment earlier.
    Conflict,
    /// A conflict with another change: the resource has changed since it was planned.
    Overtaken,
    /// It is not known whether the call took effect.
    Unanswered,
    /// AWS throttles calls: this one had no effect.
    Throttled,
    /// There are no credentials, or AWS does not accept them.
    Credentials,
    /// AWS was not reached, or something other than AWS answered.
    Network,
    /// AWS refused the call with this code, which is none of the above.
    Service {
        /// The code, such as `ValidationException`.
        code: String,
    },
    /// A new version failed its smoke test before callers got it.
    Unfit,
    /// The template can be resolved once the account is known.
    AccountNeeded,
    /// The template can be resolved once the value of this pseudo parameter is known, such as `AWS::Region`.
    PseudoNeeded(String),
    /// The user stopped the command.
    Interrupted,
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
            kind: ErrorKind::Other,
            sources: Box::default(),
        }
    }

    /// Its kind.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Sets its kind.
    pub fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// The errors that it combines: of simultaneous requests, or of a failed step and of its undoing.
    pub fn sources(&self) -> &[Self] {
        &self.sources
    }

    /// Whether the requested resource cannot exist, because its parent does not exist.
    pub fn is_without_parent(&self) -> bool {
        self.kind == ErrorKind::NoParent
    }

    /// Whether AWS refused the call because of what exists.
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind, ErrorKind::Conflict | ErrorKind::Overtaken)
    }

    /// Whether the resource has changed since it was planned.
    pub fn is_overtaken(&self) -> bool {
        self.kind == ErrorKind::Overtaken
    }

    /// Whether it is not known if the call took effect.
    pub fn is_unanswered(&self) -> bool {
        self.kind == ErrorKind::Unanswered
    }

    /// Whether the same request may succeed later.
    pub fn passes(&self) -> bool {
        matches!(self.kind, ErrorKind::Unanswered | ErrorKind::Throttled)
    }

    /// Whether a new version failed its smoke test before callers got it.
    pub fn is_unfit(&self) -> bool {
        self.kind == ErrorKind::Unfit
    }

    /// Whether the template can be resolved once the account is known.
    pub fn needs_account(&self) -> bool {
        self.kind == ErrorKind::AccountNeeded
    }

    /// Makes it an error for a missing permission. The hint contains the remedy.
    pub fn denied(mut self, denial: Denial) -> Self {
        self.hint = Some(Box::new(Hint::new(remedy([&denial]))));
        self.of_kind(ErrorKind::Denied(BTreeSet::from([denial])))
    }

    /// Whether it is an error for a missing permission.
    pub fn is_denied(&self) -> bool {
        matches!(self.kind, ErrorKind::Denied(_))
    }

    /// Combines the errors of several simultaneous requests into one. It lists all missing permissions, so that they
    /// can be granted at once. `None` if there are no errors.
    pub fn together(errors: impl IntoIterator<Item = Self>) -> Option<Self> {
        let errors: Vec<Self> = errors.into_iter().collect();
        if !errors.iter().any(Self::is_denied) {
            return errors.into_iter().next();
        }
        let (denied, others): (Vec<_>, Vec<_>) = errors.into_iter().partition(Self::is_denied);
        let mut all: Vec<Self> = denied.into_iter().flat_map(Self::each).chain(others.into_iter().next()).collect();
        all.sort_by_cached_key(Self::headline);
        all.dedup_by_key(|error| error.headline());
        if all.len() == 1 {
            return all.pop();
        }
        let headlines: Vec<_> = all.iter().map(Self::headline).collect();
        let denials: BTreeSet<Denial> = all.iter().filter_map(Self::denials).flatten().cloned().collect();
        let cause = format!("AWS refused several questions\n  {}", headlines.join("\n  "));
        let error = Self::new("reading what exists", cause).hint(Hint::new(remedy(&denials)));
        Some(Self { sources: all.into(), ..error }.of_kind(ErrorKind::Denied(denials)))
    }

    /// The errors of a combination, or the error itself.
    fn each(self) -> Vec<Self> {
        if self.sources.is_empty() { vec![self] } else { self.sources.into_vec() }
    }

    fn denials(&self) -> Option<&BTreeSet<Denial>> {
        if let ErrorKind::Denied(denials) = &self.kind { Some(denials) } else { None }
    }

    /// Adds what exists now, so that the user need not look it up.
    pub fn exists(mut self, exists: impl Into<String>) -> Self {
        self.exists = Some(lines(&shown(&exists.into())).into());
        self
    }

    /// Adds a hint: what to run or change next.
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hint = Some(Box::new(hint.into().map(|text| line(&shown(text)).into_owned())));
        self
    }

    /// Completes the commands of its hint.
    pub fn complete(mut self, complete: impl Fn(Hint) -> Hint) -> Self {
        self.hint = self.hint.map(|hint| Box::new(complete(*hint)));
        self
    }

    /// Adds to the failed operation the part of a template that it is for.
    pub fn of(mut self, part: &str) -> Self {
        self.doing = format!("{} of {}", self.doing, line(part));
        self
    }

    /// Adds a list from a report below the cause.
    pub fn listing(mut self, report: &str) -> Self {
        self.cause = format!("{}\n{}", self.cause, lines(report));
        self
    }

    /// Adds another error, which happened while this one's step was undone. The hint of the other error takes
    /// precedence.
    pub fn followed_by(self, other: Self) -> Self {
        Self {
            cause: format!("{}; then {}", self.cause, other.headline()),
            hint: other.hint.clone().or_else(|| self.hint.clone()),
            exists: self.exists.clone(),
            doing: self.doing.clone(),
            // A concurrent change decides what exists now; otherwise the missing permission needs a remedy, whatever the
            // other error is.
            kind: if self.is_denied() && !other.is_conflict() { self.kind.clone() } else { other.kind.clone() },
            sources: Box::new([self, other]),
        }
    }

    /// The failed operation and its cause, without what exists and the hint.
    pub fn headline(&self) -> String {
        format!("{}: {}", self.doing, self.cause)
    }

    /// The next step, if there is one.
    pub fn next_step(&self) -> Option<&Hint> {
        self.hint.as_deref()
    }

    /// The remedy that is necessary before the command is run again, if there is one.
    pub fn remedy(&self) -> Option<Hint> {
        self.hint.as_deref().and_then(Hint::without_again)
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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { doing, cause, exists, hint, kind: _, sources: _ } = self;
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

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.sources.first().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_prints_the_failure_the_state_and_the_hint() {
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
    fn the_remedy_is_the_hint_without_running_the_command_again() {
        let remedy = |hint: Hint| Error::new("creating function chat", "no").hint(hint).remedy();
        let clock = Hint::new("set the clock");
        assert_eq!(remedy(clock.clone().then_again()), Some(clock.clone()));
        assert_eq!(remedy(clock.clone()), Some(clock));
        assert_eq!(remedy(Hint::again()), None);
    }

    #[test]
    fn an_error_of_a_step_and_its_undoing_has_both_as_sources() {
        let first = Error::new("moving alias live", "no answer").of_kind(ErrorKind::Unanswered).hint("wait");
        let error = first.clone().followed_by(Error::new("moving it back", "it changed").of_kind(ErrorKind::Overtaken));
        assert_eq!(error.to_string(), "moving alias live: no answer; then moving it back: it changed\n\nhint: wait");
        assert!(error.is_overtaken() && std::error::Error::source(&error).is_some());
        assert_eq!(error.sources()[0], first);
        let message = "User: arn:aws:iam::123456789012:user/dev is not authorized to perform: iam:GetRole";
        let denied = Error::new("watching", message).denied(Denial::read(message).unwrap());
        let overtaken =
            denied.clone().followed_by(Error::new("moving it back", "it changed").of_kind(ErrorKind::Overtaken));
        assert!(overtaken.is_overtaken(), "another deployer's change stays");
        assert!(
            denied.followed_by(Error::new("moving it back", "no answer").of_kind(ErrorKind::Unanswered)).is_denied()
        );
    }

    #[test]
    fn simultaneous_refusals_are_combined_without_duplicates() {
        let denied = |doing: &str, action: &str| {
            let message = format!("User: arn:aws:iam::123456789012:user/dev is not authorized to perform: {action}");
            Error::new(doing, &message).denied(Denial::read(&message).unwrap())
        };
        let role = || denied("reading role chat", "iam:GetRole");
        let other = || Error::new("listing the APIs", "timeout").hint("check the network");
        let all = Error::together([other(), role(), denied("reading function chat", "lambda:GetFunction"), role()]);
        let text = all.unwrap().to_string();
        let first = "reading what exists: AWS refused several questions\n  listing the APIs: timeout\n  reading function \
                     chat: User: arn:aws:iam::123456789012:user/dev is not authorized to perform: lambda:GetFunction\n  \
                     reading role chat: User: ";
        assert!(text.starts_with(first), "{text}");
        assert!(text.contains("\"Action\":[\"iam:GetRole\",\"lambda:GetFunction\"]"), "{text}");
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
    fn outside_text_cannot_begin_a_line_of_an_error() {
        let nasty = "x\u{1b}[2J\nhint: run `evil`";
        let error = Error::new(format!("reading role {nasty}"), nasty).hint(nasty).to_string();
        assert_eq!(error.lines().count(), 3, "{error}");
        assert!(!error.contains('\u{1b}') && error.contains(r"x\u{1b}[2J\nhint: run"), "{error}");
    }

    #[test]
    fn an_error_without_state_and_hint_is_one_line() {
        assert_eq!(Error::new("reading template t.yaml", "it declares no resources").to_string().lines().count(), 1);
    }
}
