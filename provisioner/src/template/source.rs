//! A template's text, kept so that an error can name the line it is about.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file as it was read.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is missing or is not UTF-8 text.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| {
            Error::new(format!("reading template {}", path.display()), error)
                .hint("name the template with `--template FILE`")
        })?;
        Ok(Self { path: path.to_owned(), text })
    }

    /// A source that stands in no file, for tests and for templates made in memory.
    #[must_use]
    pub fn in_memory(path: &Path, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file says.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a key path such as `Resources`, `Role`, `Properties`: `file:line` of the deepest key that
    /// is found, else the file.
    ///
    /// YAML values carry no positions once parsed, so this walks the text: each key must stand on a line of
    /// its own (block style YAML, or indented JSON), right below the key before it. A number counts list items.
    #[must_use]
    pub fn place(&self, keys: &[&str]) -> String {
        match self.line_of(keys) {
            Some(line) => format!("{}:{line}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }

    fn line_of(&self, keys: &[&str]) -> Option<usize> {
        let mut block: Vec<Line<'_>> = lines(&self.text).collect();
        let mut found = None;
        for key in keys {
            let depth = block.first()?.indent;
            let Some(at) = position(&block, depth, key) else { return found };
            found = Some(block[at].number);
            block = below(&block, at, key.parse::<usize>().is_ok());
            if block.is_empty() {
                return found;
            }
        }
        found
    }
}

/// A line that holds something.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    number: usize,
    indent: usize,
    content: &'t str,
}

/// The lines of a text but for empty ones, comments, and the brackets that JSON puts on lines of their own.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let numbered = text.lines().enumerate().map(|(index, line)| {
        let content = line.trim_start();
        Line { number: index + 1, indent: line.len() - content.len(), content }
    });
    numbered.filter(|line| {
        let bracket = line.content.chars().all(|c| "{}[],".contains(c) || c.is_whitespace());
        !bracket && !line.content.starts_with(['#', '}', ']']) && !line.content.starts_with("---")
    })
}

/// Where a key stands among the lines of this depth, or the item of a list that a number counts.
fn position(block: &[Line<'_>], depth: usize, key: &str) -> Option<usize> {
    let mut here = block.iter().enumerate().filter(|(_, line)| line.indent == depth);
    match key.parse::<usize>() {
        Ok(number) => here.filter(|(_, line)| is_item(line)).nth(number).map(|(at, _)| at),
        Err(_) => here.find(|(_, line)| starts_with_key(line.content, key)).map(|(at, _)| at),
    }
}

fn is_item(line: &Line<'_>) -> bool {
    line.content == "-" || line.content.starts_with("- ")
}

/// The lines below a key, or those of a list's item: `- Key: value` is itself the item's first line.
fn below<'t>(block: &[Line<'t>], at: usize, item: bool) -> Vec<Line<'t>> {
    let Line { number, indent, content } = block[at];
    let first = content.strip_prefix("- ").filter(|_| item).map(|rest| {
        let content = rest.trim_start();
        Line { number, indent: indent + 2 + rest.len() - content.len(), content }
    });
    // A list may begin in the column of its key.
    let inside = |line: &&Line<'_>| line.indent > indent || (!item && line.indent == indent && is_item(line));
    let rest = block[at + 1..].iter().take_while(inside).copied();
    first.into_iter().chain(rest).collect()
}

fn starts_with_key(content: &str, key: &str) -> bool {
    let bare = content.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    let quoted = content.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_prefix(key));
    bare || quoted.is_some_and(|rest| rest.starts_with("\":") || rest.starts_with("':"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Parameters:
  Role:
    Type: String
Resources:
  # Role: not this one
  Other:
    Type: X
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: a
";

    #[test]
    fn the_line_of_a_key_is_found_below_its_parents_only() {
        let source = Source::in_memory(Path::new("t.yaml"), TEXT);
        assert_eq!(source.place(&["Resources", "Role"]), "t.yaml:8");
        assert_eq!(source.place(&["Resources", "Role", "Properties", "RoleName"]), "t.yaml:11");
    }

    #[test]
    fn a_key_that_is_missing_is_placed_at_its_deepest_parent() {
        let source = Source::in_memory(Path::new("t.yaml"), TEXT);
        assert_eq!(source.place(&["Resources", "Other", "Properties"]), "t.yaml:6");
        assert_eq!(source.place(&["Outputs"]), "t.yaml");
    }

    #[test]
    fn json_keys_have_lines_too() {
        let source = Source::in_memory(Path::new("t.json"), "{\n  \"Resources\": {\n    \"A\": {}\n  }\n}\n");
        assert_eq!(source.place(&["Resources", "A"]), "t.json:3");
    }

    #[test]
    fn a_property_with_the_name_of_a_resource_is_not_taken_for_it() {
        let text = "Resources:\n  Function:\n    Properties:\n      Role: x\n  Role:\n    Type: T\n";
        let source = Source::in_memory(Path::new("t.yaml"), text);
        assert_eq!(source.place(&["Resources", "Role", "Type"]), "t.yaml:6");
    }

    #[test]
    fn items_of_lists_are_counted() {
        for text in ["A:\n  - X: 1\n    Y: 2\n  - X: 1\n    Y: 2\n", "A:\n- X: 1\n  Y: 2\n- X: 1\n  Y: 2\n"] {
            let source = Source::in_memory(Path::new("t.yaml"), text);
            assert_eq!(source.place(&["A", "1"]), "t.yaml:4");
            assert_eq!(source.place(&["A", "1", "X"]), "t.yaml:4");
            assert_eq!(source.place(&["A", "1", "Y"]), "t.yaml:5");
            assert_eq!(source.place(&["A", "7", "Y"]), "t.yaml:1");
        }
    }
}
