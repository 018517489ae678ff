//! Writes a template as YAML that every reader understands in the same way, also readers of YAML 1.1: CloudFormation,
//! the AWS CLI, PyYAML.

use std::fmt::Write as _;

use serde_json::{Number, Value};

use crate::printable::is_unsafe;

/// The value as YAML: in blocks, with quotes wherever the text without them could have another meaning.
pub fn to_yaml(value: &Value) -> String {
    let mut written = String::new();
    if is_block(value) {
        block(&mut written, value, 0);
    } else {
        scalar(&mut written, value, 0);
        written.push('\n');
    }
    written
}

/// The longest key that is followed by a colon; a reader looks no further than 1,024 characters for the colon.
const LONGEST_KEY: usize = 1000;

/// Writes a map or list that is not empty, from the beginning of its first line.
fn block(out: &mut String, value: &Value, indent: usize) {
    let mut first = true;
    let mut begin = |out: &mut String| {
        if !std::mem::take(&mut first) {
            out.push_str(&" ".repeat(indent));
        }
    };
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                begin(out);
                let key = quoted(key);
                if key.chars().count() > LONGEST_KEY {
                    let _ = write!(out, "? {key}\n{}", " ".repeat(indent));
                } else {
                    out.push_str(&key);
                }
                out.push(':');
                below(out, value, indent);
            }
        }
        Value::Array(items) => {
            for item in items {
                begin(out);
                out.push('-');
                match is_block(item) {
                    true => {
                        out.push(' ');
                        block(out, item, indent + 2);
                    }
                    false => below(out, item, indent),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(entries) => !entries.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Writes the value after a key's colon or a list's dash. A list begins in the column of its key.
fn below(out: &mut String, value: &Value, indent: usize) {
    if !is_block(value) {
        out.push(' ');
        scalar(out, value, indent);
        out.push('\n');
        return;
    }
    let inside = if value.is_array() { indent } else { indent + 2 };
    let _ = write!(out, "\n{}", " ".repeat(inside));
    block(out, value, inside);
}

fn scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(one) => out.push_str(&number(one)),
        Value::String(text) => match lines(text) {
            Some(lines) => {
                // The caller that wrote the key also writes the end of the last line.
                out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
                for line in lines {
                    let inside = if line.is_empty() { 0 } else { indent + 2 };
                    let _ = write!(out, "\n{}{line}", " ".repeat(inside));
                }
            }
            None => out.push_str(&quoted(text)),
        },
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// A number as YAML 1.1 reads it: an exponent needs a sign, and a decimal point before it.
fn number(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// The lines of a text that can be written as a block: printable characters and tabs, a first line that does not begin
/// with whitespace, and at most one line break at the end.
fn lines(text: &str) -> Option<Vec<&str>> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let fits = text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c));
    fits.then(|| body.split('\n').collect())
}

/// Whether a YAML reader accepts the character unescaped, on one line, and a terminal shows it as it is.
fn is_printable(c: char) -> bool {
    !is_unsafe(c) && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// A text on one line, without quotes where it can only mean this text.
fn quoted(text: &str) -> String {
    if !text.chars().all(is_printable) {
        return escaped(text);
    }
    match is_unambiguous(text) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

/// Words that a version of YAML reads as a boolean, a null or a number.
const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan"];

fn is_unambiguous(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let is_word = WORDS.contains(&text.to_ascii_lowercase().as_str());
    // Every number, date and time of YAML 1.1, and more: all texts that begin like one and have only characters of one.
    let of_a_number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '+' | '-' | ' ');
    let is_number = (first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) && text.chars().all(of_a_number);
    let is_syntax = first.is_whitespace()
        || text.ends_with(char::is_whitespace)
        || "?:,[]{}#&*!|>'\"%@`=<~".contains(first)
        || ["- ", "---", "..."].iter().any(|syntax| text.starts_with(syntax))
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':');
    !is_word && !is_number && !is_syntax
}

/// A text in double quotes, with an escape for every character that a reader does not accept unescaped.
fn escaped(text: &str) -> String {
    let mut written = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            c if is_printable(c) => written.push(c),
            c => {
                let _ = write!(written, "\\U{:08X}", u32::from(c));
            }
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::json;

    use super::super::source::Source;
    use super::super::yaml;
    use super::*;

    #[test]
    fn characters_that_a_terminal_does_not_show_are_escaped() {
        let value = json!({"Name": "a\u{202e}b", "\u{2066}": "x\u{200b}\ny"});
        let written = "Name: \"a\\U0000202Eb\"\n\"\\U00002066\": \"x\\U0000200B\\ny\"\n";
        assert_eq!(to_yaml(&value), written);
    }

    #[test]
    fn a_template_is_written_in_blocks() {
        let value = json!({
            "Version": "2012-10-17", "on": "no", "Empty": {}, "None": [], "Size": 512, "F": 1e300, "T": "12:30",
            "List": ["a", {"B": 1, "C": ["x", "1_000"]}, ["z"], []],
            "Text": "one\ntwo\n", "Cut": "a: 'b'\n  c", "Path": "../../f.zip", "Time": "a\u{7}", "It's": "it's: so",
        });
        let written = "\
Version: '2012-10-17'
'on': 'no'
Empty: {}
None: []
Size: 512
F: 1.0e+300
T: '12:30'
List:
- a
- B: 1
  C:
  - x
  - '1_000'
- - z
- []
Text: |
  one
  two
Cut: |-
  a: 'b'
    c
Path: ../../f.zip
Time: \"a\\U00000007\"
It's: 'it''s: so'
";
        assert_eq!(to_yaml(&value), written);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = || prop_oneof!["\\PC{0,8}", "[-+0-9._:exEny~ \n\t#'\"]{0,8}", any::<String>()];
        let scalar = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("JSON has no others", |one| one.is_finite()).prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        scalar.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::hash_map(text(), inner, 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_written_value_is_read_back_without_remarks(value in any_value()) {
            let value = json!({"Value": value, "x".repeat(1500): 1});
            let written = to_yaml(&value);
            let document = yaml::any(&Source::in_memory(Path::new("t.yaml"), &written)).map_err(|error| {
                TestCaseError::fail(format!("{error}\n{written}"))
            })?;
            prop_assert_eq!(document.value, value, "{}", written);
            prop_assert_eq!(document.remarks, vec![], "{}", written);
        }
    }
}
