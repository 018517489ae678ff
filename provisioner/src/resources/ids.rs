//! The ids and attributes that AWS assigned to a resource.

use std::collections::{BTreeMap, btree_map};
use std::ops::{Deref, DerefMut, Index};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The ids and attributes that AWS assigned to a resource: attribute names (`Ref` for the physical id) and their
/// values.
///
/// A value is text or, for attributes such as `NameServers` of a hosted zone, a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ids(BTreeMap<String, Value>);

impl Ids {
    /// The physical id, as `Ref` returns it.
    pub const REF: &str = "Ref";
    /// The ARN.
    pub const ARN: &str = "Arn";
    /// The id of an HTTP API.
    pub const API_ID: &str = "ApiId";
    /// The id of an integration.
    pub const INTEGRATION_ID: &str = "IntegrationId";
    /// The id of a route.
    pub const ROUTE_ID: &str = "RouteId";
    /// The number of a version.
    pub const VERSION: &str = "Version";
    /// The revision of a function or an alias: Lambda refuses a change that gives an older one.
    pub const REVISION_ID: &str = "RevisionId";

    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of an attribute; `None` for an attribute that is a list.
    pub fn get(&self, attribute: &str) -> Option<&String> {
        match self.0.get(attribute) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether both have this attribute, and the same text.
    pub fn have_the_same(&self, attribute: &str, other: &Self) -> bool {
        self.get(attribute).zip(other.get(attribute)).is_some_and(|(one, other)| one == other)
    }

    /// Sets an attribute.
    pub fn insert(&mut self, attribute: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(attribute.into(), value.into());
    }

    /// Removes an attribute and returns its text.
    pub fn remove(&mut self, attribute: &str) -> Option<String> {
        match self.0.remove(attribute) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }
}

impl Deref for Ids {
    type Target = BTreeMap<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Ids {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Index<&str> for Ids {
    type Output = Value;

    /// The value of an attribute; null if it does not exist.
    fn index(&self, attribute: &str) -> &Value {
        self.0.get(attribute).unwrap_or(&Value::Null)
    }
}

impl<K: Into<String>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Ids {
    fn from(ids: [(K, V); N]) -> Self {
        ids.into_iter().map(|(attribute, value)| (attribute.into(), value)).collect()
    }
}

impl<V: Into<Value>> FromIterator<(String, V)> for Ids {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(ids: I) -> Self {
        Self(ids.into_iter().map(|(attribute, value)| (attribute, value.into())).collect())
    }
}

impl IntoIterator for Ids {
    type Item = (String, Value);
    type IntoIter = btree_map::IntoIter<String, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<V: Into<Value>> Extend<(String, V)> for Ids {
    fn extend<I: IntoIterator<Item = (String, V)>>(&mut self, ids: I) {
        self.0.extend(ids.into_iter().map(|(attribute, value)| (attribute, value.into())));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_kept_as_a_list_and_is_not_a_text() {
        let mut ids = Ids::from([("Ref".to_owned(), "Z1")]);
        ids.insert("NameServers".to_owned(), json!(["ns-1", "ns-2"]));
        assert_eq!(ids.get("Ref").map(String::as_str), Some("Z1"));
        assert_eq!((ids.get("NameServers"), ids.0.get("NameServers")), (None, Some(&json!(["ns-1", "ns-2"]))));
        assert_eq!((&ids["Ref"], &ids["Nothing"]), (&json!("Z1"), &Value::Null));
    }
}
