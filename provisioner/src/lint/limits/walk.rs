//! The values at a path of a resource's properties.

use std::borrow::Cow;

use serde_json::Value;

/// A value, or a key, that has a limit.
#[derive(Debug, Clone)]
pub(super) struct Found<'v> {
    /// The keys of its place in the template.
    pub(super) at: Vec<String>,
    /// The value itself; a key is a value of its own.
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
        found = found.iter().flat_map(|one| inside(one, name)).collect();
        if items {
            found = found.into_iter().flat_map(each).collect();
        }
    }
    found
}

fn inside<'v>(one: &Found<'v>, name: &str) -> Vec<Found<'v>> {
    let Cow::Borrowed(value) = one.value else { return Vec::new() };
    let with = |key: &str| [one.at.clone(), vec![key.to_owned()]].concat();
    let key = |at: Vec<String>, key: &str| Found { at, value: Cow::Owned(key.into()), is_key: true };
    let value_at = |at, value| Found { at, value: Cow::Borrowed(value), is_key: false };
    match (name, one.at.split_last().and_then(|(last, above)| Some((last.strip_suffix(ENTRY)?, above)))) {
        ("{}", _) => value.as_object().into_iter().flatten().map(|(name, _)| key(with(name), name)).collect(),
        // In the template, the parts of a map's entry have no keys.
        ("Key" | "PolicyName", Some((entry, above))) => vec![key([above, &[entry.to_owned()]].concat(), entry)],
        ("Value" | "PolicyDocument", Some((entry, above))) => {
            vec![value_at([above, &[entry.to_owned()]].concat(), value)]
        }
        (_, Some(_)) => Vec::new(),
        (_, None) => value.get(name).map(|value| value_at(with(name), value)).into_iter().collect(),
    }
}

/// The suffix of an entry's key until a part of the entry is selected.
const ENTRY: &str = "\u{0}";

/// The items of a list, a single value as a list of one, and the entries of a map as items.
fn each(one: Found<'_>) -> Vec<Found<'_>> {
    let item = |value| Found { at: one.at.clone(), value: Cow::Borrowed(value), is_key: false };
    match one.value {
        Cow::Borrowed(Value::Array(items)) => items.iter().map(item).collect(),
        Cow::Borrowed(Value::Object(map)) => {
            let entry = |key| [one.at.clone(), vec![format!("{key}{ENTRY}")]].concat();
            map.iter().map(|(key, value)| Found { at: entry(key), ..item(value) }).collect()
        }
        Cow::Borrowed(Value::Null) => Vec::new(),
        Cow::Borrowed(_) | Cow::Owned(_) => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
