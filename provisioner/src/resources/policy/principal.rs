//! The canonical form of policies' principals.
//!
//! AWS does not return a principal as it was written. An account id is returned as `arn:PARTITION:iam::ID:root`. A
//! deleted user or role is returned as its unique id (`AIDA…`, `AROA…`). `"*"` and `{"AWS": "*"}` are equal. Source:
//! the IAM user guide, "AWS JSON policy elements: Principal".

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{many, one_or_sorted, sorted};

/// A service, an account, a user, a role or `*`, in canonical form: an account is its id, which exists in one partition
/// only.
// An account id without quotes is a number in YAML; it has been converted to text before it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Principal(String);

impl Principal {
    /// The principal as AWS accepts it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind of the deleted principal, if this is the unique id that AWS returns for one.
    ///
    /// Source of the prefixes: the IAM user guide, "IAM identifiers".
    fn deleted_kind(&self) -> Option<&'static str> {
        let is_unique_id = self.0.len() >= 16 && self.0.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let kinds = [("AROA", "role"), ("AIDA", "user")];
        kinds.into_iter().find(|(prefix, _)| is_unique_id && self.0.starts_with(prefix)).map(|(_, kind)| kind)
    }
}

impl From<String> for Principal {
    fn from(text: String) -> Self {
        let account = account_of_root(&text).map(str::to_owned);
        Self(account.unwrap_or(text))
    }
}

