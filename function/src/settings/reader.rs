//! Reads variables one by one and collects their errors.

use super::credentials::value_error;

/// Reads variables through `lookup`.
pub(super) struct Reader<L> {
    lookup: L,
    errors: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    pub(super) fn new(lookup: L) -> Self {
        Self { lookup, errors: Vec::new() }
    }

    /// The errors, one text for each variable.
    pub(super) fn into_errors(self) -> Vec<String> {
        self.errors
    }

    /// Adds an error that concerns more than one variable.
    pub(super) fn reject<T>(&mut self, fault: String) -> Option<T> {
        self.errors.push(fault);
        None
    }

    /// Reads a variable without a default.
    pub(super) fn required<T>(&mut self, name: &str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        match (self.lookup)(name) {
            Some(value) => self.parsed(name, &value, allowed, parse),
            None => self.reject(format!("{name} is not set, expected {allowed}")),
        }
    }

    /// Whether a variable is set and empty.
    pub(super) fn is_empty(&self, name: &str) -> bool {
        (self.lookup)(name).is_some_and(|value| value.is_empty())
    }

    /// Checks a variable whose value must not be shown, and returns whether it is set. An empty variable counts as not
    /// set, as for the SDKs.
    pub(super) fn secret(&mut self, name: &str, is_allowed: impl Fn(char) -> bool) -> Option<bool> {
        let value = (self.lookup)(name).unwrap_or_default();
        self.checked(name, &value, is_allowed)
    }

    /// The same for a variable whose white space at both ends is ignored.
    pub(super) fn trimmed_secret(&mut self, name: &str, is_allowed: impl Fn(char) -> bool) -> Option<bool> {
        let value = (self.lookup)(name).unwrap_or_default();
        self.checked(name, value.trim(), is_allowed)
    }

    fn checked(&mut self, name: &str, value: &str, is_allowed: impl Fn(char) -> bool) -> Option<bool> {
        match value_error(value, is_allowed) {
            Some(fault) if !value.is_empty() => self.reject(format!("{name} {fault}")),
            fault => Some(fault.is_none()),
        }
    }

    /// Reads a variable with a default. An empty variable is an error in a template and does not select the default.
    pub(super) fn setting<T>(
        &mut self,
        name: &str,
        default: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = (self.lookup)(name).unwrap_or_else(|| default.to_owned());
        self.parsed(name, &value, allowed, parse)
    }

    /// Reads a variable whose default is empty.
    pub(super) fn optional<T: Default>(
        &mut self,
        name: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        match (self.lookup)(name) {
            Some(value) => self.parsed(name, &value, allowed, parse),
            None => Some(T::default()),
        }
    }

    /// Reads a variable that the SDKs define: an empty variable counts as not set.
    pub(super) fn sdk_variable<T>(
        &mut self,
        name: &str,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match (self.lookup)(name).filter(|value| !value.is_empty()) {
            Some(value) => self.parsed(name, &value, allowed, parse).map(Some),
            None => Some(None),
        }
    }

    fn parsed<T>(&mut self, name: &str, value: &str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let parsed = parse(value);
        if parsed.is_none() {
            let shown: String = without_secrets(value).chars().take(200).collect();
            self.errors.push(format!("{name} is {shown:?}, expected {allowed}"));
        }
        parsed
    }
}

/// The value in the form for the log. A URL can contain a password before its host, and a key in its query or
/// fragment: these are replaced by `…`.
fn without_secrets(value: &str) -> String {
    let (scheme, rest) = match value.split_once("//") {
        Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') => (format!("{scheme}//"), rest),
        Some(_) | None => (String::new(), value),
    };
    let (address, query) = rest.find(['?', '#']).map_or((rest, ""), |at| rest.split_at(at));
    // The password may contain a slash or a question mark that is not escaped.
    if query.contains('@') {
        return format!("{scheme}…");
    }
    let is_path = scheme.is_empty() && address.starts_with('/');
    let address = match address.rsplit_once('@') {
        Some((_, host)) if !is_path => format!("…@{host}"),
        Some(_) | None => address.to_owned(),
    };
    let query = if query.len() > 1 { format!("{}…", &query[..1]) } else { query.to_owned() };
    format!("{scheme}{address}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_and_the_query_of_a_url_are_hidden() {
        for (value, shown) in [
            ("http://user:hush@x", "http://…@x"),
            ("http://hush@x:1/path", "http://…@x:1/path"),
            ("ftp://user:hu/sh@x/y", "ftp://…@x/y"),
            ("//user:hush@x", "//…@x"),
            ("user:hush@x:1", "…@x:1"),
            ("http://8.8.8.8/x?key=hush", "http://8.8.8.8/x?…"),
            ("http://x/#hush", "http://x/#…"),
            ("http://user:hush@x/?key=hush#hush", "http://…@x/?…"),
            ("http://user:hu?sh@x", "http://…"),
            ("http://us@er:hu#sh@x", "http://…"),
            ("/v2?token=hush//hush", "/v2?…"),
            ("http://us er:hush@x", "http://…@x"),
        ] {
            assert_eq!(without_secrets(value), shown);
        }
    }

    #[test]
    fn a_value_without_user_and_query_is_unchanged() {
        for value in [
            "", "?", "http://", "http://x?", "localhost:4566", "http://x:99999/a//b", "many\n", "a//b",
            "/etc/me@x/a.pem",
        ] {
            assert_eq!(without_secrets(value), value);
        }
    }

    #[test]
    fn no_error_shows_a_secret_of_a_url() {
        let lookup = |_: &str| Some("http://user:hush@x/?key=hush".to_owned());
        let mut reader = Reader::new(lookup);
        let no = |_: &str| None::<()>;
        let read = [
            reader.required("A", "b", no),
            reader.setting("A", "", "b", no),
            reader.optional("A", "b", no),
            reader.sdk_variable("A", "b", no).flatten(),
        ];
        assert_eq!(read, [None; 4]);
        assert_eq!(reader.into_errors(), ["A is \"http://…@x/?…\", expected b"; 4]);
    }
}
