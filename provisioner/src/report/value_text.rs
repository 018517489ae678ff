//! Property values as text.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::printable::{line, lines};
use crate::resources::alias::Alias;
use crate::resources::{Change, property};
use crate::style::{added, removed};
use crate::template::{references_in, shown, shown_in};

/// A change as lines: `old → new` if both fit on one line, else the lines that differ.
pub(super) fn change_lines(change: &Change, width: usize) -> Vec<String> {
    let Change { property, old, new } = change;
    // A version has no number before it is published.
    let is_unpublished =
        |value: &Value| change.is_of(property!(Alias.function_version)) && !references_in(value).is_empty();
    let readable = |value: &Value| if is_unpublished(value) { A_NEW_VERSION.into() } else { shown_in(value) };
    let (old, new) = (&old.as_ref().map(readable), &new.as_ref().map(readable));
    let label = format!("{:<width$}", line(property));
    let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), short);
    let one_line = format!("{label}  {} → {}", side(old), side(new));
    if one_line.chars().count() <= WIDEST || !(is_nested(old.as_ref()) || is_nested(new.as_ref())) {
        return vec![one_line];
    }
    // A value that is added or removed as a whole is shown with all lines as added or removed.
    let whole = |value: &Option<Value>| value.as_ref().map(pretty).unwrap_or_default();
    std::iter::once(label.trim_end().to_owned()).chain(differing_lines(&whole(old), &whole(new))).collect()
}

/// A version that is not published yet, and has no number.
pub(super) const A_NEW_VERSION: &str = "a new version";

/// The maximum width of a map or a list on one line.
const WIDEST: usize = 100;

fn is_nested(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Object(_) | Value::Array(_)))
}

fn differing_lines(old: &str, new: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for group in TextDiff::from_lines(old, new).grouped_ops(1) {
        for op in group {
            for change in TextDiff::from_lines(old, new).iter_changes(&op) {
                let line = change.value().trim_end();
                lines.push(match change.tag() {
                    ChangeTag::Equal => format!("    {line}"),
                    ChangeTag::Insert => added(format!("  + {line}")),
                    ChangeTag::Delete => removed(format!("  - {line}")),
                });
            }
        }
    }
    lines
}

/// The value on several lines, without null values.
fn pretty(value: &Value) -> String {
    // JSON writes the line breaks of its texts as `\n`.
    lines(&serde_json::to_string_pretty(&without_nulls(value)).unwrap_or_default())
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let set = object.iter().filter(|(_, value)| !value.is_null());
            set.map(|(key, value)| (key.clone(), without_nulls(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => value.clone(),
    }
}

fn short(value: &Value) -> String {
    match value.as_str() {
        Some("") => "\"\"".to_owned(),
        Some(text) => line(text).into_owned(),
        None => line(&value.to_string()).into_owned(),
    }
}

/// The text on one line, printable, with references as a template writes them.
pub(super) fn readable(text: &str) -> String {
    line(&shown(text)).into_owned()
}
