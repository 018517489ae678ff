//! Checks that a call has no unknown value before it is sent.
//!
//! The plan has already refused attributes that a kind does not have. This is an additional check: a value that AWS has
//! not returned is unknown, and a placeholder would be written to AWS as if it were the value.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::hint::Hint;
use crate::plan::Step;
use crate::resources::{Call, Ids};
use crate::template::{Known, Unfilled, reserved, reserved_in};

/// Checks that a filled call contains no unknown value.
///
/// # Errors
/// When it does: the step, the property, and the reference.
pub(super) fn check(step: &Step, call: &Call, known: &Known) -> Result<()> {
    let operation = call.operation();
    let doing = || format!("sending {operation} for `{}`", step.logical_id);
    let call = serde_json::to_value(call).map_err(|error| Error::new(doing(), error))?;
    let Some(Unfilled { path, term, reason, known }) = known.unfilled(&call) else { return whole(&call, doing) };
    let cause = format!("`{}` contains `{term}`, which {reason}", property(&path, &call));
    let hint = match known.as_slice() {
        [] => Hint::new("correct the reference in the template"),
        known => Hint::new(format!("use one of the attributes that AWS returned ({})", known.join(", "))),
    };
    Err(Error::new(doing(), cause).hint(hint.then_again()))
}

/// Checks that a call without references contains no character that delimits references. Code that splits a text could
/// leave a part of one.
fn whole(call: &Value, doing: impl Fn() -> String) -> Result<()> {
    match reserved_in(&call.to_string()) {
        None => Ok(()),
        Some(_) => {
            let cause = "it contains a part of a reference, which is a fault of this program";
            Err(Error::new(doing(), cause).hint("report this fault with the template"))
        }
    }
}

/// The property at a path of a call.
///
/// A call is serialised as `{Kind: {Operation: arguments}}`; the name of the argument that contains the property
/// (`function`, `desired_state`) is omitted, and an operation of a JSON Patch names the property in its `path`.
fn property(path: &[String], call: &Value) -> String {
    let patched = path.iter().position(|key| key == "patch").and_then(|at| {
        let pointer = path[..=at + 1].iter().map(|key| format!("/{key}")).collect::<String>();
        let name = call.pointer(&pointer)?["path"].as_str()?.trim_start_matches('/').to_owned();
        Some([vec![name], path[at + 3..].to_vec()].concat())
    });
    let arguments = path.get(2..).unwrap_or_default();
    let ours = |key: &&String| key.starts_with(char::is_lowercase);
    let properties: Vec<String> = arguments.iter().skip_while(ours).cloned().collect();
    let named = if properties.is_empty() { arguments.to_vec() } else { properties };
    patched.unwrap_or(named).join(".")
}

/// The ids that AWS assigned, which must not contain the characters that delimit references.
pub(super) fn plain(step: &Step, ids: Ids) -> Result<Ids> {
    match ids.iter().find_map(|(name, value)| Some((name, reserved_in(&value.to_string())?))) {
        None => Ok(ids),
        Some((name, character)) => {
            let doing = format!("reading the answer about `{}`", step.logical_id);
            Err(Error::new(doing, format!("`{name}`: {}", reserved(character))))
        }
    }
}
