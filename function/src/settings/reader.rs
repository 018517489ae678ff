//! Reads variables one by one and collects what is wrong with them.

use super::credentials::unfit;

/// Reads variables from where `lookup` finds them.
pub(super) struct Reader<L> {
    lookup: L,
    bad: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    pub(super) fn new(lookup: L) -> Self {
        Self { lookup, bad: Vec::new() }
    }

    /// What was wrong, one text for each variable.
    pub(super) fn into_bad(self) -> Vec<String> {
        self.bad
    }

    /// Add a fault of more than one variable.
    pub(super) fn refuse<T>(&mut self, fault: String) -> Option<T> {
        self.bad.push(fault);
        None
    }

    /// One that has no default.
    pub(super) fn required<T>(&mut self, name: &str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        match (self.lookup)(name) {
            Some(held) => self.parsed(name, &held, allowed, parse),
            None => self.refuse(format!("{name} is not set, allowed is {allowed}")),
        }
    }

    /// Whether a variable is set and empty.
    pub(super) fn is_empty(&self, name: &str) -> bool {
        (self.lookup)(name).is_some_and(|held| held.is_empty())
    }

    /// One whose value must not be shown: whether it is set. Set but empty is the same as not set, as for the SDKs.
    pub(super) fn secret(&mut self, name: &str, is_allowed: impl Fn(char) -> bool) -> Option<bool> {
        let held = (self.lookup)(name).unwrap_or_default();
        self.checked(name, &held, is_allowed)
    }

    /// The same for one of which blanks at its ends do not count.
    pub(super) fn trimmed_secret(&mut self, name: &str, is_allowed: impl Fn(char) -> bool) -> Option<bool> {
        let held = (self.lookup)(name).unwrap_or_default();
        self.checked(name, held.trim(), is_allowed)
    }

    fn checked(&mut self, name: &str, held: &str, is_allowed: impl Fn(char) -> bool) -> Option<bool> {
        match unfit(held, is_allowed) {
            Some(fault) if !held.is_empty() => self.refuse(format!("{name} {fault}")),
            fault => Some(fault.is_none()),
        }
    }

    /// A set but empty variable is a mistake in a template, not a wish for the default.
    pub(super) fn setting<T>(
        &mut self,
        name: &str,
        default: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let held = (self.lookup)(name).unwrap_or_else(|| default.to_owned());
        self.parsed(name, &held, allowed, parse)
    }

    /// One that has no value by default.
    pub(super) fn optional<T: Default>(
        &mut self,
        name: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        match (self.lookup)(name) {
            Some(held) => self.parsed(name, &held, allowed, parse),
            None => Some(T::default()),
        }
    }

    /// One that the SDKs define: set but empty is the same as not set.
    pub(super) fn of_sdk<T>(
        &mut self,
        name: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match (self.lookup)(name).filter(|held| !held.is_empty()) {
            Some(held) => self.parsed(name, &held, allowed, parse).map(Some),
            None => Some(None),
        }
    }

    fn parsed<T>(&mut self, name: &str, held: &str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let parsed = parse(held);
        if parsed.is_none() {
            let shown: String = held.chars().take(200).collect();
            self.bad.push(format!("{name} holds {shown:?}, allowed is {allowed}"));
        }
        parsed
    }
}
