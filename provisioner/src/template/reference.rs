//! References to what is known only later: a resource's id before AWS has given it, or the account.
//!
//! They stand in text as `{{resolve:resource:Api.ApiId}}`. CloudFormation keeps the form `{{resolve:…}}` for its
//! own dynamic references, so no template text can be taken for one of ours by accident: the loader refuses
//! templates that hold it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

const OPENING: &str = "{{resolve:";
const RESOURCE: &str = "{{resolve:resource:";
const CLOSING: &str = "}}";
const OWN: &str = "Self";
const PSEUDO: &str = "AWS";

/// A value of a resource that stands in for itself until it is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The resource's name in the template; `AWS` for what belongs to the account.
    pub logical_id: String,
    /// `Ref`, or the name of an attribute.
    pub attribute: String,
}

impl Reference {
    /// The value of `attribute` of the resource `logical_id`.
    #[must_use]
    pub fn new(logical_id: &str, attribute: &str) -> Self {
        Self { logical_id: logical_id.to_owned(), attribute: attribute.to_owned() }
    }

    /// An attribute of the very resource that the text belongs to, as the last call about it answered.
    #[must_use]
    pub fn own(attribute: &str) -> Self {
        Self::new(OWN, attribute)
    }

    /// The account that the credentials belong to: known once AWS is asked.
    #[must_use]
    pub fn account() -> Self {
        Self::pseudo("AccountId")
    }

    /// The pseudo parameter `AWS::NAME`, where it is not known.
    #[must_use]
    pub fn pseudo(name: &str) -> Self {
        Self::new(PSEUDO, name)
    }

    /// Whether it stands for a pseudo parameter, and not for something of a resource.
    #[must_use]
    pub fn is_pseudo(&self) -> bool {
        self.logical_id == PSEUDO
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{RESOURCE}{}.{}{CLOSING}", self.logical_id, self.attribute)
    }
}

/// What references stand for, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known(BTreeMap<Reference, Value>);

impl Known {
    /// The account, and nothing else.
    #[must_use]
    pub fn of_account(account: &str) -> Self {
        Self(BTreeMap::from([(Reference::account(), account.into())]))
    }

    /// Notes what a reference stands for: text, or a list.
    pub fn insert(&mut self, reference: Reference, value: impl Into<Value>) {
        self.0.insert(reference, value.into());
    }

    /// What a reference stands for.
    #[must_use]
    pub fn get(&self, reference: &Reference) -> Option<&Value> {
        self.0.get(reference)
    }

    /// What is known to the resource `logical_id`: everything, and its own attributes under [`Reference::own`].
    /// `before` are the attributes that it had when the plan was made.
    #[must_use]
    pub fn seen_by<'a>(&self, logical_id: &str, before: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Self {
        let own = self.0.iter().filter(|(reference, _)| reference.logical_id == logical_id);
        let own: Vec<_> = own.map(|(reference, value)| (Reference::own(&reference.attribute), value.clone())).collect();
        let mut seen = self.clone();
        seen.0.extend(before.into_iter().map(|(attribute, value)| (Reference::own(attribute), value.clone())));
        seen.0.extend(own);
        seen
    }

    /// The text with every known reference replaced; the others stay, and so does a list inside a text.
    #[must_use]
    pub fn fill_text(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, reference, after)) = next_reference(rest) {
            filled.push_str(before);
            match self.get(&reference) {
                Some(Value::String(text)) => filled.push_str(text),
                Some(value @ (Value::Bool(_) | Value::Number(_))) => filled.push_str(&value.to_string()),
                Some(Value::Array(_) | Value::Object(_) | Value::Null) | None => {
                    filled.push_str(&reference.to_string())
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// The value with every known reference in its texts replaced; the others stay. A text that is one reference
    /// becomes a list when the reference stands for one.
    #[must_use]
    pub fn fill(&self, value: &Value) -> Value {
        self.fill_by(value, &|text| match whole_reference(text).and_then(|reference| self.get(&reference)) {
            Some(value) => value.clone(),
            None => Value::String(self.fill_text(text)),
        })
    }

    /// The value with every known reference in its texts replaced; lists and unknown references stay.
    #[must_use]
    pub fn fill_texts(&self, value: &Value) -> Value {
        self.fill_by(value, &|text| Value::String(self.fill_text(text)))
    }

    fn fill_by(&self, value: &Value, text: &dyn Fn(&str) -> Value) -> Value {
        match value {
            Value::String(one) => text(one),
            Value::Array(items) => items.iter().map(|item| self.fill_by(item, text)).collect(),
            Value::Object(object) => {
                object.iter().map(|(key, value)| (key.clone(), self.fill_by(value, text))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

/// The reference that a text is, when it is nothing else.
fn whole_reference(text: &str) -> Option<Reference> {
    next_reference(text)
        .and_then(|(before, reference, after)| (before.is_empty() && after.is_empty()).then_some(reference))
}

/// Every reference that stands in a text.
#[must_use]
pub fn references_in_text(text: &str) -> BTreeSet<Reference> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some((_, reference, after)) = next_reference(rest) {
        found.insert(reference);
        rest = after;
    }
    found
}

/// Every reference that stands in a value.
#[must_use]
pub fn references_in(value: &Value) -> BTreeSet<Reference> {
    match value {
        Value::String(text) => references_in_text(text),
        Value::Array(items) => items.iter().flat_map(references_in).collect(),
        Value::Object(object) => object.values().flat_map(references_in).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => BTreeSet::new(),
    }
}

/// Whether a text holds the opening of any `{{resolve:…}}`, ours or CloudFormation's.
#[must_use]
pub(super) fn has_dynamic_reference(text: &str) -> bool {
    text.contains(OPENING)
}

pub(super) fn next_reference(text: &str) -> Option<(&str, Reference, &str)> {
    let start = text.find(RESOURCE)?;
    let inside = &text[start + RESOURCE.len()..];
    let end = inside.find(CLOSING)?;
    let (logical_id, attribute) = inside[..end].split_once('.')?;
    Some((&text[..start], Reference::new(logical_id, attribute), &inside[end + CLOSING.len()..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_known_reference_is_replaced_and_an_unknown_one_stays() {
        let (api, role) = (Reference::new("Api", "Ref"), Reference::new("Role", "Arn"));
        let mut known = Known::default();
        known.insert(api.clone(), "abc");
        let value = json!({"Target": [format!("apis/{api}/x"), format!("{role}{api}")]});
        assert_eq!(known.fill(&value), json!({"Target": ["apis/abc/x", format!("{role}abc")]}));
        assert_eq!(references_in(&known.fill(&value)), BTreeSet::from([role]));
    }

    #[test]
    fn a_list_replaces_a_text_that_is_its_reference_and_stands_in_no_other_text() {
        let servers = Reference::new("Zone", "NameServers");
        let mut known = Known::default();
        known.insert(servers.clone(), json!(["ns-1", "ns-2"]));
        let value = json!({"Whole": servers.to_string(), "Part": format!("dns {servers}")});
        assert_eq!(known.fill(&value), json!({"Whole": ["ns-1", "ns-2"], "Part": format!("dns {servers}")}));
        assert_eq!(known.fill_texts(&value), value);
    }
}
