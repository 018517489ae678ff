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
    /// its own (block style YAML, or indented JSON), deeper than the key before it.
    #[must_use]
    pub fn place(&self, keys: &[&str]) -> String {
        match self.line_of(keys) {
            Some(line) => format!("{}:{line}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }

    fn line_of(&self, keys: &[&str]) -> Option<usize> {
        let mut found = None;
        let mut depth = None;
        let mut wanted = keys.iter().peekable();
        for (index, line) in self.text.lines().enumerate() {
            let key = wanted.peek()?;
            let indent = line.len() - line.trim_start().len();
            let content = line.trim_start();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            if depth.is_some_and(|depth| indent <= depth) && !content.starts_with(['}', ']', '-']) {
                return found; // left the block of the key before: the rest is written in flow style or is missing
            }
            if starts_with_key(content, key) {
                found = Some(index + 1);
                depth = Some(indent);
                wanted.next();
                if wanted.peek().is_none() {
                    return found;
                }
            }
        }
        found
    }
}

fn starts_with_key(content: &str, key: &str) -> bool {
    let content = content.strip_prefix("- ").unwrap_or(content);
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
}
