//! Whether two templates have the same meaning.
//!
//! CDK writes `Fn::Join` for `Fn::Sub`, a list for one dependency, and numbers for their text. These count as equal
//! here, and nothing else does.

use serde_json::{Map, Value, json};

/// Every place where the two differ, with both values.
pub(crate) fn differences(one: &Value, other: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", &canonical(one), &canonical(other), &mut found);
    found
}

fn compare(path: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            for key in keys {
                compare(&format!("{path}/{key}"), &one[key], &other[key], found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (one, other)) in left.iter().zip(right).enumerate() {
                compare(&format!("{path}/{index}"), one, other, found);
            }
        }
        _ if one == other => {}
        _ => found.push(format!("{path}: {one} and {other}")),
    }
}

/// A value in a canonical form, which is the same for all forms with the same meaning.
pub(crate) fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(object) => match object.iter().next().filter(|_| object.len() == 1) {
            Some((name, argument)) if name == "Fn::Sub" => joined(&substituted(argument)),
            Some((name, argument)) if name == "Fn::Join" && argument[0] == "" => joined(&canonical(&argument[1])),
            Some((name, Value::String(dotted))) if name == "Fn::GetAtt" => {
                let (id, attribute) = dotted.split_once('.').unwrap_or((dotted, ""));
                json!({"Fn::GetAtt": [id, attribute]})
            }
            _ => object.iter().map(|(key, value)| (key.clone(), entry(key, value))).collect::<Map<_, _>>().into(),
        },
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Number(number) => json!(number.to_string()),
        Value::Bool(flag) => json!(flag.to_string()),
        Value::Null | Value::String(_) => value.clone(),
    }
}

fn entry(key: &str, value: &Value) -> Value {
    match (key, value) {
        ("DependsOn", Value::String(one)) => json!([one]),
        ("DependsOn", Value::Array(many)) => {
            let mut many = many.clone();
            many.sort_by_key(Value::to_string);
            many.into()
        }
        _ => canonical(value),
    }
}

/// The parts of a `Fn::Sub` without its own map.
fn substituted(pattern: &Value) -> Value {
    let mut parts = Vec::new();
    let mut rest = pattern.as_str().expect("Fn::Sub of a text");
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').expect("a variable that ends");
        parts.push(json!(before));
        parts.push(match (name.strip_prefix('!'), name.split_once('.')) {
            (Some(literal), _) => json!(format!("${{{literal}}}")),
            (None, Some((id, attribute))) => json!({"Fn::GetAtt": [id, attribute]}),
            (None, None) => json!({ "Ref": name }),
        });
        rest = after;
    }
    parts.push(json!(rest));
    parts.into()
}

/// A joined list of parts: nested lists are flattened, adjacent texts are merged, and a single part replaces the list.
fn joined(parts: &Value) -> Value {
    let Value::Array(parts) = parts else { return json!({"Fn::Join": ["", parts]}) };
    let mut row: Vec<Value> = Vec::new();
    for part in parts {
        let inner = part["Fn::Join"].as_array().filter(|join| join[0] == "").and_then(|join| join[1].as_array());
        for part in inner.unwrap_or(&vec![part.clone()]) {
            match (row.last_mut(), part) {
                (_, Value::String(text)) if text.is_empty() => {}
                (Some(Value::String(before)), Value::String(text)) => before.push_str(text),
                _ => row.push(part.clone()),
            }
        }
    }
    match row.as_slice() {
        [] => json!(""),
        [one] => one.clone(),
        _ => json!({"Fn::Join": ["", row]}),
    }
}
