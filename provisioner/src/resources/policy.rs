//! IAM policy documents, compared by meaning.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A policy document in its canonical form: two documents that mean the same are equal.
///
/// The order of statements, of list items and of keys does not matter to IAM, nor whether a list of one is
/// written as a list; so none of it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Value")]
pub struct Policy(Value);

impl From<Value> for Policy {
    fn from(document: Value) -> Self {
        // A document given as text (as AWS returns it, or a template may hold it) is the document that it spells.
        let spelled = document.as_str().and_then(|text| serde_json::from_str(text).ok());
        Self(canonical_document(spelled.unwrap_or(document)))
    }
}

impl Policy {
    /// The document as IAM takes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }
}

fn canonical_document(document: Value) -> Value {
    let Value::Object(document) = document else {
        return document;
    };
    sorted(document.into_iter().map(|(key, value)| {
        let value = match key.as_str() {
            "Statement" => {
                let mut statements: Vec<_> = many(value).into_iter().map(canonical_statement).collect();
                statements.sort_by_key(Value::to_string);
                Value::Array(statements)
            }
            _ => value,
        };
        (key, value)
    }))
}

fn canonical_statement(statement: Value) -> Value {
    let Value::Object(statement) = statement else {
        return statement;
    };
    sorted(statement.into_iter().map(|(key, value)| {
        let value = match key.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => one_or_sorted(value),
            // One level: {"Service": …}; two levels: {"StringEquals": {"key": …}}.
            "Principal" | "NotPrincipal" | "Condition" => canonical_map(value),
            _ => value,
        };
        (key, value)
    }))
}

fn canonical_map(value: Value) -> Value {
    match value {
        Value::Object(map) => sorted(map.into_iter().map(|(key, value)| (key, canonical_map(value)))),
        Value::Bool(flag) => Value::String(flag.to_string()),
        Value::Number(number) => Value::String(number.to_string()),
        Value::Null | Value::String(_) | Value::Array(_) => one_or_sorted(value),
    }
}

fn one_or_sorted(value: Value) -> Value {
    let mut items = many(value);
    items.sort_by_key(Value::to_string);
    items.dedup();
    match (items.pop(), items.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            items.push(last);
            Value::Array(items)
        }
        (None, _) => Value::Array(items),
    }
}

fn many(value: Value) -> Vec<Value> {
    if let Value::Array(items) = value { items } else { vec![value] }
}

fn sorted(entries: impl Iterator<Item = (String, Value)>) -> Value {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    Value::Object(Map::from_iter(entries))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_lists_of_one_and_text_do_not_matter() {
        let one = json!({
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["b:Y", "a:X"], "Resource": ["*"]},
                {"Effect": "Allow", "Action": "c:Z", "Resource": "r", "Condition": {"Bool": {"k": true}}},
            ],
        });
        let other = json!({
            "Statement": [
                {"Condition": {"Bool": {"k": ["true"]}}, "Resource": ["r"], "Action": ["c:Z"], "Effect": "Allow"},
                {"Action": ["a:X", "b:Y"], "Resource": "*", "Effect": "Allow"},
            ],
            "Version": "2012-10-17",
        });
        assert_eq!(Policy::from(one), Policy::from(Value::String(other.to_string())));
    }

    #[test]
    fn what_allows_something_else_differs() {
        let with = |resource: &str| {
            Policy::from(json!({"Statement": {"Effect": "Allow", "Action": "a:X", "Resource": resource}}))
        };
        assert_ne!(with("arn:aws:bedrock:*"), with("arn:aws:bedrock:us-east-1"));
    }

    #[test]
    fn a_condition_key_with_several_values_keeps_them_all() {
        let policy = Policy::from(json!({"Statement": {"Condition": {"StringLike": {"k": ["b", "a"]}}}}));
        assert_eq!(policy.to_json(), r#"{"Statement":[{"Condition":{"StringLike":{"k":["a","b"]}}}]}"#);
    }
}
