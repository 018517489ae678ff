//! What a YAML or JSON text holds, with the line of every key and value.

use serde_json::Value;

/// How deep maps and lists may be nested. Every walk over a template is recursive.
pub(super) const DEEPEST: usize = 128;

/// A value and the line that it begins on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub line: usize,
    pub content: Content,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// A scalar whose notation says what it is: in quotes, in a block, or JSON.
    Scalar(Value),
    /// A YAML scalar without quotes: what it is depends on its text and on the version of YAML.
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
    /// Whether the key is YAML without quotes.
    pub plain: bool,
    pub value: Node,
}

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    pub line: Option<usize>,
    pub cause: String,
}

impl Unread {
    pub(super) fn at(line: usize, cause: impl Into<String>) -> Self {
        Self { line: Some(line), cause: cause.into() }
    }

    pub(super) fn too_deep(line: usize) -> Self {
        Self::at(line, format!("maps and lists are nested more than {DEEPEST} levels deep"))
    }
}

impl Node {
    /// The line of the deepest of these keys that exists, each below the one before it. A number counts list items; a
    /// function's name stands for its tag.
    pub(super) fn line_of(&self, keys: &[&str]) -> Option<usize> {
        let (key, rest) = keys.split_first()?;
        let (line, value) = match &self.content {
            Content::Map(entries) => {
                let entry = entries.iter().find(|entry| entry.key == *key)?;
                (entry.line, &entry.value)
            }
            Content::List(items) => {
                let item = items.get(key.parse::<usize>().ok()?)?;
                (item.line, item)
            }
            Content::Tagged(tag, value) if key.strip_prefix("Fn::").unwrap_or(key) == tag => (self.line, &**value),
            Content::Tagged(..) | Content::Scalar(_) | Content::Plain(_) => return None,
        };
        Some(value.line_of(rest).unwrap_or(line))
    }
}

/// Entries without duplicates.
///
/// # Errors
/// At the second of two equal keys.
pub(super) fn refuse_duplicates(entries: &[Entry]) -> Result<(), Unread> {
    let mut seen = std::collections::HashSet::new();
    match entries.iter().find(|entry| !seen.insert(entry.key.as_str())) {
        None => Ok(()),
        Some(Entry { line, key, .. }) => {
            Err(Unread::at(*line, format!("the key `{key}` stands here for the second time in one map")))
        }
    }
}
