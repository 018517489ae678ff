//! Dynamic references: values that CloudFormation looks up in Parameter Store and Secrets Manager.

use serde_json::Value;

use super::reference::{Piece, Term, pieces};

/// How CloudFormation's dynamic references begin; it knows these three services.
const SERVICES: [&str; 3] = ["{{resolve:ssm:", "{{resolve:ssm-secure:", "{{resolve:secretsmanager:"];

/// Whether a text of a value is or holds a dynamic reference, in the argument of a function that is evaluated later too.
#[must_use]
pub fn has_dynamic_reference(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            SERVICES.iter().any(|service| text.contains(service))
                || pieces(text).iter().any(|piece| match piece {
                    Piece::Term(Term::Deferred(deferred)) => has_dynamic_reference(&deferred.argument),
                    Piece::Term(Term::Reference(_)) | Piece::Text(_) => false,
                })
        }
        Value::Array(items) => items.iter().any(has_dynamic_reference),
        Value::Object(object) => object.values().any(has_dynamic_reference),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
