//! Where a smoke test needs the account before it can be checked.

use serde_json::Value;

use super::mistake;
use crate::template::{Evaluated, Fault, Reference, find_text, has_function, references_in, references_in_text};

/// The parts of a request that decide which route matches it.
const DECISIVE: [&str; 2] = ["Method", "Path"];

/// Fails where the result depends on the account: in the method or the path of a request, in a body that may be encoded
/// rather than sent as text, and inside a deferred function. Elsewhere the account stays a reference until the test is
/// sent.
pub(super) fn check(value: &Value) -> Evaluated<()> {
    let test = &value["SmokeTest"];
    let request = &test["Request"];
    let decisive = DECISIVE.iter().find(|name| contains_account(&request[**name]));
    let encoded = request["Headers"].as_object().is_some_and(|headers| {
        headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) && contains_account(&request["Body"])
    });
    let path = match (decisive, encoded) {
        (Some(name), _) => vec!["Request", *name],
        (None, true) => vec!["Request", "Body"],
        (None, false) if has_function_of_account(test) => vec![],
        (None, false) => return Ok(()),
    };
    let fault = mistake(&path, "this depends on `AWS::AccountId`, and the account is not known here");
    Err(Fault { needs_account: true, ..fault })
}

fn contains_account(value: &Value) -> bool {
    references_in(value).contains(&Reference::account())
}

/// Whether a value contains a deferred function whose only unknown value is the account.
fn has_function_of_account(value: &Value) -> bool {
    let needs_only_the_account = |text: &str| {
        let references = references_in_text(text);
        has_function(text) && !references.is_empty() && references.iter().all(|one| *one == Reference::account())
    };
    find_text(value, &|text| needs_only_the_account(text).then_some(())).is_some()
}
