//! IAM policy documents, compared by meaning.

mod principal;

pub use principal::{Principal, deleted_principals};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A policy document in its canonical form: two documents with the same meaning are equal.
///
/// The order of statements, list items and keys has no meaning in IAM, and neither has the difference between a value
/// and a list of one; so they are ignored here. The notation of a principal is ignored, too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Value")]
pub struct Policy(Value);

impl From<Value> for Policy {
    fn from(document: Value) -> Self {
        // A document as text (as AWS returns it, or as a template may contain it) is parsed.
        let spelled = document.as_str().and_then(|text| serde_json::from_str(text).ok());
        Self(canonical_document(spelled.unwrap_or(document)))
    }
}

impl Policy {
    /// The document as IAM accepts it.
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }

    /// Whether it has statements, as every policy document must.
    pub fn is_a_document(&self) -> bool {
        self.0.get("Statement").is_some()
    }

    /// Its length as IAM counts it: characters, without white space.
    pub fn length(&self) -> usize {
        self.to_json().chars().filter(|one| !one.is_whitespace()).count()
    }

    /// Whether it contains no `Deny`, so that its removal grants nothing.
    pub fn only_allows(&self) -> bool {
        self.statements().is_some_and(|all| all.iter().all(allows))
    }

    /// A document that allows what both allow: `now` itself if that allows everything already.
    ///
    /// `None` if the two cannot be one document: they use different versions of the policy language, or `now` denies
    /// something that `self` does not. The added statements have no `Sid`, which must be unique in a document.
    pub fn united_with(&self, now: &Self) -> Option<Self> {
        let (wanted, had) = (self.statements()?, now.statements()?);
        let besides = only_in(had, wanted);
        if self.0.get("Version") != now.0.get("Version") || !besides.iter().all(allows) {
            return None;
        }
        if only_in(wanted, had).is_empty() {
            return Some(now.clone());
        }
        let mut both = self.0.clone();
        both["Statement"] = wanted.iter().cloned().chain(besides).collect();
        Some(Self::from(both))
    }

    /// The statements of a plain document: an object that contains only the keys that IAM defines.
    fn statements(&self) -> Option<&[Value]> {
        let document = self.0.as_object()?;
        let is_known = |key: &String| ["Version", "Id", "Statement"].contains(&key.as_str());
        let statements = document.get("Statement")?.as_array()?;
        (document.keys().all(is_known) && statements.iter().all(Value::is_object)).then_some(statements)
    }
}

fn allows(statement: &Value) -> bool {
    statement["Effect"] == "Allow"
}

/// The statements of `some` with a meaning that none of `others` has, without their `Sid`.
fn only_in(some: &[Value], others: &[Value]) -> Vec<Value> {
    let others: Vec<Value> = others.iter().map(unnamed).collect();
    some.iter().map(unnamed).filter(|one| !others.contains(one)).collect()
}

fn unnamed(statement: &Value) -> Value {
    let mut statement = statement.clone();
    if let Some(statement) = statement.as_object_mut() {
        statement.shift_remove("Sid");
    }
    statement
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
            "Principal" | "NotPrincipal" => principal::canonical(value),
            "Condition" => canonical_map(value),
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

    fn of(statements: Value) -> Policy {
        Policy::from(json!({"Version": "2012-10-17", "Statement": statements}))
    }

    fn allow(resource: &str) -> Value {
        json!({"Effect": "Allow", "Action": "a:X", "Resource": resource})
    }

    fn named(sid: &str, statement: Value) -> Value {
        let mut statement = statement;
        statement["Sid"] = sid.into();
        statement
    }

    #[test]
    fn two_documents_together_are_the_statements_of_both_once_each_and_no_name_twice() {
        let new = of(json!([named("Ask", allow("new")), allow("both")]));
        let old = of(json!([named("Ask", allow("old")), named("Other", allow("both"))]));
        let both = new.united_with(&old).unwrap();
        assert_eq!(both, of(json!([named("Ask", allow("new")), allow("both"), allow("old")])));
        assert_eq!(new.united_with(&both), Some(both.clone()), "once more changes nothing");
        assert_eq!(old.united_with(&both), Some(both), "nor does going back");
    }

    #[test]
    fn a_policy_that_contains_another_is_their_combination() {
        let wide = of(json!([named("One", allow("one")), named("Two", allow("two"))]));
        let narrow = of(allow("two"));
        assert_eq!(narrow.united_with(&wide).as_ref(), Some(&wide));
        assert_eq!(wide.united_with(&narrow).as_ref(), Some(&wide));
    }

    #[test]
    fn new_denials_apply_at_once_and_old_ones_are_dropped() {
        let denying = of(json!([allow("*"), {"Effect": "Deny", "Action": "a:X", "Resource": "secret"}]));
        let plain = of(allow("one"));
        let added = denying.united_with(&plain).unwrap();
        assert!(added.to_json().contains("secret") && added.to_json().contains("one"), "{added:?}");
        assert_eq!(plain.united_with(&denying), None);
        assert_eq!(of(allow("*")).united_with(&denying), None, "though the other has all that this allows");
        assert!(plain.only_allows() && !denying.only_allows());
    }

    #[test]
    fn documents_that_cannot_be_combined_are_not_combined() {
        let new = of(allow("new"));
        let without_a_version = Policy::from(json!({"Statement": allow("old")}));
        let unknown = Policy::from(json!({"Version": "2012-10-17", "Statement": allow("old"), "Else": 1}));
        for old in [without_a_version, unknown, Policy::from(json!("text")), of(json!("text")), Policy::default()] {
            assert_eq!(new.united_with(&old), None, "{old:?}");
            assert_eq!(old.united_with(&new), None, "{old:?}");
        }
        let with_an_id = Policy::from(json!({"Version": "2012-10-17", "Id": "mine", "Statement": allow("old")}));
        assert_eq!(new.united_with(&with_an_id), Some(of(json!([allow("new"), allow("old")]))));
    }

    #[test]
    fn white_space_does_not_count() {
        let length = |resource: &str| of(allow(resource)).length();
        assert_eq!(length("a b"), length("ab"));
        assert_eq!(length("é"), length("e"));
    }
}
