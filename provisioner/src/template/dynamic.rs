//! Dynamic references: values that CloudFormation looks up in Parameter Store and Secrets Manager.

use serde_json::Value;

use super::reference::functions_in;
use super::texts::find_text;

/// The opening of a dynamic reference.
const OPENING: &str = "{{resolve:";

/// The services that a dynamic reference can name (AWS's guide, "Get values stored in other services using dynamic
/// references").
const SERVICES: [&str; 3] = ["ssm:", "ssm-secure:", "secretsmanager:"];

/// The path of the first text of a value that contains a dynamic reference, also in the argument of a deferred function.
pub fn dynamic_reference_in(value: &Value) -> Option<Vec<String>> {
    path_to(value, &names_a_service)
}

/// The path of the first text of a value that contains a dynamic reference to none of these services.
pub fn reference_to_another_service_in(value: &Value) -> Option<Vec<String>> {
    path_to(value, &|rest| !names_a_service(rest) && rest.contains("}}"))
}

/// Whether a value contains a dynamic reference.
pub fn has_dynamic_reference(value: &Value) -> bool {
    dynamic_reference_in(value).is_some()
}

/// Whether a deferred function has a dynamic reference in its argument.
pub fn has_function_of_dynamic_reference(text: &str) -> bool {
    functions_in(text).any(|function| has_dynamic_reference(&function.argument))
}

fn names_a_service(rest: &str) -> bool {
    SERVICES.iter().any(|service| rest.starts_with(service))
}

/// The path of the first text in which `matches` is true for the text after an [`OPENING`].
fn path_to(value: &Value, matches: &dyn Fn(&str) -> bool) -> Option<Vec<String>> {
    let is_match = |text: &str| {
        let mut openings = text.match_indices(OPENING);
        openings.any(|(start, _)| matches(&text[start + OPENING.len()..]))
            || functions_in(text).any(|function| path_to(&function.argument, matches).is_some())
    };
    find_text(value, &|text| is_match(text).then_some(())).map(|(path, ())| path)
}
