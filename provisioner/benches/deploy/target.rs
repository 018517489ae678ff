//! Whether all tools made the same: what an account holds, read by plain SDK calls, as one text.

use serde_json::{Map, Value, json};

use crate::support::account::Account;
use crate::support::world::World;

/// What AWS hands out, and what marks a resource as somebody's: no part of the target.
const LEFT_OUT: [&str; 6] = ["id", "endpoint", "deployment", "description", "tags", "Sid"];

/// What stands at AWS's default, which the provisioner writes out and the others leave to AWS.
fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "application" | "system" => value == "INFO",
        "metrics" => value == false,
        _ => false,
    }
}

/// The resources of an account, with the ids that AWS handed out left out.
pub(crate) fn target(account: &Account) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let world = runtime.block_on(World::read(account));
    let kinds = ["roles", "policies", "log_groups", "functions", "apis"];
    let all: Map<String, Value> = kinds.iter().map(|kind| ((*kind).to_owned(), world[kind].clone())).collect();
    let mut text = json!(all).to_string().replace(account.id(), "ACCOUNT");
    for api in world["apis"].as_object().into_iter().flatten().map(|(_, api)| api) {
        let integrations =
            api["integrations"].as_object().into_iter().flatten().map(|(id, _)| (id.as_str(), "INTEGRATION"));
        for (id, name) in integrations.chain(api["id"].as_str().map(|id| (id, "API"))) {
            text = text.replace(id, name);
        }
    }
    let same: Value = serde_json::from_str(&text).expect("JSON with other words");
    format!("{:#}", without_ids("", same))
}

fn without_ids(key: &str, value: Value) -> Value {
    match value {
        // Their names are the statements' ids, of which each tool has its own.
        Value::Object(fields) if key == "policy" => fields.into_iter().map(|(_, one)| without_ids("", one)).collect(),
        Value::Object(fields) => {
            let counts = |name: &str, value: &Value| !LEFT_OUT.contains(&name) && !is_default(name, value);
            let kept = fields.into_iter().filter(|(name, value)| counts(name, value));
            let mut kept: Map<_, _> = kept.map(|(name, value)| (name.clone(), without_ids(&name, value))).collect();
            kept.sort_keys();
            kept.into()
        }
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(|item| without_ids("", item)).collect();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}
