//! Where a smoke test needs the account before it can be checked.

use serde_json::Value;

use super::{Checked, Mistake};
use crate::template::{Reference, has_function, references_in};

/// The parts of a request that decide which route matches it.
const DECISIVE: [&str; 2] = ["Method", "Path"];

/// Fails where the result depends on the account: in the method or the path of a request, in a body that may be encoded
/// rather than sent as text, and inside a deferred function. Elsewhere the account stays a reference until the test is
/// sent.
pub(super) fn check(value: &Value) -> Checked<()> {
    let test = &value["SmokeTest"];
    let request = &test["Request"];
    let decisive = DECISIVE.iter().find(|name| names_account(&request[**name]));
    let encoded = request["Headers"].as_object().is_some_and(|headers| {
        headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) && names_account(&request["Body"])
    });
    let path = match (decisive, encoded) {
        (Some(name), _) => vec!["Request", *name],
        (None, true) => vec!["Request", "Body"],
        (None, false) if is_under_a_function(test) => vec![],
        (None, false) => return Ok(()),
    };
    Err(Mistake::at(&path, "this depends on `AWS::AccountId`, and the account is not known here"))
}

fn names_account(value: &Value) -> bool {
    references_in(value).contains(&Reference::account())
}

/// Whether a value contains a deferred function whose only unknown value is the account.
fn is_under_a_function(value: &Value) -> bool {
    match value {
        Value::String(_) => {
            let text = value.as_str().unwrap_or_default();
            let references = references_in(value);
            has_function(text) && !references.is_empty() && references.iter().all(|one| *one == Reference::account())
        }
        Value::Array(items) => items.iter().any(is_under_a_function),
        Value::Object(object) => object.values().any(is_under_a_function),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
