//! The limits of kinds without a type here, from the schemas that the registry returned.
//!
//! CloudFormation and Cloud Control compare the properties with the schema. They are written in Java: a pattern may
//! match any part of a text, and its classes are those of `java.util.regex`.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::limit::{Limit, Pattern, Rule};
use super::walk::Found;
use crate::resources::other::{Limited, Other};

/// Every value of a resource for which the schema of its kind has a limit, with the path of the limit.
pub(super) fn limited(other: &Other) -> Vec<(Found<'_>, Rule)> {
    let limits = other.schema.iter().flat_map(|schema| schema.limits.on(&other.properties));
    let rule = |Limited { path, at, value, limit }| {
        let found = Found { at, value: Cow::Borrowed(value), is_key: false };
        (found, Rule::of_schema(path, read(limit)))
    };
    limits.map(rule).collect()
}

/// Reads the keywords of a schema. A keyword that cannot be read is not a limit here: AWS checks it.
fn read(mut keywords: Map<String, Value>) -> Limit {
    let pattern = keywords.shift_remove("pattern");
    let pattern = pattern.as_ref().and_then(Value::as_str).and_then(|source| Pattern::of_java(source, &rust(source)?));
    let limit: Limit = serde_json::from_value(Value::Object(keywords)).unwrap_or_default();
    limit.of_given_text(pattern)
}

/// A pattern of Java in the syntax of the `fancy-regex` crate; `None` for one that has another meaning there.
pub(super) fn rust(pattern: &str) -> Option<String> {
    // A union or an intersection of classes has another precedence, and these names contain other characters.
    if pattern.contains("&&") || pattern.contains(r"\p{Punct}") {
        return None;
    }
    let mut written = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(first) = rest.chars().next() {
        let (length, class) = match first {
            '\\' => {
                let (length, text, class) = escape(rest, in_class)?;
                written.push_str(&text);
                (length, class)
            }
            '[' | ']' => {
                // A second `[` in a class begins a nested one in both syntaxes, which is rare: it is left to AWS.
                if (first == '[') == in_class {
                    return None;
                }
                in_class = first == '[';
                written.push(first);
                (1, false)
            }
            '-' if in_class && rest.starts_with("--") => return None,
            other => {
                written.push(other);
                (other.len_utf8(), false)
            }
        };
        rest = &rest[length..];
        // `[\w-.]`: after a class, `-` is a literal character.
        if class && in_class && rest.starts_with('-') && !rest.starts_with("-]") {
            written.push_str(r"\-");
            rest = &rest[1..];
        }
    }
    Some(written)
}

/// The characters of Java's classes, which are those of ASCII; in the other syntax they are those of Unicode.
const DIGITS: &str = "0-9";
const SPACES: &str = r" \t\n\x0B\f\r";
const WORDS: &str = "A-Za-z0-9_";

/// An escape sequence at the start of a text: its length, its replacement, and whether it is a class of characters.
fn escape(text: &str, in_class: bool) -> Option<(usize, String, bool)> {
    let class = |inside: &str| if in_class { inside.to_owned() } else { format!("[{inside}]") };
    // In a class, this is a nested class.
    let others = |excluded: &str| format!("[^{excluded}]");
    let escaped = text.chars().nth(1)?;
    Some(match escaped {
        'd' => (2, class(DIGITS), true),
        's' => (2, class(SPACES), true),
        'w' => (2, class(WORDS), true),
        'D' => (2, others(DIGITS), true),
        'S' => (2, others(SPACES), true),
        'W' => (2, others(WORDS), true),
        'Z' => (2, r"\z".to_owned(), false),
        'u' => {
            let unit =
                |text: &str| text.strip_prefix(r"\u")?.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
            let first = unit(text)?;
            let pair = [Some(first), text.get(6..).and_then(unit)].into_iter().flatten();
            // Java joins two surrogates to one character.
            let character = char::decode_utf16(pair).next()?.ok()?;
            (6 * character.len_utf16(), format!(r"\x{{{:X}}}", u32::from(character)), false)
        }
        // Boundaries of words in the other syntax.
        '<' | '>' => (2, escaped.to_string(), false),
        other => (1 + other.len_utf8(), format!(r"\{other}"), false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_java_is_written_for_the_other_syntax() {
        for (java, written) in [
            (r"^[\w+=,.@-]+$", r"^[A-Za-z0-9_+=,.@-]+$"),
            (r"^[\w-.]+\d$", r"^[A-Za-z0-9_\-.]+[0-9]$"),
            (r"[\u0009\u0020-\u00FF]*\Z", r"[\x{9}\x{20}-\x{FF}]*\z"),
            (r"[\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]", r"[\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]"),
            (r"\<a\/\_>", r"<a\/\_>"),
            (r"[^\]]\[", r"[^\]]\["),
            (r"\s\S[\s-.]", r"[ \t\n\x0B\f\r][^ \t\n\x0B\f\r][ \t\n\x0B\f\r\-.]"),
            (r"\W\D", "[^A-Za-z0-9_][^0-9]"),
            (r"[\W_-][^\D1]", "[[^A-Za-z0-9_]_-][^[^0-9]1]"),
        ] {
            assert_eq!(rust(java).as_deref(), Some(written), "{java}");
            assert!(fancy_regex::Regex::new(written).is_ok(), "{written}");
        }
        let matches =
            |java: &str, text: &str| fancy_regex::Regex::new(&rust(java).unwrap()).unwrap().is_match(text).unwrap();
        for (java, of_unicode) in [(r"^\S$", "\u{a0}"), (r"^\W$", "é"), (r"^\D$", "٣"), (r"^[\W_]$", "é")] {
            assert!(matches(java, of_unicode), "{java} contains all characters outside ASCII");
        }
        for (java, excluded) in [(r"^\S$", " "), (r"^\W$", "e"), (r"^\D$", "3"), (r"^[^\D1]$", "1"), (r"^[^\D1]$", "a")]
        {
            assert!(!matches(java, excluded), "{java} {excluded}");
        }
        for java in [r"^[\p{Print}&&[^|]]+$", r"\p{Punct}", "[a[b]]", r"\uD800", "[+--]", "\\"] {
            assert_eq!(rust(java), None, "{java}");
        }
    }
}
