//! The functions that split, join, select from and encode values, applied to known values.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::dynamic::has_dynamic_reference;
use super::fault::{Evaluated, fault};
use super::reason::Reason;
use super::reference::{Deferred, Piece, Reference, SPREAD, Term, pieces, references_in, whole_term};
use super::texts::text_of_scalar;

/// Returns the result of a function for an argument whose values are known.
pub(super) fn apply(name: &str, argument: &Value) -> Evaluated<Value> {
    match name {
        "Fn::Join" => {
            let [separator, items] = pair(argument, "a separator and a list")?;
            let items: Vec<_> = list(items)?.iter().map(plain_text).collect::<Evaluated<_>>()?;
            Ok(Value::String(items.join(text(separator)?)))
        }
        "Fn::Select" => {
            let [index, items] = pair(argument, "an index and a list")?;
            let (index, items) = (whole_number(index)?, list(items)?);
            match items.get(index) {
                Some(item) => Ok(item.clone()),
                None => fault(format!("the index {index} is outside a list of {}", items.len())),
            }
        }
        "Fn::Split" => {
            let [separator, source] = pair(argument, "a separator and text")?;
            let (separator, source) = (text(separator)?, plain_text(source)?);
            if separator.is_empty() {
                return fault("the separator is empty");
            }
            Ok(source.split(separator).collect())
        }
        // Encoding would hide the reference from CloudFormation, which resolves it, and from the check that refuses it
        // here.
        "Fn::Base64" if has_dynamic_reference(argument) => {
            fault("its text contains a dynamic reference, which only CloudFormation resolves")
        }
        "Fn::Base64" => Ok(Value::String(BASE64_STANDARD.encode(plain_text(argument)?))),
        SPREAD => match argument.as_array().map(Vec::as_slice) {
            Some([Value::Array(items)]) => Ok(Value::Array(items.clone())),
            _ => Ok(argument.clone()),
        },
        other => fault(Reason::unsupported(format!("`{other}` is not supported"))),
    }
}

/// Returns the result of a function for an argument that contains references, where the known parts determine the
/// result.
pub(super) fn apply_early(name: &str, argument: &Value) -> Option<Value> {
    if name == SPREAD {
        let items = argument.as_array()?.first()?.as_array()?;
        return (!items.iter().any(is_spread)).then(|| Value::Array(items.clone()));
    }
    let [first, second] = pair(argument, "").ok()?;
    if !references_in(first).is_empty() {
        return None;
    }
    match (name, second) {
        // A spread is replaced by several items.
        ("Fn::Select" | "Fn::Join", Value::Array(items)) if !items.iter().any(is_spread) => apply(name, argument).ok(),
        ("Fn::Split", Value::String(source)) => split_around_account(text(first).ok()?, source),
        _ => None,
    }
}

/// Whether the argument of `Fn::Select` is an index and a list whose length is known.
pub(super) fn has_known_length(argument: &Value) -> bool {
    match pair(argument, "") {
        Ok([index, Value::Array(items)]) => references_in(index).is_empty() && !items.iter().any(is_spread),
        _ => false,
    }
}

fn is_spread(item: &Value) -> bool {
    let term = item.as_str().and_then(whole_term);
    matches!(term, Some(Term::Deferred(Deferred { name, .. })) if name == SPREAD)
}

/// Splits a text in which only the account is not known. An account's id is twelve digits, so a separator without
/// digits matches neither inside it nor across its ends.
fn split_around_account(separator: &str, source: &str) -> Option<Value> {
    if separator.is_empty() || separator.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let mut parts = vec![String::new()];
    for piece in pieces(source) {
        let added = match piece {
            Piece::Text(text) => text.split(separator).map(str::to_owned).collect(),
            Piece::Term(Term::Reference(reference)) if reference == Reference::account() => vec![reference.to_string()],
            Piece::Term(_) => return None,
        };
        let mut added = added.into_iter();
        if let (Some(last), Some(first)) = (parts.last_mut(), added.next()) {
            last.push_str(&first);
        }
        parts.extend(added);
    }
    Some(parts.into())
}

/// The index that a value contains.
pub(super) fn whole_number(value: &Value) -> Evaluated<usize> {
    match plain_text(value)?.parse() {
        Ok(index) => Ok(index),
        Err(_) => fault(format!("the index {value} is not a whole number")),
    }
}

fn list(value: &Value) -> Evaluated<&Vec<Value>> {
    value.as_array().map_or_else(|| fault("it takes a list"), Ok)
}

pub(super) fn pair<'v>(argument: &'v Value, what: &str) -> Evaluated<[&'v Value; 2]> {
    match argument.as_array().map(Vec::as_slice) {
        Some([first, second]) => Ok([first, second]),
        _ => fault(format!("it takes {what}")),
    }
}

pub(super) fn text(value: &Value) -> Evaluated<&str> {
    match value.as_str() {
        Some(text) => Ok(text),
        None => fault(Reason::not_text(format!("it takes text, not {value}"))),
    }
}

pub(super) fn plain_text(value: &Value) -> Evaluated<String> {
    match text_of_scalar(value) {
        Some(text) => Ok(text),
        None => fault(Reason::not_text(format!("it takes text, not {value}"))),
    }
}
