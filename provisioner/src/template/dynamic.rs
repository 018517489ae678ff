//! Dynamic references: values that CloudFormation looks up in Parameter Store and Secrets Manager.

use serde_json::Value;

use super::reference::{Deferred, Piece, Term, pieces};

/// The opening of a dynamic reference.
const OPENING: &str = "{{resolve:";

/// The services that a dynamic reference can name (AWS's guide, "Get values stored in other services using dynamic
/// references").
const SERVICES: [&str; 3] = ["ssm:", "ssm-secure:", "secretsmanager:"];

/// Whether a text of a value is or contains a dynamic reference, also in the argument of a deferred function.
#[must_use]
pub fn has_dynamic_reference(value: &Value) -> bool {
    any_text(value, &|text| after_openings(text).any(names_a_service))
}

/// Whether a text of a value contains a dynamic reference to none of these services.
#[must_use]
pub fn has_reference_to_another_service(value: &Value) -> bool {
    any_text(value, &|text| after_openings(text).any(|rest| !names_a_service(rest) && rest.contains("}}")))
}

/// Whether a deferred function has a dynamic reference in its argument.
#[must_use]
pub fn has_function_of_dynamic_reference(text: &str) -> bool {
    deferred(text).any(|function| has_dynamic_reference(&function.argument))
}

/// The text after each [`OPENING`].
fn after_openings(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(OPENING).map(|(start, _)| &text[start + OPENING.len()..])
}

fn names_a_service(rest: &str) -> bool {
    SERVICES.iter().any(|service| rest.starts_with(service))
}

fn deferred(text: &str) -> impl Iterator<Item = Deferred> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Term(Term::Deferred(deferred)) => Some(deferred),
        Piece::Term(Term::Reference(_)) | Piece::Text(_) => None,
    })
}

/// Whether a predicate is true for a text of a value, also in the argument of a deferred function.
fn any_text(value: &Value, holds: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text) || deferred(text).any(|function| any_text(&function.argument, holds)),
        Value::Array(items) => items.iter().any(|item| any_text(item, holds)),
        Value::Object(object) => object.values().any(|value| any_text(value, holds)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
