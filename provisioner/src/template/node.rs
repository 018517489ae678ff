//! The nodes of a YAML or JSON text, with the line of every key and value.

use std::fmt::Display;

use serde_json::Value;

use super::plain;

/// How deep maps and lists may be nested. Every traversal of a template is recursive.
pub(super) const DEEPEST: usize = 128;

/// A value and its first line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub line: usize,
    pub content: Content,
}

/// The content of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// A scalar with a known type: in quotes, in a block, under a YAML tag, or a string, boolean or null of JSON.
    Scalar(Value),
    /// A JSON number, as it is written.
    Number(String),
    /// A YAML scalar without quotes: its type depends on its text.
    Plain(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// A value after `!Name`, without the exclamation mark.
    Tagged(String, Box<Node>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub line: usize,
    pub key: String,
    /// Whether the key is a YAML scalar without quotes.
    pub plain: bool,
    pub value: Node,
}

impl Entry {
    /// The key's text.
    pub(super) fn name(&self) -> String {
        if self.plain { plain::key(&self.key) } else { self.key.clone() }
    }
}

/// The reason why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub line: Option<usize>,
    pub cause: String,
    /// The remedy, if it is more than to correct the line.
    pub hint: Option<String>,
    /// Whether the text is not JSON at all, in contrast to JSON that is refused.
    pub is_not_json: bool,
}

impl SyntaxError {
    pub(super) fn at(line: usize, cause: impl Into<String>) -> Self {
        Self { line: Some(line), cause: cause.into(), hint: None, is_not_json: false }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(super) fn not_json(line: usize, cause: impl Display) -> Self {
        Self { is_not_json: true, ..Self::at(line, format!("it is not valid JSON: {cause}")) }
    }

    pub(super) fn twice(line: usize, key: &str) -> Self {
        Self::at(line, format!("the key `{key}` is a duplicate: a map contains each key once"))
            .hint("remove one of the two, or rename it")
    }

    pub(super) fn too_deep(line: usize) -> Self {
        Self::at(line, format!("maps and lists are nested more than {DEEPEST} levels deep"))
            .hint("write it with fewer levels")
    }
}

impl Node {
    /// The line of the deepest of these keys that exists, each below the one before it. A number counts list items; a
    /// function's name matches its tag.
    pub(super) fn line_of(&self, keys: &[&str]) -> Option<usize> {
        let (key, rest) = keys.split_first()?;
        let (line, value) = match &self.content {
            Content::Map(entries) => {
                let entry = entries.iter().find(|entry| entry.key == *key || entry.name() == *key)?;
                (entry.line, &entry.value)
            }
            Content::List(items) => {
                let item = items.get(key.parse::<usize>().ok()?)?;
                (item.line, item)
            }
            Content::Tagged(tag, value) if key.strip_prefix("Fn::").unwrap_or(key) == tag => (self.line, &**value),
            Content::Tagged(..) | Content::Scalar(_) | Content::Number(_) | Content::Plain(_) => return None,
        };
        Some(value.line_of(rest).unwrap_or(line))
    }
}

/// Checks that entries have no duplicates; an error is at the repetition.
pub(super) fn refuse_duplicates(entries: &[Entry]) -> Result<(), SyntaxError> {
    let mut seen = std::collections::HashSet::new();
    match entries.iter().find(|entry| !seen.insert(entry.key.as_str())) {
        None => Ok(()),
        Some(Entry { line, key, .. }) => Err(SyntaxError::twice(*line, key)),
    }
}
