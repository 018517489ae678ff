//! The contents of an account, read with plain SDK calls and without the planner's code: the judge of every test.

mod dynamodb;
mod gateway;
mod iam;
mod lambda;
mod logs;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Index;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::account::Account;

/// Everything in one account, as one tree:
///
/// ```text
/// roles      NAME → trust · inline{NAME} · attached [ARN] · tags …
/// policies   NAME → ARN (managed by the customer)
/// log_groups NAME → retention · tags …
/// functions  NAME → latest{…} · versions{N}{…} · aliases{NAME}{…} · policy{SID} · tags · reserved_concurrency
/// apis       NAME → id · cors · tags · integrations{ID} · routes{KEY}{id, target …} · stages{NAME}{…}
/// tables     NAME → keys · items · tags …
/// ```
///
/// Policies are JSON values; fields that AWS omits are omitted; a second API or route of the same name is `NAME (2)`.
/// Times and revisions are not included. `world["functions"]["chat"]["latest"]["memory"]` reads one value, and gives
/// `Null` where there is none.
#[derive(Clone, PartialEq)]
pub(crate) struct World(Value);

impl World {
    pub(crate) async fn read(account: &Account) -> Self {
        let sdk = account.sdk();
        let (roles, policies) = iam::read(&aws_sdk_iam::Client::new(&sdk)).await;
        let (log_groups, functions, apis, tables) = tokio::join!(
            logs::read(aws_sdk_cloudwatchlogs::Client::new(&sdk)),
            lambda::read(aws_sdk_lambda::Client::new(&sdk)),
            gateway::read(aws_sdk_apigatewayv2::Client::new(&sdk)),
            dynamodb::read(aws_sdk_dynamodb::Client::new(&sdk)),
        );
        Self(json!({
            "roles": roles, "policies": policies, "log_groups": log_groups,
            "functions": functions, "apis": apis, "tables": tables,
        }))
    }

    /// Whether the account is empty.
    pub(crate) fn is_empty(&self) -> bool {
        let kinds = self.0.as_object().into_iter().flatten();
        kinds.filter_map(|(_, things)| things.as_object()).all(Map::is_empty)
    }

    /// The names of one kind, sorted: `world.names("roles")`.
    pub(crate) fn names(&self, kind: &str) -> Vec<&str> {
        self.0[kind].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
    }

    /// The differences to `later`, one line each: `~ functions › chat › latest › memory: 512 → 1024`.
    pub(crate) fn changes_to(&self, later: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        difference("", &self.0, &later.0, &mut lines);
        lines
    }
}

impl Index<&str> for World {
    type Output = Value;

    fn index(&self, kind: &str) -> &Value {
        &self.0[kind]
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

fn difference(path: &str, before: &Value, after: &Value, lines: &mut Vec<String>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Null, after) => lines.push(format!("+ {path}: {after}")),
        (before, Value::Null) => lines.push(format!("- {path}: {before}")),
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeMap<&String, ()> = a.keys().chain(b.keys()).map(|key| (key, ())).collect();
            for key in keys.into_keys() {
                let path = if path.is_empty() { key.clone() } else { format!("{path} › {key}") };
                difference(&path, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), lines);
            }
        }
        (before, after) => lines.push(format!("~ {path}: {before} → {after}")),
    }
}

/// A JSON object without its nulls: a field that AWS omits is absent.
fn without_nulls(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, field| !field.is_null());
    }
    value
}

/// A map by name; a repeated name gets a number, so that no duplicate is lost.
fn by_name(things: impl IntoIterator<Item = (String, Value)>) -> Value {
    let mut all = BTreeMap::new();
    for (name, thing) in things {
        let mut key = name.clone();
        let mut again = 1;
        while all.contains_key(&key) {
            again += 1;
            key = format!("{name} ({again})");
        }
        all.insert(key, thing);
    }
    all.into_iter().collect::<Map<_, _>>().into()
}

fn text_map(map: Option<&HashMap<String, String>>) -> Value {
    map.map_or(Value::Null, |map| by_name(map.iter().map(|(k, v)| (k.clone(), v.as_str().into()))))
}

fn sorted(items: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut items: Vec<String> = items.into_iter().map(Into::into).collect();
    items.sort_unstable();
    items
}

/// IAM returns percent-encoded documents, Lambda plain ones.
fn policy(document: &str) -> Value {
    let plain = if document.starts_with('%') {
        percent_decode_str(document).decode_utf8().expect("a policy of text").into_owned()
    } else {
        document.to_owned()
    };
    serde_json::from_str(&plain).unwrap_or_else(|e| panic!("a policy that is not JSON ({e}): {plain}"))
}
