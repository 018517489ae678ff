//! The differences between two typed resources, property by property.
//!
//! Both sides are serialised as JSON first, so that a comparison cannot omit a property of the type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::property::Property;

/// A property that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// The path of the property, dotted: `Environment.Variables.MODEL_ID`.
    pub property: String,
    /// The value on AWS; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// The value of the template; absent if the property is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

impl Change {
    /// A change of a property as a whole.
    pub fn of(property: Property, old: Option<Value>, new: Option<Value>) -> Self {
        Self { property: property.name().to_owned(), old, new }
    }

    /// A change of one entry of a property that is a map.
    pub fn of_entry(property: Property, entry: &str, old: Option<Value>, new: Option<Value>) -> Self {
        Self { property: join(property.name(), entry), old, new }
    }

    /// Whether it changes this property as a whole.
    pub fn is_of(&self, property: Property) -> bool {
        self.property == property.name()
    }

    /// The entry that it changes, if this property is a map: `A` in `Tags.A`.
    pub fn entry_of(&self, property: Property) -> Option<&str> {
        self.property.strip_prefix(property.name())?.strip_prefix('.')
    }
}

/// Every property in which `old` and `new` differ. Maps are compared by entry, lists and policies as a whole.
pub(super) fn changes(old: &impl Serialize, new: &impl Serialize) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", serde_json::to_value(old).ok(), serde_json::to_value(new).ok(), &mut changes);
    changes
}

fn compare(path: &str, old: Option<Value>, new: Option<Value>, changes: &mut Vec<Change>) {
    let (old, new) = (present(old), present(new));
    match (old, new) {
        (old, new) if old == new => {}
        // A document (it has a `Statement`) is one value: a part of a policy is not useful to a reader.
        (Some(Value::Object(mut old)), Some(Value::Object(new))) if !new.contains_key("Statement") => {
            for (key, value) in new {
                compare(&join(path, &key), old.shift_remove(&key), Some(value), changes);
            }
            for (key, value) in old {
                compare(&join(path, &key), Some(value), None, changes);
            }
        }
        (old, new) => changes.push(Change { property: path.to_owned(), old, new }),
    }
}

fn present(value: Option<Value>) -> Option<Value> {
    value.filter(|value| !value.is_null())
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn maps_are_followed_and_lists_compared_whole() {
        let old = json!({"Memory": 128, "Env": {"A": "1", "B": "2"}, "List": [1, 2], "Same": true, "None": null});
        let new = json!({"Memory": 512, "Env": {"A": "1", "C": "3"}, "List": [2, 1], "Same": true});
        let changes: Vec<_> =
            changes(&old, &new).into_iter().map(|change| (change.property, change.old, change.new)).collect();
        assert_eq!(
            changes,
            [
                ("Memory".to_owned(), Some(json!(128)), Some(json!(512))),
                ("Env.C".to_owned(), None, Some(json!("3"))),
                ("Env.B".to_owned(), Some(json!("2")), None),
                ("List".to_owned(), Some(json!([1, 2])), Some(json!([2, 1]))),
            ]
        );
    }

    #[test]
    fn a_policy_is_one_change() {
        let policy = |action: &str| json!({"P": {"Version": "1", "Statement": [{"Action": action}]}});
        let changes = changes(&policy("a"), &policy("b"));
        assert_eq!(changes.iter().map(|change| change.property.as_str()).collect::<Vec<_>>(), ["P"]);
    }
}
