//! The resources of an account as one text, read with plain SDK calls, to compare the results of the tools.

use serde_json::{Map, Value, json};

use crate::support::account::Account;
use crate::support::world::World;

/// Values that AWS assigns, and ownership tags: they are not compared.
const NOT_COMPARED: [&str; 6] = ["id", "endpoint", "deployment", "description", "tags", "Sid"];

/// Whether a value is AWS's default. The provisioner sends it, and the other tools do not.
fn is_default(name: &str, value: &Value) -> bool {
    match name {
        "application" | "system" => value == "INFO",
        "metrics" => value == false,
        _ => false,
    }
}

/// The resources of an account, without the ids that AWS assigned.
pub(crate) fn target(account: &Account) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("tokio starts");
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
    let renamed: Value = serde_json::from_str(&text).expect("the text is still JSON");
    format!("{:#}", without_ids("", renamed))
}

fn without_ids(key: &str, value: Value) -> Value {
    match value {
        // The names are the ids of the statements, which each tool chooses.
        Value::Object(fields) if key == "policy" => fields.into_iter().map(|(_, one)| without_ids("", one)).collect(),
        Value::Object(fields) => {
            let is_compared = |name: &str, value: &Value| !NOT_COMPARED.contains(&name) && !is_default(name, value);
            let kept = fields.into_iter().filter(|(name, value)| is_compared(name, value));
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
