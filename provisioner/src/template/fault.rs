//! Why a template value cannot be evaluated, and where.

/// Why a value cannot be evaluated: the path below the value, outermost first, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Keys from the value down to the fault.
    pub path: Vec<String>,
    /// The problem at that place.
    pub reason: String,
    /// The condition that contains the path, if the path does not begin at the value itself.
    pub condition: Option<String>,
    /// Whether the fault disappears once the account is known.
    pub needs_account: bool,
    /// The remedy.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault at the value itself.
    pub(crate) fn here(reason: impl Into<String>) -> Self {
        Self { path: Vec::new(), reason: reason.into(), condition: None, needs_account: false, hint: None }
    }

    /// Adds the remedy.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

pub(super) type Evaluated<T> = Result<T, Fault>;

pub(super) fn fault<T>(reason: impl Into<String>) -> Evaluated<T> {
    Err(Fault::here(reason))
}

pub(super) fn below<T>(key: &str, result: Evaluated<T>) -> Evaluated<T> {
    result.map_err(|mut fault| {
        if fault.condition.is_none() {
            fault.path.insert(0, key.to_owned());
        }
        fault
    })
}
