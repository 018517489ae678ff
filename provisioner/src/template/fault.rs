//! Why a template value cannot be evaluated, and where.

use super::reason::Reason;

/// Why a value cannot be evaluated: the path below the value, outermost first, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Keys from the value down to the fault.
    pub path: Vec<String>,
    /// The problem at that place.
    pub reason: Reason,
    /// The condition that contains the path, if the path does not begin at the value itself.
    pub condition: Option<String>,
    /// Whether the fault disappears once the account is known.
    pub needs_account: bool,
    /// The pseudo parameter whose unknown value is the cause, such as `AWS::Region`.
    pub unknown: Option<Box<str>>,
}

impl Fault {
    /// A fault at the value itself.
    pub(crate) fn here(reason: impl Into<Reason>) -> Self {
        let reason = reason.into();
        Self { path: Vec::new(), reason, condition: None, needs_account: false, unknown: None }
    }

    /// A fault at these keys below the value.
    pub(crate) fn at(path: &[&str], reason: impl Into<Reason>) -> Self {
        Self { path: path.iter().map(|key| (*key).to_owned()).collect(), ..Self::here(reason) }
    }

    /// Adds the remedy.
    pub(crate) fn hint(self, hint: impl Into<Box<str>>) -> Self {
        Self { reason: self.reason.with_hint(hint), ..self }
    }
}

pub(crate) type Evaluated<T> = Result<T, Fault>;

pub(super) fn fault<T>(reason: impl Into<Reason>) -> Evaluated<T> {
    Err(Fault::here(reason))
}

pub(crate) fn below<T>(key: &str, result: Evaluated<T>) -> Evaluated<T> {
    result.map_err(|mut fault| {
        if fault.condition.is_none() {
            fault.path.insert(0, key.to_owned());
        }
        fault
    })
}
