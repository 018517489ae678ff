//! Reads variables one by one and collects what is wrong with them.

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
