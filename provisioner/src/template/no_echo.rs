//! Values that a template does not allow to be shown: those of parameters with `NoEcho`.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::reference::{Deferred, functions_in};
use super::sections::Template;
use super::texts::map_texts;

/// The text that replaces a value that must not be shown.
const HIDDEN: &str = "(NoEcho)";

/// The values of parameters with `NoEcho`, in the forms in which a template can pass them on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeSet<String>);

impl Template {
    /// The names of the parameters with `NoEcho`.
    pub fn no_echo(&self) -> impl Iterator<Item = &str> {
        self.parameters().iter().filter(|(_, one)| one.is_no_echo()).map(|(name, _)| name.as_str())
    }

    /// The values of the parameters with `NoEcho`: the given ones, and the defaults of the others.
    pub fn secrets(&self, given: &BTreeMap<String, String>) -> Secrets {
        let no_echo = self.parameters().iter().filter(|(_, one)| one.is_no_echo());
        Secrets::of(no_echo.filter_map(|(name, one)| one.value(name, given)))
    }
}

impl Secrets {
    fn of(values: impl IntoIterator<Item = String>) -> Self {
        let forms = values.into_iter().flat_map(|value| {
            let items: Vec<_> = value.split(',').map(|item| item.trim().to_owned()).collect();
            [vec![BASE64_STANDARD.encode(&value), value], items].concat()
        });
        Self(forms.filter(|form| !form.is_empty()).collect())
    }

    /// Whether a text contains one of the values, also inside deferred functions.
    fn is_in(&self, text: &str) -> bool {
        let is_in_function = |Deferred { argument, .. }| self.hidden_in(&argument) != argument;
        self.0.iter().any(|one| text.contains(one.as_str())) || functions_in(text).any(is_in_function)
    }

    /// Hides every text that contains one of the values. A piece that `Fn::Split` cuts out of a value is not
    /// recognized.
    pub fn hidden_in(&self, value: &Value) -> Value {
        map_texts(value, &|text| if self.is_in(text) { HIDDEN } else { text }.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_texts_with_a_no_echo_value_are_hidden() {
        let secrets = Secrets::of(["s3cret".to_owned(), "one, two".to_owned(), String::new()]);
        let value = json!({
            "Url": "https://user:s3cret@host", "Encoded": "czNjcmV0", "List": ["two", "three"], "Size": 3, "Name": "chat",
        });
        let hidden = json!({
            "Url": "(NoEcho)", "Encoded": "(NoEcho)", "List": ["(NoEcho)", "three"], "Size": 3, "Name": "chat",
        });
        assert_eq!(secrets.hidden_in(&value), hidden);
    }
}
