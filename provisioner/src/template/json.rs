//! JSON text to nodes. JSON is not quite YAML: it has surrogate pairs, keys of any length, and unescaped U+007F to
//! U+009F.

use jsonc_parser::ast::{ObjectPropName, Value as Ast};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::Value;

use super::node::{Content, DEEPEST, Entry, Node, SyntaxError, refuse_duplicates};

/// Whether a text may be intended as JSON: it begins like an object or a list.
pub(super) fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// Reads JSON.
///
/// # Errors
/// When it is not JSON: comments and trailing commas are not allowed.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    // `serde_json` decides whether a text is JSON; it reports no positions for accepted values.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| {
        let message = error.to_string();
        let cause = message.split(" at line ").next().unwrap_or_default();
        SyntaxError::not_json(error.line(), format!("{cause}, at column {}", error.column()))
    })?;
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let parsed = parsed.map_err(|error| {
        let kind = error.kind().to_string();
        match kind.contains("surrogate") {
            true => SyntaxError::at(
                error.line_display(),
                "this escape is half of a surrogate pair, which is not a character",
            )
            .hint("write both halves, such as `\\ud83c\\udfac`, or the character itself"),
            false => SyntaxError::not_json(error.line_display(), kind),
        }
    })?;
    let lines = Lines::of(text);
    parsed.value.map_or_else(|| Err(SyntaxError::at(1, "it is empty")), |value| node(value, &lines, 0))
}

/// The offsets at which the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of a byte, from 1.
    fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|start| *start <= byte) + 1
    }
}

fn node(value: Ast<'_>, lines: &Lines, depth: usize) -> Result<Node, SyntaxError> {
    let line = lines.at(value.range().start);
    if depth > DEEPEST {
        return Err(SyntaxError::too_deep(line));
    }
    let content = match value {
        Ast::StringLit(text) => Content::Scalar(Value::String(text.value.into_owned())),
        Ast::NumberLit(number) => Content::Number(number.value.to_owned()),
        Ast::BooleanLit(flag) => Content::Scalar(Value::Bool(flag.value)),
        Ast::NullKeyword(_) => Content::Scalar(Value::Null),
        Ast::Array(list) => {
            Content::List(list.elements.into_iter().map(|item| node(item, lines, depth + 1)).collect::<Result<_, _>>()?)
        }
        Ast::Object(object) => {
            let mut entries = Vec::new();
            for property in object.properties {
                let line = lines.at(property.range.start);
                let key = match property.name {
                    ObjectPropName::String(text) => text.value.into_owned(),
                    ObjectPropName::Word(word) => word.value.to_owned(),
                };
                entries.push(Entry { line, key, plain: false, value: node(property.value, lines, depth + 1)? });
            }
            refuse_duplicates(&entries)?;
            Content::Map(entries)
        }
    };
    Ok(Node { line, content })
}

/// A number; one that does not fit into 64 bits stays text, so that no digit is lost.
pub(super) fn number(text: &str) -> Value {
    let whole = text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<u64>().map(Value::from));
    whole.ok().or_else(|| real(text)).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn real(text: &str) -> Option<Value> {
    let is_real = text.contains(['.', 'e', 'E']);
    text.parse::<f64>().ok().filter(|number| is_real && number.is_finite()).map(Value::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scalar(text: &str) -> Value {
        let Content::List(items) = read(&format!("[{text}]")).unwrap().content else { panic!("no list") };
        if let Content::Number(text) = &items[0].content {
            return number(text);
        }
        let Content::Scalar(value) = &items[0].content else { panic!("{items:?}") };
        value.clone()
    }

    #[test]
    fn json_that_yaml_does_not_allow_is_read() {
        assert_eq!(scalar(r#""\ud83c\udfac""#), json!("🎬"));
        assert_eq!(scalar("\"\u{7f}\u{9f}\""), json!("\u{7f}\u{9f}"));
        assert_eq!(scalar(r#""a\/b""#), json!("a/b"));
        assert_eq!(scalar("\t1e3\t"), json!(1000.0));
        assert_eq!(scalar("18446744073709551615"), json!(u64::MAX));
        assert_eq!(scalar("123456789012345678901234567890"), json!("123456789012345678901234567890"));
        assert_eq!(scalar("1e999"), json!("1e999"));
        let long = "k".repeat(2000);
        let node = read(&format!("{{\n\t\"{long}\": 1}}")).unwrap();
        assert_eq!(node.line_of(&[&long]), Some(2));
    }

    #[test]
    fn invalid_json_is_refused_with_its_line() {
        for (text, line, reason) in [
            ("{\"A\": 1,\n \"A\": 2}", 2, "the key `A` is a duplicate: a map contains each key once"),
            ("[1,\n 2,\n]", 3, "it is not valid JSON: expected value, at column 1"),
            ("[\n\"\\ud83c x\"]", 2, "this escape is half of a surrogate pair"),
            ("[\n\"\\udfac\"]", 2, "this escape is half of a surrogate pair"),
            (&format!("{}{}", "[".repeat(200), "]".repeat(200)), 1, "nested more than 128 levels deep"),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.line, Some(line), "{text}: {error:?}");
            assert!(error.cause.contains(reason), "{text}: {error:?}");
        }
    }
}
