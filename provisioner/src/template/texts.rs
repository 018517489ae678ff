//! The texts in a value.

use serde_json::Value;

/// The first text in a value, or key of its maps, for which `find` has a result. The path of a text ends at the
/// text; the path of a key ends at the map with that key.
pub(crate) fn find_text<T>(value: &Value, find: &dyn Fn(&str) -> Option<T>) -> Option<(Vec<String>, T)> {
    let below = |key: &str, value: &Value| {
        let (mut path, found) = find_text(value, find)?;
        path.insert(0, key.to_owned());
        Some((path, found))
    };
    match value {
        Value::String(text) => find(text).map(|found| (Vec::new(), found)),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(&index.to_string(), item)),
        Value::Object(object) => object
            .iter()
            .find_map(|(key, value)| find(key).map(|found| (Vec::new(), found)).or_else(|| below(key, value))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The value with each of its texts replaced, except the keys of its maps.
pub(super) fn map_texts(value: &Value, replace: &dyn Fn(&str) -> Value) -> Value {
    match value {
        Value::String(text) => replace(text),
        Value::Array(items) => items.iter().map(|item| map_texts(item, replace)).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), map_texts(value, replace))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The text of a scalar; `None` for lists, maps and null.
pub(crate) fn text_of_scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text as it is, any other value as JSON: `512` and `"512"` have the same text.
pub(crate) fn scalar_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_match_in_a_text_or_a_key_is_found_with_its_path() {
        let find = |wanted: &'static str| {
            let value = json!({"A": [1, "x", {"B": "y"}], "C": {"z": 1}});
            find_text(&value, &move |text| (text == wanted).then_some(())).map(|(path, ())| path.join("."))
        };
        assert_eq!(find("x").as_deref(), Some("A.1"));
        assert_eq!(find("y").as_deref(), Some("A.2.B"));
        assert_eq!(find("z").as_deref(), Some("C"));
        assert_eq!(find("w"), None);
    }
}