impl From<&str> for Principal {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The account id in `arn:PARTITION:iam::ID:root`.
fn account_of_root(arn: &str) -> Option<&str> {
    let rest = arn.strip_prefix("arn:aws")?;
    let (partition, rest) = rest.split_once(":iam::")?;
    let is_partition = partition.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
    let account = rest.strip_suffix(":root")?;
    let is_account = account.len() == 12 && account.bytes().all(|c| c.is_ascii_digit());
    (is_partition && is_account).then_some(account)
}

/// The `Principal` or `NotPrincipal` of a statement in its canonical form.
pub(super) fn canonical(value: Value) -> Value {
    let Value::Object(kinds) = value else {
        return if value == "*" { sorted([("AWS".to_owned(), value)].into_iter()) } else { one_or_sorted(value) };
    };
    sorted(kinds.into_iter().map(|(kind, principal)| {
        let principal: Vec<Value> =
            many(principal).into_iter().map(|one| if kind == "AWS" { normal(one) } else { one }).collect();
        (kind, one_or_sorted(Value::Array(principal)))
    }))
}

fn normal(value: Value) -> Value {
    match value {
        Value::String(text) => Principal::from(text).0.into(),
        Value::Number(account) => account.to_string().into(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => value,
    }
}

/// The unique ids of deleted principals in the value of a property, each with the kind of the deleted principal.
pub fn deleted_principals(property: &str, value: &Value) -> BTreeSet<(Principal, &'static str)> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| match key.as_str() {
                "AWS" if is_principal(property) => deleted_principals(property, value),
                _ => deleted_principals(key, value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| deleted_principals(property, item)).collect(),
        Value::String(text) if is_principal(property) => {
            let principal = Principal::from(text.as_str());
            principal.deleted_kind().map(|kind| (principal, kind)).into_iter().collect()
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => BTreeSet::new(),
    }
}

fn is_principal(property: &str) -> bool {
    ["Principal", "NotPrincipal"].contains(&property)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::json;

    use super::*;
    use crate::resources::Policy;

    #[test]
    fn an_account_is_one_principal_by_its_id_and_by_its_root_in_every_partition() {
        for arn in ["arn:aws:iam::000000000009:root", "arn:aws-cn:iam::000000000009:root", "000000000009"] {
            assert_eq!(Principal::from(arn).as_str(), "000000000009", "{arn}");
        }
        for other in [
            "arn:aws:iam::000000000009:role/root", "arn:aws:iam::000000000009:user/x:root",
            "arn:aws:iam::00000000009:root", "arn:aws:sts::000000000009:root", "arn:other:iam::000000000009:root",
            "apigateway.amazonaws.com", "*",
        ] {
            assert_eq!(Principal::from(other).as_str(), other);
        }
        let read = Principal::deserialize(crate::resources::scalar::Typed(json!(123_456_789_012_i64))).unwrap();
        assert_eq!(read, Principal::from("arn:aws-us-gov:iam::123456789012:root"));
    }

    #[test]
    fn the_ids_of_deleted_principals_are_found_only_in_principals() {
        let document = json!({"Statement": [
            {"Principal": {"AWS": ["AROAEXAMPLEEXAMPLE12", "123456789012"], "Service": "AROAEXAMPLEEXAMPLE34"}},
            {"NotPrincipal": {"AWS": "AIDAEXAMPLEEXAMPLE56"}},
            {"Principal": "*", "Condition": {"StringEquals": {"aws:userid": "AIDAEXAMPLEEXAMPLE78"}}},
        ]});
        let found = deleted_principals("AssumeRolePolicyDocument", &document);
        let expected = [("AIDAEXAMPLEEXAMPLE56", "user"), ("AROAEXAMPLEEXAMPLE12", "role")];
        assert_eq!(found, expected.map(|(id, kind)| (Principal::from(id), kind)).into());
        assert_eq!(deleted_principals("Principal", &json!("AROAEXAMPLEEXAMPLE12")).len(), 1, "of a permission");
        assert_eq!(deleted_principals("Principal", &json!("arn:aws:iam::123456789012:role/AROA")).len(), 0);
    }

    /// The principal of a generated statement, independent of the notation.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    enum Named {
        Everybody,
        Account(u64),
        Role(u64, String),
    }

    fn principal() -> impl Strategy<Value = Named> {
        prop_oneof![
            Just(Named::Everybody),
            (0..3_u64).prop_map(Named::Account),
            (0..3_u64, "[a-b]").prop_map(|(account, name)| Named::Role(account, name)),
        ]
    }

    /// One of the notations of a principal; `choice` selects it.
    fn spelled(principal: &Named, choice: usize, partition: &str) -> Value {
        match principal {
            Named::Everybody => json!("*"),
            Named::Account(id) if choice.is_multiple_of(2) => json!(format!("{id:012}")),
            Named::Account(id) => json!(format!("arn:{partition}:iam::{id:012}:root")),
            Named::Role(id, name) => json!(format!("arn:aws:iam::{id:012}:role/{name}")),
        }
    }

    /// One of the notations of a statement's principals.
    fn principals(all: &[Named], choice: usize, partition: &str) -> Value {
        let mut list: Vec<Value> =
            all.iter().enumerate().map(|(at, principal)| spelled(principal, choice >> at, partition)).collect();
        let first = choice % list.len();
        list.rotate_left(first);
        match (list.as_slice(), choice % 3) {
            ([only], 0) if only == "*" => only.clone(),
            ([only], 1) => json!({"AWS": only}),
            _ => json!({"AWS": list}),
        }
    }

    fn policy(principal: &Value) -> Policy {
        Policy::from(json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}))
    }

    proptest! {
        #[test]
        fn policies_are_equal_just_when_their_principals_are_the_same_however_they_are_spelled(
            one in prop::collection::btree_set(principal(), 1..4),
            other in prop::collection::btree_set(principal(), 1..4),
            choices in (0..64_usize, 0..64_usize),
            partitions in (select(&["aws", "aws-cn", "aws-us-gov"][..]), select(&["aws", "aws-cn", "aws-us-gov"][..])),
        ) {
            let list = |set: &BTreeSet<Named>| set.iter().cloned().collect::<Vec<_>>();
            let (left, right) = (list(&one), list(&other));
            let left_policy = policy(&principals(&left, choices.0, partitions.0));
            let respelled = policy(&principals(&left, choices.1, partitions.1));
            prop_assert_eq!(&left_policy, &respelled);
            prop_assert_eq!(&Policy::from(json!(left_policy.to_json())), &respelled, "its own normal form is stable");
            let right_policy = policy(&principals(&right, choices.1, partitions.1));
            prop_assert_eq!(left_policy == right_policy, one == other);
        }
    }
}
