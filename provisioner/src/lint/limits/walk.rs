//! The values at a path of a resource's properties.

use std::borrow::Cow;

use serde_json::{Value, json};

/// A value, or a key, that has a limit.
#[derive(Debug, Clone)]
pub(super) struct Found<'v> {
    /// The keys of its place in the template.
    pub(super) at: Vec<String>,
    /// The value itself.
    pub(super) value: Cow<'v, Value>,
    /// Whether it is the last of these keys rather than the value of that key.
    pub(super) is_key: bool,
}

/// Finds the values at a path such as `Cors.AllowMethods[]` or `Environment.Variables.{}`: `[]` matches each item of a
/// list, `{}` each key of a map.
///
/// Kinds with a type here store some lists of named things as maps. The entries of such a map count as items, too:
/// `{Key, Value}` of tags, `{PolicyName, PolicyDocument}` of a role's policies.
pub(super) fn values_at<'v>(properties: &'v Value, path: &str) -> Vec<Found<'v>> {
    let mut found = vec![Found { at: Vec::new(), value: Cow::Borrowed(properties), is_key: false }];
    for segment in path.split('.') {
        let (name, items) = segment.strip_suffix("[]").map_or((segment, false), |name| (name, true));
        found = found.into_iter().flat_map(|one| inside(one, name)).collect();
        if items {
            found = found.into_iter().flat_map(each).collect();
        }
    }
    found
}

fn inside<'v>(one: Found<'v>, name: &str) -> Vec<Found<'v>> {
    let Found { at, value, .. } = one;
    let with = |key: &str| [at.clone(), vec![key.to_owned()]].concat();
    if name == "{}" {
        let keys = value.as_object().into_iter().flatten().map(|(key, _)| key);
        return keys.map(|key| Found { at: with(key), value: Cow::Owned(key.as_str().into()), is_key: true }).collect();
    }
    let inner = match value {
        Cow::Borrowed(value) => value.get(name).map(Cow::Borrowed),
        Cow::Owned(value) => value.get(name).cloned().map(Cow::Owned),
    };
    // In the template, the parts of a map's entry have no keys.
    let (at, is_key) = match (name, at.last().is_some_and(|last| last.ends_with(ENTRY))) {
        ("Key" | "PolicyName", true) => (without_entry(&at), true),
        ("Value" | "PolicyDocument", true) => (without_entry(&at), false),
        _ => (with(name), false),
    };
    inner.map(|value| Found { at, value, is_key }).into_iter().collect()
}

/// The suffix of an entry's key until a part of the entry is selected.
const ENTRY: &str = "\u{0}";

fn without_entry(at: &[String]) -> Vec<String> {
    at.iter().map(|key| key.trim_end_matches(ENTRY).to_owned()).collect()
}

/// The items of a list, a single value as a list of one, and the entries of a map as items.
fn each(one: Found<'_>) -> Vec<Found<'_>> {
    let Found { at, value, is_key } = one;
    match value {
        Cow::Borrowed(Value::Array(items)) => {
            items.iter().map(|item| Found { at: at.clone(), value: Cow::Borrowed(item), is_key }).collect()
        }
        Cow::Owned(Value::Array(items)) => {
            items.into_iter().map(|item| Found { at: at.clone(), value: Cow::Owned(item), is_key }).collect()
        }
        Cow::Borrowed(Value::Object(map)) => entries(&at, map.iter()),
        Cow::Owned(Value::Object(map)) => entries(&at, map.iter()),
        Cow::Borrowed(Value::Null) | Cow::Owned(Value::Null) => Vec::new(),
        Cow::Borrowed(_) | Cow::Owned(_) => vec![Found { at, value, is_key }],
    }
}

fn entries<'v, 'm>(at: &[String], map: impl Iterator<Item = (&'m String, &'m Value)>) -> Vec<Found<'v>> {
    let entry = |(key, value): (&String, &Value)| Found {
        at: [at, &[format!("{key}{ENTRY}")]].concat(),
        value: Cow::Owned(json!({"Key": key, "Value": value, "PolicyName": key, "PolicyDocument": value})),
        is_key: false,
    };
    map.map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(properties: &Value, path: &str) -> Vec<(String, Value, bool)> {
        let found = values_at(properties, path);
        found.into_iter().map(|one| (one.at.join("/"), one.value.into_owned(), one.is_key)).collect()
    }

    #[test]
    fn list_items_map_entries_and_keys_are_found() {
        let properties = json!({
            "Timeout": 3, "Cors": {"AllowMethods": ["GET", "POST"]},
            "Tags": {"team": "films"}, "Policies": {"read": {"Statement": [{"Sid": "One"}, {"Effect": "Allow"}]}},
        });
        assert_eq!(at(&properties, "Timeout"), [("Timeout".to_owned(), json!(3), false)]);
        let methods = at(&properties, "Cors.AllowMethods[]");
        assert_eq!(methods[1], ("Cors/AllowMethods".to_owned(), json!("POST"), false));
        assert_eq!(at(&properties, "Tags[].Key"), [("Tags/team".to_owned(), json!("team"), true)]);
        assert_eq!(at(&properties, "Tags[].Value"), [("Tags/team".to_owned(), json!("films"), false)]);
        assert_eq!(at(&properties, "Tags.{}"), [("Tags/team".to_owned(), json!("team"), true)]);
        let sids = at(&properties, "Policies[].PolicyDocument.Statement[].Sid");
        assert_eq!(sids, [("Policies/read/Statement/Sid".to_owned(), json!("One"), false)]);
        assert_eq!(at(&properties, "Nothing.Here[]"), []);
    }

    #[test]
    fn tags_in_a_list_are_found_like_those_in_a_map() {
        let properties = json!({"Tags": [{"Key": "team", "Value": "films"}]});
        assert_eq!(at(&properties, "Tags[].Key"), [("Tags/Key".to_owned(), json!("team"), false)]);
    }
}
